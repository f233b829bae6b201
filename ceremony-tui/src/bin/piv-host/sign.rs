//! Signatures: ECDSA over the digest, and RSA-PSS, whose padding is made here because the card knows only raw RSA.

use ceremony_tui::secret::Secret;
use ceremony_tui::token::Refusal;
use shared::device::PinPolicy;
use shared::digest::sha256;
use shared::json::Json;
use shared::key::{Key, Scheme};

use crate::card::{Card, Command, Failure, status};
use crate::keys::{SlotKey, held_in};
use crate::metadata::algorithm;
use crate::slot::Slot;
use crate::{pin, pss, tlv};

/// What shall be signed, with what.
pub(crate) struct Order<'a> {
    pub(crate) slot: Slot,
    pub(crate) key: &'a Json,
    pub(crate) message: &'a [u8],
}

impl Order<'_> {
    /// One PIN try at most, one signature at most.
    pub(crate) fn carry_out(&self, card: &Card<'_>, pin: Option<&Secret>) -> Result<Vec<u8>, Refusal> {
        let wanted = Key::from_json(self.key)
            .map_err(|error| Refusal::UnsupportedKey { reason: error.to_string() })?;
        let held = held_in(card, self.slot).map_err(|failure| failure.refusal("show the key"))?;
        // Before the PIN: a try is never spent on a token that holds another key.
        let held = held.ok_or_else(|| self.no_such_key())?;
        let key = held.key.as_ref().map_err(|reason| Refusal::UnsupportedKey { reason: reason.clone() })?;
        if key.material() != wanted.material() {
            return Err(self.no_such_key());
        }
        let (number, input) = self.prepare(&wanted)?;
        match pin {
            Some(pin) => pin::verify(card, pin)?,
            None => refuse_without_pin(&held)?,
        }
        let signature = self.ask(card, number, &input).map_err(|failure| match failure {
            Failure::Status(status::NOT_ALLOWED) => Refusal::NotAllowed,
            other => other.refusal(ACTION),
        })?;
        match wanted.verify(self.message, &signature) {
            Ok(()) => Ok(signature),
            Err(_) => Err(Failure::Nonsense("a signature that its own key does not verify").refusal(ACTION)),
        }
    }

    /// The algorithm's number, and what the card gets to sign.
    fn prepare(&self, key: &Key) -> Result<(u8, Vec<u8>), Refusal> {
        match key.scheme() {
            Some(Scheme::EcdsaP256Sha256) => Ok((algorithm::P256, sha256(self.message).to_vec())),
            Some(Scheme::RsaPssSha256) => pss::prepare(key, self.message),
            _ => {
                Err(Refusal::UnsupportedKey { reason: "a YubiKey signs with P-256 and RSA only".to_owned() })
            }
        }
    }

    /// GENERAL AUTHENTICATE (NIST SP 800-73-4, part 2, 3.2.4): a challenge, and an empty place for the response.
    fn ask(&self, card: &Card<'_>, number: u8, input: &[u8]) -> Result<Vec<u8>, Failure> {
        const RESPONSE: u8 = 0x82;
        let mut parts = Vec::new();
        tlv::put(&mut parts, RESPONSE, &[]);
        tlv::put(&mut parts, 0x81, input);
        let mut data = Vec::new();
        tlv::put(&mut data, 0x7c, &parts);
        let answer = card.ask(&Command::new(0x87, number, self.slot.number()).with(&data))?;
        tlv::inside(&answer, 0x7c)
            .and_then(|inner| tlv::find(inner, RESPONSE))
            .map(<[u8]>::to_vec)
            .ok_or(Failure::Nonsense("a signature that cannot be read"))
    }

    fn no_such_key(&self) -> Refusal {
        Refusal::NoSuchKey { key_id: self.slot.id() }
    }
}

const ACTION: &str = "sign";

fn refuse_without_pin(held: &SlotKey) -> Result<(), Refusal> {
    match held.policy().map(|policy| policy.pin) {
        Some(PinPolicy::Never) | None => Ok(()),
        Some(_) => Err(Refusal::SecretMissing),
    }
}
