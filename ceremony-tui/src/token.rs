//! The port to everything that holds a private key: requests and answers, all serialisable.
//!
//! The screen process asks through [`TokenBroker`]; a token host answers through [`serve::Adapter`]. Nothing else of a
//! token crosses the process boundary: no handle, no session, no slot number.
//!
//! # How to add an adapter (another kind of token)
//! 1. Add a variant to [`HostKind`] with what the host must know to start, its words in [`HostKind::arguments`] /
//!    [`HostKind::from_arguments`], and the program that runs it in [`HostKind::program`].
//! 2. In that program, write a module with a type that implements [`serve::Adapter`], and name it in `main`. All device
//!    code, and every library that it needs, stays there.
//! 3. Answer [`Request::Tokens`], [`Request::Keys`] and [`Request::Sign`], and what else the device can do; map what it
//!    says to [`Refusal`], so that a person reads what happened and what to do. Never retry: a second try costs a PIN
//!    try.
//! 4. Run the token contract tests on it.
//!
//! # Secrets
//! PINs and passphrases follow their request as frames of their own ([`Envelope::secrets`]), from one locked page to
//! another. They are in no type of this module.

pub mod answer;
pub mod host;
pub mod module;
pub mod refusal;
pub mod request;
pub mod serve;

use std::time::Duration;

use crate::channel::ChannelError;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::wait::{Watch, wait};

pub use answer::{
    Answer, Attestation, Detail, FactoryValue, KeyFileKind, Listing, PinLength, PinState, Shown, TokenInfo,
    TokenKey, TokenKind, Traits, Unusable,
};
pub use host::HostKind;
pub use refusal::Refusal;
pub use request::{Authority, Envelope, KeyLocator, Login, NewKey, NewKeyKind, Request, TokenId, WireScheme};

/// What the screen process can ask of the world of tokens: one question at a time, begun now and answered later, so
/// that nobody waits in here. Whoever listens to a person at the same time waits for [`TokenBroker::watch`] as well;
/// whoever has nothing else to do uses [`ask`].
pub trait TokenBroker {
    /// Begins to ask, starting the host first if it does not run. A question that is still under way is cancelled.
    fn begin(&mut self, question: Question);

    /// Goes on as far as it can without waiting, and gives the answer once it is there. To be called after
    /// [`TokenBroker::begin`], and whenever the watch or the time says so.
    ///
    /// "No" is [`AskError::Refused`]; everything else means that the question did not reach the token, or its answer
    /// did not come back.
    fn advance(&mut self) -> Option<Result<Answer, AskError>>;

    /// What to wait for; nothing when nothing is under way.
    fn watch(&self) -> Option<Watch<'_>>;

    /// What is left until the question has taken too long.
    fn time_left(&self) -> Option<Duration>;

    /// Drops the question; its host is ended and started anew next time, so a late answer is nobody's.
    fn cancel(&mut self);

    /// Looks at these hosts again and again from now on, beside whatever is asked, and at no other.
    fn keep_looking(&mut self, hosts: &[HostKind]);

    /// Looks at a host at once, even if it failed a moment ago, and tells what it shows even if that is nothing new.
    fn look_now(&mut self, host: HostKind);

    /// What a host shows, when that is something else than last time. To be called like [`TokenBroker::advance`].
    fn seen(&mut self) -> Option<(HostKind, Sight)>;

    /// What to wait for because of the looks.
    fn looks(&self) -> Vec<Watch<'_>>;

    /// What is left until a look is due, or has taken too long.
    fn next_look(&self) -> Option<Duration>;
}

/// What a host shows, or why it could not be asked.
pub type Sight = Result<Listing, AskError>;

/// A question on its way to a host, with the secrets that the request needs ([`Request::secrets`]).
#[derive(Debug)]
pub struct Question {
    /// Which host.
    pub host: HostKind,
    /// What to ask it.
    pub request: Request,
    /// PINs and passphrases, out of their locked pages, in the order that the request says.
    pub secrets: Vec<Secret>,
}

/// Asks and waits for the answer, or until a signal stops it: for callers that have nothing else to listen to.
pub fn ask(
    tokens: &mut dyn TokenBroker,
    question: Question,
    interrupt: &Interrupt,
) -> Result<Answer, AskError> {
    tokens.begin(question);
    loop {
        if let Some(answer) = tokens.advance() {
            return answer;
        }
        if interrupt.is_raised() {
            tokens.cancel();
            return Err(AskError::Interrupted);
        }
        let time = tokens.time_left().unwrap_or(SLICE).min(SLICE);
        if let Some(watch) = tokens.watch() {
            wait([watch], time).map_err(|errno| AskError::from_channel(ChannelError::Io(errno)))?;
        }
    }
}

/// How often a wait looks whether a signal asks to stop.
const SLICE: Duration = Duration::from_millis(200);

/// No signature, no key, no list: because the token said no, or because it could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The host said no.
    #[error(transparent)]
    Refused(Refusal),
    /// The host could not be started.
    #[error(
        "The process that talks to tokens could not be started ({reason}). Nothing was done; check that the \
         programs token-host and piv-host lie beside this one, and try again."
    )]
    NotStarted {
        /// What is known.
        reason: String,
    },
    /// The broker has ended.
    #[error(
        "The background process that starts token hosts has ended, so no further token or key file can be reached. \
         Export what is signed, or start again."
    )]
    BrokerGone,
    /// The host ended in the middle.
    #[error(
        "The process that talks to the token has ended, so this was not done. Nothing else is lost; look at the \
         token and try again."
    )]
    Died,
    /// The PIV host ended before it ever answered.
    #[error(
        "The program that talks to YubiKeys (piv-host) ended before its first answer, so no YubiKey can be reached. If \
         the smart card library is missing, install it with: apt install libpcsclite1 pcscd"
    )]
    PivHostEnded,
    /// The host hangs.
    #[error(
        "The token did not answer in time, so this was not done. Nothing else is lost; take the token out, put it \
         back and try again."
    )]
    TimedOut,
    /// The person stopped it.
    #[error("It was cancelled before there was an answer. Nothing is lost.")]
    Interrupted,
    /// The host talks nonsense.
    #[error(
        "The process that talks to the token answered nonsense ({reason}), so this was not done. Try again."
    )]
    Nonsense {
        /// What was wrong.
        reason: String,
    },
}

impl AskError {
    pub(crate) fn from_channel(error: ChannelError) -> AskError {
        match error {
            ChannelError::Closed => AskError::Died,
            ChannelError::TimedOut => AskError::TimedOut,
            other => AskError::Nonsense { reason: other.to_string() },
        }
    }
}
