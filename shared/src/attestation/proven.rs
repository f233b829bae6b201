//! An attestation that counts: believed, about a key that signed here, and about the device that was used.

use super::{Anchors, AttestationError, Attested, Certificate, verify};
use crate::device::{PinPolicy, Serial, TouchPolicy};
use crate::gap::RootKeyDocument;
use crate::key::{Key, SignatureError};
use crate::metadata::{Metadata, Root, TopRole};
use crate::time::UnixTime;

/// The least that a ceremony accepts of a root key's policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Touch policies that are enough.
    pub touch: &'static [TouchPolicy],
    /// PIN policies that are enough.
    pub pin: &'static [PinPolicy],
}

impl Wanted {
    /// Every policy: for whoever asks about the device and not about the key.
    pub const ANYTHING: Wanted = Wanted {
        touch: &[TouchPolicy::Never, TouchPolicy::Always, TouchPolicy::Cached],
        pin: &[
            PinPolicy::Never,
            PinPolicy::Once,
            PinPolicy::Always,
            PinPolicy::MatchOnce,
            PinPolicy::MatchAlways,
        ],
    };

    /// What a root key should have: a touch for each signature, and a PIN (or a finger) at least once.
    pub const ROOT_KEY: Wanted = Wanted {
        touch: &[TouchPolicy::Always],
        pin: &[PinPolicy::Once, PinPolicy::Always, PinPolicy::MatchOnce, PinPolicy::MatchAlways],
    };
}

/// What is known about the token that an attested key is used on.
#[derive(Debug, Clone, Copy)]
pub struct AttestedUse<'a> {
    /// The key as it stands in root.
    pub key: &'a Key,
    /// The device that the key is used on.
    pub device: UsedDevice,
}

/// The device that an attested key is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsedDevice {
    /// A token that is here, and shows this serial number.
    Shows(Serial),
    /// None: only documents are here.
    DocumentsOnly,
}

impl Attested {
    /// Whether this attests that very key on that very token, with policies that are enough.
    ///
    /// # Errors
    /// The first thing that differs.
    pub fn confirms(&self, used: AttestedUse<'_>, wanted: &Wanted) -> Result<(), Doubt> {
        if self.key.material() != used.key.material() {
            return Err(Doubt::OtherKey { serial: self.serial });
        }
        if let UsedDevice::Shows(shown) = used.device
            && shown != self.serial
        {
            return Err(Doubt::OtherToken { attested: self.serial, shown });
        }
        if !wanted.touch.contains(&self.policy.touch) {
            return Err(Doubt::Touch { found: self.policy.touch });
        }
        if !wanted.pin.contains(&self.policy.pin) {
            return Err(Doubt::Pin { found: self.policy.pin });
        }
        Ok(())
    }
}

/// An attestation together with a signature of the attested key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    attested: Attested,
}

impl Proven {
    /// With the proof of possession that the key's holder made at `time`; `key` is the attested one as the document
    /// with the proof spells it.
    ///
    /// # Errors
    /// It is another key, or the proof is not its own.
    pub fn by_possession(
        attested: Attested,
        key: &Key,
        time: UnixTime,
        proof: &[u8],
    ) -> Result<Proven, SignatureError> {
        if key.material() != attested.key.material() {
            return Err(SignatureError::Invalid(key.id().clone()));
        }
        key.verify(&RootKeyDocument::statement(key.id(), time), proof)?;
        Ok(Proven { attested })
    }

    /// With the key's signature on the root of this ceremony.
    ///
    /// # Errors
    /// The root has no signature of the attested key.
    pub fn by_root(attested: Attested, root: &Metadata<Root>) -> Result<Proven, SignatureError> {
        let document = root.document();
        let is_attested = |key: &&Key| key.material() == attested.key.material();
        let spelt = root.body().keys_of(TopRole::Root).map(|(_, key)| key).find(is_attested);
        let mut found = Err(SignatureError::Invalid(attested.key.id().clone()));
        for (key, signature) in
            spelt.into_iter().flat_map(|key| document.signatures().map(move |sig| (key, sig)))
        {
            found = found.or_else(|_| key.verify(document.signing_bytes(), &signature.sig));
        }
        found.map(|()| Proven { attested })
    }

    /// What is attested.
    pub fn attested(&self) -> &Attested {
        &self.attested
    }
}

/// Verifies an attestation and asks whether it confirms what is done here: the one judgement of ceremony and reader.
///
/// # Errors
/// The chain does not verify, or is about something else, or the key's policies are not enough.
pub fn judge(
    certificates: &[Certificate],
    used: AttestedUse<'_>,
    wanted: &Wanted,
    anchors: &Anchors,
    at: UnixTime,
) -> Result<Attested, Objection> {
    let [key, device, more @ ..] = certificates else {
        return Err(AttestationError::TooFew { count: certificates.len() }.into());
    };
    let more: Vec<&[u8]> = more.iter().map(Certificate::der).collect();
    let attested = verify(key.der(), device.der(), &more, anchors, at)?;
    attested.confirms(used, wanted)?;
    Ok(attested)
}

/// An attestation is not believed, or not enough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It does not verify.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// It verifies, but.
    #[error(transparent)]
    Doubt(#[from] Doubt),
}

/// One device, one vote: no two of the keys are on one device.
///
/// # Errors
/// The first device that appears twice.
pub fn check_distinct_devices(serials: impl IntoIterator<Item = Serial>) -> Result<(), Doubt> {
    let mut seen = Vec::new();
    for serial in serials {
        if seen.contains(&serial) {
            return Err(Doubt::SameDevice { serial });
        }
        seen.push(serial);
    }
    Ok(())
}

/// A verified attestation is not about what is done here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// Another key.
    #[error(
        "The attestation is about another key of YubiKey {serial}. Read the attestation of the slot that holds the \
         root key."
    )]
    OtherKey {
        /// The attested device.
        serial: Serial,
    },
    /// Another device.
    #[error(
        "The attestation is about YubiKey {attested}, but the token shows the serial number {shown}. Use the device \
         that the key was generated on."
    )]
    OtherToken {
        /// In the attestation.
        attested: Serial,
        /// What the token shows.
        shown: Serial,
    },
    /// Signs without a person near.
    #[error(
        "The key {found}, so a program could sign with it while nobody is near. Generate a root key with the touch \
         policy \"always\"; a key's policy cannot be changed."
    )]
    Touch {
        /// The key's policy.
        found: TouchPolicy,
    },
    /// Signs without a PIN.
    #[error(
        "The key {found}, so whoever has the device can sign. Generate a root key with the PIN policy \"always\" or \
         \"once\"; a key's policy cannot be changed."
    )]
    Pin {
        /// The key's policy.
        found: PinPolicy,
    },
    /// Two keys, one device.
    #[error(
        "Two root keys are on YubiKey {serial}, which would be two votes in one hand. Use another device for one of \
         them."
    )]
    SameDevice {
        /// The device.
        serial: Serial,
    },
}
