//! Performs the machine's effects through ports, and brings the answers back as events.

pub mod medium;

use std::collections::VecDeque;

use crate::dice::{self, DiceError};
use crate::machine::{Effect, Event, Machine, Note, SecretNeed};
use crate::secret::Secret;
use crate::surroundings::Surroundings;
use crate::token::{HostKind, Request, TokenBroker};

use medium::Medium;

/// What the people see and type: numbered lines, or the full screen.
pub trait Front {
    /// Shows one line.
    fn say(&mut self, note: &Note) -> std::io::Result<()>;

    /// Asks a person for a secret; without one, two sentences say why.
    fn secret(&mut self, need: &SecretNeed) -> Result<Secret, String>;

    /// Forgets what a person typed while something else was under way: it cannot be meant for the question that
    /// comes next, which nobody has seen.
    fn forget_type_ahead(&mut self);
}

/// The outside world.
pub struct Ports<'a> {
    /// Tokens and key files.
    pub tokens: &'a mut dyn TokenBroker,
    /// Documents.
    pub medium: &'a mut dyn Medium,
    /// The machine under us.
    pub surroundings: &'a Surroundings,
}

/// Gives `event` to the machine, and performs what it causes until it waits for a person again.
pub fn drive(
    machine: &mut Machine,
    event: Event,
    ports: &mut Ports<'_>,
    front: &mut dyn Front,
) -> Result<(), RunError> {
    let mut events = VecDeque::from([event]);
    while let Some(event) = events.pop_front() {
        for effect in machine.update(event, dice::moment()?) {
            match effect {
                Effect::Say(note) => front.say(&note)?,
                other => events.extend(perform(other, ports, front)),
            }
        }
    }
    Ok(())
}

/// Performs one effect; `Say` is the front end's own affair.
pub(crate) fn perform(effect: Effect, ports: &mut Ports<'_>, front: &mut dyn Front) -> Option<Event> {
    let takes_time = matches!(effect, Effect::Ask { .. } | Effect::Export { .. });
    let event = answer(effect, ports, front);
    if takes_time {
        front.forget_type_ahead();
    }
    event
}

fn answer(effect: Effect, ports: &mut Ports<'_>, front: &mut dyn Front) -> Option<Event> {
    match effect {
        Effect::Say(_) => None,
        Effect::LookAtMachine => Some(Event::LookedAtMachine(ports.surroundings.look())),
        Effect::ReadFile { path, limit } => Some(Event::FileRead(ports.medium.read(&path, limit))),
        Effect::Export { folder, name, bytes } => {
            Some(Event::Exported(ports.medium.export(&folder, name, &bytes)))
        }
        Effect::Ask { host, request, secret } => Some(ask(&host, &request, secret.as_ref(), ports, front)),
    }
}

fn ask(
    host: &HostKind,
    request: &Request,
    need: Option<&SecretNeed>,
    ports: &mut Ports<'_>,
    front: &mut dyn Front,
) -> Event {
    let secret = match need.map(|need| front.secret(need)).transpose() {
        Ok(secret) => secret,
        Err(sentences) => return Event::SecretNotGiven(sentences),
    };
    Event::Asked(ports.tokens.ask(host, request, secret.as_ref()))
}

/// The front end cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Output failed.
    #[error("The output could not be written ({0}). No payload was written after that.")]
    Output(#[from] std::io::Error),
    /// No randomness.
    #[error(transparent)]
    Dice(#[from] DiceError),
}
