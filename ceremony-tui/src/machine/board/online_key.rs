//! The picture of step 3: the key that the file holds, and what shows that it is the service's.

use shared::time::UnixTime;

use super::{GroupView, Progress};
use crate::machine::compare::Groups;
use crate::machine::draft::{Draft, OnlineKey};
use crate::machine::online_key::{AGE, ImportOnlineKey};

/// The online key so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineKeyBoard {
    /// Nothing before a file was read.
    pub key: Option<OnlineKeyView>,
    /// Whether the key's fingerprint was compared.
    pub fingerprint: Fingerprint,
}

/// A key that a file offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineKeyView {
    /// What it is called; nothing yet when the file does not say.
    pub name: Option<String>,
    /// Its kind, as people call it.
    pub kind: String,
    /// What the file proves.
    pub proof: Proof,
}

/// What the file proves about the private half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Its writer held it at this time.
    Held {
        /// When.
        at: UnixTime,
        /// Why an old proof is taken.
        excepted: Option<String>,
    },
    /// It is a bare public key.
    Nothing,
}

/// How far the comparison with the service's screen is. Before its end nothing of the fingerprint is shown here:
/// what is shown could be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fingerprint {
    /// It comes later.
    Later,
    /// These groups are read from the service's screen.
    Asked(Vec<GroupView>),
    /// It is the service's; all of it.
    Compared(Vec<String>),
}

impl OnlineKeyBoard {
    pub(super) fn of(state: &ImportOnlineKey, draft: &Draft) -> OnlineKeyBoard {
        let later = |key| OnlineKeyBoard { key, fingerprint: Fingerprint::Later };
        match state {
            ImportOnlineKey::File | ImportOnlineKey::Reading => later(None),
            ImportOnlineKey::Name(key) => later(Some(OnlineKeyView {
                name: None,
                kind: super::root_keys::kind(key),
                proof: Proof::Nothing,
            })),
            ImportOnlineKey::OldProof(online) => later(Some(view(online, draft))),
            ImportOnlineKey::Comparing(online, groups) => OnlineKeyBoard {
                key: Some(view(online, draft)),
                fingerprint: Fingerprint::Asked(asked(groups)),
            },
            ImportOnlineKey::Keep(online) => OnlineKeyBoard {
                key: Some(view(online, draft)),
                fingerprint: Fingerprint::Compared(online.key.fingerprint().groups().to_vec()),
            },
        }
    }
}

fn view(online: &OnlineKey, draft: &Draft) -> OnlineKeyView {
    let excepted = draft.exceptions.iter().find(|exception| exception.about == AGE);
    let proof = match online.proved {
        Some(at) => Proof::Held { at, excepted: excepted.map(|exception| exception.reason.clone()) },
        None => Proof::Nothing,
    };
    OnlineKeyView { name: Some(online.name.clone()), kind: super::root_keys::kind(&online.key), proof }
}

/// The groups that are typed back, with their numbers from 1.
pub(super) fn asked(groups: &Groups) -> Vec<GroupView> {
    let progress = |number: usize| match number.cmp(&groups.asked()) {
        std::cmp::Ordering::Less => Progress::Done,
        std::cmp::Ordering::Equal => Progress::Here,
        std::cmp::Ordering::Greater => Progress::Later,
    };
    groups.numbers().into_iter().map(|number| GroupView { number, progress: progress(number) }).collect()
}
