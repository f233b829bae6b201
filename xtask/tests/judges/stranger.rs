//! The root of somebody else.

use std::path::Path;
use std::process::Command;

use hardware_tests::judges::Tools;

/// A valid root version 1 of somebody else, made by python-tuf.
pub(crate) fn root_of_somebody_else(tools: &Tools, file: &Path) {
    const SCRIPT: &str = "
import sys
from datetime import datetime, timedelta, timezone
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root
signer = CryptoSigner.generate_ed25519()
root = Root(version=1, expires=datetime.now(timezone.utc) + timedelta(days=365), consistent_snapshot=True)
for role in ('root', 'timestamp', 'snapshot', 'targets'):
    root.add_key(signer.public_key, role)
metadata = Metadata(root)
metadata.sign(signer)
metadata.verify_delegate('root', metadata)
metadata.to_file(sys.argv[1])
";
    let made = Command::new(&tools.python).args(["-c", SCRIPT]).arg(file).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
