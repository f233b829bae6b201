//! Signature schemes: those that this project makes keys for, and those whose signatures count.

use std::fmt;

/// The signature schemes that every TUF client can verify, and that this project offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Ed25519 over the message itself.
    Ed25519,
    /// ECDSA on P-256 with SHA-256, DER signatures.
    EcdsaP256Sha256,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    RsaPssSha256,
}

impl Scheme {
    /// TUF's name of the scheme.
    pub fn name(self) -> &'static str {
        CountedScheme::from(self).name()
    }

    /// TUF's name of the key type that goes with the scheme.
    pub fn keytype(self) -> &'static str {
        CountedScheme::from(self).keytype()
    }

    /// What people call a key of this scheme.
    pub fn title(self) -> &'static str {
        CountedScheme::from(self).title()
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Every signature scheme whose signatures count: the offered ones, and what RSTUF's users may have besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountedScheme {
    /// Ed25519 over the message itself.
    Ed25519,
    /// ECDSA on one of NIST's curves, DER signatures.
    Ecdsa(Curve),
    /// RSA-PSS, MGF1 with the same digest, and a salt as long as the digest.
    RsaPss(Digest),
    /// RSA with the padding of PKCS#1 v1.5.
    RsaPkcs1(Digest),
}

/// A curve of NIST, with the digest that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// With SHA-256.
    P256,
    /// With SHA-384.
    P384,
    /// With SHA-512.
    P521,
}

impl Curve {
    /// What people call the curve.
    pub fn title(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }
}

/// A digest that RSA signatures are made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// How many bytes it has.
    pub fn length(self) -> usize {
        match self {
            Digest::Sha256 => 32,
            Digest::Sha384 => 48,
            Digest::Sha512 => 64,
        }
    }
}

impl CountedScheme {
    /// All of them.
    pub const ALL: [CountedScheme; 10] = [
        CountedScheme::Ed25519,
        CountedScheme::Ecdsa(Curve::P256),
        CountedScheme::Ecdsa(Curve::P384),
        CountedScheme::Ecdsa(Curve::P521),
        CountedScheme::RsaPss(Digest::Sha256),
        CountedScheme::RsaPss(Digest::Sha384),
        CountedScheme::RsaPss(Digest::Sha512),
        CountedScheme::RsaPkcs1(Digest::Sha256),
        CountedScheme::RsaPkcs1(Digest::Sha384),
        CountedScheme::RsaPkcs1(Digest::Sha512),
    ];

    /// The scheme that a key type and a scheme name stand for. The key types that repeat the name of an ECDSA scheme
    /// are older than `ecdsa` and deprecated.
    pub fn of(keytype: &str, scheme: &str) -> Option<CountedScheme> {
        let found = CountedScheme::ALL.into_iter().find(|known| known.name() == scheme)?;
        let older = matches!(found, CountedScheme::Ecdsa(_)) && keytype == scheme;
        (older || keytype == found.keytype()).then_some(found)
    }

    /// TUF's name of the scheme.
    pub fn name(self) -> &'static str {
        match self {
            CountedScheme::Ed25519 => "ed25519",
            CountedScheme::Ecdsa(Curve::P256) => "ecdsa-sha2-nistp256",
            CountedScheme::Ecdsa(Curve::P384) => "ecdsa-sha2-nistp384",
            CountedScheme::Ecdsa(Curve::P521) => "ecdsa-sha2-nistp521",
            CountedScheme::RsaPss(Digest::Sha256) => "rsassa-pss-sha256",
            CountedScheme::RsaPss(Digest::Sha384) => "rsassa-pss-sha384",
            CountedScheme::RsaPss(Digest::Sha512) => "rsassa-pss-sha512",
            CountedScheme::RsaPkcs1(Digest::Sha256) => "rsa-pkcs1v15-sha256",
            CountedScheme::RsaPkcs1(Digest::Sha384) => "rsa-pkcs1v15-sha384",
            CountedScheme::RsaPkcs1(Digest::Sha512) => "rsa-pkcs1v15-sha512",
        }
    }

    /// TUF's name of the key type that goes with the scheme.
    pub fn keytype(self) -> &'static str {
        match self {
            CountedScheme::Ed25519 => "ed25519",
            CountedScheme::Ecdsa(_) => "ecdsa",
            CountedScheme::RsaPss(_) | CountedScheme::RsaPkcs1(_) => "rsa",
        }
    }

    /// What people call a key of this scheme.
    pub fn title(self) -> &'static str {
        match self {
            CountedScheme::Ed25519 => "Ed25519",
            CountedScheme::Ecdsa(curve) => curve.title(),
            CountedScheme::RsaPss(Digest::Sha256) => "RSA-PSS",
            CountedScheme::RsaPss(Digest::Sha384) => "RSA-PSS with SHA-384",
            CountedScheme::RsaPss(Digest::Sha512) => "RSA-PSS with SHA-512",
            CountedScheme::RsaPkcs1(Digest::Sha256) => "RSA PKCS#1 v1.5 with SHA-256",
            CountedScheme::RsaPkcs1(Digest::Sha384) => "RSA PKCS#1 v1.5 with SHA-384",
            CountedScheme::RsaPkcs1(Digest::Sha512) => "RSA PKCS#1 v1.5 with SHA-512",
        }
    }

    /// The scheme as one that this project makes keys for.
    pub fn offered(self) -> Option<Scheme> {
        match self {
            CountedScheme::Ed25519 => Some(Scheme::Ed25519),
            CountedScheme::Ecdsa(Curve::P256) => Some(Scheme::EcdsaP256Sha256),
            CountedScheme::RsaPss(Digest::Sha256) => Some(Scheme::RsaPssSha256),
            _ => None,
        }
    }
}

impl From<Scheme> for CountedScheme {
    fn from(scheme: Scheme) -> CountedScheme {
        match scheme {
            Scheme::Ed25519 => CountedScheme::Ed25519,
            Scheme::EcdsaP256Sha256 => CountedScheme::Ecdsa(Curve::P256),
            Scheme::RsaPssSha256 => CountedScheme::RsaPss(Digest::Sha256),
        }
    }
}

impl fmt::Display for CountedScheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
