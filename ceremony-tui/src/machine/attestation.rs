//! Where root keys come from: what their devices attest, whether that is enough, and that no device has two votes.
//!
//! The rules are in `shared::attestation`; here is when they are asked, and what people hear.

use shared::attestation::{
    Anchors, Attested, AttestedUse, Certificate, Doubt, Objection, Proven, Wanted, check_distinct_devices,
    judge,
};
use shared::device::{Origin, Serial, Weakness};
use shared::gap::{
    AnchorName, AttestationVerdict, KeptAttestation, KeptKey, KeptPlace, KeptPossession, RootKeysDocument,
};
use shared::key::Key;
use shared::metadata::{Metadata, Root};
use shared::text::shortened;
use shared::time::UnixTime;

use super::draft::{Draft, Reach, RootKey};
use super::event::Effect;
use super::proof;
use super::seen::{device_of, name_of};
use crate::token::module::{self, ModuleKind};
use crate::token::{Attestation, HostKind, KeyLocator, Refusal, TokenInfo, TokenKind};

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

const BEHIND_A_MODULE: &str =
    "A PKCS#11 module shows no attestation; a YubiKey shows one when it is used as a PIV card.";
const NOT_PROVED: &str = "Its certificates verify, but nobody proved in the room that the key is here, and it has not \
                          signed this root. They count once the root has a signature of this key.";
const IN_A_FILE: &str = "The key lives in a file, which anybody who had it may have copied.";

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
    fn by_root(&self, root: &Metadata<Root>) -> Provenance {
        match self {
            Provenance::Attested(attested) => match Proven::by_root(attested.as_ref().clone(), root) {
                Ok(proven) => Provenance::Proven(Box::new(proven)),
                Err(_) => self.clone(),
            },
            other => other.clone(),
        }
    }

    /// As `root-keys.json` says it.
    fn verdict(&self) -> AttestationVerdict {
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

/// The device of a token that is about to hold a root key, before anybody spends a PIN try: a YubiKey says which one it
/// is, or has no vote.
pub(super) fn voting_device(token: &TokenInfo) -> Result<Option<Serial>, String> {
    match token.kind {
        TokenKind::YubiKey => shown_serial(token).map(Some),
        TokenKind::Pkcs11 => Ok(device_of(token)),
    }
}

/// The serial number of a YubiKey, which an attestation has to confirm.
pub(super) fn shown_serial(token: &TokenInfo) -> Result<Serial, String> {
    device_of(token).ok_or_else(|| {
        format!(
            "The YubiKey shows the serial number \"{}\", which no YubiKey has, so nobody can say whether it has a \
             vote already. Plug it into this machine without anything in between, or use another device.",
            shortened(&token.id.serial)
        )
    })
}

/// The warning of a smart card whose module does not say which device it is: it may be a YubiKey that has a vote already.
pub(super) fn unmatched_card(host: &HostKind, token: &TokenInfo) -> Option<String> {
    let HostKind::Pkcs11 { module } = host else { return None };
    let shows_cards = module::known::kind(module) == ModuleKind::SmartCards;
    let is_piv = token.manufacturer.to_ascii_lowercase().starts_with("piv");
    (device_of(token).is_none() && (shows_cards || is_piv)).then(|| {
        format!(
            "{} is a smart card, and its module does not say which device it is on: it may be a YubiKey that holds a \
             root key already, and one device would have two votes. If it is a YubiKey, use it as a PIV card instead.",
            name_of(token)
        )
    })
}

/// Whether a token can be asked for an attestation at all.
pub(super) fn is_asked(token: &TokenInfo) -> bool {
    token.kind == TokenKind::YubiKey
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

/// Whether a key may be a root key, as far as its device goes, before anybody spends a PIN try.
pub(super) fn admit(draft: &Draft, root: &RootKey) -> Result<(), String> {
    check_device(draft, &root.name, root.device())?;
    if let Some(attested) = root.provenance.attested() {
        refuse_fatal(Weakness::on_yubikey(&root.key, attested.firmware(), Some(Origin::Generated)))?;
    }
    match (&root.provenance, draft.options.attestation.demand) {
        (_, Demand::Advisory) | (Provenance::Attested(_) | Provenance::Proven(_), Demand::Required) => Ok(()),
        (Provenance::Software, Demand::Required) => Err(needed(IN_A_FILE)),
        (Provenance::Unchecked, Demand::Required) => Err(needed(BEHIND_A_MODULE)),
        (Provenance::NotAttested { reason } | Provenance::Refused { reason, .. }, Demand::Required) => {
            Err(needed(reason))
        }
    }
}

/// Whether a key enters the list: what was admitted before the PIN, and where attestations are required one that counts.
pub(super) fn enter(draft: &Draft, root: &RootKey) -> Result<(), String> {
    admit(draft, root)?;
    match root.provenance {
        Provenance::Proven(_) => Ok(()),
        _ => check_without_proof(draft),
    }
}

/// `root-keys.json`: what this ceremony knows about the keys of that root, which was made at `made` and is signed as far
/// as it will be in this room.
pub(super) fn kept(draft: &Draft, root: &Metadata<Root>, made: UnixTime) -> Vec<u8> {
    let roots = draft.options.attestation.anchors.roots();
    let document = RootKeysDocument {
        root: root.document().digest(),
        time: made,
        anchors: roots.map(|(name, digest)| AnchorName { name, digest }).collect(),
        keys: draft.root_keys.iter().map(|key| kept_key(key, root)).collect(),
    };
    document.to_bytes()
}

fn kept_key(key: &RootKey, root: &Metadata<Root>) -> KeptKey {
    let provenance = key.provenance.by_root(root);
    let certificates = provenance.certificates().to_vec();
    KeptKey {
        name: key.name.clone(),
        key: key.key.clone(),
        place: kept_place(key),
        possession: key.proof.clone(),
        attestation: Some(KeptAttestation { certificates }).filter(|kept| !kept.certificates.is_empty()),
        verdict: provenance.verdict(),
    }
}

fn kept_place(root: &RootKey) -> KeptPlace {
    let Some(Reach { locator, host, on, .. }) = root.reach() else { return KeptPlace::Elsewhere };
    match (locator, host, root.device()) {
        (KeyLocator::File { .. }, ..) => KeptPlace::File,
        (KeyLocator::Token { .. }, HostKind::Piv, Some(serial)) => {
            let on = on.as_ref();
            let firmware = on.and_then(|on| on.token.firmware);
            KeptPlace::YubiKey { serial, firmware, policy: on.and_then(|on| on.policy) }
        }
        (KeyLocator::Token { token, .. }, ..) => {
            KeptPlace::Pkcs11 { label: token.label.clone(), serial: token.serial.clone() }
        }
    }
}

/// Whether keys in files are taken at all, before anybody types a passphrase.
pub(super) fn check_files(draft: &Draft) -> Result<(), String> {
    match draft.options.attestation.demand {
        Demand::Required => Err(needed(IN_A_FILE)),
        Demand::Advisory => Ok(()),
    }
}

/// Whether a key may come without a proof of possession: an attestation that was copied looks like the right one, until
/// the attested key signs.
pub(super) fn check_without_proof(draft: &Draft) -> Result<(), String> {
    match draft.options.attestation.demand {
        Demand::Required => Err(
            "Where attestations are required, one counts only with a proof that the key is here. Let the token sign it."
                .to_owned(),
        ),
        Demand::Advisory => Ok(()),
    }
}

fn needed(reason: &str) -> String {
    format!(
        "This ceremony takes no root key without a verified attestation. {reason} Use a key that was generated on a \
         YubiKey, with a touch for each signature."
    )
}

/// One device, one vote, before anybody spends a PIN try.
pub(super) fn check_device(draft: &Draft, name: &str, device: Option<Serial>) -> Result<(), String> {
    let serials = draft.root_keys.iter().filter_map(RootKey::device).chain(device);
    let Err(Doubt::SameDevice { serial }) = check_distinct_devices(serials) else { return Ok(()) };
    let holder = draft.root_keys.iter().find(|root| root.device() == Some(serial));
    let holder = holder.map_or("Another holder", |root| root.name.as_str());
    Err(format!(
        "The key of {holder} is on YubiKey {serial} too, and one device would have two votes. Use another device for \
         the key of {name}."
    ))
}

fn refuse_fatal(weakness: Option<Weakness>) -> Result<(), String> {
    match weakness {
        Some(weakness) if weakness.is_fatal() => Err(weakness.to_string()),
        _ => Ok(()),
    }
}
