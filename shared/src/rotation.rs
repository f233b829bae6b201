//! The one place that decides whether a root may be trusted: the first by its own keys, every
//! later one by its predecessor's and its own (5.3).

use crate::json::{AlikeError, Json};
use crate::metadata::{Metadata, MetadataError, Root, TopRole};
use crate::names::Version;
use crate::text::shortened;
use crate::threshold::{RoleKeysError, Tally, count_signatures};
use crate::time::{Expiry, UnixTime};

/// Signatures on a root, counted for the root before it and for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// Counted with the keys of the current root (5.3.4).
    pub old: Tally,
    /// Counted with the keys of the next root (5.3.4).
    pub new: Tally,
}

impl Succession {
    /// Whether the next root may take effect.
    pub fn is_met(&self) -> bool {
        self.old.is_met() && self.new.is_met()
    }
}

/// Whether `root` can be the first root of a repository at `now`, and how far it is signed.
///
/// The tally may fall short of the threshold: signatures can follow. Trust in the keys themselves
/// comes from elsewhere, by comparing the document digest.
///
/// # Errors
/// The first rule that is broken; also any signature that does not verify.
pub fn check_first_root(root: &Metadata<Root>, now: UnixTime) -> Result<Tally, RootError> {
    if root.version() != Version::ONE {
        return Err(RootError::Version { expected: Version::ONE, got: root.version() });
    }
    check_alone(root)?;
    if root.expires().is_expired_at(now) {
        return Err(RootError::Expired(root.expires()));
    }
    let tally = self_tally(root)?;
    if let Some(keyid) = root.document().foreign_signature() {
        return Err(RootError::ForeignSignature(shortened(keyid)));
    }
    if root.document().signatures().next().is_none() {
        return Err(RootError::Unsigned);
    }
    let strangers = root.document().signatures().find(|signature| !tally.valid.contains(&signature.keyid));
    match strangers {
        Some(signature) => Err(RootError::InvalidSignature(signature.keyid.to_string())),
        None => Ok(tally),
    }
}

/// How far a root is signed by its own keys.
///
/// # Errors
/// A root without a root role.
pub fn self_tally(root: &Metadata<Root>) -> Result<Tally, RootError> {
    let role = root.body().role(TopRole::Root)?;
    Ok(count_signatures(root.document(), &root.body().keys, role))
}

/// Whether `next` can follow `current`, and how far it is signed for both (5.3.4, 5.3.5).
///
/// # Errors
/// A version that is not exactly one higher, or a root that could not be trusted on its own.
pub fn check_succession(current: &Metadata<Root>, next: &Metadata<Root>) -> Result<Succession, RootError> {
    let expected = current.version().next();
    if next.version() != expected {
        return Err(RootError::Version { expected, got: next.version() });
    }
    check_alone(next)?;
    let role = current.body().role(TopRole::Root)?;
    let old = count_signatures(next.document(), &current.body().keys, role);
    Ok(Succession { old, new: self_tally(next)? })
}

/// The rules that hold for one root alone, whoever signed it: keys and thresholds that can be trusted, nothing that some
/// clients refuse or read differently, and nothing private.
///
/// # Errors
/// The first rule that is broken.
pub fn check_alone(root: &Metadata<Root>) -> Result<(), RootError> {
    root.body().check()?;
    if !root.body().consistent_snapshot {
        return Err(RootError::NotConsistent);
    }
    let signed = root.document().signed();
    signed.check_alike()?;
    let names = |field| signed.get(field).and_then(Json::as_object).into_iter().flatten();
    let is_top = |name: &str| TopRole::ALL.iter().any(|role| role.name() == name);
    if let Some((name, _)) = names("roles").find(|(name, _)| !is_top(name)) {
        return Err(RootError::ForeignRole(shortened(name)));
    }
    match names("keys").find(|(_, key)| holds_private_key(key)) {
        Some((keyid, _)) => Err(RootError::PrivateKey(shortened(keyid))),
        None => Ok(()),
    }
}

/// Older tools write an empty `private` beside `public`; anything else there is somebody's secret.
fn holds_private_key(key: &Json) -> bool {
    let private = key.get("keyval").and_then(|keyval| keyval.get("private"));
    private.is_some_and(|private| !private.is_null() && private.as_str() != Some(""))
}

/// A root cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Not the version that must come now.
    #[error(
        "Expected root version {expected}, got version {got}. Root versions follow each other without gaps; start from the current root."
    )]
    Version {
        /// The version that must come now.
        expected: Version,
        /// The version of the document.
        got: Version,
    },
    /// Keys or thresholds that cannot be trusted.
    #[error(transparent)]
    Keys(#[from] RoleKeysError),
    /// Something that clients sign or read differently.
    #[error(transparent)]
    Alike(#[from] AlikeError),
    /// A role that root cannot have.
    #[error(
        "The root names the role \"{0}\", which several clients refuse: root has root, timestamp, snapshot and targets. Hold the ceremony again without it."
    )]
    ForeignRole(String),
    /// A private key in a public document.
    #[error(
        "Key {0} carries something private beside its public value, and root is published to everybody. Take this key for stolen: make a new one and hold the ceremony again."
    )]
    PrivateKey(String),
    /// No usable root role.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Expired.
    #[error("The root expired at {0}. Hold the ceremony again with a later expiry, or correct the clock.")]
    Expired(Expiry),
    /// No signature at all.
    #[error("The root carries no signature. Sign it with at least one root key first.")]
    Unsigned,
    /// A signature that does not verify, or by a key without a vote.
    #[error(
        "The signature under key id {0} is not a valid signature of a root key over this document. Remove it, or sign again."
    )]
    InvalidSignature(String),
    /// A signature entry with something that nobody signed.
    #[error(
        "The signature under key id {0} is not just a keyid and a hexadecimal sig. Nobody signed the rest, and it would be published for ever; take it out."
    )]
    ForeignSignature(String),
    /// No versioned file names.
    #[error(
        "The root does not set consistent_snapshot to true, which this service needs. Hold the ceremony again."
    )]
    NotConsistent,
}

#[cfg(test)]
mod tests;
