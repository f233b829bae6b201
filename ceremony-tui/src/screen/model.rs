//! What is seen and typed. No terminal, no port, no clock.

mod answer;
mod input;
mod layout;
mod mode;
mod picture;
mod reading;
mod said;
mod situation;
mod work;

use shared::time::UnixTime;

use crate::machine::{Effect as MachineEffect, Form, Machine, Note, SecretNeed, Step, Weight};

use super::page::BytesForm;

pub use input::{InputLine, TooLong};
pub use layout::{Layout, STEPS_WIDTH};
pub use mode::{Mode, Round, SecretPrompt, Start};
pub use picture::Picture;
pub use reading::Reading;
pub use said::Notice;
pub use situation::{Document, Doing, Paging, Situation};
pub use work::{Cancel, Work};

/// The smallest supported size: columns and rows.
pub const SMALLEST: Size = Size { columns: 80, rows: 24 };

/// The size of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// Something that lies over the step until it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// What it is.
    pub kind: OverlayKind,
    /// How far it was read.
    pub reading: Reading,
}

/// What lies over the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlayKind {
    /// What was said last, what can be done, and every key.
    Help,
    /// The document digest in words.
    Words,
    /// The bytes that are signed.
    Bytes(BytesForm),
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It is over.
    Done,
    /// The ceremony is in it.
    Here,
    /// It comes later.
    Later,
}

/// Everything that the screen shows.
#[derive(Debug, Clone)]
pub struct Model {
    /// The ceremony.
    pub machine: Machine,
    /// What it shows and asks.
    pub picture: Picture,
    /// What the machine said last.
    pub notes: Vec<Note>,
    /// Why the screen did not take the last key.
    pub notice: Option<Notice>,
    /// The line that is typed.
    pub input: InputLine,
    /// The answer that is chosen, counted from 0.
    pub chosen: Option<usize>,
    /// What is waited for.
    pub mode: Mode,
    /// What lies over the step.
    pub overlay: Option<Overlay>,
    /// How far the picture of the step was read.
    pub reading: Reading,
    /// The terminal.
    pub size: Size,
    /// The wall clock at the last event.
    pub now: UnixTime,
    /// What the machine asked for while somebody was asked whether to stop: nothing begins before the answer.
    pub(super) held: Vec<MachineEffect>,
}

impl Model {
    /// A screen on which nothing has happened.
    pub fn new(machine: Machine, size: Size, now: UnixTime) -> Model {
        Model {
            picture: Picture::of(&machine, size, now, &[]),
            machine,
            notes: Vec::new(),
            notice: None,
            input: InputLine::default(),
            chosen: None,
            mode: Mode::Asking,
            overlay: None,
            reading: Reading::default(),
            size,
            now,
            held: Vec::new(),
        }
    }

    /// The runner begins to perform `effect`, which ends by itself after `limit_seconds`.
    pub fn begin_work(&mut self, effect: &MachineEffect, limit_seconds: Option<u64>, now: UnixTime) {
        self.now = now;
        let touch = self.machine.touch().filter(|_| matches!(effect, MachineEffect::Ask { .. }));
        self.mode.replace_beneath(Mode::Working(Work::begin(effect, touch, limit_seconds, now)));
    }

    /// The runner begins to read a secret, past this model.
    pub fn begin_secret(&mut self, need: &SecretNeed, round: Round) {
        let beneath = self.mode.work().cloned();
        self.notice = None;
        self.mode = Mode::Secret(SecretPrompt::new(need, round, beneath));
    }

    /// The runner has forgotten what was typed of a secret.
    pub fn begin_secret_anew(&mut self) {
        if let Mode::Secret(prompt) = &mut self.mode {
            prompt.start = Start::Anew;
        }
    }

    /// The secret was typed, or was not.
    pub fn end_secret(&mut self) {
        if let Mode::Secret(prompt) = &self.mode {
            self.mode = prompt.afterwards();
        }
    }

    /// What lies over the step; the question whether to stop lies over that.
    pub fn visible_overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref().filter(|_| !matches!(self.mode, Mode::Stopping(_)))
    }

    /// Takes the picture again: the machine, the size or the day has changed.
    pub(super) fn look_again(&mut self) {
        self.picture = Picture::of(&self.machine, self.size, self.now, &self.notes);
    }

    /// Whether an answer would agree to something that was not on the screen to its end.
    pub fn has_more_to_read(&self) -> bool {
        let weight = self.picture.question.as_ref().map_or(Weight::Consent, |question| question.weight);
        weight == Weight::Consent && !self.reading.has_seen_all(&self.picture.page)
    }

    /// Whether a line is typed, not one of several answers chosen.
    pub fn is_typing(&self) -> bool {
        self.picture.question.as_ref().is_some_and(|question| !matches!(question.form, Form::Choice(_)))
    }

    /// How far a step is.
    pub fn state_of(&self, step: Step) -> StepState {
        let here = self.machine.step();
        match () {
            () if self.machine.is_ended() || step < here => StepState::Done,
            () if step == here => StepState::Here,
            () => StepState::Later,
        }
    }
}
