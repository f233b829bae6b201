//! The program `virtual-yubikey`: runs a command with its devices, or does what it is told line by line.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

const PROGRAM: &str = env!("CARGO_BIN_EXE_virtual-yubikey");

#[test]
fn a_command_runs_with_two_devices_and_its_ending_is_passed_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("maker.pem");
    let mut program = Command::new(PROGRAM);
    program.args(["--serial", "5", "--second", "6:5.4.3", "--root"]).arg(&root);
    let output = program.args(["--", "sh", "-c", "opensc-tool --list-readers; exit 7"]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((said.matches(" Yes ").count(), output.status.code()), (2, Some(7)), "{output:?}");
    assert!(std::fs::read_to_string(&root)?.starts_with("-----BEGIN CERTIFICATE-----"));
    Ok(())
}

#[test]
fn it_obeys_its_standard_input_and_keeps_a_device_in_a_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let state = folder.path().join("card.json");
    let mut program = Command::new(PROGRAM);
    program.arg("--state").arg(&state).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = program.spawn()?;
    let commands = "state\nremove\nstate\nstranger\ninsert\nfault no-such\nfault status-6985\nstate 2\nhelp\nnonsense\n\
                    kill\nrestart\nquit\n";
    child.stdin.take().context("no standard input")?.write_all(commands.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    for expected in [
        "export PCSCLITE_CSOCK_NAME=",
        "virtual YubiKey 11111111 with firmware 5.7.1: plugged in, PIN tries 3, PUK tries 3, 0 signatures",
        "firmware 5.7.1: pulled out",
        "in Yubico YubiKey OTP+FIDO+CCID 00 00",
        "in Yubico YubiKey OTP+FIDO+CCID 00 01",
        "error: no-such is no fault; `help` lists them",
        "error: there is no second device: start with --second",
        "wrong-signature",
        "error: no such command; `help` lists them",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
    assert!(output.status.success() && std::fs::read_to_string(&state)?.contains("11111111"));
    Ok(())
}
