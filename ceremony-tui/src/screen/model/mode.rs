//! What the screen waits for.

use crate::machine::{Novelty, SecretNeed};
use crate::token::PinState;

use super::work::Work;

/// What the screen waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// An answer to the machine's question.
    Asking,
    /// A token host or a medium.
    Working(Work),
    /// A secret, typed past this model: only what it is for is known here.
    Secret(SecretPrompt),
    /// Whether to stop. What was waited for before goes on underneath.
    Stopping(Box<Mode>),
    /// Nothing: the flow is complete.
    Ended,
}

/// A secret that is being typed. The secret itself is nowhere in the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPrompt {
    /// What it opens, as people call it.
    pub what: String,
    /// Whether it exists already.
    pub novelty: Novelty,
    /// Whether it is typed for the first time.
    pub round: Round,
    /// What the token says about tries.
    pub tries: Option<PinState>,
    /// Whether something that was typed is forgotten.
    pub start: Start,
    /// What is under way, and goes on when the secret is there.
    beneath: Option<Work>,
}

/// A new secret is typed twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// The first time, or the only one.
    First,
    /// Once more, to compare.
    Again,
}

/// Whether a secret is typed from its beginning for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It is.
    Fresh,
    /// What was typed is forgotten, so that all of it has to be typed again.
    Anew,
}

impl SecretPrompt {
    pub(super) fn new(need: &SecretNeed, round: Round, beneath: Option<Work>) -> SecretPrompt {
        let SecretNeed { what, novelty, tries, .. } = need.clone();
        SecretPrompt { what, novelty, round, tries, start: Start::Fresh, beneath }
    }

    /// What is waited for once the secret was typed, or was not.
    pub(super) fn afterwards(&self) -> Mode {
        self.beneath.clone().map_or(Mode::Asking, Mode::Working)
    }
}

impl Mode {
    /// The mode itself, or the one that goes on under the question whether to stop.
    pub fn beneath(&self) -> &Mode {
        match self {
            Mode::Stopping(beneath) => beneath.beneath(),
            mode => mode,
        }
    }

    /// Changes what is waited for, and leaves the question whether to stop where it is.
    pub(in crate::screen) fn replace_beneath(&mut self, next: Mode) {
        match self {
            // A ceremony that is complete cannot be stopped any more.
            Mode::Stopping(beneath) if next != Mode::Ended => beneath.replace_beneath(next),
            mode => *mode = next,
        }
    }

    /// What is under way, if anything is.
    pub fn work(&self) -> Option<&Work> {
        match self.beneath() {
            Mode::Working(work) => Some(work),
            Mode::Secret(prompt) => prompt.beneath.as_ref(),
            _ => None,
        }
    }

    pub(in crate::screen) fn work_mut(&mut self) -> Option<&mut Work> {
        match self {
            Mode::Stopping(beneath) => beneath.work_mut(),
            Mode::Working(work) => Some(work),
            Mode::Secret(prompt) => prompt.beneath.as_mut(),
            _ => None,
        }
    }
}
