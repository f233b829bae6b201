//! Why an attestation is not believed.

use crate::key::KeyError;
use crate::time::UnixTime;

/// An attestation does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// Too many bytes for a certificate.
    #[error(
        "A certificate of the attestation has {bytes} bytes; at most {most} are read. Read the \
         attestation from the device again."
    )]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many are read.
        most: usize,
    },
    /// Less than a key's certificate and a device's.
    #[error(
        "The attestation has {count} certificates, but it takes that of the key and that of the device. Read both from \
         the device again."
    )]
    TooFew {
        /// How many came.
        count: usize,
    },
    /// More certificates than a chain has.
    #[error(
        "The attestation comes with {count} more certificates; at most {most} are read. Keep those between the \
         device's certificate and the root."
    )]
    TooMany {
        /// How many came.
        count: usize,
        /// How many are read.
        most: usize,
    },
    /// No certificate, or one of a form that attestation does not have.
    #[error(
        "A certificate of the attestation is damaged, or no X.509 certificate in DER. Read the attestation from the \
         device again."
    )]
    Malformed,
    /// A critical extension that nobody here understands (RFC 5280, 4.2: such a certificate must be refused).
    #[error(
        "A certificate of the attestation has the critical extension {oid}, which this program does not understand. \
         Use a device whose attestation has none."
    )]
    Critical {
        /// Which one.
        oid: String,
    },
    /// Not valid at that time.
    #[error(
        "The certificate \"{name}\" holds from {from} until {until}, but it is {at} now. Check the clock; when it is \
         right, use another device."
    )]
    Time {
        /// Whose certificate.
        name: String,
        /// When it begins to hold.
        from: UnixTime,
        /// When it last holds.
        until: UnixTime,
        /// What the clock says.
        at: UnixTime,
    },
    /// The key's certificate names another issuer than the device's certificate.
    #[error(
        "The attestation \"{name}\" was not issued by the device certificate \"{device}\" that came with it. Read \
         both from the same device again."
    )]
    OtherDevice {
        /// The key's certificate.
        name: String,
        /// The device's.
        device: String,
    },
    /// Nobody known signed the certificate.
    #[error(
        "The certificate \"{name}\" leads to none of the roots that are believed here. If the device is genuine, \
         pass the certificates of its maker as attestation roots."
    )]
    NoIssuer {
        /// Where the chain ends.
        name: String,
    },
    /// A certificate that may not sign certificates did.
    #[error(
        "The certificate \"{name}\" may not sign certificates, but one of the attestation rests on it. Do not trust \
         this attestation."
    )]
    NoAuthority {
        /// Whose certificate.
        name: String,
    },
    /// More certificates between an authority and the key than it allows.
    #[error(
        "Below the certificate \"{name}\" stand more certificates than it allows. Do not trust this attestation."
    )]
    TooLong {
        /// The authority.
        name: String,
    },
    /// An algorithm that is not verified here, or that does not belong to the issuer's key.
    #[error(
        "The certificate \"{name}\" is signed with an algorithm that is not trusted for attestation: RSA of 2048 to \
         8192 bits, P-256 and P-384 with SHA-2 are. Use another device."
    )]
    Algorithm {
        /// Whose certificate.
        name: String,
    },
    /// The signature does not verify.
    #[error(
        "The signature of \"{issuer}\" on the certificate \"{name}\" does not verify. The attestation was changed, or \
         belongs to another device; read it from the device again."
    )]
    Signature {
        /// What was signed.
        name: String,
        /// Who should have signed.
        issuer: String,
    },
    /// The key's certificate is no attestation of a PIV key.
    #[error(
        "The certificate \"{name}\" does not say {what}, as the attestation of a PIV key does. Read the attestation \
         of the key from its device."
    )]
    NoStatement {
        /// The certificate.
        name: String,
        /// What is missing or malformed.
        what: &'static str,
    },
    /// The attested key cannot be one of root.
    #[error("The attested key cannot sign a root. {0}")]
    Key(#[from] KeyError),
}

/// A list of certificates in PEM cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorsError {
    /// A block that is not whole.
    #[error("Among the certificates is a damaged PEM block. Get them from their source again.")]
    Pem,
    /// A block that is no certificate.
    #[error("Among the certificates is a block \"{0}\". Keep nothing but certificates there.")]
    Label(String),
    /// A certificate that cannot be used.
    #[error("One of the certificates cannot be used. {0}")]
    Certificate(#[source] Box<AttestationError>),
    /// Too many certificates.
    #[error(
        "The file with attestation roots has {count} certificates; at most {most} are read. Keep those needed."
    )]
    TooMany {
        /// How many it has.
        count: usize,
        /// How many are read.
        most: usize,
    },
    /// Nothing to believe.
    #[error(
        "The file with attestation roots has no self-signed certificate, so nothing in it can be believed by itself. \
         Add the root of the maker of the devices."
    )]
    NoRoot,
}
