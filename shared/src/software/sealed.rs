//! Private keys at rest: PKCS#8 PEM inside an armored age file, locked by a passphrase.

use std::io::Read as _;

use age::armor::ArmoredReader;
use age::secrecy::{ExposeSecret as _, SecretString};
use age::{DecryptError, Decryptor, Identity, scrypt};
use pkcs8::der::pem::LineEnding;
use pkcs8::{EncryptedPrivateKeyInfo, PrivateKeyInfo, SecretDocument};
use zeroize::Zeroizing;

use super::{SoftwareKey, SoftwareKeyError};

/// A passphrase: zeroized when dropped, without a printable form.
pub type Passphrase = SecretString;

/// Files that ask for more work than this are refused: 2^20 costs 4 seconds and 1 GiB.
const MAX_WORK_FACTOR: u8 = 20;
const LABEL: &str = "PRIVATE KEY";
/// The longest sealed file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// How much work opening a file shall cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// About a second on this machine.
    Calibrated,
    /// 2 to this power; small numbers are for tests.
    Factor(u8),
}

/// Seals a key with a passphrase.
///
/// # Errors
/// The key could not be encrypted.
pub fn seal(key: &SoftwareKey, passphrase: &Passphrase, work: Work) -> Result<String, SealError> {
    let info =
        PrivateKeyInfo::try_from(key.to_pkcs8_der().as_slice()).map_err(|_| SoftwareKeyError::Pkcs8)?;
    let document = SecretDocument::try_from(info).map_err(|_| SoftwareKeyError::Pkcs8)?;
    let pem = document.to_pem(LABEL, LineEnding::LF).map_err(|_| SoftwareKeyError::Pkcs8)?;
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    if let Work::Factor(factor) = work {
        recipient.set_work_factor(factor);
    }
    age::encrypt_and_armor(&recipient, pem.as_bytes()).map_err(|_| SealError::Seal)
}

/// Opens an age file with its passphrase.
///
/// # Errors
/// Another passphrase, another kind of file, or one that asks for too much work.
pub fn open(file: &[u8], passphrase: &Passphrase) -> Result<SoftwareKey, SealError> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|_| SealError::NotAge)?;
    if !decryptor.is_scrypt() {
        return Err(SealError::NotPassphrase);
    }
    let mut identity = scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut reader = decryptor.decrypt(std::iter::once(&identity as &dyn Identity)).map_err(refusal)?;
    // Large enough from the start: growing would leave copies behind.
    let mut pem = Zeroizing::new(vec![0_u8; MAX_BYTES]);
    let mut length = 0;
    loop {
        let read = reader.read(&mut pem[length..]).map_err(|_| SealError::Damaged)?;
        if read == 0 {
            break;
        }
        length += read;
    }
    let text = std::str::from_utf8(&pem[..length]).map_err(|_| SoftwareKeyError::Pkcs8)?;
    from_pem(text)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn refusal(error: DecryptError) -> SealError {
    match error {
        DecryptError::ExcessiveWork { .. } => SealError::TooMuchWork,
        DecryptError::DecryptionFailed | DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed => {
            SealError::WrongPassphrase
        }
        _ => SealError::Damaged,
    }
}

/// Opens an encrypted PKCS#8 PEM, as `openssl pkcs8 -topk8` writes it, with its passphrase.
///
/// # Errors
/// Another passphrase, and PEM that is not encrypted.
pub fn open_pem(pem: &str, passphrase: &Passphrase) -> Result<SoftwareKey, SealError> {
    let (label, document) = SecretDocument::from_pem(pem.trim_start()).map_err(|_| SealError::NotPem)?;
    match label {
        "ENCRYPTED PRIVATE KEY" => {}
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => return Err(SealError::NotEncrypted),
        _ => return Err(SealError::NotPem),
    }
    let info = EncryptedPrivateKeyInfo::try_from(document.as_bytes()).map_err(|_| SealError::NotPem)?;
    let opened =
        info.decrypt(passphrase.expose_secret().as_bytes()).map_err(|_| SealError::WrongPassphrase)?;
    Ok(SoftwareKey::from_pkcs8_der(opened.as_bytes())?)
}

/// What kind of sealed file this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedKind {
    /// An age file locked by a passphrase.
    Age,
    /// An encrypted PKCS#8 PEM.
    EncryptedPem,
}

/// Looks at a file without opening it.
///
/// # Errors
/// A private key that is not encrypted, and whatever is no key file.
pub fn kind_of(file: &[u8]) -> Result<SealedKind, SealError> {
    let text = std::str::from_utf8(file).unwrap_or_default().trim_start();
    if text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----") || file.starts_with(b"age-encryption.org/") {
        return Ok(SealedKind::Age);
    }
    if text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Ok(SealedKind::EncryptedPem);
    }
    if text.starts_with("-----BEGIN ") && text.lines().next().is_some_and(|line| line.contains("PRIVATE KEY"))
    {
        return Err(SealError::NotEncrypted);
    }
    Err(SealError::NotAge)
}

/// Opens either kind of sealed file with its passphrase.
///
/// # Errors
/// As [`open`] and [`open_pem`].
pub fn open_any(file: &[u8], passphrase: &Passphrase) -> Result<SoftwareKey, SealError> {
    match kind_of(file)? {
        SealedKind::Age => open(file, passphrase),
        SealedKind::EncryptedPem => {
            open_pem(std::str::from_utf8(file).map_err(|_| SealError::NotPem)?, passphrase)
        }
    }
}

fn from_pem(pem: &str) -> Result<SoftwareKey, SealError> {
    // Cleared when it is dropped, unlike a plain `Document`.
    let (label, document) = SecretDocument::from_pem(pem).map_err(|_| SoftwareKeyError::Pkcs8)?;
    if label != LABEL {
        return Err(SoftwareKeyError::Pkcs8.into());
    }
    Ok(SoftwareKey::from_pkcs8_der(document.as_bytes())?)
}

/// A sealed key cannot be opened or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another passphrase.
    #[error("The passphrase is wrong. Nothing was changed; try again.")]
    WrongPassphrase,
    /// Not an age file.
    #[error("This is no age file and no encrypted private key in PEM. Choose another file.")]
    NotAge,
    /// An age file for a key, not for a passphrase.
    #[error("This age file is not locked by a passphrase. Lock the key with `age --passphrase`.")]
    NotPassphrase,
    /// Not a PEM private key.
    #[error("This is no encrypted private key in PEM. Make one with `openssl pkcs8 -topk8`.")]
    NotPem,
    /// A private key in the clear.
    #[error(
        "This private key is not encrypted, and is refused. Encrypt it with `openssl pkcs8 -topk8`, and destroy the clear copy."
    )]
    NotEncrypted,
    /// An age file that costs more than a ceremony can wait for.
    #[error(
        "This age file asks for more work than is reasonable. Seal the key again with a smaller work factor."
    )]
    TooMuchWork,
    /// Damaged content.
    #[error("The file is damaged. Use another copy.")]
    Damaged,
    /// Encryption failed.
    #[error("The key could not be sealed. Try again.")]
    Seal,
    /// The content is no key.
    #[error(transparent)]
    Key(#[from] SoftwareKeyError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Scheme;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::from(text.to_owned())
    }

    #[test]
    fn a_sealed_key_opens_with_its_passphrase_and_no_other() {
        let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
        let file = seal(&key, &passphrase("correct"), Work::Factor(2)).unwrap();
        assert_eq!(kind_of(file.as_bytes()), Ok(SealedKind::Age));
        let opened = open_any(file.as_bytes(), &passphrase("correct")).unwrap();
        assert_eq!(opened.public(), key.public());
        assert_eq!(open_any(file.as_bytes(), &passphrase("wrong")).unwrap_err(), SealError::WrongPassphrase);
    }

    #[test]
    fn a_private_key_in_the_clear_is_refused() {
        let clear = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(kind_of(clear), Err(SealError::NotEncrypted));
        assert_eq!(kind_of(b"hello"), Err(SealError::NotAge));
    }
}
