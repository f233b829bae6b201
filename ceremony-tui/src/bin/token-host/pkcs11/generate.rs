//! Generating a key on a token: one that signs, never leaves it, and lies under an id of its own.

use std::ffi::c_ulong;

use ceremony_tui::secret::Secret;
use ceremony_tui::token::{Authority, NewKey, NewKeyKind, Refusal};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectHandle};
use shared::key::Key;

use super::object::{self, Object};
use super::pin::Pin;
use super::session::Open;
use super::token::Token;
use super::{failure, public};

const GENERATE: &str = "generate a key";

/// What allows it: the PIN. A token that wants its security officer for it says so itself.
pub(super) fn pin(authority: Authority, secrets: &[Secret]) -> Result<Pin, Refusal> {
    match authority {
        Authority::Pin => Pin::first(secrets),
        Authority::ManagementKey | Authority::FactoryManagementKey => Err(Refusal::NotSupported),
    }
}

/// Generates a pair of keys and gives the public one, read back from the token.
pub(super) fn generate(open: &Open<'_>, new: &NewKey) -> Result<Key, Refusal> {
    let id = usable_id(&new.key_id)?;
    if object::is_taken(open, &id)? {
        return Err(Refusal::PlaceTaken { place: new.key_id.clone() });
    }
    let template = Template { id, label: new.label.clone() };
    let public = make(open, new.kind, &template).map_err(|error| refusal(&error))?;
    // The token has made it, whatever goes wrong from here on.
    let uncertain = || failure::uncertain(GENERATE);
    let objects = object::public_keys(open).map_err(|_| uncertain())?;
    let made: Option<Object> = objects.into_iter().find(|object| object.handle == Some(public));
    made.and_then(|made| public::key_of(&made).ok()).ok_or_else(uncertain)
}

fn usable_id(key_id: &str) -> Result<Vec<u8>, Refusal> {
    let id = hex::decode(key_id).ok().filter(|id| (1..=32).contains(&id.len()));
    id.ok_or_else(|| Refusal::Said {
        happened: "The id of the new key is not 1 to 32 bytes in hexadecimal, so nothing was made."
            .to_owned(),
        cure: "Choose another one, such as 01.".to_owned(),
    })
}

/// Whether the token knows how to make such a key at all: asked before a PIN is spent on it.
pub(super) fn is_possible_on(token: &Token<'_>, kind: NewKeyKind) -> Result<(), Refusal> {
    let offered = token.mechanisms();
    let (needed, name) = match kind {
        NewKeyKind::P256 => (MechanismType::ECC_KEY_PAIR_GEN, "how to generate P-256 keys"),
        NewKeyKind::Rsa2048 | NewKeyKind::Rsa3072 => {
            (MechanismType::RSA_PKCS_KEY_PAIR_GEN, "how to generate RSA keys")
        }
        NewKeyKind::Ed25519 => (MechanismType::ECC_EDWARDS_KEY_PAIR_GEN, "how to generate Ed25519 keys"),
    };
    let is_known = offered.is_empty() || offered.contains(&needed);
    if is_known { Ok(()) } else { Err(failure::missing_mechanism(name)) }
}

struct Template {
    id: Vec<u8>,
    label: String,
}

fn make(open: &Open<'_>, kind: NewKeyKind, template: &Template) -> Result<ObjectHandle, Error> {
    match kind {
        NewKeyKind::P256 => on_curve(open, &Mechanism::EccKeyPairGen, template, public::P256[0]),
        NewKeyKind::Rsa2048 => rsa(open, template, 2048),
        NewKeyKind::Rsa3072 => rsa(open, template, 3072),
        NewKeyKind::Ed25519 => {
            let mechanism = Mechanism::EccEdwardsKeyPairGen;
            // The standard's name first; SoftHSM knows only the other spelling. No PIN is spent on it.
            on_curve(open, &mechanism, template, public::ED25519[0]).or_else(|error| {
                // Whatever it said: a token that has made one key is not asked for a second one.
                match object::is_taken(open, &template.id) {
                    Ok(false) => on_curve(open, &mechanism, template, public::ED25519[2]),
                    Ok(true) | Err(_) => Err(error),
                }
            })
        }
    }
}

fn on_curve(
    open: &Open<'_>,
    mechanism: &Mechanism<'_>,
    template: &Template,
    curve: &[u8],
) -> Result<ObjectHandle, Error> {
    let public = [template.public(), vec![Attribute::EcParams(curve.to_vec())]].concat();
    Ok(open.session.generate_key_pair(mechanism, &public, &template.private())?.0)
}

fn rsa(open: &Open<'_>, template: &Template, bits: c_ulong) -> Result<ObjectHandle, Error> {
    let numbers = vec![Attribute::ModulusBits(bits.into()), Attribute::PublicExponent(vec![1, 0, 1])];
    let public = [template.public(), numbers].concat();
    // Some tokens let an RSA key decrypt unless they are told otherwise.
    let alone = vec![Attribute::Decrypt(false), Attribute::Unwrap(false)];
    let private = [template.private(), alone].concat();
    Ok(open.session.generate_key_pair(&Mechanism::RsaPkcsKeyPairGen, &public, &private)?.0)
}

impl Template {
    fn public(&self) -> Vec<Attribute> {
        vec![
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::Id(self.id.clone()),
            Attribute::Label(self.label.clone().into_bytes()),
        ]
    }

    fn private(&self) -> Vec<Attribute> {
        vec![
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Id(self.id.clone()),
            Attribute::Label(self.label.clone().into_bytes()),
        ]
    }
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(RvError::UserNotLoggedIn | RvError::UserTypeInvalid, _) => Refusal::Said {
            happened: "The token lets only its security officer make keys, so nothing was made.".to_owned(),
            cure: "Generate the key with its maker's program, or on a YubiKey as a PIV card.".to_owned(),
        },
        Error::Pkcs11(RvError::MechanismInvalid, _) => {
            failure::missing_mechanism("how to generate such a key")
        }
        other => failure::of_change(GENERATE, other),
    }
}
