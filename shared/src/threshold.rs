//! The one function that counts signatures against a threshold, and the rules for a role's keys.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use crate::document::SignedDocument;
use crate::json::Json;
use crate::key::Key;
use crate::names::{KeyId, NameError};

/// How many refused signatures of a document are asked for their cause, which takes far longer than to refuse them.
const EXPLAINED: usize = 3;

/// Who may sign for a role, and how many of them must (4.3, `ROLE.keyids` and `ROLE.threshold`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleKeys {
    /// The declared ids.
    pub keyids: Vec<KeyId>,
    /// How many different keys must sign.
    pub threshold: NonZeroU32,
}

impl RoleKeys {
    /// Reads `{"keyids", "threshold"}`.
    ///
    /// # Errors
    /// A missing field, an impossible id, one id listed twice, or a threshold below one.
    pub fn from_json(value: &Json) -> Result<RoleKeys, RoleKeysError> {
        let listed = value.get("keyids").and_then(Json::as_array).ok_or(RoleKeysError::Field("keyids"))?;
        let (mut keyids, mut seen) = (Vec::new(), BTreeSet::new());
        for entry in listed {
            let text = entry.as_str().ok_or(RoleKeysError::Field("keyids"))?;
            let keyid = KeyId::parse(text)?;
            // A stranger's list may be very long.
            if !seen.insert(text) {
                return Err(RoleKeysError::IdTwice(keyid));
            }
            keyids.push(keyid);
        }
        let threshold = value
            .get("threshold")
            .and_then(Json::as_u64)
            .and_then(|number| u32::try_from(number).ok())
            .and_then(NonZeroU32::new)
            .ok_or(RoleKeysError::Field("threshold"))?;
        Ok(RoleKeys { keyids, threshold })
    }

    /// `{"keyids", "threshold"}`.
    pub fn to_json(&self) -> Json {
        let keyids = self.keyids.iter().map(|keyid| Json::from(keyid.as_str())).collect();
        Json::object([("keyids", Json::Array(keyids)), ("threshold", Json::from(self.threshold.get()))])
    }

    /// Checks that the role can be trusted: every key is there, no key stands under two ids, and
    /// the threshold can be reached with keys whose signatures count.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, keys: &BTreeMap<KeyId, Key>) -> Result<(), RoleKeysError> {
        let mut seen = BTreeMap::new();
        let mut countable = 0_u32;
        for keyid in &self.keyids {
            let key = keys.get(keyid).ok_or_else(|| RoleKeysError::NoSuchKey(keyid.clone()))?;
            if let Some(other) = seen.insert(key.material(), keyid) {
                return Err(RoleKeysError::SameMaterial(other.clone(), keyid.clone()));
            }
            countable += u32::from(key.counted_scheme().is_some());
        }
        if self.threshold.get() > countable {
            return Err(RoleKeysError::Unreachable { threshold: self.threshold.get(), keys: countable });
        }
        Ok(())
    }
}

/// What the signatures of a document are worth for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many are needed.
    pub threshold: NonZeroU32,
    /// The ids whose signatures verify, each key once.
    pub valid: Vec<KeyId>,
    /// The ids of the role whose signatures do not count, each with the reason.
    pub invalid: Vec<(KeyId, String)>,
}

impl Tally {
    /// Whether enough different keys signed.
    pub fn is_met(&self) -> bool {
        self.missing() == 0
    }

    /// How many signatures are still missing.
    pub fn missing(&self) -> u32 {
        let valid = u32::try_from(self.valid.len()).unwrap_or(u32::MAX);
        self.threshold.get().saturating_sub(valid)
    }
}

/// Counts the signatures of `document` for `role`.
///
/// A signature counts only under a key id that the role lists, only when it verifies over the
/// received bytes, and each key material counts once, whatever ids it has (5.3.4, 6.1). Empty
/// placeholders are passed over. Of many refused signatures only the first have their cause looked for.
pub fn count_signatures(document: &SignedDocument, keys: &BTreeMap<KeyId, Key>, role: &RoleKeys) -> Tally {
    let mut tally = Tally { threshold: role.threshold, valid: Vec::new(), invalid: Vec::new() };
    let listed: BTreeSet<&KeyId> = role.keyids.iter().collect();
    let mut counted = BTreeSet::new();
    for signature in document.signatures() {
        if !listed.contains(&signature.keyid) || signature.sig.is_empty() {
            continue;
        }
        let Some(key) = keys.get(&signature.keyid) else {
            tally
                .invalid
                .push((signature.keyid.clone(), "the document that delegates has no such key".to_owned()));
            continue;
        };
        let verify = if tally.invalid.len() < EXPLAINED { Key::verify } else { Key::verify_alone };
        match verify(key, document.signing_bytes(), &signature.sig) {
            Err(error) => tally.invalid.push((signature.keyid.clone(), error.to_string())),
            Ok(()) if counted.insert(key.material()) => tally.valid.push(signature.keyid.clone()),
            Ok(()) => tally
                .invalid
                .push((signature.keyid.clone(), "the same key was counted under another id".to_owned())),
        }
    }
    tally
}

/// A role cannot be trusted as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleKeysError {
    /// A field is missing or of another type.
    #[error("A role has no usable \"{0}\". A role has a list of keyids and a threshold of at least 1.")]
    Field(&'static str),
    /// An impossible key id.
    #[error(transparent)]
    KeyId(#[from] NameError),
    /// One id stands twice in a role.
    #[error("Key id {0} stands twice in one role. List every key once.")]
    IdTwice(KeyId),
    /// A role lists a key that the document does not have.
    #[error("The role lists key {0}, which the document does not contain. Add the key or remove its id.")]
    NoSuchKey(KeyId),
    /// One key under two ids would vote twice.
    #[error("Key ids {0} and {1} are the same key under two ids. A key has one vote; use different keys.")]
    SameMaterial(KeyId, KeyId),
    /// An online key votes in the root role.
    #[error(
        "Key {0} is an online key and has a vote in the root role. Root keys stay offline; use another key."
    )]
    OnlineInRoot(KeyId),
    /// The threshold can never be met.
    #[error(
        "The threshold is {threshold}, but only {keys} of the role's keys have a scheme whose signatures count. Lower the threshold or add keys."
    )]
    Unreachable {
        /// What is asked for.
        threshold: u32,
        /// How many keys count.
        keys: u32,
    },
}

#[cfg(test)]
mod tests;
