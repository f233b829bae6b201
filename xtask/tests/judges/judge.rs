//! Asking a judge, and the root of somebody else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A client that judges.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judge {
    PythonTuf,
    TufJs,
}

/// Which clock the client reads.
#[derive(Clone, Copy)]
pub(crate) enum Clock {
    Right,
    /// Thirty hours fast: the timestamp that the service serves has expired.
    Fast,
}

/// What a client was told.
pub(crate) struct Question<'a> {
    pub(crate) url: &'a str,
    pub(crate) root: &'a Path,
    pub(crate) target: &'a str,
    pub(crate) clock: Clock,
    pub(crate) cache: Option<PathBuf>,
}

/// Exit codes of the judges.
pub(crate) const VERIFIED: i32 = 0;
pub(crate) const REFUSED: i32 = 1;
pub(crate) const ABSENT: i32 = 3;

impl Judge {
    pub(crate) const ALL: [Self; 2] = [Self::PythonTuf, Self::TufJs];

    /// The exit code, and what was said.
    pub(crate) fn ask(self, question: &Question<'_>) -> (i32, String) {
        let (program, script) = match self {
            Self::PythonTuf => (variable("VESTRY_PYTHON"), "judge_python_tuf.py"),
            Self::TufJs => ("node".into(), "judge_tuf_js.mjs"),
        };
        let mut client = match question.clock {
            Clock::Right => Command::new(program),
            Clock::Fast => {
                let mut faketime = Command::new("faketime");
                faketime.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").args(["-f", "+30h"]).arg(program);
                faketime
            }
        };
        client.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("judges").join(script));
        client.args([format!("{}/metadata/", question.url), format!("{}/content/", question.url)]);
        client.arg(question.root).args([question.target, "-"]).args(&question.cache);
        client.env("VESTRY_TUF_JS_DIR", variable("VESTRY_TUF_JS_DIR"));
        let output = client.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// A valid root version 1 of somebody else, made by python-tuf.
pub(crate) fn root_of_somebody_else(file: &Path) {
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
    let made = Command::new(variable("VESTRY_PYTHON")).args(["-c", SCRIPT]).arg(file).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[expect(clippy::disallowed_methods, reason = "the test is told where the judges are by `cargo xtask test`")]
fn variable(name: &str) -> OsString {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set. Run the tests with `cargo xtask test`."))
}
