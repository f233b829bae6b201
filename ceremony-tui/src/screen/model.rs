//! What is seen and typed. No terminal, no port, no clock.

mod mode;
mod work;

use shared::time::UnixTime;

use crate::machine::{Effect as MachineEffect, Form, Machine, Note, Question, SecretNeed, Step, Tone};
use crate::text::{printable, wrap};

pub use mode::{Mode, Round, SecretPrompt};
pub use work::{Cancel, Work};

/// The smallest supported size: columns and rows.
pub const SMALLEST: Size = Size { columns: 80, rows: 24 };

/// Columns of the list of steps, with its border.
pub const STEPS_WIDTH: u16 = 22;
/// Rows that are not for the work: title, what it proves, status, keys.
const FIXED_ROWS: u16 = 5;

/// The size of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What a key press can be meant for now. The keymap has a table for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// An answer is given.
    Asking,
    /// Something is under way, and it can be cancelled.
    Working,
    /// Something is under way, and it cannot be cancelled.
    Finishing,
    /// A secret is typed.
    Secret,
    /// Whether to stop.
    Stopping,
    /// The ceremony is complete.
    Ended,
}

/// Everything that the screen shows.
#[derive(Debug, Clone)]
pub struct Model {
    /// The ceremony.
    pub machine: Machine,
    /// What was said in this step.
    pub notes: Vec<Note>,
    /// The answer so far.
    pub input: String,
    /// What is waited for.
    pub mode: Mode,
    /// What was refused last: what happened, what to do.
    pub status: String,
    /// The terminal.
    pub size: Size,
    /// The first line of the notes that is shown.
    pub top: usize,
    /// The wall clock at the last event.
    pub now: UnixTime,
    /// What the machine asked for while somebody was asked whether to stop: nothing begins before the answer.
    pub(super) held: Vec<MachineEffect>,
}

impl Model {
    /// A screen on which nothing has happened.
    pub fn new(machine: Machine, size: Size, now: UnixTime) -> Model {
        Model {
            machine,
            notes: Vec::new(),
            input: String::new(),
            mode: Mode::Asking,
            status: String::new(),
            size,
            top: 0,
            now,
            held: Vec::new(),
        }
    }

    /// The runner begins to perform `effect`, which ends by itself after `limit_seconds`.
    pub fn begin_work(&mut self, effect: &MachineEffect, limit_seconds: Option<u64>, now: UnixTime) {
        self.now = now;
        self.mode.replace_beneath(Mode::Working(Work::begin(effect, limit_seconds, now)));
    }

    /// The runner begins to read a secret, past this model.
    pub fn begin_secret(&mut self, need: &SecretNeed, round: Round) {
        let beneath = self.mode.work().cloned();
        self.mode = Mode::Secret(SecretPrompt::new(need, round, beneath));
    }

    /// The secret was typed, or was not.
    pub fn end_secret(&mut self) {
        if let Mode::Secret(prompt) = &self.mode {
            self.mode = prompt.afterwards();
        }
    }

    /// What a key press is meant for now.
    pub fn situation(&self) -> Situation {
        match &self.mode {
            Mode::Asking => Situation::Asking,
            Mode::Working(Work { cancel: Cancel::Possible, .. }) => Situation::Working,
            Mode::Working(_) => Situation::Finishing,
            Mode::Secret(_) => Situation::Secret,
            Mode::Stopping(_) => Situation::Stopping,
            Mode::Ended => Situation::Ended,
        }
    }

    /// Whether the terminal is large enough to show what people agree to.
    pub fn fits(&self) -> bool {
        self.size.columns >= SMALLEST.columns && self.size.rows >= SMALLEST.rows
    }

    /// The question as lines, with its choices.
    pub fn question_lines(&self) -> Vec<String> {
        let Some(question) = self.machine.question() else { return Vec::new() };
        let mut lines = Vec::new();
        if let Form::Choice(choices) = &question.form {
            for (index, choice) in choices.iter().enumerate() {
                lines.extend(self.wrap(&format!("  {}  {}: {}", index + 1, choice.word, choice.meaning)));
            }
        }
        lines.extend(self.wrap(&prompt(&question)));
        lines
    }

    /// All notes of this step as lines that fit.
    pub fn note_lines(&self) -> Vec<(Tone, String)> {
        let wrapped = |note: &Note| {
            let text = match note.tone {
                Tone::Warning => format!("Warning: {}", note.text),
                Tone::Refused => format!("Refused: {}", note.text),
                Tone::Heading | Tone::Plain => note.text.clone(),
            };
            self.wrap(&text).into_iter().map(|line| (note.tone, line)).collect::<Vec<_>>()
        };
        self.notes.iter().flat_map(wrapped).collect()
    }

    /// Rows that notes have, above the question and the line that is typed.
    pub fn note_rows(&self) -> usize {
        let work = usize::from(self.size.rows.saturating_sub(FIXED_ROWS));
        work.saturating_sub(self.question_lines().len() + 2)
    }

    /// Whether the last line of the notes is on the screen.
    pub fn shows_the_end(&self) -> bool {
        self.top + self.note_rows() >= self.note_lines().len()
    }

    /// The last position from which the end is shown.
    pub fn last_top(&self) -> usize {
        self.note_lines().len().saturating_sub(self.note_rows())
    }

    /// The step's state, as the list on the left says it.
    pub fn state_of(&self, step: Step) -> &'static str {
        let here = self.machine.step();
        match () {
            () if self.machine.is_ended() || step < here => "done",
            () if step == here => "here",
            () => "",
        }
    }

    /// The text as lines that fit beside the list of steps.
    pub fn wrap(&self, text: &str) -> Vec<String> {
        let width = usize::from(self.size.columns.saturating_sub(STEPS_WIDTH + 1)).max(20);
        wrap(&printable(text), width)
    }
}

fn prompt(question: &Question) -> String {
    match &question.default {
        Some(default) => format!("{} ({default}):", question.text),
        None => format!("{}:", question.text),
    }
}
