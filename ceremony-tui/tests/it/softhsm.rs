//! SoftHSM tokens with one key each, under CKA_ID 02.

use std::path::{Path, PathBuf};

use hardware_tests::softhsm::{self, KeyKind, PinPolicy};
use shared::software::SoftwareKey;

const KEY: &str = "02";

/// What a program needs in its environment to see the tokens of this bench.
pub(crate) fn environment(bench: &softhsm::SoftHsm) -> (&'static str, &str) {
    (softhsm::CONFIGURATION_VARIABLE, bench.configuration().to_str().unwrap())
}

/// A set of tokens that vanishes with its folder.
pub(crate) struct SoftHsm {
    bench: softhsm::SoftHsm,
    folder: PathBuf,
}

impl SoftHsm {
    pub(crate) fn new(folder: &Path) -> SoftHsm {
        let bench = softhsm::SoftHsm::new(folder).unwrap_or_else(|error| panic!("{error}"));
        SoftHsm { bench, folder: folder.to_owned() }
    }

    /// What a program needs in its environment to see these tokens.
    pub(crate) fn environment(&self) -> (&'static str, &str) {
        environment(&self.bench)
    }

    /// Makes a token that generates its key itself.
    pub(crate) fn token(&self, label: &str, pin: &str, kind: KeyKind) {
        self.token_under(label, pin, kind, PinPolicy::Once);
    }

    pub(crate) fn token_under(&self, label: &str, pin: &str, kind: KeyKind, policy: PinPolicy) {
        self.bench.token(label, pin).unwrap();
        self.bench.generate_under(label, pin, kind, KEY, policy).unwrap();
    }

    /// Generates one more key on a token, of which nothing is shown before a login.
    pub(crate) fn hidden_rsa(&self, label: &str, pin: &str, id: &str) {
        self.bench.generate(label, pin, KeyKind::Rsa2048, id).unwrap();
        self.bench.hide(label, pin, id).unwrap();
    }

    /// Makes a token that holds this key.
    pub(crate) fn token_with(&self, label: &str, pin: &str, key: &SoftwareKey) {
        self.bench.token(label, pin).unwrap();
        let pem = self.folder.join(format!("{label}.import.pem"));
        std::fs::write(&pem, pkcs8_pem(key)).unwrap();
        self.bench.import(label, pin, &pem, KEY).unwrap();
        std::fs::remove_file(&pem).unwrap();
    }
}

/// The private key, not encrypted.
pub(crate) fn pkcs8_pem(key: &SoftwareKey) -> String {
    use pkcs8::der::pem::LineEnding;
    let info = pkcs8::PrivateKeyInfo::try_from(key.to_pkcs8_der().as_slice()).unwrap();
    let document = pkcs8::SecretDocument::try_from(info).unwrap();
    document.to_pem("PRIVATE KEY", LineEnding::LF).unwrap().to_string()
}
