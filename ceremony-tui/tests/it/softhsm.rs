//! SoftHSM tokens in a folder of their own, one set per test.

use std::path::{Path, PathBuf};
use std::process::Command;

use shared::software::SoftwareKey;

/// Where distributions put the module.
const USUAL: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
];

/// The module, or a panic that says how to get it.
pub(crate) fn module() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where SoftHSM lies")]
    let named = std::env::var("VESTRY_SOFTHSM").ok();
    let found =
        named.or_else(|| USUAL.iter().find(|path| Path::new(path).exists()).map(|path| (*path).to_owned()));
    found.expect("SoftHSM is not installed. Run the tests with `cargo xtask test`, which installs it.")
}

/// A set of tokens that vanishes with its folder.
pub(crate) struct SoftHsm {
    pub(crate) configuration: String,
    folder: PathBuf,
}

impl SoftHsm {
    pub(crate) fn new(folder: &Path) -> SoftHsm {
        module();
        let tokens = folder.join("tokens");
        std::fs::create_dir_all(&tokens).unwrap();
        let configuration = folder.join("softhsm2.conf");
        let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
        std::fs::write(&configuration, text).unwrap();
        let configuration = configuration.to_str().unwrap().to_owned();
        SoftHsm { configuration, folder: folder.to_owned() }
    }

    /// Makes a token that holds this key under CKA_ID 02.
    pub(crate) fn token(&self, label: &str, pin: &str, key: &SoftwareKey) {
        self.empty_token(label, pin);
        self.import(label, pin, key, "02");
    }

    pub(crate) fn empty_token(&self, label: &str, pin: &str) {
        self.run(&["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "87654321"]);
    }

    pub(crate) fn import(&self, label: &str, pin: &str, key: &SoftwareKey, id: &str) {
        let pem = self.folder.join(format!("{label}.import.pem"));
        std::fs::write(&pem, pkcs8_pem(key)).unwrap();
        let path = pem.to_str().unwrap();
        self.run(&["--import", path, "--token", label, "--label", "root", "--id", id, "--pin", pin]);
        std::fs::remove_file(&pem).unwrap();
    }

    /// Generates a key on the token itself; softhsm2-util imports no Ed25519.
    pub(crate) fn generate(&self, label: &str, pin: &str, kind: &[&str]) {
        let mut command = Command::new("pkcs11-tool");
        command.args(["--module", &module(), "--token-label", label, "--login", "--pin", pin]);
        command.args(["--keypairgen", "--id", "02", "--label", "root", "--key-type"]).args(kind);
        let output = command.env("SOFTHSM2_CONF", &self.configuration).output();
        let output = output.expect("pkcs11-tool is missing. Run the tests with `cargo xtask test`.");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn run(&self, arguments: &[&str]) {
        let mut command = Command::new("softhsm2-util");
        command.args(arguments).env("SOFTHSM2_CONF", &self.configuration);
        let output =
            command.output().expect("softhsm2-util is missing. Run the tests with `cargo xtask test`.");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn pkcs8_pem(key: &SoftwareKey) -> String {
    use pkcs8::der::pem::LineEnding;
    let info = pkcs8::PrivateKeyInfo::try_from(key.to_pkcs8_der().as_slice()).unwrap();
    let document = pkcs8::SecretDocument::try_from(info).unwrap();
    document.to_pem("PRIVATE KEY", LineEnding::LF).unwrap().to_string()
}
