//! The ceremony itself. This module does no I/O, reads no clock and draws no random number: time and randomness come
//! with each event ([`Moment`]), and whatever has to be done is asked for as an [`Effect`].
//!
//! One closed enum of all that can happen ([`Event`]), one of all that may be caused ([`Effect`]), and one question
//! at a time ([`Question`]). The full screen and the numbered lines of `--plain` drive the same machine.
//!
//! Invariants, each with a test in `machine/tests.rs`:
//! * nobody is asked to sign a document before everybody agreed to it (the module `review` alone makes what can be signed);
//! * no two root keys have the same material, and none is the online key;
//! * a review begins only when the threshold can be reached;
//! * every signature that is kept verifies over the reviewed bytes.

mod attestation;
mod board;
mod choose_token;
mod compare;
mod desk;
mod draft;
mod event;
mod export;
mod facts;
mod finding;
mod flow;
mod kept;
mod lookout;
mod names;
mod online_key;
mod pin;
mod policy;
mod preflight;
mod proof;
mod provenance;
mod question;
mod review;
mod root_keys;
mod seen;
pub mod sentence;
mod setting;
mod settings;
mod sign;
mod step;
#[cfg(test)]
pub(crate) mod tests;

pub use board::{
    Board, DeskBoard, DocumentView, EndBoard, ExportBoard, FindingView, Fingerprint, GroupView, HolderState,
    HolderView, KeyPlace, LockedAway, OnlineKeyBoard, OnlineKeyView, Part, PreflightBoard, Presence,
    Progress, Proof, Proved, Provenance, ReviewBoard, RootKeyView, RootKeysBoard, SeenToken, SettingView,
    SettingsBoard, SignBoard, Source, Tokens, Trouble, Verdict, WhatIf, WhatIfRow,
};
pub use draft::{DraftError, Options};
pub use event::{Effect, Event, Exported, Moment, NextDocument, Note, Novelty, Place, SecretNeed, Tone};
pub use facts::{Dumps, Facts, User};
pub use flow::Flow;
pub use provenance::{AttestationRules, Demand};
pub use question::{Aside, Choice, Form, Preselect, Question, Weight};
pub use step::Step;

use desk::{Desk, Visit};
use draft::Draft;
use export::Export;
use online_key::ImportOnlineKey;
use preflight::Preflight;
use review::Review;
use root_keys::RootKeys;
use seen::Change;
use setting::Setting;
use sign::Sign;
use step::{Outcome, Turn};

use crate::token::HostKind;

/// One flow, from its first question to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    flow: Flow,
    draft: Draft,
    state: State,
}

/// Somebody has to touch a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// Whose key signs.
    pub holder: String,
    /// What people call the token.
    pub token: String,
}

impl std::fmt::Display for Touch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: touch {} now. It blinks.", self.holder, self.token)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Preflight(Preflight),
    Settings(Setting),
    OnlineKey(ImportOnlineKey),
    RootKeys(RootKeys),
    Review(Review),
    Sign(Sign),
    Export(Export),
    Tokens(Desk),
    Ended,
}

impl Machine {
    /// A ceremony in which nothing has happened yet; the first event is [`Event::Started`].
    pub fn new(options: Options) -> Machine {
        Machine {
            flow: Flow::NewCeremony,
            draft: Draft::new(options),
            state: State::Preflight(Preflight::Looking),
        }
    }

    /// Looking at tokens and preparing them, before anything has happened.
    pub fn tokens(options: Options) -> Machine {
        let (desk, _) = Desk::begin();
        Machine { flow: Flow::Tokens, draft: Draft::new(options), state: State::Tokens(desk) }
    }

    /// What people came for.
    pub fn flow(&self) -> Flow {
        self.flow
    }

    /// The step that the flow is in; the last one also after its end.
    pub fn step(&self) -> Step {
        match self.state {
            State::Preflight(_) => Step::Preflight,
            State::Settings(_) => Step::Settings,
            State::OnlineKey(_) => Step::OnlineKey,
            State::RootKeys(_) => Step::RootKeys,
            State::Review(_) => Step::Review,
            State::Sign(_) => Step::Sign,
            State::Tokens(_) => Step::Tokens,
            State::Ended if self.flow == Flow::Tokens => Step::Tokens,
            State::Export(_) | State::Ended => Step::Export,
        }
    }

    /// Whether the payload was exported and nothing is left to do.
    pub fn is_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// What can be done now, for whoever asks for help.
    pub fn help(&self) -> &'static str {
        if self.is_ended() {
            return self.flow.end_help();
        }
        self.step().help()
    }

    /// Whether the payload is for an RSTUF deployment, where no signature covers the settings.
    pub fn is_for_rstuf(&self) -> bool {
        self.draft.is_for_rstuf()
    }

    /// The name of the repository, once it is known.
    pub fn repository(&self) -> Option<&str> {
        Some(self.draft.repository.as_str()).filter(|name| !name.is_empty())
    }

    /// What is asked now; nothing while an effect is under way and after the end.
    pub fn question(&self) -> Option<Question> {
        match &self.state {
            State::Preflight(state) => state.question(),
            State::Settings(state) => Some(state.question(&self.draft)),
            State::OnlineKey(state) => state.question(),
            State::RootKeys(state) => state.question(&self.draft),
            State::Review(state) => Some(state.question()),
            State::Sign(state) => state.question(&self.draft),
            State::Export(state) => state.question(&self.draft),
            State::Tokens(desk) => desk.question(&self.draft),
            State::Ended => None,
        }
    }

    /// What happens, happens here. `moment` is the time of the event and some randomness.
    pub fn update(&mut self, event: Event, moment: Moment) -> Vec<Effect> {
        match event {
            Event::Started => self.enter(self.flow.first(), moment),
            Event::Help => vec![Effect::plain(self.help())],
            Event::Back => self.back(moment),
            Event::TokensSeen(host, looked) => {
                let changes = self.draft.seen.take(host.clone(), looked.clone());
                let mut effects: Vec<Effect> = changes.iter().map(|change| self.passing(change)).collect();
                effects.extend(self.pass_on(Event::TokensSeen(host, looked), moment));
                effects
            }
            Event::Answer(typed) => match self.question().map(|question| question.accept(&typed)) {
                Some(Ok(answer)) => self.pass_on(Event::Answer(answer), moment),
                Some(Err(sentences)) => vec![Effect::refused(sentences)],
                None => Vec::new(),
            },
            other => self.pass_on(other, moment),
        }
    }

    /// The hosts that show what is plugged in, wherever that matters now: a screen looks at them again and again.
    pub fn watched(&self) -> Vec<HostKind> {
        match &self.state {
            State::RootKeys(_) | State::Tokens(_) => self.draft.lookout.hosts(),
            State::Sign(_) => sign::watched(&self.draft),
            State::Preflight(_)
            | State::Settings(_)
            | State::OnlineKey(_)
            | State::Review(_)
            | State::Export(_)
            | State::Ended => Vec::new(),
        }
    }

    /// The touch that a token waits for, once it is asked.
    pub fn touch(&self) -> Option<Touch> {
        let root = match &self.state {
            State::RootKeys(RootKeys::Token(way)) => way.proving()?,
            State::Sign(state) => state.signing(&self.draft)?,
            State::Tokens(desk) | State::RootKeys(RootKeys::Desk(desk)) => return desk.touch(),
            _ => return None,
        };
        let token = &root.on()?.token;
        let is_wanted = root.wants_touch()?;
        is_wanted.then(|| Touch { holder: root.name.clone(), token: seen::name_of(token) })
    }

    fn passing(&self, change: &Change) -> Effect {
        let sentence = change.sentence(&self.draft.lookout);
        let more = match (change, &self.state) {
            (Change::Plugged(token) | Change::Freed(token), State::Sign(_)) => {
                sign::waited_for(&self.draft, &token.id)
                    .map(|name| format!("It holds the key of {name}: choose {name} to sign."))
            }
            // Elsewhere it stands on the page.
            (Change::Held(token), State::Sign(_)) => self.draft.seen.obstacle(token),
            _ => None,
        };
        Effect::passing(match more {
            Some(more) => format!("{sentence} {more}"),
            None => sentence,
        })
    }

    fn back(&mut self, moment: Moment) -> Vec<Effect> {
        if self.question().is_none() {
            return Vec::new();
        }
        if let State::Settings(asked) = &self.state
            && let Some(before) = asked.before()
        {
            self.state = State::Settings(before);
            return Vec::new();
        }
        if let Some((before, effects)) = self.before_at_desk() {
            self.state = before;
            return effects;
        }
        let step = self.step();
        let inside = !self.is_at_beginning();
        let target = if inside { step } else { step.before().unwrap_or(step) };
        // From the export back to signing is no loss: one more holder may have come.
        if target <= Step::Review && self.holds_signatures() {
            let text =
                "Going back would throw signatures away. Finish this ceremony, or stop it and begin again.";
            return vec![Effect::refused(text)];
        }
        self.enter(target, moment)
    }

    fn before_at_desk(&self) -> Option<(State, Vec<Effect>)> {
        match &self.state {
            State::Tokens(desk) => {
                desk.clone().back(&self.draft).map(|(desk, effects)| (State::Tokens(desk), effects))
            }
            State::RootKeys(state) => {
                state.before(&self.draft).map(|(state, effects)| (State::RootKeys(state), effects))
            }
            _ => None,
        }
    }

    /// Whether stopping now would throw signatures away.
    pub fn holds_signatures(&self) -> bool {
        !self.is_ended() && Sign::holds_signatures(&self.draft)
    }

    /// Whether "back" leaves the step, or only begins it again.
    fn is_at_beginning(&self) -> bool {
        match &self.state {
            State::Preflight(_) | State::Review(_) | State::Export(_) | State::Tokens(_) | State::Ended => {
                true
            }
            State::Settings(state) => *state == Setting::Repository,
            State::OnlineKey(state) => state.is_at_beginning(),
            State::RootKeys(state) => *state == RootKeys::Choose,
            State::Sign(state) => *state == Sign::Choose,
        }
    }

    fn pass_on(&mut self, event: Event, moment: Moment) -> Vec<Effect> {
        let step = self.step();
        let draft = &mut self.draft;
        // `Ended` stands in while the step decides; `settle` puts the next state in its place.
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Preflight(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::Preflight, moment)
            }
            State::Settings(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::Settings, moment)
            }
            State::OnlineKey(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::OnlineKey, moment)
            }
            State::RootKeys(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::RootKeys, moment)
            }
            State::Review(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::Review, moment)
            }
            State::Sign(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::Sign, moment)
            }
            State::Export(state) => {
                let turn = state.update(draft, event, moment);
                self.settle(turn, step, State::Export, moment)
            }
            State::Tokens(desk) => {
                let turn = match desk.update(draft, event, moment) {
                    Visit::Stay(desk, effects) => Turn::stay(desk, effects),
                    Visit::Over(effects) => Turn { effects, ..Turn::done() },
                };
                self.settle(turn, step, State::Tokens, moment)
            }
            State::Ended => Vec::new(),
        }
    }

    fn settle<S>(&mut self, turn: Turn<S>, step: Step, wrap: fn(S) -> State, moment: Moment) -> Vec<Effect> {
        let mut effects = turn.effects;
        match turn.outcome {
            Outcome::Stay(state) => self.state = wrap(state),
            Outcome::Again(step) => effects.extend(self.enter(step, moment)),
            Outcome::Done => match step.after() {
                Some(next) => effects.extend(self.enter(next, moment)),
                None => self.state = State::Ended,
            },
        }
        effects
    }

    fn enter(&mut self, step: Step, moment: Moment) -> Vec<Effect> {
        if step <= Step::Review {
            self.draft.agreed = None;
        }
        let heading = format!(
            "Step {} of {}: {}. Proves: {}",
            step.number(),
            self.flow.steps().len(),
            step.name(),
            step.proves()
        );
        let mut effects = vec![Effect::heading(heading)];
        let draft = &mut self.draft;
        let turn = match step {
            Step::Tokens => begin(Desk::begin(), State::Tokens),
            Step::Preflight => begin(Preflight::enter(), State::Preflight),
            Step::Settings => begin(Setting::enter(), State::Settings),
            Step::OnlineKey => begin(ImportOnlineKey::enter(draft), State::OnlineKey),
            Step::RootKeys => begin(RootKeys::enter(draft), State::RootKeys),
            Step::Sign => begin(Sign::enter(), State::Sign),
            Step::Export => begin(Export::enter(), State::Export),
            Step::Review => {
                let turn = Review::enter(draft, moment);
                effects.extend(self.settle(turn, step, State::Review, moment));
                return effects;
            }
        };
        self.state = turn.0;
        effects.extend(turn.1);
        effects
    }
}

fn begin<S>(entered: (S, Vec<Effect>), wrap: fn(S) -> State) -> (State, Vec<Effect>) {
    (wrap(entered.0), entered.1)
}
