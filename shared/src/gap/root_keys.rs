//! `root-keys.json`: what a ceremony knew about the keys of the root that it made, for whoever asks later.
//!
//! It lies beside the payload and is signed by nobody: what it says about a key is worth what its proof and its
//! certificates are worth, and both can be verified again without asking anybody. It names the root by its document
//! digest, so that it is about one root and no other.

mod read;
mod write;

use crate::attestation::{
    Anchors, AnchorsError, AttestationError, Attested, AttestedUse, Certificate, CertificateDigest, Doubt,
    Objection, Proven, UsedDevice, Wanted, check_distinct_devices, judge,
};
use crate::device::{Firmware, KeyPolicy, Serial};
use crate::digest::DocumentDigest;
use crate::json::JsonError;
use crate::key::{Key, KeyError, SignatureError};
use crate::names::KeyId;
use crate::time::{TimeError, UnixTime};

const KIND: &str = "vestry-root-keys";
const VERSION: u32 = 1;

/// More keys than anybody gathers in a room are refused.
const MOST_KEYS: usize = 256;

/// The keys of one root, as the ceremony that made it knew them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKeysDocument {
    /// The document digest of the root.
    pub root: DocumentDigest,
    /// When the document was made.
    pub time: UnixTime,
    /// Whom the ceremony believed about devices.
    pub anchors: Vec<AnchorName>,
    /// The keys, in the order in which they were added.
    pub keys: Vec<KeptKey>,
}

/// A root that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorName {
    /// The common name of its subject.
    pub name: String,
    /// SHA-256 of the certificate.
    pub digest: CertificateDigest,
}

/// A root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// What people call the key.
    pub name: String,
    /// The key.
    pub key: Key,
    /// Where its private half lives.
    pub place: KeptPlace,
    /// The proof of possession, where one was made; otherwise only a signature on root shows it.
    pub possession: Option<KeptPossession>,
    /// What the device attested, where it did.
    pub attestation: Option<KeptAttestation>,
    /// What the ceremony made of it.
    pub verdict: AttestationVerdict,
}

/// Where a private key lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptPlace {
    /// In an encrypted file: software, which can be copied.
    File,
    /// On a token behind a PKCS#11 module.
    Pkcs11 {
        /// The token's label.
        label: String,
        /// The token's serial number, as it says it.
        serial: String,
    },
    /// On a YubiKey, used as a PIV card.
    YubiKey {
        /// The serial number that it showed.
        serial: Serial,
        /// The firmware that it showed.
        firmware: Option<Firmware>,
        /// When the key wants PIN and touch, as it said without an attestation.
        policy: Option<KeyPolicy>,
    },
    /// Not known: its holder was not in the room and gave [`super::RootKeyDocument`]. Only an attestation says more.
    Elsewhere,
}

/// A signature over [`super::RootKeyDocument::statement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPossession {
    /// When it was made.
    pub time: UnixTime,
    /// The signature.
    pub proof: Vec<u8>,
}

/// The certificates of an attestation: the key's own, that of its device, and others on the way to a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAttestation {
    /// In order.
    pub certificates: Vec<Certificate>,
}

/// What a ceremony made of an attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttestationVerdict {
    /// It was verified, confirmed the key, and its chain ended here.
    Verified {
        /// The root.
        anchor: CertificateDigest,
    },
    /// There was one, and it was not believed, or not enough.
    Refused {
        /// The sentences that people read.
        reason: String,
    },
    /// There was none.
    None {
        /// Why not.
        reason: String,
    },
}

impl RootKeysDocument {
    /// One device, one vote: whether all keys on YubiKeys are on different ones, by their attestations first, whether
    /// they hold at `now` or held when the document says that it was made.
    ///
    /// # Errors
    /// The first device that holds two.
    pub fn check_distinct_devices(&self, anchors: &Anchors, now: UnixTime) -> Result<(), Doubt> {
        let device =
            |kept: &KeptKey| self.attested_device(kept, anchors, now).or_else(|| kept.place.device());
        check_distinct_devices(self.keys.iter().filter_map(device))
    }

    /// The YubiKey that a key of this document was generated on, as its certificates show or showed, whatever the rest
    /// of the document says and whether or not its policies are enough.
    pub fn attested_device(&self, kept: &KeptKey, anchors: &Anchors, now: UnixTime) -> Option<Serial> {
        [now, self.time].into_iter().find_map(|at| kept.attested_device(anchors, at))
    }

    /// Judges the attestation of a key of this document again, at `now`. One that fails only because a certificate does
    /// not hold now is judged at the time that the document and its proof name, too.
    ///
    /// # Errors
    /// It is not believed, or not enough.
    pub fn judge(
        &self,
        kept: &KeptKey,
        wanted: &Wanted,
        anchors: &Anchors,
        now: UnixTime,
    ) -> Result<Held, RootKeysError> {
        let refused = match kept.judge(wanted, anchors, now) {
            Ok(judged) => return Ok(Held::Now(judged)),
            Err(refused) => refused,
        };
        let RootKeysError::Attestation(Objection::Attestation(today @ AttestationError::Time { .. })) =
            refused
        else {
            return Err(refused);
        };
        let proven = kept.possession.as_ref().map_or(self.time, |possession| possession.time);
        if self.time > now || proven > self.time || kept.judge(wanted, anchors, proven).is_err() {
            return Err(Objection::from(today).into());
        }
        match kept.judge(wanted, anchors, self.time) {
            Ok(judged) => Ok(Held::Then { judged, today }),
            Err(_) => Err(Objection::from(today).into()),
        }
    }
}

/// When an attestation held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It holds now.
    Now(Judged),
    /// It held at the time that the document names, which nobody signed.
    Then {
        /// What it was worth then.
        judged: Judged,
        /// Why it does not hold now.
        today: AttestationError,
    },
}

impl KeptPlace {
    /// The YubiKey that this names, which nobody signed.
    pub fn device(&self) -> Option<Serial> {
        match self {
            KeptPlace::YubiKey { serial, .. } => Some(*serial),
            KeptPlace::File | KeptPlace::Pkcs11 { .. } | KeptPlace::Elsewhere => None,
        }
    }
}

/// What an attestation is worth, judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// There is none.
    Nothing,
    /// It verifies and confirms the key, but no proof of possession is here: it counts with the key's signature on root.
    Alone(Attested),
    /// It counts.
    Proven(Proven),
}

impl KeptKey {
    fn attested_device(&self, anchors: &Anchors, at: UnixTime) -> Option<Serial> {
        let certificates = &self.attestation.as_ref()?.certificates;
        let used = AttestedUse { key: &self.key, device: UsedDevice::DocumentsOnly };
        Some(judge(certificates, used, &Wanted::ANYTHING, anchors, at).ok()?.serial())
    }

    /// Judges the attestation again.
    ///
    /// # Errors
    /// It is not believed, or not enough.
    pub fn judge(&self, wanted: &Wanted, anchors: &Anchors, at: UnixTime) -> Result<Judged, RootKeysError> {
        let Some(attestation) = &self.attestation else { return Ok(Judged::Nothing) };
        let device = self.place.device().map_or(UsedDevice::DocumentsOnly, UsedDevice::Shows);
        let used = AttestedUse { key: &self.key, device };
        let attested = judge(&attestation.certificates, used, wanted, anchors, at)?;
        let Some(possession) = &self.possession else { return Ok(Judged::Alone(attested)) };
        let proven = Proven::by_possession(attested, &self.key, possession.time, &possession.proof);
        proven.map(Judged::Proven).map_err(RootKeysError::Proof)
    }
}

/// A `root-keys.json` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootKeysError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Another kind of document.
    #[error(
        "This is no root-keys.json of version 1. Take the file that the ceremony wrote beside the payload."
    )]
    Kind,
    /// A field is missing or malformed.
    #[error("The document has no usable \"{0}\". Take the file as the ceremony wrote it.")]
    Field(&'static str),
    /// More keys than a root has.
    #[error(
        "The document has {0} keys, more than any ceremony makes. Take the file as the ceremony wrote it."
    )]
    TooMany(usize),
    /// An unusable key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The declared id is not the key's.
    #[error("The document declares key id {declared}, but its key has id {computed}. Somebody changed it.")]
    OtherId {
        /// What the document says.
        declared: String,
        /// What the key says.
        computed: KeyId,
    },
    /// One key twice.
    #[error("The document has the key {0} twice. Take the file as the ceremony wrote it.")]
    Twice(KeyId),
    /// An impossible time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A proof does not hold.
    #[error("A proof of possession in the document does not hold. Somebody changed it. {0}")]
    Proof(#[source] SignatureError),
    /// A certificate cannot be read.
    #[error(transparent)]
    Certificates(#[from] AnchorsError),
    /// An attestation is not believed, or not enough.
    #[error(transparent)]
    Attestation(#[from] Objection),
}

#[cfg(test)]
mod tests;
