//! Making, importing and listing keys.

use std::path::{Path, PathBuf};

use shared::json::Json;
use shared::key::{Key, Scheme};
use shared::software::SoftwareKey;
use shared::software::sealed::{self, Passphrase, Work};

use super::{AgeVault, public_half, sealed_files, unavailable};
use crate::data_folder::write_private;
use crate::ports::vault::{HeldKey, Vault as _, VaultError, VaultKeeper};

/// The operator's side of the vault. The passphrase, and how much work guessing it shall cost, are read when they are
/// needed, not when keys are listed.
pub(crate) struct AgeVaultKeeper<P> {
    folder: PathBuf,
    unlock: P,
}

impl<P: Fn() -> Result<(Passphrase, Work), VaultError>> AgeVaultKeeper<P> {
    /// A keeper of that folder.
    pub(crate) fn new(folder: PathBuf, unlock: P) -> Self {
        Self { folder, unlock }
    }

    fn store(&self, private: &SoftwareKey, name: &str) -> Result<HeldKey, VaultError> {
        check_name(name)?;
        let (passphrase, work) = (self.unlock)()?;
        // All keys of a vault have one passphrase: opening the others here finds a wrong one before a key is lost.
        let held = AgeVault::unlock(&self.folder, &passphrase)?;
        if held.keys().iter().any(|other| other.key.material() == private.public().material()) {
            return Err(VaultError::Name(format!("The vault holds key {} already.", private.public().id())));
        }
        let sealed = sealed::seal(private, &passphrase, work)
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        let path = |extension: &str| self.folder.join(format!("{name}.{extension}"));
        // The private key first: a public half without it would promise a key that is not there.
        write(&path("age"), sealed.as_bytes())?;
        write(&path("json"), &public_half(name, private.public()))?;
        Ok(HeldKey { key: private.public().clone(), name: name.to_owned() })
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), VaultError> {
    write_private(path, content).map_err(|error| VaultError::Name(error.to_string()))
}

fn check_name(name: &str) -> Result<(), VaultError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !name.is_empty() && name.len() <= 64 && !name.starts_with('.') && name.bytes().all(plain) {
        return Ok(());
    }
    Err(VaultError::Name(format!(
        "\"{name}\" is no key name. Use letters, digits, dots, underscores and hyphens, at most 64, not beginning with a dot."
    )))
}

impl<P: Fn() -> Result<(Passphrase, Work), VaultError>> VaultKeeper for AgeVaultKeeper<P> {
    fn generate(&self, scheme: Scheme, name: &str) -> Result<HeldKey, VaultError> {
        let private =
            SoftwareKey::generate(scheme).map_err(|error| VaultError::Unavailable(error.to_string()))?;
        self.store(&private, name)
    }

    fn import(&self, file: &[u8], passphrase: &Passphrase, name: &str) -> Result<HeldKey, VaultError> {
        let private =
            sealed::open_any(file, passphrase).map_err(|error| VaultError::Unavailable(error.to_string()))?;
        self.store(&private, name)
    }

    fn list(&self) -> Result<Vec<HeldKey>, VaultError> {
        sealed_files(&self.folder)?.iter().map(|file| read_public(&file.with_extension("json"))).collect()
    }
}

fn read_public(path: &Path) -> Result<HeldKey, VaultError> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => VaultError::Unavailable(format!(
            "{} is missing beside the private key of the same name; an import or a generation was interrupted, so take that .age file out of the vault and make the key again",
            path.display()
        )),
        _ => unavailable(path, error),
    })?;
    let value = Json::parse(&bytes).map_err(|error| unavailable(path, error))?;
    let key =
        Key::from_json(value.get("key").unwrap_or(&Json::Null)).map_err(|error| unavailable(path, error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(HeldKey { key, name })
}
