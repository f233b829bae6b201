//! `--plain`: the ceremony as numbered lines, for screen readers, serial consoles, transcripts and scripts.
//!
//! A prompt is one line, `[step N/7 Name] ? id question (default): `, and waits for one line. On a terminal that is too
//! narrow for it the question stands above.

pub mod lines;

use std::io::Write;

use crate::interrupt::Interrupt;
use crate::machine::{Event, Form, Machine, Note, Question, SecretNeed, Step, Tone};
use crate::runner::{self, Front, Ports, RunError};
use crate::secret::Secret;
use crate::secrets::{Prompt, Secrets};
use crate::text::{printable, wrap};

use lines::{Line, Lines};

/// How a ceremony in plain lines ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The payload was exported.
    Complete,
    /// Standard input ended, `:quit` was typed, or a signal came: no payload was written.
    Stopped,
}

/// Everything the plain front end talks to.
pub struct Plain<'a> {
    /// Where lines are written.
    pub out: &'a mut dyn Write,
    /// Where answers come from.
    pub lines: Lines,
    /// Where secrets come from.
    pub secrets: Secrets,
    /// Signals.
    pub interrupt: Interrupt,
    /// The step that prompts name.
    pub step: Step,
    /// How many columns the terminal has; lines are broken between words for it. `None` when the output is no
    /// terminal: then a line is a line.
    pub columns: Option<usize>,
}

/// Runs the ceremony until it is complete or stopped.
pub fn run(machine: &mut Machine, ports: &mut Ports<'_>, plain: &mut Plain<'_>) -> Result<Ending, RunError> {
    writeln!(
        plain.out,
        "Vestry, a new ceremony. At any question :help explains, :back goes back, :quit stops."
    )?;
    let mut event = Event::Started;
    loop {
        plain.step = machine.step();
        runner::drive(machine, event, ports, plain)?;
        if machine.is_ended() {
            return Ok(Ending::Complete);
        }
        plain.step = machine.step();
        match machine.question() {
            Some(question) => plain.ask(&question)?,
            // The machine asks nothing although nothing is under way: only a signal can have brought it here.
            None => return plain.stopped(),
        }
        event = match plain.lines.next(&plain.interrupt)? {
            Line::Typed(line) => {
                plain.lines.echo(plain.out, &line)?;
                match line.trim() {
                    ":quit" => return plain.stopped(),
                    ":back" => Event::Back,
                    ":help" => Event::Help,
                    _ => Event::Answer(line),
                }
            }
            Line::Ended | Line::Interrupted => {
                writeln!(plain.out)?;
                return plain.stopped();
            }
        };
    }
}

impl Plain<'_> {
    fn ask(&mut self, question: &Question) -> std::io::Result<()> {
        if let Form::Choice(choices) = &question.form {
            for (index, choice) in choices.iter().enumerate() {
                let line = format!("{}  {}: {}", index + 1, choice.word, choice.meaning);
                self.write_line("   ", &line)?;
            }
        }
        let default = match &question.default {
            Some(default) => format!(" ({default})"),
            None => String::new(),
        };
        let mut prompt = format!("{} ? {} {}{default}: ", self.place(), question.id, question.text);
        if self.columns.is_some_and(|columns| prompt.chars().count() >= columns) {
            // Too long for one line: the question above, the place to answer below.
            self.write_line("   ", &question.text)?;
            prompt = format!("{} ? {}{default}: ", self.place(), question.id);
        }
        write!(self.out, "{}", printable(&prompt))?;
        self.out.flush()
    }

    fn write_line(&mut self, indent: &str, text: &str) -> std::io::Result<()> {
        let text = self.broken(indent, text);
        writeln!(self.out, "{text}")
    }

    /// The text as the terminal shows it whole: broken between words, each line indented.
    fn broken(&self, indent: &str, text: &str) -> String {
        let text = printable(text);
        match self.columns {
            None => format!("{indent}{text}"),
            Some(columns) => {
                let width = columns.saturating_sub(indent.len() + 1).max(20);
                let lines: Vec<String> =
                    wrap(&text, width).iter().map(|line| format!("{indent}{line}")).collect();
                lines.join("\n")
            }
        }
    }

    fn place(&self) -> String {
        format!("[step {}/{} {}]", self.step.number(), Step::ALL.len(), self.step.name())
    }

    fn stopped(&mut self) -> Result<Ending, RunError> {
        writeln!(
            self.out,
            "Stopped. No payload was written; key files that were generated stay where they are."
        )?;
        Ok(Ending::Stopped)
    }
}

impl Front for Plain<'_> {
    fn say(&mut self, note: &Note) -> std::io::Result<()> {
        let text = &note.text;
        match note.tone {
            Tone::Heading => {
                writeln!(self.out)?;
                self.write_line("", &format!("== {text}"))
            }
            Tone::Plain => self.write_line("   ", text),
            Tone::Warning => self.write_line("   ", &format!("Warning: {text}")),
            Tone::Refused => self.write_line("   ", &format!("Refused: {text}")),
        }
    }

    fn secret(&mut self, need: &SecretNeed) -> Result<Secret, String> {
        let text = printable(&format!("{} ? {} {}", self.place(), need.id, need.what));
        let prompt = Prompt { out: &mut *self.out, text };
        self.secrets.ask(need, prompt, &self.interrupt).map_err(|error| error.to_string())
    }
}
