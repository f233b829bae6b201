//! Cards for the virtual readers of [`crate::pcscd`].

mod presence;
mod stranger;

use std::fmt;
use std::sync::Arc;

pub use presence::Finger;
pub(crate) use presence::{Presence, Touched};
pub use stranger::Stranger;

/// Something with contacts. It can be plugged into one reader at a time; what it keeps, it keeps when it is out.
pub trait Card: fmt::Debug + Send + Sync {
    /// What it says first, after power-on.
    fn atr(&self) -> &[u8];

    /// Power-on or a reset: every session is over.
    fn reset(&self);

    /// Answers a command, which may take long.
    fn exchange(&self, command: &[u8]) -> Exchange;

    /// Whether it is plugged in; one for all clones of a card.
    fn plug(&self) -> &Plug;
}

/// Whether a card is plugged in, and the finger on it.
#[derive(Debug, Clone)]
pub struct Plug(pub(crate) Arc<Presence>);

impl Plug {
    pub(crate) fn new() -> Plug {
        Plug(Arc::new(Presence::new()))
    }

    /// Is it the same card?
    pub fn is(&self, other: &Plug) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// An answer.
    Answer(Vec<u8>),
    /// An answer, and then the card is pulled out.
    LastAnswer(Vec<u8>),
    /// Nothing: the card was pulled out.
    Gone,
}

impl Exchange {
    /// The bytes; none when the card is gone.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Exchange::Answer(bytes) | Exchange::LastAnswer(bytes) => bytes,
            Exchange::Gone => Vec::new(),
        }
    }
}
