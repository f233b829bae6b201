//! All that can happen to a ceremony, and all that it may cause. Facts and requests, no decisions.

use shared::time::UnixTime;

use crate::token::{Answer, AskError, HostKind, Listing, PinLength, PinState, Request};

use super::facts::Facts;

/// The time and the randomness that come with an event: the machine has neither of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub now: UnixTime,
    /// Fresh random bits, to choose what is read aloud.
    pub dice: u64,
}

/// Everything that can happen. None of it carries a secret.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The ceremony begins.
    Started,
    /// The question was answered.
    Answer(String),
    /// One step back.
    Back,
    /// Explain this step.
    Help,
    /// Time has passed while somebody is asked: a question that says the time says the new one.
    Ticked,
    /// What the machine under us looks like.
    LookedAtMachine(Facts),
    /// A file was read, or a sentence says why not.
    FileRead(Result<Vec<u8>, String>),
    /// A token host answered, refused, or could not be asked.
    Asked(Result<Answer, AskError>),
    /// What a host shows now, after [`Effect::LookAtTokens`] or because somebody looks again and again meanwhile.
    TokensSeen(HostKind, Result<Listing, AskError>),
    /// No PIN or passphrase was given, with the reason; the host was not asked.
    SecretNotGiven(String),
    /// The document was written and read back, or a sentence says why not.
    Exported(Result<Exported, String>),
}

/// A document on a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it lies.
    pub path: String,
    /// SHA-256 of the file's bytes, as read back.
    pub file_digest: String,
    /// Whether the same file was there before.
    pub was_there: bool,
}

/// Everything that the machine may cause.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the people in the room.
    Say(Note),
    /// Look at interfaces, swap, clock and core dumps. Answered by [`Event::LookedAtMachine`].
    LookAtMachine,
    /// Read a document. Answered by [`Event::FileRead`].
    ReadFile {
        /// Its path.
        path: String,
        /// The most bytes that such a document has.
        limit: u64,
    },
    /// Ask a token host, after asking a person for the secrets that are needed, one after the other.
    /// Answered by [`Event::Asked`] or [`Event::SecretNotGiven`].
    Ask {
        /// Which host.
        host: HostKind,
        /// What to ask it.
        request: Request,
        /// The secrets that go with it, in the order that the request says.
        secrets: Vec<SecretNeed>,
    },
    /// Look what is plugged in, beside whatever else is done. Answered by [`Event::TokensSeen`].
    LookAtTokens {
        /// Which host is asked.
        host: HostKind,
    },
    /// Write a document onto a medium. Answered by [`Event::Exported`].
    Export {
        /// The folder.
        folder: String,
        /// The file's name.
        name: &'static str,
        /// The document.
        bytes: Vec<u8>,
        /// What is written into the same folder next: where that could not lie, this is not written either.
        next: Option<NextDocument>,
    },
}

/// A document that is written after another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextDocument {
    /// The file's name.
    pub name: &'static str,
    /// The document.
    pub bytes: Vec<u8>,
}

/// Which secret a person is asked for. The secret itself never reaches the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretNeed {
    /// The stable name of the prompt.
    pub id: &'static str,
    /// The labels under which `--pin-fd` may hold it, the best first.
    pub labels: Vec<String>,
    /// What is asked for, as people call it.
    pub what: String,
    /// Whether it is a new secret, which a person types twice.
    pub novelty: Novelty,
    /// What the token says about tries, shown before the attempt.
    pub tries: Option<PinState>,
}

/// Whether a secret exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// It opens something that exists.
    Known,
    /// A passphrase that will protect something new.
    New,
    /// A PIN that a token will take, so long.
    NewPin(PinLength),
    /// It unlocks a PIN, and wrong ones are counted too.
    Unlocking,
    /// A PIV management key, in hexadecimal digits. Wrong ones are not counted.
    ManagementKey,
}

/// One line for the people in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What kind of line it is.
    pub tone: Tone,
    /// The line.
    pub text: String,
    /// Where a screen with room for more than lines shows it.
    pub place: Place,
}

/// Whether a note is news, or stands in the picture of its step as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is news.
    News,
    /// The picture of the step shows the same.
    Pictured,
    /// It is news of a moment, such as a token that was plugged in: the next one replaces it.
    Passing,
}

impl Note {
    /// News.
    pub fn news(tone: Tone, text: impl Into<String>) -> Note {
        Note { tone, text: text.into(), place: Place::News }
    }
}

/// What kind of line a note is. Carried in words too, never in colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The beginning of a step.
    Heading,
    /// Information.
    Plain,
    /// Something to read twice.
    Warning,
    /// What happened, and what to do.
    Refused,
}

impl Effect {
    pub(super) fn heading(text: impl Into<String>) -> Effect {
        Effect::say(Tone::Heading, text).pictured()
    }

    pub(super) fn plain(text: impl Into<String>) -> Effect {
        Effect::say(Tone::Plain, text)
    }

    pub(super) fn warning(text: impl Into<String>) -> Effect {
        Effect::say(Tone::Warning, text)
    }

    pub(super) fn refused(text: impl Into<String>) -> Effect {
        Effect::say(Tone::Refused, text)
    }

    /// What the picture of the step shows as well.
    pub(super) fn pictured(self) -> Effect {
        match self {
            Effect::Say(note) => Effect::Say(Note { place: Place::Pictured, ..note }),
            other => other,
        }
    }

    /// What is plugged in and taken out: the next such note replaces this one.
    pub(super) fn passing(text: impl Into<String>) -> Effect {
        Effect::Say(Note { place: Place::Passing, ..Note::news(Tone::Plain, text) })
    }

    fn say(tone: Tone, text: impl Into<String>) -> Effect {
        Effect::Say(Note::news(tone, text))
    }
}
