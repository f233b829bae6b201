//! Where a root key comes from: what its device attests, and what that is worth before and after the key has signed.
//!
//! The rules are in `shared::attestation`; here is what people hear of them.

use shared::attestation::{Anchors, Attested, AttestedUse, Certificate, Objection, Proven, Wanted, judge};
use shared::gap::{AttestationVerdict, KeptPossession};
use shared::key::Key;
use shared::metadata::{Metadata, Root};
use shared::time::UnixTime;

use super::event::Effect;
use super::proof;
use crate::token::{Attestation, Refusal};

/// Whom to believe about devices, and whether a root key may do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationRules {
    /// The roots that are believed.
    pub anchors: Anchors,
    /// Whether root keys need one.
    pub demand: Demand,
}

/// Whether root keys need an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// No key without a verified one is taken.
    Required,
    /// People are told.
    Advisory,
}

/// What is known about where a root key comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Provenance {
    /// It lives in a file.
    Software,
    /// Its device attests it, and that was verified. It counts for nothing yet: an attestation can be copied.
    Attested(Box<Attested>),
    /// The attested key has signed here too: it counts.
    Proven(Box<Proven>),
    /// It is behind a PKCS#11 module, which cannot be asked.
    Unchecked,
    /// Its token was asked, and attests nothing.
    NotAttested {
        /// Why not.
        reason: String,
    },
    /// There is an attestation, and it does not count.
    Refused {
        /// Why not.
        reason: String,
        /// What came.
        certificates: Vec<Certificate>,
    },
}

pub(super) const BEHIND_A_MODULE: &str =
    "A PKCS#11 module shows no attestation; a YubiKey shows one when it is used as a PIV card.";
const NOT_PROVED: &str = "Its certificates verify, but nobody proved in the room that the key is here, and it has not \
                          signed this root. They count once the root has a signature of this key.";
pub(super) const IN_A_FILE: &str = "The key lives in a file, which anybody who had it may have copied.";

impl Provenance {
    /// A few words for a list.
    pub(super) fn words(&self) -> String {
        match self {
            Provenance::Software => "software".to_owned(),
            Provenance::Attested(attested) => format!("{}, not yet proved", by_device(attested)),
            Provenance::Proven(proven) => by_device(proven.attested()),
            Provenance::Unchecked | Provenance::NotAttested { .. } => "not attested".to_owned(),
            Provenance::Refused { .. } => "ATTESTATION REFUSED".to_owned(),
        }
    }

    /// What is attested, whether or not it counts already.
    pub(super) fn attested(&self) -> Option<&Attested> {
        match self {
            Provenance::Attested(attested) => Some(attested),
            Provenance::Proven(proven) => Some(proven.attested()),
            Provenance::Software
            | Provenance::Unchecked
            | Provenance::NotAttested { .. }
            | Provenance::Refused { .. } => None,
        }
    }

    /// The certificates that go with the key.
    pub(super) fn certificates(&self) -> &[Certificate] {
        match self {
            Provenance::Refused { certificates, .. } => certificates,
            other => other.attested().map_or(&[], Attested::chain),
        }
    }

    /// What a proof of possession makes of it.
    ///
    /// # Errors
    /// It is no proof of that key.
    pub(super) fn by_possession(self, key: &Key, possession: &KeptPossession) -> Result<Provenance, String> {
        let KeptPossession { time, proof } = possession;
        match self {
            Provenance::Attested(attested) => {
                let proven =
                    Proven::by_possession(*attested, key, *time, proof).map_err(|_| proof::refused())?;
                Ok(Provenance::Proven(Box::new(proven)))
            }
            other => proof::check(key, *time, proof).map(|()| other),
        }
    }

    /// What the signatures of a root make of it.
    pub(super) fn by_root(&self, root: &Metadata<Root>) -> Provenance {
        match self {
            Provenance::Attested(attested) => match Proven::by_root(attested.as_ref().clone(), root) {
                Ok(proven) => Provenance::Proven(Box::new(proven)),
                Err(_) => self.clone(),
            },
            other => other.clone(),
        }
    }

    /// As `root-keys.json` says it.
    pub(super) fn verdict(&self) -> AttestationVerdict {
        match self {
            Provenance::Software => AttestationVerdict::None { reason: IN_A_FILE.to_owned() },
            Provenance::Unchecked => AttestationVerdict::None { reason: BEHIND_A_MODULE.to_owned() },
            Provenance::NotAttested { reason } => AttestationVerdict::None { reason: reason.clone() },
            Provenance::Refused { reason, .. } => AttestationVerdict::Refused { reason: reason.clone() },
            Provenance::Attested(_) => AttestationVerdict::Refused { reason: NOT_PROVED.to_owned() },
            Provenance::Proven(proven) => {
                AttestationVerdict::Verified { anchor: proven.attested().anchor().digest() }
            }
        }
    }

    /// What people hear when the key is chosen.
    pub(super) fn said(&self, name: &str) -> Option<Effect> {
        Some(match self {
            Provenance::Software | Provenance::Unchecked | Provenance::Proven(_) => return None,
            Provenance::Attested(attested) => Effect::plain(attested_sentence(name, attested)),
            Provenance::NotAttested { reason } => Effect::warning(format!(
                "{name}: nothing shows that this key was generated on its token, so a copy may exist. {reason}"
            )),
            Provenance::Refused { reason, .. } => {
                Effect::warning(format!("{name}: the attestation of this key does not count. {reason}"))
            }
        })
    }
}

fn by_device(attested: &Attested) -> String {
    format!("attested by YubiKey {}, firmware {}", attested.serial(), attested.firmware())
}

fn attested_sentence(name: &str, attested: &Attested) -> String {
    let policy = attested.policy();
    format!(
        "{name}: attested, not yet proved. Said to be generated on YubiKey {}, firmware {}, slot {}; it {} and {}. \
         Verified up to {}.",
        attested.serial(),
        attested.firmware(),
        attested.slot(),
        policy.pin,
        policy.touch,
        attested.anchor().name()
    )
}

/// What a token's answer is worth.
pub(super) fn judged(
    answer: Result<Attestation, Refusal>,
    used: AttestedUse<'_>,
    anchors: &Anchors,
    now: UnixTime,
) -> Provenance {
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => return Provenance::NotAttested { reason: refusal.to_string() },
    };
    let read = [&answer.key_certificate, &answer.device_certificate].map(|der| Certificate::from_der(der));
    let certificates: Vec<Certificate> = match read.into_iter().collect() {
        Ok(certificates) => certificates,
        Err(error) => return Provenance::Refused { reason: error.to_string(), certificates: Vec::new() },
    };
    let judgement: Result<Attested, Objection> = judge(&certificates, used, &Wanted::ROOT_KEY, anchors, now);
    match judgement {
        Ok(attested) => Provenance::Attested(Box::new(attested)),
        Err(objection) => Provenance::Refused { reason: objection.to_string(), certificates },
    }
}
