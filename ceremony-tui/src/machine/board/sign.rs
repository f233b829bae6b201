//! The picture of step 6: who has signed, who has not, and why.

use shared::digest::DocumentDigest;
use shared::time::UnixTime;

use super::KeyPlace;
use super::root_keys::place;
use crate::machine::draft::{Draft, RootKey, Tried};
use crate::machine::review::agreed::Agreed;
use crate::machine::sign::{Sign, signed_by, token_of};

/// The holders and their signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignBoard {
    /// Every holder of a root key.
    pub holders: Vec<HolderView>,
    /// How many have signed.
    pub signed: usize,
    /// How many are needed.
    pub needed: u64,
    /// The digest of what they sign.
    pub digest: Option<DocumentDigest>,
}

/// A holder of a root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderView {
    /// Their name.
    pub name: String,
    /// Where the key lies.
    pub place: KeyPlace,
    /// Whether the token is here.
    pub presence: Presence,
    /// How far they are.
    pub state: HolderState,
}

/// Whether the token that holds a key is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The key is in a file.
    File,
    /// It is plugged in.
    Here,
    /// It is not plugged in.
    NotHere,
    /// It is plugged in, and cannot be used now.
    Held,
    /// Nobody has looked, or nobody could.
    Unknown,
    /// Its holder is not in the room.
    Elsewhere,
}

impl Presence {
    pub(in crate::machine) fn of(draft: &Draft, root: &RootKey) -> Presence {
        let Some(reach) = root.reach() else { return Presence::Elsewhere };
        let Some(token) = token_of(root) else { return Presence::File };
        let can_be_asked = draft.seen.troubles().all(|(host, _)| *host != reach.host);
        match draft.seen.find(token) {
            Some(_) => Presence::Here,
            None if root.on().is_some_and(|on| draft.seen.obstacle(&on.token).is_some()) => Presence::Held,
            None if draft.seen.has_looked_at(&reach.host) && can_be_asked => Presence::NotHere,
            None => Presence::Unknown,
        }
    }
}

/// How far a holder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolderState {
    /// Nobody has asked them yet.
    Waiting,
    /// The token is looked for, or it signs.
    Asked,
    /// The token is asked, and wants a finger.
    Touch,
    /// The signature verifies over the reviewed bytes.
    Signed {
        /// When that was seen.
        at: Option<UnixTime>,
    },
    /// The token was not plugged in, or could not be used.
    NotHere,
    /// It was tried, and there is no signature.
    Refused {
        /// What happened, and what to do.
        why: String,
    },
}

impl SignBoard {
    pub(super) fn of(state: &Sign, draft: &Draft) -> SignBoard {
        let signed_by = signed_by(draft);
        let view = |root: &RootKey| HolderView {
            name: root.name.clone(),
            place: place(root),
            presence: Presence::of(draft, root),
            state: if signed_by.contains(root.key.id()) {
                signed(draft, root)
            } else {
                waiting(state, draft, root)
            },
        };
        let holders: Vec<HolderView> = draft.root_keys.iter().map(view).collect();
        let signed =
            holders.iter().filter(|holder| matches!(holder.state, HolderState::Signed { .. })).count();
        let digest = draft.agreed.as_ref().map(Agreed::digest);
        SignBoard { holders, signed, needed: draft.threshold, digest }
    }
}

fn last_try<'a>(draft: &'a Draft, root: &RootKey) -> Option<&'a Tried> {
    draft.tried.iter().rev().find(|(name, _)| *name == root.name).map(|(_, tried)| tried)
}

fn signed(draft: &Draft, root: &RootKey) -> HolderState {
    match last_try(draft, root) {
        Some(Tried::Signed(at)) => HolderState::Signed { at: Some(*at) },
        _ => HolderState::Signed { at: None },
    }
}

fn waiting(state: &Sign, draft: &Draft, root: &RootKey) -> HolderState {
    match (state, last_try(draft, root)) {
        (Sign::Signing(name), _) if *name == root.name && root.wants_touch() == Some(true) => {
            HolderState::Touch
        }
        (Sign::Looking(name) | Sign::Signing(name), _) if *name == root.name => HolderState::Asked,
        (_, Some(Tried::NotHere)) => HolderState::NotHere,
        (_, Some(Tried::Refused(why))) => HolderState::Refused { why: why.clone() },
        (_, Some(Tried::Signed(_)) | None) => HolderState::Waiting,
    }
}
