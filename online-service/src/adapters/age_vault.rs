//! A vault of age-encrypted key files in one folder.
//!
//! `NAME.age` is the private key (PKCS#8 PEM inside armored age), `NAME.json` its public half, so that keys can be
//! listed without a passphrase. Everything is unlocked once, at the start.

mod keeper;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use shared::gap::OnlineKeyDocument;
use shared::json::Json;
use shared::key::{Key, Signature};
use shared::software::SoftwareKey;
use shared::software::sealed::{self, Passphrase};
use shared::time::UnixTime;

pub(crate) use keeper::AgeVaultKeeper;

use crate::ports::vault::{HeldKey, SignRequest, Vault, VaultError};

struct Entry {
    name: String,
    private: SoftwareKey,
}

/// An unlocked vault.
pub(crate) struct AgeVault {
    entries: Vec<Entry>,
}

impl AgeVault {
    /// Opens every key of the folder.
    pub(crate) fn unlock(folder: &Path, passphrase: &Passphrase) -> Result<Self, VaultError> {
        let entries =
            sealed_files(folder)?.iter().map(|file| open(file, passphrase)).collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// By material: two spellings of one key are the same key.
    fn find(&self, key: &Key) -> Result<&SoftwareKey, VaultError> {
        self.entries
            .iter()
            .map(|entry| &entry.private)
            .find(|private| private.public().material() == key.material())
            .ok_or_else(|| VaultError::NotHeld(key.id().clone()))
    }
}

fn unavailable(path: &Path, error: impl std::fmt::Display) -> VaultError {
    VaultError::Unavailable(format!("{}: {error}", path.display()))
}

/// The key files, ordered by name.
fn sealed_files(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unavailable(folder, error))? {
        let path = entry.map_err(|error| unavailable(folder, error))?.path();
        if path.extension() == Some(OsStr::new("age")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn open(path: &Path, passphrase: &Passphrase) -> Result<Entry, VaultError> {
    let file = std::fs::read(path).map_err(|error| unavailable(path, error))?;
    let private = sealed::open(&file, passphrase).map_err(|error| unavailable(path, error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Entry { name, private })
}

impl Vault for AgeVault {
    fn keys(&self) -> Vec<HeldKey> {
        let held = |entry: &Entry| HeldKey { key: entry.private.public().clone(), name: entry.name.clone() };
        self.entries.iter().map(held).collect()
    }

    fn prove(&self, key: &Key) -> Result<(), VaultError> {
        let private = self.find(key)?;
        // Nobody sees this signature, so it need not be fresh. It must only never be taken for metadata.
        let probe = format!("vestry-vault-probe-v1\n{}\n", key.id());
        let sig =
            private.sign(probe.as_bytes()).map_err(|error| VaultError::Unavailable(error.to_string()))?;
        key.verify(probe.as_bytes(), &sig).map_err(|error| VaultError::Unavailable(error.to_string()))
    }

    fn prove_online_key(&self, key: &Key, time: UnixTime) -> Result<Vec<u8>, VaultError> {
        let statement = OnlineKeyDocument::statement(key.id(), time);
        self.find(key)?.sign(&statement).map_err(|error| VaultError::Unavailable(error.to_string()))
    }

    fn sign(&self, key: &Key, request: &SignRequest<'_>) -> Result<Signature, VaultError> {
        request.check()?;
        let private = self.find(key)?;
        let sig = private
            .sign(request.document.signing_bytes())
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        Ok(Signature { keyid: key.id().clone(), sig })
    }
}

/// What `NAME.json` says.
fn public_half(name: &str, key: &Key) -> Vec<u8> {
    Json::object([
        ("kind", Json::from("vestry-vault-key")),
        ("version", Json::from(1u32)),
        ("name", Json::from(name)),
        ("keyid", Json::from(key.id().as_str())),
        ("key", key.to_json()),
    ])
    .to_pretty()
}

#[cfg(test)]
mod tests;
