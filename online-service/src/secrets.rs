//! Where passphrases and tokens come from: a file or a systemd credential, never an argument.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::VaultConfig;

/// Why there is no secret. Never says anything about its content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The file could not be read.
    #[error("The file {path} could not be read: {reason}.")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Others can read the file.
    #[error(
        "The file {path} holds a secret, and others can read it (mode {mode:o}). Run `chmod 600 {path}` and start again."
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Nothing in it.
    #[error("The first line of {0} is empty. Write the passphrase or token there.")]
    Empty(PathBuf),
    /// systemd gave no credentials.
    #[error(
        "The configuration names the credential {0}, but systemd passed none. Add LoadCredential={0}:… to the unit, or use passphrase_file."
    )]
    NoCredential(String),
    /// A name that could point elsewhere.
    #[error("\"{0}\" is no credential name. Use letters, digits, dots, underscores and hyphens.")]
    CredentialName(String),
}

/// The longest file that is read: a secret is a line.
const MAX_BYTES: u64 = 4096;

/// Reads the vault's passphrase as the configuration says.
pub(crate) fn vault_passphrase(config: &VaultConfig) -> Result<Zeroizing<String>, SecretError> {
    match (&config.passphrase_file, &config.credential) {
        (Some(path), _) => from_file(path),
        // systemd opens a credential to the service's user through an ACL, which shows as group bits in the mode.
        (None, Some(name)) => {
            let path = credential_path(name)?;
            first_line(&path, open(&path)?)
        }
        (None, None) => Err(SecretError::NoCredential(String::new())),
    }
}

#[expect(clippy::disallowed_methods, reason = "systemd names the folder of credentials in the environment")]
fn credential_path(name: &str) -> Result<PathBuf, SecretError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(SecretError::CredentialName(name.to_owned()));
    }
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
    folder
        .map(|folder| Path::new(&folder).join(name))
        .ok_or_else(|| SecretError::NoCredential(name.to_owned()))
}

/// Reads the first line of a file that its owner alone can read.
pub(crate) fn from_file(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let file = open(path)?;
    // The mode of the open file, not of the name: the name could be exchanged in between.
    let mode = file.metadata().map_err(unreadable(path))?.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Open { path: path.to_owned(), mode });
    }
    first_line(path, file)
}

fn open(path: &Path) -> Result<File, SecretError> {
    File::open(path).map_err(unreadable(path))
}

fn first_line(path: &Path, file: File) -> Result<Zeroizing<String>, SecretError> {
    // Room for everything at once: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(4096));
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable(path))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(SecretError::Empty(path.to_owned()));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> SecretError + '_ {
    |error| SecretError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{SecretError, credential_path, from_file};

    #[test]
    fn a_passphrase_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, "correct horse\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(from_file(&path), Err(SecretError::Open { mode: 0o640, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(from_file(&path).unwrap().as_str(), "correct horse");
    }

    #[test]
    fn a_credential_name_cannot_point_elsewhere() {
        for name in ["../etc/shadow", "", ".", "a/b"] {
            assert!(matches!(credential_path(name), Err(SecretError::CredentialName(_))));
        }
    }
}
