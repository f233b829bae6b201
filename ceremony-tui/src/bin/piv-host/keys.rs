//! Which keys a YubiKey holds, and what may be known about them without a PIN.

use ceremony_tui::token::{Refusal, TokenKey};
use shared::device::{Firmware, KeyPolicy, Origin, Weakness};
use shared::key::Key;

use crate::attestation::{attest, certificate, glance};
use crate::card::{Card, Failure};
use crate::metadata::{Held, Metadata, of_slot};
use crate::slot::Slot;

/// Every slot that holds a key.
pub(crate) fn list(card: &Card<'_>) -> Result<Vec<TokenKey>, Refusal> {
    let held = Slot::all().map(|slot| held_in(card, slot)).collect::<Result<Vec<_>, _>>();
    let held = held.map_err(|failure| failure.refusal("list its keys"))?;
    Ok(Slot::all().zip(held).filter_map(|(slot, held)| held.map(|held| held.describe(slot))).collect())
}

/// A key in a slot.
pub(crate) struct SlotKey {
    /// What the card says: all of it on firmware 5.3 and newer, otherwise what certificates tell.
    metadata: Metadata,
    /// The key, or the reason why it cannot sign a root here.
    pub(crate) key: Result<Key, String>,
}

impl SlotKey {
    fn new(metadata: Metadata, key: Result<Key, String>, firmware: Firmware) -> SlotKey {
        // What only warns is said by whoever shows the key.
        let known = key.as_ref().ok().and_then(|key| Weakness::on_yubikey(key, firmware, metadata.origin));
        match known {
            Some(weakness) if weakness.is_fatal() => SlotKey { metadata, key: Err(weakness.reason()) },
            _ => SlotKey { metadata, key },
        }
    }

    /// When it wants PIN and touch, where the token says it.
    pub(crate) fn policy(&self) -> Option<KeyPolicy> {
        self.metadata.policy
    }

    fn describe(self, slot: Slot) -> TokenKey {
        TokenKey {
            id: slot.id(),
            label: slot.purpose(),
            key: self.key.map(|key| key.to_json()),
            policy: self.metadata.policy,
            origin: self.metadata.origin,
            details: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// What a slot holds; nothing when it is empty, or when an old firmware tells nothing about it.
pub(crate) fn held_in(card: &Card<'_>, slot: Slot) -> Result<Option<SlotKey>, Failure> {
    match of_slot(card, slot.number())? {
        Held::Nothing => Ok(None),
        Held::Key(metadata) => {
            let key = metadata.key();
            Ok(Some(SlotKey::new(metadata, key, card.firmware)))
        }
        Held::Unknown => told_by_certificates(card, slot),
    }
}

/// Before firmware 5.3: a key that was generated on the device is attested; another one is known by its certificate,
/// if somebody put one beside it.
fn told_by_certificates(card: &Card<'_>, slot: Slot) -> Result<Option<SlotKey>, Failure> {
    let (der, origin) = match attest(card, slot) {
        Ok(der) => (Some(der), Some(Origin::Generated)),
        Err(Failure::Status(_)) => (certificate(card, slot.certificate())?, None),
        Err(other) => return Err(other),
    };
    let Some(der) = der else { return Ok(None) };
    let seen = glance(&der).ok_or(Failure::Nonsense("a certificate that cannot be read"))?;
    let metadata = Metadata { policy: seen.policy, origin, ..Metadata::default() };
    Ok(Some(SlotKey::new(metadata, seen.key, card.firmware)))
}
