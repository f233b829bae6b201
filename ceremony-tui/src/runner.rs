//! Performs the machine's effects through ports, and brings the answers back as events.
//!
//! An effect is begun now and answered later ([`Ports`]). Numbered lines have nothing to do in between and wait
//! ([`drive`]); the full screen waits for its terminal at the same time.

pub mod medium;

use std::collections::VecDeque;
use std::time::Duration;

use crate::dice::{self, DiceError};
use crate::interrupt::Interrupt;
use crate::machine::{Effect, Event, Machine, Note, SecretNeed, Tone, Touch};
use crate::secret::Secret;
use crate::surroundings::Surroundings;
use crate::token::{Answer, AskError, HostKind, Question, Request, TokenBroker};
use crate::wait::{Watch, wait};

use medium::{Errand, Medium};

/// What the people see and type: numbered lines, or the full screen.
pub trait Front {
    /// Shows one line.
    fn say(&mut self, note: &Note) -> std::io::Result<()>;

    /// Asks a person for a secret; without one, two sentences say why.
    fn secret(&mut self, need: &SecretNeed) -> Result<Secret, String>;

    /// The signals that this front end listens to.
    fn interrupt(&self) -> &Interrupt;

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
    /// The host that is asked what is plugged in, while nothing else is asked.
    looked_at: Option<HostKind>,
}

/// What has become of an effect when it was begun.
pub(crate) enum Begun {
    /// It is done.
    Done(Event),
    /// Its answer comes from [`Ports::advance`].
    UnderWay,
}

impl<'a> Ports<'a> {
    /// Ports through which nothing is under way.
    pub fn new(
        tokens: &'a mut dyn TokenBroker,
        medium: &'a mut dyn Medium,
        surroundings: &'a Surroundings,
    ) -> Ports<'a> {
        Ports { tokens, medium, surroundings, looked_at: None }
    }
}

impl Ports<'_> {
    /// Begins an effect, with the secrets that it needs. `Say` is the front end's own affair.
    pub(crate) fn begin(&mut self, effect: Effect, secrets: Vec<Secret>) -> Option<Begun> {
        match effect {
            Effect::Say(_) => return None,
            Effect::LookAtMachine => {
                return Some(Begun::Done(Event::LookedAtMachine(self.surroundings.look())));
            }
            Effect::ReadFile { path, limit } => self.medium.begin(Errand::Read { path, limit }),
            Effect::Export { folder, name, bytes, next } => {
                self.medium.begin(Errand::Export { folder, name, bytes, next });
            }
            Effect::Ask { host, request, .. } => self.tokens.begin(Question { host, request, secrets }),
            Effect::LookAtTokens { host } => {
                self.looked_at = Some(host.clone());
                self.tokens.begin(Question { host, request: Request::Tokens, secrets });
            }
        }
        Some(Begun::UnderWay)
    }

    /// Goes on without waiting; the answer once it is there.
    pub(crate) fn advance(&mut self) -> Option<Event> {
        match self.tokens.advance() {
            Some(answer) => Some(self.answered(answer)),
            None => self.medium.advance(),
        }
    }

    fn answered(&mut self, answer: Result<Answer, AskError>) -> Event {
        let Some(host) = self.looked_at.take() else { return Event::Asked(answer) };
        let listing = answer.and_then(|answer| match answer {
            Answer::Tokens(listing) => Ok(listing),
            _ => Err(AskError::Nonsense { reason: "it is an answer to another question".to_owned() }),
        });
        Event::TokensSeen(host, listing)
    }

    /// What to wait for while an effect is under way.
    pub(crate) fn watch(&self) -> Option<Watch<'_>> {
        self.tokens.watch().or_else(|| self.medium.watch())
    }

    /// The most time to wait: `longest`, or what is left for the question.
    pub(crate) fn patience(&self, longest: Duration) -> Duration {
        self.tokens.time_left().map_or(longest, |left| left.min(longest))
    }

    /// Stops a question to a token. What a medium does is never stopped half way.
    pub(crate) fn cancel(&mut self) -> Option<Event> {
        self.tokens.time_left()?;
        self.tokens.cancel();
        Some(self.answered(Err(AskError::Interrupted)))
    }

    /// Looks at these hosts again and again, beside what is under way.
    pub(crate) fn keep_looking(&mut self, hosts: &[HostKind]) {
        self.tokens.keep_looking(hosts);
    }

    /// Looks at a host at once; the answer comes from [`Ports::seen`].
    pub(crate) fn look_now(&mut self, host: HostKind) {
        self.tokens.look_now(host);
    }

    /// What has changed on a host that is looked at.
    pub(crate) fn seen(&mut self) -> Option<Event> {
        self.tokens.seen().map(|(host, sight)| Event::TokensSeen(host, sight))
    }

    /// What to wait for because of the looks.
    pub(crate) fn looks(&self) -> Vec<Watch<'_>> {
        self.tokens.looks()
    }

    /// The most time to wait: `longest`, or until a look has something to do.
    pub(crate) fn until_next_look(&self, longest: Duration) -> Duration {
        self.tokens.next_look().map_or(longest, |next| next.min(longest))
    }

    /// Waits for the answer, or until Ctrl-C or another signal stops a question.
    fn finish(&mut self, interrupt: &Interrupt) -> Result<Event, RunError> {
        loop {
            if let Some(event) = self.advance() {
                return Ok(event);
            }
            if let Some(stopped) = interrupt.is_raised().then(|| self.cancel()).flatten() {
                // It stopped this question, not the ceremony.
                interrupt.take_ctrl_c();
                return Ok(stopped);
            }
            let time = self.patience(SLICE);
            if let Some(watch) = self.watch() {
                wait([watch], time).map_err(std::io::Error::from)?;
            }
        }
    }
}

/// How often a wait looks whether a signal asks to stop.
const SLICE: Duration = Duration::from_millis(200);

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
                other => events.extend(perform(other, machine.touch(), ports, front)?),
            }
        }
    }
    Ok(())
}

/// Performs one effect to its end; whoever has to touch a token for it hears that when their PIN is on its way.
fn perform(
    effect: Effect,
    touch: Option<Touch>,
    ports: &mut Ports<'_>,
    front: &mut dyn Front,
) -> Result<Option<Event>, RunError> {
    let takes_time =
        matches!(effect, Effect::Ask { .. } | Effect::LookAtTokens { .. } | Effect::Export { .. });
    let event = answer(effect, touch, ports, front)?;
    if takes_time {
        front.forget_type_ahead();
    }
    Ok(event)
}

fn answer(
    effect: Effect,
    touch: Option<Touch>,
    ports: &mut Ports<'_>,
    front: &mut dyn Front,
) -> Result<Option<Event>, RunError> {
    let mut secrets = Vec::new();
    if let Effect::Ask { secrets: needs, .. } = &effect {
        for need in needs {
            match front.secret(need) {
                Ok(secret) => secrets.push(secret),
                Err(sentences) => return Ok(Some(Event::SecretNotGiven(sentences))),
            }
        }
        if let Some(touch) = touch {
            front.say(&Note::news(Tone::Plain, touch.to_string()))?;
        }
    }
    match ports.begin(effect, secrets) {
        None => Ok(None),
        Some(Begun::Done(event)) => Ok(Some(event)),
        Some(Begun::UnderWay) => ports.finish(front.interrupt()).map(Some),
    }
}

/// The front end cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Output failed.
    #[error("The output could not be written ({0}). Nothing was done after that.")]
    Output(#[from] std::io::Error),
    /// No randomness.
    #[error(transparent)]
    Dice(#[from] DiceError),
}
