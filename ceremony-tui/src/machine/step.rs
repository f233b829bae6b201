//! The steps of every flow, and how one of them ends.

use super::event::Effect;

/// A step of a flow. Those of a new ceremony are in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Is this machine fit to see keys?
    Preflight,
    /// What root says.
    Settings,
    /// The key of the online service.
    OnlineKey,
    /// The keys of root.
    RootKeys,
    /// Everybody reads the same document.
    Review,
    /// The holders sign.
    Sign,
    /// The document leaves the room.
    Export,
    /// The only step of its flow: tokens are looked at and prepared.
    Tokens,
}

impl Step {
    /// All steps of a new ceremony, in order.
    pub const ALL: [Step; 7] = [
        Step::Preflight,
        Step::Settings,
        Step::OnlineKey,
        Step::RootKeys,
        Step::Review,
        Step::Sign,
        Step::Export,
    ];

    /// Its number in its flow, from 1.
    pub fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).map_or(1, |index| index + 1)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Step::Preflight => "Preflight",
            Step::Settings => "Settings",
            Step::OnlineKey => "Online key",
            Step::RootKeys => "Root keys",
            Step::Review => "Review",
            Step::Sign => "Sign",
            Step::Export => "Export",
            Step::Tokens => "Tokens",
        }
    }

    /// What the step proves.
    pub fn proves(self) -> &'static str {
        match self {
            Step::Preflight => "no network is up and no secret stays, but for what is excepted.",
            Step::Settings => "everybody knows how long signatures live and how many make a root.",
            Step::OnlineKey => "the online key is the one that the service shows on its own screen.",
            Step::RootKeys => "each key is another key, and its holder is here or named as absent.",
            Step::Review => "everybody saw the same bytes, and agreed to them before signing.",
            Step::Sign => "each signature verifies over the reviewed bytes.",
            Step::Export => "the medium holds the very bytes that were signed.",
            Step::Tokens => "nothing changes on a token before somebody has said yes to it.",
        }
    }

    /// What a person can do here.
    pub fn help(self) -> &'static str {
        match self {
            Step::Preflight => {
                "Cure each finding and answer again, or type the reason for going on without the cure."
            }
            Step::Settings => "Enter takes the value in parentheses. Nothing is fixed before the review.",
            Step::OnlineKey => {
                "The service wrote online-key.json. Its screen shows the fingerprint; read the asked groups from there, \
                 never from this medium."
            }
            Step::RootKeys => {
                "Add each holder's key: from an encrypted file, generated here, on a token, or from the root-key.json of a \
                 holder who is not here. Then answer done."
            }
            Step::Review => {
                "Read the sentences and the digest aloud. Type the asked groups as the other side reads them. \
                 s, w or b and Enter shows the sentences again, the words, or the raw bytes."
            }
            Step::Sign => {
                "Choose a holder; the PIN or passphrase is asked next. A failed try is never repeated by itself."
            }
            Step::Export => {
                "Name the folder that the medium is mounted on. Back leads to signing again; signatures are kept."
            }
            Step::Tokens => {
                "Choose a token and what to do with it; looking costs nothing. What changes a token is shown first, with \
                 what it costs. A PIN that was wrong is never tried again by itself. P-384 and Ed25519 keys on a YubiKey are \
                 not offered: most clients refuse the first, and the second cannot sign a root of usual size there."
            }
        }
    }

    pub(super) fn before(self) -> Option<Step> {
        let index = Step::ALL.iter().position(|step| *step == self)?;
        index.checked_sub(1).and_then(|index| Step::ALL.get(index)).copied()
    }

    pub(super) fn after(self) -> Option<Step> {
        let index = Step::ALL.iter().position(|step| *step == self)?;
        Step::ALL.get(index + 1).copied()
    }
}

/// What became of a step's state.
#[derive(Debug)]
pub(super) enum Outcome<S> {
    /// The step goes on.
    Stay(S),
    /// The step is done; the next one begins.
    Done,
    /// An earlier step has to be done again.
    Again(Step),
}

/// A step's answer to an event.
#[derive(Debug)]
pub(super) struct Turn<S> {
    pub(super) outcome: Outcome<S>,
    pub(super) effects: Vec<Effect>,
}

impl<S> Turn<S> {
    pub(super) fn stay(state: S, effects: impl IntoIterator<Item = Effect>) -> Turn<S> {
        Turn { outcome: Outcome::Stay(state), effects: effects.into_iter().collect() }
    }

    pub(super) fn done() -> Turn<S> {
        Turn { outcome: Outcome::Done, effects: Vec::new() }
    }

    pub(super) fn again(step: Step, effects: impl IntoIterator<Item = Effect>) -> Turn<S> {
        Turn { outcome: Outcome::Again(step), effects: effects.into_iter().collect() }
    }
}
