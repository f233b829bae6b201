//! What a card or the smart card service says instead of an answer, in sentences.

use ceremony_tui::token::Refusal;
use pcsc::{Context, Error, Scope};

/// Status words of ISO 7816-4 and PIV.
pub(crate) mod status {
    /// It is done.
    pub(crate) const DONE: u16 = 0x9000;
    /// A PIN is needed, or nobody touched the device.
    pub(crate) const NOT_ALLOWED: u16 = 0x6982;
    /// The PIN or PUK is locked.
    pub(crate) const LOCKED: u16 = 0x6983;
    /// There is nothing of that name.
    pub(crate) const NOT_FOUND: u16 = 0x6a82;
    /// There is no key in that slot.
    pub(crate) const NO_KEY: u16 = 0x6a88;
    /// The card does not know that command.
    pub(crate) const UNKNOWN_COMMAND: u16 = 0x6d00;

    /// How many tries are left, where the word says so.
    pub(crate) fn tries_left(word: u16) -> Option<u8> {
        match word.to_be_bytes() {
            [0x63, tries @ 0xc0..=0xcf] => Some(tries & 0x0f),
            _ => (word == LOCKED).then_some(0),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The smart card service said so: mostly, the card is gone.
    Service(Error),
    /// The card answered with this status word.
    Status(u16),
    /// The card answered something that cannot be read.
    Nonsense(&'static str),
}

impl Failure {
    /// Whether another program keeps the card for itself.
    pub(crate) fn is_busy(self) -> bool {
        matches!(self, Failure::Service(Error::SharingViolation | Error::ResetCard))
    }

    /// For people: the token did not do this, as an infinitive.
    pub(crate) fn refusal(self, action: &str) -> Refusal {
        let device = |code: String| Refusal::Device { action: action.to_owned(), code };
        match self {
            Failure::Status(word) => device(format!("with the status {word:04x}")),
            Failure::Nonsense(what) => device(what.to_owned()),
            Failure::Service(Error::NoService | Error::ServiceStopped | Error::Shutdown) => gone(self),
            Failure::Service(_) if self.is_busy() => Refusal::TokenBusy,
            Failure::Service(
                Error::RemovedCard
                | Error::NoSmartcard
                | Error::UnpoweredCard
                | Error::UnresponsiveCard
                | Error::ReaderUnavailable
                | Error::UnknownReader,
            ) => Refusal::TokenRemoved,
            // A card that stops in the middle of an answer, and a service that ends, look alike from here.
            Failure::Service(_) if Context::establish(Scope::System).is_err() => gone(self),
            Failure::Service(Error::NotTransacted | Error::CommError | Error::CommDataLost) => {
                Refusal::TokenRemoved
            }
            Failure::Service(error) => device(error.to_string()),
        }
    }

    /// For people, where the token may have done it all the same: it went silent before it said so.
    pub(crate) fn uncertain(self, action: &str) -> Refusal {
        match (self, self.refusal(action)) {
            (Failure::Status(_), refusal) => refusal,
            (_, Refusal::TokenBusy) => Refusal::TokenBusy,
            _ => Refusal::Uncertain { action: action.to_owned() },
        }
    }
}

fn gone(failure: Failure) -> Refusal {
    match failure {
        Failure::Service(error) => no_service(error),
        _ => Refusal::NotSupported,
    }
}

/// The smart card service does not answer.
pub(super) fn no_service(error: Error) -> Refusal {
    Refusal::NoCardService { reason: error.to_string() }
}
