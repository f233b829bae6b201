//! What can be asked of a token host.

use serde::{Deserialize, Serialize};
use shared::device::KeyPolicy;
use shared::json::Json;
use shared::key::Scheme;

use super::{HostKind, Shown};

/// No request needs more secrets than this.
pub const MOST_SECRETS: u8 = 2;

/// A request and how many secrets follow it, each a frame of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// What is asked.
    pub request: Request,
    /// How many of the next frames are secrets: at most [`MOST_SECRETS`].
    pub secrets: u8,
    /// What the host of this kind showed last, maybe another process: a host that was just started knows nothing else of
    /// a card that cannot be asked now.
    pub shown: Vec<Shown>,
}

/// Everything that can be asked of a token host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Which tokens are there now?
    Tokens,
    /// Which keys does this token show? With a PIN also those that it hides.
    Keys {
        /// The token.
        token: TokenId,
        /// How the token learns that its holder is there.
        login: Login,
    },
    /// The certificates in which a token says where a key comes from. (No secret.)
    Attestation {
        /// The token.
        token: TokenId,
        /// Which key: CKA_ID, or the PIV slot, in hex.
        key_id: String,
    },
    /// Generate a key on a token. Never over a key that is there.
    GenerateKey {
        /// The token.
        token: TokenId,
        /// What shall be made, and where.
        key: NewKey,
        /// What allows it; [`Authority::FactoryManagementKey`] needs no secret, the others one.
        authority: Authority,
    },
    /// Change the PIN. Two secrets: the PIN as it is, and as it shall be.
    ChangePin {
        /// The token.
        token: TokenId,
    },
    /// Give a token whose PIN is locked a new one. Two secrets: the PUK (PIV) or the security officer's PIN (PKCS#11),
    /// and the new PIN.
    UnblockPin {
        /// The token.
        token: TokenId,
    },
    /// Let the token show which one it is: its light flickers for some seconds. (No secret.)
    Identify {
        /// The token.
        token: TokenId,
    },
    /// What is this file? (No secret.)
    InspectKeyFile {
        /// Its path.
        path: String,
    },
    /// Open a key file with its passphrase and give the public key.
    OpenKeyFile {
        /// Its path.
        path: String,
    },
    /// Could a new key file be written here? (No secret.)
    CheckNewKeyFile {
        /// Its path; it must not exist, and its folder must.
        path: String,
    },
    /// Generate a key, write it encrypted into a new file, open that file again and give the public key.
    GenerateKeyFile {
        /// Where the new file goes; it must not exist.
        path: String,
        /// The kind of key.
        scheme: WireScheme,
    },
    /// Sign these bytes with this key.
    Sign {
        /// The key.
        key: KeyLocator,
        /// The bytes, as they are signed (hosts hash where the scheme hashes).
        #[serde(with = "hex::serde")]
        message: Vec<u8>,
        /// How the token learns that its holder is there.
        login: Login,
    },
}

impl Request {
    /// How long an answer of this host may take. Signing may wait for a touch, opening a file for scrypt on a slow laptop.
    pub fn patience_seconds(&self, host: &HostKind) -> u64 {
        match self {
            // A card does these at once and waits for nobody. While it hangs, no other card is looked at, and its host
            // keeps the PIN.
            Request::Tokens
            | Request::Keys { .. }
            | Request::Attestation { .. }
            | Request::ChangePin { .. }
            | Request::UnblockPin { .. }
            | Request::Identify { .. }
                if *host == HostKind::Piv =>
            {
                20
            }
            Request::Tokens
            | Request::Identify { .. }
            | Request::InspectKeyFile { .. }
            | Request::CheckNewKeyFile { .. } => 30,
            Request::Keys { .. }
            | Request::Attestation { .. }
            | Request::ChangePin { .. }
            | Request::UnblockPin { .. } => 60,
            Request::GenerateKey { key, .. } if !key.kind.is_rsa() => 60,
            Request::OpenKeyFile { .. } | Request::Sign { .. } => 120,
            // RSA on a token takes minutes.
            Request::GenerateKey { .. } | Request::GenerateKeyFile { .. } => 240,
        }
    }

    /// How many secrets go with it.
    pub fn secrets(&self) -> u8 {
        match self {
            Request::Tokens
            | Request::Attestation { .. }
            | Request::Identify { .. }
            | Request::InspectKeyFile { .. }
            | Request::CheckNewKeyFile { .. } => 0,
            Request::Keys { login, .. } | Request::Sign { login, .. } => u8::from(*login == Login::Secret),
            Request::GenerateKey { authority, .. } => authority.secrets(),
            Request::OpenKeyFile { .. } | Request::GenerateKeyFile { .. } => 1,
            Request::ChangePin { .. } | Request::UnblockPin { .. } => 2,
        }
    }
}

/// How a token learns that its holder is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Login {
    /// No login: only what the token shows to everybody.
    None,
    /// A PIN or passphrase follows the request.
    Secret,
    /// The token's own PIN pad asks.
    PinPad,
}

/// A token is known by its label and serial number, never by a slot number, which changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TokenId {
    /// The label that its owner gave it.
    pub label: String,
    /// The serial number.
    pub serial: String,
}

/// Where a private key lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyLocator {
    /// In an encrypted file.
    File {
        /// Its path.
        path: String,
    },
    /// On a token.
    Token {
        /// The token.
        token: TokenId,
        /// CKA_ID, or the PIV slot, in hex.
        key_id: String,
        /// The public key, so that of two objects under one id the right one signs.
        key: Json,
    },
}

/// A key that a token shall generate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// Where: the PIV slot ("9c"), or the CKA_ID, in hex.
    pub key_id: String,
    /// CKA_LABEL; PIV has none.
    pub label: String,
    /// The kind of key.
    pub kind: NewKeyKind,
    /// When it will want PIN and touch; PKCS#11 tokens decide that themselves.
    pub policy: Option<KeyPolicy>,
}

/// Kinds of key that are generated on tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewKeyKind {
    /// ECDSA on P-256.
    P256,
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// Ed25519.
    Ed25519,
}

impl NewKeyKind {
    /// Whether a token looks for large primes first.
    pub fn is_rsa(self) -> bool {
        matches!(self, NewKeyKind::Rsa2048 | NewKeyKind::Rsa3072)
    }
}

/// What allows a token to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authority {
    /// The PIN: PKCS#11, and a YubiKey whose management key is protected by the PIN.
    Pin,
    /// The PIV management key, typed in hex.
    ManagementKey,
    /// The PIV management key that every YubiKey leaves the factory with.
    FactoryManagementKey,
}

impl Authority {
    /// How many secrets it takes.
    pub fn secrets(self) -> u8 {
        match self {
            Authority::Pin | Authority::ManagementKey => 1,
            Authority::FactoryManagementKey => 0,
        }
    }
}

/// Schemes that can be generated, as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireScheme {
    /// Ed25519.
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256,
    /// RSA-PSS with SHA-256.
    RsaPss,
}

impl From<WireScheme> for Scheme {
    fn from(scheme: WireScheme) -> Scheme {
        match scheme {
            WireScheme::Ed25519 => Scheme::Ed25519,
            WireScheme::EcdsaP256 => Scheme::EcdsaP256Sha256,
            WireScheme::RsaPss => Scheme::RsaPssSha256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_waits_for_nobody_is_given_up_soon_and_a_touch_or_a_search_for_primes_is_not() {
        let token = TokenId { label: "YubiKey".to_owned(), serial: "1".to_owned() };
        let key = KeyLocator::Token { token: token.clone(), key_id: "9c".to_owned(), key: Json::Null };
        let new = |kind| {
            let key = NewKey { key_id: "9c".to_owned(), label: String::new(), kind, policy: None };
            Request::GenerateKey { token: token.clone(), key, authority: Authority::FactoryManagementKey }
        };
        let module = HostKind::Pkcs11 { module: "/m.so".to_owned() };
        let rows = [
            (Request::ChangePin { token: token.clone() }, 20, 60),
            (Request::Keys { token: token.clone(), login: Login::PinPad }, 20, 60),
            (Request::Attestation { token: token.clone(), key_id: "9c".to_owned() }, 20, 60),
            (new(NewKeyKind::P256), 60, 60),
            (Request::Sign { key, message: Vec::new(), login: Login::Secret }, 120, 120),
            (new(NewKeyKind::Rsa3072), 240, 240),
        ];
        for (request, card, behind_module) in rows {
            let seconds = [&HostKind::Piv, &module].map(|host| request.patience_seconds(host));
            assert_eq!(seconds, [card, behind_module], "{request:?}");
        }
    }
}
