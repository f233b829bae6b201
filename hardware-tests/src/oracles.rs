//! Programs of other people that know tokens and signatures: what they say must agree with what we do.
//!
//! `ykman` and `opensc-tool` look at a card in a bench of [`crate::pcscd`]; `securesystemslib`, the library under
//! python-tuf, reads keys from PKCS#11 tokens and verifies signatures; `openssl` verifies signatures. The Python ones
//! live in a folder that `cargo xtask install` makes.

mod hsm_signer;
mod openssl;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::pcscd::Pcscd;
pub use hsm_signer::{Question, TokenKey};
pub use openssl::{SignatureScheme, openssl_verifies};

const PYTHON: &str = "VESTRY_ORACLES";
/// Nothing that is asked takes longer, in seconds.
const LIMIT: &str = "60";
/// What `timeout` ends with when it was.
const TOO_LONG: i32 = 124;
/// Where Debian puts Yubico's PKCS#11 module.
const YKCS11: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/libykcs11.so", "/usr/lib/aarch64-linux-gnu/libykcs11.so"];

/// Yubico's PKCS#11 module on this machine.
///
/// # Errors
/// It is not installed.
pub fn ykcs11() -> Result<PathBuf, OracleError> {
    let found = YKCS11.iter().map(PathBuf::from).find(|path| path.exists());
    found.ok_or(OracleError::NotInstalled("ykcs11"))
}

/// `opensc-tool` in a bench; what it printed.
///
/// # Errors
/// It is not there, or failed.
pub fn opensc_tool(bench: &Pcscd, arguments: &[&str]) -> Result<String, OracleError> {
    in_bench(bench, Path::new("opensc-tool"), arguments)
}

/// Yubico's `yubico-piv-tool` in a bench; what it printed.
///
/// # Errors
/// It is not there, or failed.
pub fn yubico_piv_tool(bench: &Pcscd, arguments: &[&str]) -> Result<String, OracleError> {
    in_bench(bench, Path::new("yubico-piv-tool"), arguments)
}

/// Those that are written in Python.
#[derive(Debug, Clone)]
pub struct Oracles {
    python: PathBuf,
}

impl Oracles {
    /// Those that this Python has.
    pub fn new(python: PathBuf) -> Oracles {
        Oracles { python }
    }

    /// Those that the environment names, as `cargo xtask test` sets it.
    ///
    /// # Errors
    /// It names none.
    pub fn of_environment() -> Result<Oracles, OracleError> {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks where the oracles are")]
        let named = std::env::var_os(PYTHON);
        named.map(|python| Oracles::new(PathBuf::from(python))).ok_or(OracleError::NotNamed)
    }

    /// Tells a command, and through it every test, where they are.
    pub fn tell(&self, command: &mut Command) {
        command.env(PYTHON, &self.python);
    }

    /// `ykman` about the device with this serial number; what it printed. It waits three seconds for each reader that has
    /// the name of a YubiKey and no card, so fill both.
    ///
    /// # Errors
    /// It is not there, or failed.
    pub fn ykman(&self, bench: &Pcscd, serial: u32, arguments: &[&str]) -> Result<String, OracleError> {
        let serial = serial.to_string();
        let about: Vec<&str> = ["--device", &serial].into_iter().chain(arguments.iter().copied()).collect();
        in_bench(bench, &self.python.with_file_name("ykman"), &about)
    }
}

fn in_bench(bench: &Pcscd, program: &Path, arguments: &[&str]) -> Result<String, OracleError> {
    let mut command = limited(program);
    bench.tell(&mut command);
    output(command.args(arguments), &[])
}

/// A program that cannot hang a test.
fn limited(program: &Path) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", LIMIT]).arg(program);
    command
}

/// Runs it; what it printed when it ended well.
fn output(command: &mut Command, input: &[u8]) -> Result<String, OracleError> {
    let spelled = command.get_args().skip(2).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let cannot = |error| OracleError::NotStarted(spelled.clone(), error);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(cannot)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that reads nothing ends the pipe.
        drop(stdin.write_all(input));
    }
    let output = child.wait_with_output().map_err(cannot)?;
    match output.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Some(TOO_LONG) => Err(OracleError::TooSlow(spelled)),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(OracleError::Failed { program: spelled, status: output.status, said })
        }
    }
}

/// Variables that lead a module to its tokens, as benches give them.
pub type Environment<'a> = &'a [(&'a str, OsString)];

/// Nothing was found out.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// Nobody said where they are.
    #[error("VESTRY_ORACLES is not set. Run the tests with `cargo xtask test`.")]
    NotNamed,
    /// A package is missing.
    #[error("{0} is not installed. Run `cargo xtask install`, which installs it.")]
    NotInstalled(&'static str),
    /// A program is missing.
    #[error("{0} could not be started ({1}). Run `cargo xtask install`, which installs it.")]
    NotStarted(String, io::Error),
    /// It took too long.
    #[error("{0} did not end within 60 s. Look whether the card hangs.")]
    TooSlow(String),
    /// It failed.
    #[error("{program} failed ({status}): {said}")]
    Failed {
        /// What was run.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// It said something unexpected.
    #[error("{0} gave no answer that is understood: {1}")]
    NotUnderstood(&'static str, String),
    /// A file for it.
    #[error("The files for a program could not be written ({0}). Look at the folder for temporary files.")]
    Io(#[from] io::Error),
}
