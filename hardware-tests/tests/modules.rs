//! Each module misbehaves as it says, in the eyes of a program that knows nothing of it; everything else works.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::Result;
use hardware_tests::modules::{Call, Failure, Misbehaviour, Wrapper, that_is_text, without_functions};
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};

/// How a shell counts a program that SIGSEGV or SIGABRT ended.
const SEGMENTATION_FAULT: i32 = 128 + 11;
const ABORTED: i32 = 128 + 6;
/// What `timeout` says of one that took too long.
const TOO_LONG: i32 = 124;
/// Seconds for a program that ends by itself, on a busy machine, and for one that does not.
const ENDS: &str = "60";
const HANGS: &str = "4";
/// `pkcs11-tool` goes on after a failed signature, and says how that ended.
const SESSION_IS_GONE: &str = "CKR_SESSION_HANDLE_INVALID";

/// `timeout` ends by the signal that ended the program.
fn ending(output: &Output) -> Option<i32> {
    output.status.code().or(output.status.signal().map(|signal| 128 + signal))
}

fn tool(tokens: &SoftHsm, module: &Path, arguments: &[&str]) -> Result<Output> {
    tool_within(ENDS, tokens, module, arguments)
}

fn tool_within(seconds: &str, tokens: &SoftHsm, module: &Path, arguments: &[&str]) -> Result<Output> {
    let mut tool = Command::new("timeout");
    tool.env(CONFIGURATION_VARIABLE, tokens.configuration())
        .args([seconds, "pkcs11-tool", "--module"])
        .arg(module);
    Ok(tool.args(arguments).output()?)
}

fn sign(seconds: &str, tokens: &SoftHsm, module: &Path) -> Result<Output> {
    let message = tokens.configuration().with_file_name("message");
    std::fs::write(&message, [7; 32])?;
    let message = message.to_string_lossy().into_owned();
    let signature = format!("{message}.sig");
    let login = ["--token-label", "alice", "--login", "--pin", "1234"];
    let sign = ["--sign", "--mechanism", "ECDSA", "--id", "01", "-i", &message, "-o", &signature];
    tool_within(seconds, tokens, module, &[&login[..], &sign].concat())
}

fn alice(folder: &Path) -> Result<SoftHsm> {
    let tokens = SoftHsm::new(folder)?;
    tokens.token("alice", "1234")?;
    tokens.generate("alice", "1234", KeyKind::P256, "01")?;
    Ok(tokens)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

#[test]
fn a_signature_hangs_crashes_or_fails_after_everything_else_worked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let tokens = alice(folder.path())?;
    assert!(sign(ENDS, &tokens, tokens.module())?.status.success(), "without a wrapper it works");
    let fails = |failure| Misbehaviour::FailsIn(Call::Sign, failure);
    for (misbehaviour, expected, said) in [
        (Misbehaviour::HangsIn(Call::Sign), TOO_LONG, ""),
        (Misbehaviour::CrashesIn(Call::Sign), SEGMENTATION_FAULT, ""),
        (fails(Failure::SessionClosed), 1, SESSION_IS_GONE),
        (fails(Failure::DeviceRemoved), 1, SESSION_IS_GONE),
        (fails(Failure::DeviceError), 1, SESSION_IS_GONE),
        (Misbehaviour::FailsIn(Call::ChooseMechanism, Failure::MechanismInvalid), 1, "CKR_MECHANISM_INVALID"),
        (Misbehaviour::FailsIn(Call::Login, Failure::Code(0xa2)), 1, "CKR_PIN_LEN_RANGE"),
        (Misbehaviour::FailsIn(Call::Login, Failure::PinLocked), 1, "CKR_PIN_LOCKED"),
    ] {
        let place = tempfile::tempdir()?;
        let wrapper = Wrapper::new(place.path(), tokens.module(), misbehaviour)?;
        let listed = tool(&tokens, wrapper.module(), &["--list-token-slots"])?;
        assert!(text(&listed).contains("alice") && wrapper.misbehaved() == 0, "{misbehaviour:?}");
        let seconds = if expected == TOO_LONG { HANGS } else { ENDS };
        let output = sign(seconds, &tokens, wrapper.module())?;
        assert_eq!(ending(&output), Some(expected), "{misbehaviour:?}: {}", text(&output));
        assert!(text(&output).contains(said), "{misbehaviour:?}: {}", text(&output));
        assert!(wrapper.misbehaved() > 0, "{misbehaviour:?}");
    }
    Ok(())
}

#[test]
fn some_modules_cannot_even_be_loaded() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let tokens = alice(folder.path())?;
    let crashes = Wrapper::new(folder.path(), tokens.module(), Misbehaviour::CrashesAtLoad)?;
    assert_eq!(ending(&tool(&tokens, crashes.module(), &["-L"])?), Some(ABORTED));
    for no_module in [that_is_text(folder.path())?, without_functions(folder.path())?] {
        assert_eq!(tool(&tokens, &no_module, &["-L"])?.status.code(), Some(1), "{}", no_module.display());
    }
    Ok(())
}

#[test]
fn some_modules_reach_out_when_they_are_set_up() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let tokens = alice(folder.path())?;
    let server = TcpListener::bind(("127.0.0.1", 0))?;
    let port = server.local_addr()?.port();
    let connects = Wrapper::new(folder.path(), tokens.module(), Misbehaviour::Connects(port))?;
    assert!(text(&tool(&tokens, connects.module(), &["-L"])?).contains("alice"));
    drop(server);
    assert_eq!(tool(&tokens, connects.module(), &["-L"])?.status.code(), Some(1), "nobody is there any more");
    assert_eq!(connects.misbehaved(), 1);
    let other = tempfile::tempdir()?;
    let starts = Wrapper::new(other.path(), tokens.module(), Misbehaviour::StartsAProgram)?;
    assert!(text(&tool(&tokens, starts.module(), &["-L"])?).contains("alice"));
    assert_eq!(starts.misbehaved(), 1);
    Ok(())
}
