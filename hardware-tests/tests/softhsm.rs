//! The bench makes what it says, and another bench does not see it.

use anyhow::Result;
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};
use shared::key::Key;
use std::process::Command;

fn public_key(bench: &SoftHsm, label: &str, id: &str) -> Result<Vec<u8>> {
    let mut tool = Command::new("pkcs11-tool");
    tool.env(CONFIGURATION_VARIABLE, bench.configuration()).arg("--module").arg(bench.module());
    tool.args(["--token-label", label, "--read-object", "--type", "pubkey", "--id", id]);
    Ok(tool.output()?.stdout)
}

#[test]
fn a_token_makes_keys_that_tuf_accepts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = SoftHsm::new(folder.path())?;
    bench.token("alice", "1234")?;
    for (kind, id) in [(KeyKind::P256, "01"), (KeyKind::Rsa2048, "02"), (KeyKind::Rsa3072, "03")] {
        bench.generate("alice", "1234", kind, id)?;
        assert!(Key::from_spki_der(&public_key(&bench, "alice", id)?).is_ok(), "{kind:?}");
    }
    Ok(())
}

#[test]
fn benches_do_not_see_each_other() -> Result<()> {
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (one, two) = (SoftHsm::new(one.path())?, SoftHsm::new(two.path())?);
    one.token("alice", "1234")?;
    assert!(two.generate("alice", "1234", KeyKind::P256, "01").is_err());
    Ok(())
}
