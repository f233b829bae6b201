//! openssl verifies a signature over a message.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{OracleError, limited};

/// How a message was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureScheme {
    /// ECDSA with SHA-256, in DER.
    EcdsaSha256,
    /// ECDSA with SHA-384, in DER.
    EcdsaSha384,
    /// Ed25519.
    Ed25519,
    /// RSA-PSS with SHA-256 and 32 bytes of salt.
    RsaPssSha256,
}

impl SignatureScheme {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            SignatureScheme::EcdsaSha256 => &["-rawin", "-digest", "sha256"],
            SignatureScheme::EcdsaSha384 => &["-rawin", "-digest", "sha384"],
            SignatureScheme::Ed25519 => &["-rawin"],
            SignatureScheme::RsaPssSha256 => &[
                "-rawin",
                "-digest",
                "sha256",
                "-pkeyopt",
                "rsa_padding_mode:pss",
                "-pkeyopt",
                "rsa_pss_saltlen:32",
            ],
        }
    }
}

/// Does openssl accept a signature? The public key is a SubjectPublicKeyInfo in PEM.
///
/// # Errors
/// It cannot be asked.
pub fn openssl_verifies(
    public: &str,
    scheme: SignatureScheme,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, OracleError> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("public.pem"), public)?;
    std::fs::write(file("message"), message)?;
    std::fs::write(file("signature"), signature)?;
    let mut command = limited(Path::new("openssl"));
    command.args(["pkeyutl", "-verify", "-pubin", "-inkey"]).arg(file("public.pem"));
    command.arg("-in").arg(file("message")).arg("-sigfile").arg(file("signature")).args(scheme.arguments());
    said_yes(&mut command)
}

/// It says it in words, and ends with 1 for "no" and for "I cannot" alike.
fn said_yes(command: &mut Command) -> Result<bool, OracleError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| OracleError::NotStarted("openssl".to_owned(), error))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    match (said.contains("Signature Verified Successfully"), said.contains("Signature Verification Failure"))
    {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        _ => Err(OracleError::NotUnderstood("openssl", said)),
    }
}
