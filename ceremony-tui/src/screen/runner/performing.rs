//! What the machine asked for, one after the other: begun, under way, or waiting for a secret that is being typed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock;
use crate::machine::{Effect as MachineEffect, Event as MachineEvent, SecretNeed};
use crate::runner::{Begun, Ports};
use crate::screen::event::{Command, Effect, Event};
use crate::screen::model::{Doing, Model};
use crate::secret::Secret;
use crate::secrets::terminal::forget_type_ahead;
use crate::secrets::{Secrets, SecretsError, check_given};

use super::typing::{Typed, Typing};

/// Effects on their way to become events.
pub(super) struct Performing {
    secrets: Secrets,
    waiting: VecDeque<MachineEffect>,
    gathering: Option<Gathering>,
    typing: Option<Typing>,
    /// A secret has ended in the middle of a paste.
    paste_is_left: bool,
    under_way: bool,
}

/// An effect that needs secrets, and those that are there already.
struct Gathering {
    effect: MachineEffect,
    needs: VecDeque<SecretNeed>,
    given: Vec<Secret>,
}

/// What became of an effect of the screen.
pub(super) enum Taken {
    /// The screen is left.
    Quit,
    /// It is answered.
    Event(MachineEvent),
    /// It is answered later.
    Later,
}

impl Performing {
    pub(super) fn new(secrets: Secrets) -> Performing {
        Performing {
            secrets,
            waiting: VecDeque::new(),
            gathering: None,
            typing: None,
            paste_is_left: false,
            under_way: false,
        }
    }

    /// Takes an effect of the screen.
    pub(super) fn take(&mut self, effect: Effect, ports: &mut Ports<'_>) -> Taken {
        match effect {
            Effect::Quit => return Taken::Quit,
            Effect::Perform(effect) => self.waiting.push_back(*effect),
            Effect::CancelWork => {
                if let Some(event) = ports.cancel() {
                    self.under_way = false;
                    return Taken::Event(event);
                }
            }
        }
        Taken::Later
    }

    /// Begins what is next, if nothing else is under way. An event when it is done at once.
    pub(super) fn begin_next(&mut self, model: &mut Model, ports: &mut Ports<'_>) -> Option<MachineEvent> {
        // Nothing new begins over the question whether to stop.
        if self.under_way || self.typing.is_some() || model.situation().doing == Doing::Stopping {
            return None;
        }
        let effect = self.next_effect(ports)?;
        let needs = match &effect {
            MachineEffect::Ask { secrets, .. } => secrets.clone().into(),
            _ => VecDeque::new(),
        };
        self.gather(Gathering { effect, needs, given: Vec::new() }, model, ports)
    }

    /// Looking what is plugged in is no work: it goes on beside everything, and nobody waits for it.
    fn next_effect(&mut self, ports: &mut Ports<'_>) -> Option<MachineEffect> {
        while let Some(effect) = self.waiting.pop_front() {
            match effect {
                MachineEffect::LookAtTokens { host } => ports.look_now(host),
                other => return Some(other),
            }
        }
        None
    }

    /// Asks for the next secret, or begins when all are there.
    fn gather(
        &mut self,
        mut gathering: Gathering,
        model: &mut Model,
        ports: &mut Ports<'_>,
    ) -> Option<MachineEvent> {
        while let Some(need) = gathering.needs.pop_front() {
            match self.secret(need, model) {
                Ok(Some(secret)) => gathering.given.push(secret),
                Ok(None) => {
                    self.gathering = Some(gathering);
                    return None;
                }
                Err(error) => return Some(MachineEvent::SecretNotGiven(error.to_string())),
            }
        }
        self.begin(gathering.effect, gathering.given, model, ports)
    }

    /// The listed secret; none yet when a person types it.
    fn secret(&mut self, need: SecretNeed, model: &mut Model) -> Result<Option<Secret>, SecretsError> {
        match &mut self.secrets {
            Secrets::Listed(listed) => check_given(&need, listed.take(&need.labels)?).map(Some),
            Secrets::Terminal => {
                let typing = Typing::new(need)?;
                ask_for(&typing, model);
                self.typing = Some(typing);
                Ok(None)
            }
        }
    }

    fn begin(
        &mut self,
        effect: MachineEffect,
        secrets: Vec<Secret>,
        model: &mut Model,
        ports: &mut Ports<'_>,
    ) -> Option<MachineEvent> {
        model.begin_work(&effect, limit(&effect), clock::now());
        match ports.begin(effect, secrets)? {
            Begun::Done(event) => Some(event),
            Begun::UnderWay => {
                self.under_way = true;
                None
            }
        }
    }

    /// Goes on without waiting; the answer once it is there.
    pub(super) fn advance(&mut self, ports: &mut Ports<'_>) -> Option<MachineEvent> {
        let event = ports.advance()?;
        self.under_way = false;
        Some(event)
    }

    /// Takes one byte of the secret that is being typed.
    pub(super) fn take_secret_byte(
        &mut self,
        byte: u8,
        model: &mut Model,
        ports: &mut Ports<'_>,
    ) -> Vec<Event> {
        let Some(typing) = &mut self.typing else { return Vec::new() };
        let typed = if model.size.fits() { typing.take(byte) } else { typing.take_unseen(byte) };
        self.typed(typed, model, ports)
    }

    /// Nothing more was typed for a moment.
    pub(super) fn settle_secret(&mut self, model: &mut Model, ports: &mut Ports<'_>) -> Vec<Event> {
        let Some(typing) = &mut self.typing else { return Vec::new() };
        let typed = if model.size.fits() { typing.settle() } else { typing.settle_unseen() };
        self.typed(typed, model, ports)
    }

    fn typed(&mut self, typed: Typed, model: &mut Model, ports: &mut Ports<'_>) -> Vec<Event> {
        self.say_what_is_forgotten(model);
        match typed {
            Typed::More => Vec::new(),
            Typed::Stop => vec![Event::Command(Command::Stop)],
            Typed::Again => {
                if let Some(typing) = &self.typing {
                    ask_for(typing, model);
                }
                Vec::new()
            }
            Typed::Done(secret) => {
                let Some(typing) = self.typing.take() else { return Vec::new() };
                self.paste_is_left = typing.is_pasting();
                model.end_secret();
                let event = match (secret, self.gathering.take()) {
                    (Ok(secret), Some(mut gathering)) => {
                        gathering.given.push(secret);
                        self.gather(gathering, model, ports)
                    }
                    (Ok(_), None) => None,
                    // What was given before it is dropped with the rest, and cleared.
                    (Err(error), _) => Some(MachineEvent::SecretNotGiven(error.to_string())),
                };
                event.into_iter().map(Event::Machine).collect()
            }
        }
    }

    /// How long the next byte of a secret may take, when it decides what the last one was.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.typing.as_ref().and_then(Typing::patience)
    }

    /// Whether a secret has just ended in the middle of a paste, whose rest is still to come. Says it once.
    pub(super) fn take_paste_left(&mut self) -> bool {
        std::mem::take(&mut self.paste_is_left)
    }

    /// What was being pasted before the prompt goes on.
    pub(super) fn paste_goes_on(&mut self) {
        if let Some(typing) = &mut self.typing {
            typing.paste_goes_on();
        }
    }

    /// Somebody else had the terminal: what was typed so far may have been seen, or be half.
    pub(super) fn begin_secret_again(&mut self, model: &mut Model) {
        if let Some(typing) = &mut self.typing {
            typing.begin_again();
        }
        self.say_what_is_forgotten(model);
    }

    /// The same, after something was typed that was not taken.
    pub(super) fn lose_secret(&mut self, model: &mut Model) {
        if let Some(typing) = &mut self.typing {
            typing.lose();
        }
        self.say_what_is_forgotten(model);
    }

    /// Whoever types the rest only of what is forgotten spends a try.
    fn say_what_is_forgotten(&self, model: &mut Model) {
        if self.typing.as_ref().is_some_and(Typing::has_forgotten) {
            model.begin_secret_anew();
        }
    }
}

/// What was typed before a prompt is on the screen is no part of the secret.
fn ask_for(typing: &Typing, model: &mut Model) {
    forget_type_ahead();
    model.begin_secret(&typing.need, typing.round());
}

fn limit(effect: &MachineEffect) -> Option<u64> {
    match effect {
        MachineEffect::Ask { host, request, .. } => Some(request.patience_seconds(host)),
        _ => None,
    }
}
