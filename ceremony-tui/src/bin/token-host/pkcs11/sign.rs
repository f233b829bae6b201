//! Signing on a token: one attempt, no retry, and no signature by another key than the one that was chosen.

mod der;

use ceremony_tui::token::Refusal;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{KeyType, ObjectHandle};
use cryptoki::session::UserType;
use shared::digest::sha256;
use shared::json::Json;
use shared::key::{Key, Scheme};

use super::object::{self, Object};
use super::session::Open;
use super::{failure, keys};

const SIGN: &str = "sign";

/// The key that shall sign, as the screen process knows it, and what.
pub(super) struct Wanted<'a> {
    key_id: &'a str,
    id: Vec<u8>,
    key: Key,
    scheme: Scheme,
    message: &'a [u8],
}

impl<'a> Wanted<'a> {
    /// Reads the request before the token hears of it.
    pub(super) fn new(key_id: &'a str, key: &Json, message: &'a [u8]) -> Result<Wanted<'a>, Refusal> {
        let unsupported = |reason: String| Refusal::UnsupportedKey { reason };
        let key = Key::from_json(key).map_err(|error| unsupported(error.to_string()))?;
        let scheme = key.scheme().ok_or_else(|| unsupported("its scheme is only read here".to_owned()))?;
        let id = hex::decode(key_id).map_err(|_| Refusal::NoSuchKey { key_id: key_id.to_owned() })?;
        Ok(Wanted { key_id, id, key, scheme, message })
    }

    /// Whether a token that offers these mechanisms knows how to sign with such a key at all: asked before a PIN is spent
    /// on it.
    pub(super) fn is_possible_with(&self, offered: &[MechanismType]) -> Result<(), Refusal> {
        Job::of(self.scheme, self.message, Parts::One, offered).map(drop)
    }

    /// Signs by one of the mechanisms offered, and gives the signature in the form that TUF wants.
    pub(super) fn sign(&self, open: &Open<'_>, offered: &[MechanismType]) -> Result<Vec<u8>, Refusal> {
        let private = self.private_key(open)?;
        let handle = private.handle.ok_or_else(|| self.missing())?;
        let parts = if private.wants_login_each_time == Some(true) { Parts::Several } else { Parts::One };
        let job = Job::of(self.scheme, self.message, parts, offered)?;
        let raw = match parts {
            Parts::Several => job.sign_with_login(open, handle)?,
            Parts::One => {
                open.session.sign(&job.mechanism, handle, &job.input).map_err(|error| job.failed(&error))?
            }
        };
        let signature = match self.scheme {
            Scheme::EcdsaP256Sha256 => der::from_raw(&raw).ok_or_else(|| odd_length(raw.len()))?,
            Scheme::Ed25519 | Scheme::RsaPssSha256 => raw,
        };
        // A second key under the same id may have signed: that signature is nobody's.
        match self.key.verify(self.message, &signature) {
            Ok(()) => Ok(signature),
            Err(_) => Err(Refusal::Said {
                happened: format!(
                    "The key {} on the token made a signature that is not one of the chosen key.",
                    self.key_id
                ),
                cure: "It was thrown away; insert the right token, or choose another key.".to_owned(),
            }),
        }
    }

    /// Of several objects under one id the one whose public half is the chosen key, or the only one whose public half
    /// nothing tells.
    fn private_key(&self, open: &Open<'_>) -> Result<Object, Refusal> {
        let under_id = object::private_keys_under(open, &self.id)?;
        let mut candidates: Vec<Object> =
            under_id.into_iter().filter(|own| self.has_right_type(own) && own.signs != Some(false)).collect();
        let public = object::public_keys(open)?;
        let certificates = object::certificates(open)?;
        let is_chosen = |own: &Object| self.told(own, &public, &certificates);
        if let Some(position) = candidates.iter().position(|own| is_chosen(own) == Some(true)) {
            return Ok(candidates.swap_remove(position));
        }
        candidates.into_iter().find(|own| is_chosen(own).is_none()).ok_or_else(|| self.missing())
    }

    /// Whether a private key is the chosen one; nothing when the token does not tell.
    fn told(&self, own: &Object, public: &[Object], certificates: &[Object]) -> Option<bool> {
        let mut halves: Vec<Key> = Vec::new();
        halves.extend(keys::public_half(own, certificates).ok());
        if halves.is_empty() {
            let beside = public.iter().filter(|key| key.id == own.id && key.key_type == own.key_type);
            halves.extend(beside.filter_map(|key| super::public::key_of(key).ok()));
        }
        if halves.is_empty() {
            None
        } else {
            Some(halves.iter().any(|key| key.material() == self.key.material()))
        }
    }

    fn has_right_type(&self, own: &Object) -> bool {
        let expected = match self.scheme {
            Scheme::Ed25519 => KeyType::EC_EDWARDS,
            Scheme::EcdsaP256Sha256 => KeyType::EC,
            Scheme::RsaPssSha256 => KeyType::RSA,
        };
        own.key_type.is_none_or(|key_type| key_type == expected)
    }

    fn missing(&self) -> Refusal {
        Refusal::NoSuchKey { key_id: self.key_id.to_owned() }
    }
}

fn odd_length(length: usize) -> Refusal {
    Refusal::Device {
        action: SIGN.to_owned(),
        code: format!("an ECDSA signature of {length} bytes instead of 64"),
    }
}

/// In how many calls the token gets what it signs. A login for this one signature comes between two of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    One,
    Several,
}

/// What the token signs (the message or its digest) and how.
struct Job<'a> {
    mechanism: Mechanism<'a>,
    input: Vec<u8>,
    /// The mechanism's name, for people.
    name: &'static str,
}

impl Job<'_> {
    /// The way that most tokens know: of a digest made here, only 32 bytes travel. In several calls many tokens take
    /// only what they hash themselves. A token that lists nothing is taken at its word when it signs.
    fn of<'a>(
        scheme: Scheme,
        message: &[u8],
        parts: Parts,
        offered: &[MechanismType],
    ) -> Result<Job<'a>, Refusal> {
        let mut ways = match scheme {
            Scheme::EcdsaP256Sha256 => vec![
                Job { mechanism: Mechanism::Ecdsa, input: sha256(message).to_vec(), name: "ECDSA" },
                Job {
                    mechanism: Mechanism::EcdsaSha256,
                    input: message.to_vec(),
                    name: "ECDSA with SHA-256",
                },
            ],
            Scheme::Ed25519 => vec![Job {
                mechanism: Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
                input: message.to_vec(),
                name: "EdDSA",
            }],
            Scheme::RsaPssSha256 => vec![
                Job {
                    mechanism: Mechanism::RsaPkcsPss(pss()),
                    input: sha256(message).to_vec(),
                    name: "RSA-PSS",
                },
                Job {
                    mechanism: Mechanism::Sha256RsaPkcsPss(pss()),
                    input: message.to_vec(),
                    name: "RSA-PSS",
                },
            ],
        };
        if parts == Parts::Several {
            ways.reverse();
        }
        let name = ways.first().map_or("that", |way| way.name);
        let is_known =
            |way: &Job<'_>| offered.is_empty() || offered.contains(&way.mechanism.mechanism_type());
        ways.into_iter().find(is_known).ok_or_else(|| failure::missing_mechanism(name))
    }

    /// The login has to come between the start and the end of the signature, so the parts are called one by one.
    fn sign_with_login(&self, open: &Open<'_>, key: ObjectHandle) -> Result<Vec<u8>, Refusal> {
        let failed = |error| self.failed(&error);
        open.session.sign_init(&self.mechanism, key).map_err(failed)?;
        open.log_in(UserType::ContextSpecific)?;
        open.session.sign_update(&self.input).map_err(failed)?;
        open.session.sign_final().map_err(failed)
    }

    fn failed(&self, error: &Error) -> Refusal {
        match error {
            Error::Pkcs11(RvError::MechanismInvalid | RvError::MechanismParamInvalid, _) => {
                failure::missing_mechanism(self.name)
            }
            Error::Pkcs11(RvError::OperationNotInitialized, _) => Refusal::Said {
                happened: "The token wants the PIN of this key in the middle of a signature, and signs with it in one \
                           piece only."
                    .to_owned(),
                cure: "Use a key that wants its PIN at login.".to_owned(),
            },
            other => failure::refusal(SIGN, other),
        }
    }
}

/// SHA-256, MGF1 with SHA-256 and a salt of 32 bytes: what every client verifies.
fn pss() -> PkcsPssParams {
    PkcsPssParams { hash_alg: MechanismType::SHA256, mgf: PkcsMgfType::MGF1_SHA256, s_len: 32.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_without_the_mechanism_is_said_before_anything_is_signed() {
        let others = [MechanismType::AES_CBC];
        for (scheme, name) in [
            (Scheme::EcdsaP256Sha256, "does not know ECDSA,"),
            (Scheme::Ed25519, "does not know EdDSA,"),
            (Scheme::RsaPssSha256, "does not know RSA-PSS,"),
        ] {
            let refused = Job::of(scheme, b"root", Parts::One, &others).map(|_| ()).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
        }
    }

    #[test]
    fn a_digest_is_signed_where_that_goes_and_the_message_otherwise() {
        for (scheme, offered, expected) in [
            (Scheme::EcdsaP256Sha256, MechanismType::ECDSA, 32),
            (Scheme::EcdsaP256Sha256, MechanismType::ECDSA_SHA256, 4),
            (Scheme::RsaPssSha256, MechanismType::RSA_PKCS_PSS, 32),
            (Scheme::RsaPssSha256, MechanismType::SHA256_RSA_PKCS_PSS, 4),
            (Scheme::Ed25519, MechanismType::EDDSA, 4),
        ] {
            assert_eq!(
                Job::of(scheme, b"root", Parts::One, &[offered]).map(|job| job.input.len()),
                Ok(expected)
            );
        }
        assert!(Job::of(Scheme::RsaPssSha256, b"root", Parts::One, &[]).is_ok());
    }

    #[test]
    fn with_a_login_in_between_the_token_hashes_where_it_can() {
        let both = [MechanismType::RSA_PKCS_PSS, MechanismType::SHA256_RSA_PKCS_PSS, MechanismType::ECDSA];
        for (scheme, length) in [(Scheme::RsaPssSha256, 4), (Scheme::EcdsaP256Sha256, 32)] {
            let job = Job::of(scheme, b"root", Parts::Several, &both);
            assert_eq!(job.map(|job| job.input.len()), Ok(length));
        }
    }
}
