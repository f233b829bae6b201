//! The management key: what allows a YubiKey to be changed. Card and host prove to each other that they know it.

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use ceremony_tui::secret::Secret;
use ceremony_tui::token::{Authority, Refusal};
use des::TdesEde3;
use zeroize::Zeroizing;

use crate::attestation::object_named;
use crate::card::{Card, Command, Failure, status};
use crate::metadata::{MANAGEMENT_KEY, Metadata};
use crate::{pin, tlv};

/// What every YubiKey leaves the factory with: no secret.
const FACTORY: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// The kinds of management key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ThreeDes,
    Aes128,
    Aes192,
    Aes256,
}

impl Kind {
    /// As the card says it. Firmware that does not say it knows only the oldest.
    pub(crate) fn of(metadata: &Metadata) -> Option<Kind> {
        match metadata.algorithm {
            None | Some(0x03) => Some(Kind::ThreeDes),
            Some(0x08) => Some(Kind::Aes128),
            Some(0x0a) => Some(Kind::Aes192),
            Some(0x0c) => Some(Kind::Aes256),
            Some(_) => None,
        }
    }

    /// Its name, for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::ThreeDes => "3DES",
            Kind::Aes128 => "AES-128",
            Kind::Aes192 => "AES-192",
            Kind::Aes256 => "AES-256",
        }
    }

    fn number(self) -> u8 {
        match self {
            Kind::ThreeDes => 0x03,
            Kind::Aes128 => 0x08,
            Kind::Aes192 => 0x0a,
            Kind::Aes256 => 0x0c,
        }
    }

    fn key_bytes(self) -> usize {
        match self {
            Kind::Aes128 => 16,
            Kind::ThreeDes | Kind::Aes192 => 24,
            Kind::Aes256 => 32,
        }
    }

    fn block_bytes(self) -> usize {
        if self == Kind::ThreeDes { 8 } else { 16 }
    }

    fn wrong(self) -> Refusal {
        let hint = format!("{} hex digits ({})", 2 * self.key_bytes(), self.name());
        Refusal::WrongManagementKey { hint }
    }
}

/// Which way a block goes.
#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

/// Lets the card be changed, until this transaction ends.
pub(crate) fn authenticate(card: &Card<'_>, authority: Authority, secrets: &[Secret]) -> Result<(), Refusal> {
    const ACTION: &str = "check the management key";
    let known = Metadata::read(card, MANAGEMENT_KEY).map_err(|failure| failure.refusal(ACTION))?;
    let kind = Kind::of(&known.unwrap_or_default()).ok_or_else(|| Refusal::Device {
        action: ACTION.to_owned(),
        code: "that its kind of management key is not known here".to_owned(),
    })?;
    let key = match authority {
        Authority::FactoryManagementKey => Zeroizing::new(FACTORY.to_vec()),
        Authority::ManagementKey => typed(kind, secrets.first().ok_or(Refusal::SecretMissing)?)?,
        Authority::Pin => protected(card, secrets.first().ok_or(Refusal::SecretMissing)?)?,
    };
    if key.len() != kind.key_bytes() {
        return Err(kind.wrong());
    }
    prove(card, kind, &key).map_err(|failure| match failure {
        Failure::Status(status::NOT_ALLOWED) => kind.wrong(),
        other => other.refusal(ACTION),
    })
}

fn typed(kind: Kind, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut key = Zeroizing::new(vec![0; kind.key_bytes()]);
    hex::decode_to_slice(secret.expose(), &mut key).map_err(|_| kind.wrong())?;
    Ok(key)
}

/// The key that Yubico's tools keep in the object "printed information", which only the PIN opens.
fn protected(card: &Card<'_>, pin: &Secret) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    const PRINTED: [u8; 3] = [0x5f, 0xc1, 0x09];
    pin::verify(card, pin)?;
    let object = object_named(card, PRINTED).map_err(|failure| failure.refusal("give its management key"))?;
    let key = object.as_ref().and_then(|object| tlv::find(tlv::inside(object, 0x88)?, 0x89));
    key.map(|key| Zeroizing::new(key.to_vec())).ok_or_else(|| Refusal::WrongManagementKey {
        hint: "this token does not keep its management key behind the PIN, so it has to be typed".to_owned(),
    })
}

/// Mutual authentication (NIST SP 800-73-4, part 2, A.1): each side shows that it can undo what the other did.
fn prove(card: &Card<'_>, kind: Kind, key: &[u8]) -> Result<(), Failure> {
    const WITNESS: u8 = 0x80;
    const CHALLENGE: u8 = 0x81;
    const RESPONSE: u8 = 0x82;
    let command = || Command::new(0x87, kind.number(), MANAGEMENT_KEY);
    let of_length = |value: Option<&[u8]>| {
        let nonsense = Failure::Nonsense("a challenge that cannot be read");
        value.filter(|value| value.len() == kind.block_bytes()).map(<[u8]>::to_vec).ok_or(nonsense)
    };
    let answer = card.ask(&command().with(&[0x7c, 2, WITNESS, 0]))?;
    let mut witness = of_length(tlv::inside(&answer, 0x7c).and_then(|inner| tlv::find(inner, WITNESS)))?;
    apply(kind, key, Way::Out, &mut witness);
    let mut challenge = vec![0; kind.block_bytes()];
    random(&mut challenge)?;
    let mut parts = Vec::new();
    tlv::put(&mut parts, WITNESS, &witness);
    tlv::put(&mut parts, CHALLENGE, &challenge);
    let mut data = Vec::new();
    tlv::put(&mut data, 0x7c, &parts);
    let answer = card.ask(&command().with(&data))?;
    let response = of_length(tlv::inside(&answer, 0x7c).and_then(|inner| tlv::find(inner, RESPONSE)))?;
    apply(kind, key, Way::In, &mut challenge);
    // A card that cannot do this does not know its own key: it is another one than it says.
    if response == challenge { Ok(()) } else { Err(Failure::Nonsense("a proof that is wrong")) }
}

#[expect(clippy::disallowed_methods, reason = "the host's edge for randomness: a challenge")]
fn random(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes).map_err(|_| Failure::Nonsense("nothing, for want of randomness on this machine"))
}

/// One block; the caller has checked the lengths of key and block.
fn apply(kind: Kind, key: &[u8], way: Way, block: &mut [u8]) {
    match kind {
        Kind::ThreeDes => one_block::<TdesEde3>(key, way, block),
        Kind::Aes128 => one_block::<Aes128>(key, way, block),
        Kind::Aes192 => one_block::<Aes192>(key, way, block),
        Kind::Aes256 => one_block::<Aes256>(key, way, block),
    }
}

fn one_block<C: KeyInit + BlockEncrypt + BlockDecrypt>(key: &[u8], way: Way, block: &mut [u8]) {
    let Ok(cipher) = C::new_from_slice(key) else { return };
    let block = GenericArray::from_mut_slice(block);
    match way {
        Way::In => cipher.encrypt_block(block),
        Way::Out => cipher.decrypt_block(block),
    }
}
