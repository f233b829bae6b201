//! Encrypted key files: age with a passphrase, and encrypted PKCS#8 PEM.
//!
//! A file is opened for one request and forgotten with its answer: nothing is cached between requests.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use airgap_transfer::folder::open_regular;
use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::Adapter;
use ceremony_tui::token::{Answer, KeyFileKind, KeyLocator, Refusal, Request};
use shared::gap::RootKeyDocument;
use shared::key::Scheme;
use shared::software::SoftwareKey;
use shared::software::sealed::{self, MAX_BYTES, Passphrase, SealError, SealedKind, Work};

/// The adapter for key files.
pub(crate) struct KeyFiles;

impl Adapter for KeyFiles {
    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        match request {
            Request::InspectKeyFile { path } => inspect(&path).map(Answer::KeyFile),
            Request::OpenKeyFile { path } => {
                Ok(Answer::Key(open(&path, &passphrase(secrets)?)?.public().to_json()))
            }
            Request::CheckNewKeyFile { path } => check_new(&path).map(|()| Answer::Writable),
            Request::GenerateKeyFile { path, scheme } => {
                generate(&path, scheme.into(), &passphrase(secrets)?)?;
                // Opened again from the medium: a file that nobody can open is worse than none.
                Ok(Answer::Key(open(&path, &passphrase(secrets)?)?.public().to_json()))
            }
            Request::Sign { key: KeyLocator::File { path }, message, .. } => {
                let key = open(&path, &passphrase(secrets)?)?;
                let signature = key.sign(&message).map_err(|error| file_error("sign with", &path, error))?;
                Ok(Answer::Signature(signature))
            }
            _ => Err(Refusal::NotSupported),
        }
    }
}

fn passphrase(secrets: &[Secret]) -> Result<Passphrase, Refusal> {
    let text = secrets.first().and_then(|secret| secret.expose_text().ok()).ok_or(Refusal::SecretMissing)?;
    Ok(Passphrase::from(text.to_owned()))
}

fn inspect(path: &str) -> Result<KeyFileKind, Refusal> {
    let bytes = read(path)?;
    if RootKeyDocument::is_claimed_by(&bytes) {
        return Err(Refusal::PublicKeyDocument { path: path.to_owned() });
    }
    match sealed::kind_of(&bytes).map_err(|error| seal_error(path, error))? {
        SealedKind::Age => Ok(KeyFileKind::Age),
        SealedKind::EncryptedPem => Ok(KeyFileKind::EncryptedPem),
    }
}

fn open(path: &str, passphrase: &Passphrase) -> Result<SoftwareKey, Refusal> {
    sealed::open_any(&read(path)?, passphrase).map_err(|error| seal_error(path, error))
}

fn read(path: &str) -> Result<Vec<u8>, Refusal> {
    let failed = |error: std::io::Error| file_error("read", path, error);
    let file = open_regular(Path::new(path)).map_err(failed)?;
    let file = file.ok_or_else(|| file_error("read", path, "it is not a regular file"))?;
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::NotAKeyFile { path: path.to_owned() });
    }
    if bytes.windows(OLD_PEM.len()).any(|window| window == OLD_PEM) {
        return Err(Refusal::OldPemEncryption { path: path.to_owned() });
    }
    Ok(bytes)
}

const OLD_PEM: &[u8] = b"Proc-Type: 4,ENCRYPTED";

/// Before the slow part; `create_new` in [`write_new`] is what really protects an existing file.
fn check_new(path: &str) -> Result<(), Refusal> {
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(Refusal::FileExists { path: path.to_owned() });
    }
    if folder_of(path).is_dir() {
        return Ok(());
    }
    Err(file_error("write", path, format!("there is no folder {}", folder_of(path).display())))
}

fn folder_of(path: &str) -> &Path {
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn generate(path: &str, scheme: Scheme, passphrase: &Passphrase) -> Result<(), Refusal> {
    check_new(path)?;
    let key = SoftwareKey::generate(scheme).map_err(|error| file_error("generate", path, error))?;
    let sealed = sealed::seal(&key, passphrase, Work::Calibrated).map_err(|error| seal_error(path, error))?;
    write_new(path, sealed.as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Refusal::FileExists { path: path.to_owned() },
        _ => file_error("write", path, error),
    })
}

fn write_new(path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::File::open(folder_of(path))?.sync_all()
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn file_error(action: &str, path: &str, reason: impl ToString) -> Refusal {
    Refusal::File { action: action.to_owned(), path: path.to_owned(), reason: reason.to_string() }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn seal_error(path: &str, error: SealError) -> Refusal {
    let path = path.to_owned();
    match error {
        SealError::WrongPassphrase => Refusal::WrongPassphrase { path },
        SealError::NotEncrypted => Refusal::UnencryptedKeyFile { path },
        SealError::NotAge | SealError::NotPem => Refusal::NotAKeyFile { path },
        SealError::NotPassphrase
        | SealError::TooMuchWork
        | SealError::Damaged
        | SealError::Seal
        | SealError::Key(_) => Refusal::UnusableKeyFile { path, sentence: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        let mut secret = Secret::empty().unwrap();
        text.bytes().for_each(|byte| secret.push(byte).unwrap());
        secret
    }

    #[test]
    fn an_unencrypted_key_is_refused_and_told_how_to_encrypt_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plain.pem");
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        let path = path.to_str().unwrap().to_owned();
        let refused = KeyFiles.answer(Request::InspectKeyFile { path: path.clone() }, &[]);
        assert_eq!(refused, Err(Refusal::UnencryptedKeyFile { path }));
    }

    #[test]
    fn a_new_key_file_never_replaces_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.age");
        std::fs::write(&path, "precious").unwrap();
        let text = path.to_str().unwrap().to_owned();
        let request =
            Request::GenerateKeyFile { path: text.clone(), scheme: ceremony_tui::token::WireScheme::Ed25519 };
        let refused = KeyFiles.answer(request, &[secret("long enough")]);
        assert_eq!(refused, Err(Refusal::FileExists { path: text }));
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn openssl_encryption_of_old_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.pem");
        std::fs::write(&path, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n").unwrap();
        let path = path.to_str().unwrap().to_owned();
        let refused = KeyFiles.answer(Request::InspectKeyFile { path: path.clone() }, &[]);
        assert_eq!(refused, Err(Refusal::OldPemEncryption { path }));
    }

    #[test]
    fn a_public_key_document_is_no_key_file_and_the_answer_that_takes_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root-key.json");
        std::fs::write(&path, r#"{"kind":"vestry-root-key","version":1}"#).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let refused = KeyFiles.answer(Request::InspectKeyFile { path: path.clone() }, &[]);
        assert_eq!(refused, Err(Refusal::PublicKeyDocument { path: path.clone() }));
        assert!(refused.unwrap_err().to_string().contains("Choose document"));
        std::fs::write(&path, r#"{"kind":"another"}"#).unwrap();
        let refused = KeyFiles.answer(Request::InspectKeyFile { path: path.clone() }, &[]);
        assert_eq!(refused, Err(Refusal::NotAKeyFile { path }));
    }

    #[test]
    fn a_pipe_in_the_place_of_a_key_file_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("key.age");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let path = pipe.to_str().unwrap().to_owned();
        let refused = KeyFiles.answer(Request::InspectKeyFile { path }, &[]);
        assert!(matches!(refused, Err(Refusal::File { reason, .. }) if reason.contains("regular")));
    }

    #[test]
    fn a_new_key_file_in_a_folder_that_is_not_there_is_refused_before_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere/key.age").to_str().unwrap().to_owned();
        let refused = KeyFiles.answer(Request::CheckNewKeyFile { path }, &[]);
        assert!(matches!(refused, Err(Refusal::File { reason, .. }) if reason.contains("no folder")));
    }
}
