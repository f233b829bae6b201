//! The picture of step 6: who has signed, who has not, and why.

use shared::digest::DocumentDigest;
use shared::time::UnixTime;

use super::KeyPlace;
use super::root_keys::place;
use crate::machine::draft::{Draft, RootKey, Tried};
use crate::machine::review::agreed::Agreed;
use crate::machine::sign::{Sign, signed_by};

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
    /// How far they are.
    pub state: HolderState,
}

/// How far a holder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolderState {
    /// Nobody has asked them yet.
    Waiting,
    /// The token is looked for, or it signs.
    Asked,
    /// The signature verifies over the reviewed bytes.
    Signed {
        /// When that was seen.
        at: Option<UnixTime>,
    },
    /// The token is not plugged in.
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
        (Sign::Looking(name) | Sign::Signing(name), _) if *name == root.name => HolderState::Asked,
        (_, Some(Tried::NotHere)) => HolderState::NotHere,
        (_, Some(Tried::Refused(why))) => HolderState::Refused { why: why.clone() },
        (_, Some(Tried::Signed(_)) | None) => HolderState::Waiting,
    }
}
