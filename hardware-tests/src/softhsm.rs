//! PKCS#11 tokens of SoftHSM, each bench in a folder of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where distributions put the module.
const USUAL_PLACES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// The variable in which SoftHSM looks for its configuration.
pub const CONFIGURATION_VARIABLE: &str = "SOFTHSM2_CONF";

/// SoftHSM's PKCS#11 module on this machine.
///
/// # Errors
/// SoftHSM is not installed.
pub fn module() -> Result<PathBuf, BenchError> {
    USUAL_PLACES.iter().map(PathBuf::from).find(|path| path.is_file()).ok_or(BenchError::NotInstalled)
}

/// A kind of key that a token generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// What `pkcs11-tool` calls it.
    fn name(self) -> &'static str {
        match self {
            KeyKind::P256 => "EC:prime256v1",
            KeyKind::Rsa2048 => "rsa:2048",
            KeyKind::Rsa3072 => "rsa:3072",
            KeyKind::Ed25519 => "EC:edwards25519",
        }
    }
}

/// When a key wants its PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinPolicy {
    /// At login.
    Once,
    /// For each signature (`CKA_ALWAYS_AUTHENTICATE`).
    Always,
}

/// A folder of SoftHSM tokens.
#[derive(Debug, Clone)]
pub struct SoftHsm {
    configuration: PathBuf,
    module: PathBuf,
}

impl SoftHsm {
    /// Prepares `folder`, which may not hold a bench yet, for tokens.
    ///
    /// # Errors
    /// SoftHSM is not installed, or the folder cannot be written.
    pub fn new(folder: &Path) -> Result<SoftHsm, BenchError> {
        let store = folder.join("tokens");
        std::fs::create_dir_all(&store)?;
        let configuration = folder.join("softhsm2.conf");
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            store.display()
        );
        std::fs::write(&configuration, text)?;
        Ok(SoftHsm { configuration, module: module()? })
    }

    /// SoftHSM's configuration file; programs find the bench through [`CONFIGURATION_VARIABLE`].
    pub fn configuration(&self) -> &Path {
        &self.configuration
    }

    /// The PKCS#11 module.
    pub fn module(&self) -> &Path {
        &self.module
    }

    /// Makes a token. SoftHSM's own tool takes PINs as arguments only: use PINs that protect nothing.
    ///
    /// # Errors
    /// The tool failed.
    pub fn token(&self, label: &str, pin: &str) -> Result<(), BenchError> {
        let mut tool = Command::new("softhsm2-util");
        tool.env(CONFIGURATION_VARIABLE, &self.configuration);
        tool.args(["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", pin]);
        run(&mut tool)
    }

    /// Generates a key on a token, under a two-digit hexadecimal id.
    ///
    /// # Errors
    /// The tool failed, for instance on a wrong PIN.
    pub fn generate(&self, label: &str, pin: &str, kind: KeyKind, id: &str) -> Result<(), BenchError> {
        self.generate_under(label, pin, kind, id, PinPolicy::Once)
    }

    /// Generates a key with a policy of its own.
    ///
    /// # Errors
    /// As [`SoftHsm::generate`].
    pub fn generate_under(
        &self,
        label: &str,
        pin: &str,
        kind: KeyKind,
        id: &str,
        policy: PinPolicy,
    ) -> Result<(), BenchError> {
        let mut tool = self.pkcs11_tool(label, pin);
        tool.args([
            "--keypairgen",
            "--key-type",
            kind.name(),
            "--id",
            id,
            "--label",
            "tuf-root",
            "--usage-sign",
        ]);
        if policy == PinPolicy::Always {
            tool.arg("--always-auth");
        }
        run(&mut tool)
    }

    /// Takes a public key away, so that the token shows nothing of the pair before a login. An RSA key tells its public
    /// half after it.
    ///
    /// # Errors
    /// As [`SoftHsm::generate`].
    pub fn hide(&self, label: &str, pin: &str, id: &str) -> Result<(), BenchError> {
        let mut tool = self.pkcs11_tool(label, pin);
        run(tool.args(["--delete-object", "--type", "pubkey", "--id", id]))
    }

    /// OpenSC's tool, logged in to a token.
    fn pkcs11_tool(&self, label: &str, pin: &str) -> Command {
        let mut tool = Command::new("pkcs11-tool");
        tool.env(CONFIGURATION_VARIABLE, &self.configuration).env("BENCH_PIN", pin);
        tool.arg("--module").arg(&self.module);
        tool.args(["--token-label", label, "--login", "--pin", "env:BENCH_PIN"]);
        tool
    }

    /// Puts an existing private key, PKCS#8 in the clear, onto a token.
    ///
    /// # Errors
    /// The tool failed; it imports no Ed25519.
    pub fn import(&self, label: &str, pin: &str, pkcs8_pem: &Path, id: &str) -> Result<(), BenchError> {
        let mut tool = Command::new("softhsm2-util");
        tool.env(CONFIGURATION_VARIABLE, &self.configuration).arg("--import").arg(pkcs8_pem);
        tool.args(["--token", label, "--label", "tuf-root", "--id", id, "--pin", pin]);
        run(&mut tool)
    }
}

fn run(tool: &mut Command) -> Result<(), BenchError> {
    let output = tool.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(BenchError::Tool { program: tool.get_program().to_string_lossy().into_owned(), said })
}

/// A bench cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// No SoftHSM.
    #[error(
        "SoftHSM is not installed. Run `cargo xtask test`, which installs it, or `apt-get install softhsm2 opensc`."
    )]
    NotInstalled,
    /// A file or program.
    #[error(
        "The token bench could not be set up: {0}. Install softhsm2 and opensc, and look at the folder's permissions."
    )]
    Io(#[from] io::Error),
    /// A tool said no.
    #[error("{program} failed: {said}")]
    Tool {
        /// The tool.
        program: String,
        /// What it said.
        said: String,
    },
}
