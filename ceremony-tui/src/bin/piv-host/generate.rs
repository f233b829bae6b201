//! A new key, generated on the card. Never over a key that is there.

use ceremony_tui::secret::Secret;
use ceremony_tui::token::{Authority, NewKey, NewKeyKind, Refusal};
use shared::device::{Firmware, KeyPolicy, PinPolicy, TouchPolicy, Weakness, generates_rsa_3072};
use shared::key::Key;

use crate::attestation::{attest, certificate};
use crate::card::{Card, Command, Failure};
use crate::metadata::{Held, NO_ED25519, algorithm, key_of, of_slot};
use crate::slot::Slot;
use crate::{management, tlv};

/// What shall be made, checked.
pub(crate) struct Order {
    slot: Slot,
    algorithm: u8,
    pin: u8,
    touch: u8,
}

impl Order {
    /// Refuses what no card shall make, before one is asked.
    pub(crate) fn read(key: &NewKey) -> Result<Order, Refusal> {
        let unsupported = |reason: &str| Refusal::UnsupportedKey { reason: reason.to_owned() };
        let algorithm = match key.kind {
            NewKeyKind::P256 => algorithm::P256,
            NewKeyKind::Rsa2048 => algorithm::RSA_2048,
            NewKeyKind::Rsa3072 => algorithm::RSA_3072,
            NewKeyKind::Ed25519 => return Err(unsupported(NO_ED25519)),
        };
        let policy = key.policy.unwrap_or(KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always });
        let pin = match policy.pin {
            PinPolicy::Once => 2,
            PinPolicy::Always => 3,
            PinPolicy::Never => return Err(unsupported("it would sign without a PIN")),
            PinPolicy::MatchOnce | PinPolicy::MatchAlways => {
                return Err(unsupported("it would want a finger instead of the PIN"));
            }
        };
        let touch = match policy.touch {
            TouchPolicy::Never => 1,
            TouchPolicy::Always => 2,
            TouchPolicy::Cached => 3,
        };
        Ok(Order { slot: Slot::parse(&key.key_id)?, algorithm, pin, touch })
    }

    /// Generates it, and reads it again from its slot.
    pub(crate) fn carry_out(
        &self,
        card: &Card<'_>,
        authority: Authority,
        secrets: &[Secret],
    ) -> Result<Key, Refusal> {
        const ACTION: &str = "generate a key";
        self.refuse_for(card.firmware)?;
        if is_taken(card, self.slot).map_err(|failure| failure.refusal("say what its slots hold"))? {
            return Err(Refusal::PlaceTaken { place: format!("slot {}", self.slot.id()) });
        }
        management::authenticate(card, authority, secrets)?;
        let answer = card.ask(&self.command()).map_err(|failure| failure.uncertain(ACTION))?;
        // 7f49 is a tag of two bytes.
        let public = answer.strip_prefix(&[0x7f]).and_then(|rest| tlv::inside(rest, 0x49));
        let generated = public.ok_or(Failure::Nonsense("a key that cannot be read"));
        let generated = generated.map_err(|failure| failure.uncertain(ACTION))?;
        // The card has made it, whatever is wrong with it.
        key_of(self.algorithm, generated).map_err(|_| Refusal::Uncertain { action: ACTION.to_owned() })
    }

    fn refuse_for(&self, firmware: Firmware) -> Result<(), Refusal> {
        if self.algorithm == algorithm::P256 {
            return Ok(());
        }
        let unsupported = |reason| Err(Refusal::UnsupportedKey { reason });
        if let Some(weakness) = Weakness::of_new_rsa(firmware) {
            return unsupported(weakness.reason());
        }
        if self.algorithm == algorithm::RSA_3072 && !generates_rsa_3072(firmware) {
            return unsupported("a YubiKey makes RSA keys of 3072 bits from firmware 5.7 on".to_owned());
        }
        Ok(())
    }

    fn command(&self) -> Command {
        let parts = [0x80, 1, self.algorithm, 0xaa, 1, self.pin, 0xab, 1, self.touch];
        let mut data = Vec::new();
        tlv::put(&mut data, 0xac, &parts);
        Command::new(0x47, 0, self.slot.number()).with(&data)
    }
}

/// Whether a slot holds a key, or may: firmware before 5.3 shows one only by its attestation or its certificate.
fn is_taken(card: &Card<'_>, slot: Slot) -> Result<bool, Failure> {
    match of_slot(card, slot.number())? {
        Held::Nothing => Ok(false),
        Held::Key(_) => Ok(true),
        Held::Unknown => match attest(card, slot) {
            Ok(_) => Ok(true),
            Err(Failure::Status(_)) => Ok(certificate(card, slot.certificate())?.is_some()),
            Err(other) => Err(other),
        },
    }
}
