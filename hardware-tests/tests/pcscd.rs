//! The bench in the eyes of programs that know nothing of it.

use std::process::Command;

use anyhow::Result;
use hardware_tests::pcscd::Pcscd;
use hardware_tests::yubikey::YubiKey;
use shared::device::Firmware;

const NEW: Firmware = Firmware::new(5, 7, 1);
const OLD: Firmware = Firmware::new(5, 4, 3);

fn said(bench: &Pcscd, program: &str, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("timeout");
    bench.tell(&mut command);
    let output = command.arg("30").arg(program).args(arguments).output()?;
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn cards_come_and_go_and_two_fit() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    let (one, two) = (YubiKey::new(11_111_111, NEW)?, YubiKey::new(22_222_222, OLD)?);
    bench.insert(&one)?;
    bench.insert(&two)?;
    let third = YubiKey::new(33_333_333, NEW)?;
    assert!(bench.insert(&third).is_err());
    let both = said(&bench, "opensc-tool", &["--list-readers"])?;
    assert_eq!(both.matches("Yes").count(), 2, "{both}");
    bench.remove(&one)?;
    bench.insert(&third)?;
    bench.remove(&two)?;
    let left = said(&bench, "opensc-tool", &["--list-readers"])?;
    assert_eq!((left.matches("Yes").count(), left.matches("No ").count()), (1, 1), "{left}");
    Ok(())
}
