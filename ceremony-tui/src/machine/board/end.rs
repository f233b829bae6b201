//! The picture of the end: what exists, where it lies, what comes next and by when, and what is locked away.

use shared::digest::DocumentDigest;
use shared::time::{Expiry, UnixTime};

use super::KeyPlace;
use super::root_keys::place;
use crate::machine::Exported;
use crate::machine::draft::Draft;
use crate::machine::export::{absent, bootstrap_command};
use crate::machine::sentence;

/// A complete ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndBoard {
    /// The payload on its medium.
    pub exported: Exported,
    /// What is known about the keys, beside it.
    pub keys: Option<Exported>,
    /// The digest that the service must show.
    pub digest: DocumentDigest,
    /// How many signatures it carries.
    pub signed: usize,
    /// How many are needed.
    pub needed: u64,
    /// Who has not signed.
    pub absent: Vec<String>,
    /// What is typed on the service.
    pub command: String,
    /// The day before which the next root is signed.
    pub sign_again_before: UnixTime,
    /// When this root stops being valid.
    pub expires: Expiry,
    /// What does not travel with the payload.
    pub locked_away: Vec<LockedAway>,
}

/// A key that its holder takes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedAway {
    /// Its holder.
    pub name: String,
    /// Where it lies.
    pub place: KeyPlace,
}

impl EndBoard {
    /// Nothing before the payload is on its medium.
    pub(super) fn of(draft: &Draft) -> Option<EndBoard> {
        let (exported, at) = draft.exported.clone()?;
        let agreed = draft.agreed.as_ref()?;
        let tally = agreed.tally().ok()?;
        let expires = agreed.root().expires();
        Some(EndBoard {
            exported,
            keys: draft.exported_keys.clone(),
            digest: agreed.digest(),
            signed: tally.valid.len(),
            needed: u64::from(tally.threshold.get()),
            absent: absent(draft, &tally),
            command: bootstrap_command(agreed),
            sign_again_before: sentence::sign_again_before(expires, at),
            expires,
            locked_away: draft
                .root_keys
                .iter()
                .filter(|root| root.reach().is_some())
                .map(|root| LockedAway { name: root.name.clone(), place: place(root) })
                .collect(),
        })
    }
}
