//! `--plain`: a flow as numbered lines, for screen readers, serial consoles, transcripts and scripts.
//!
//! A prompt is one line, `[step 1/7 Name] ? id question (default): `, and waits for one line. On a terminal that is too
//! narrow for it the question stands above.

pub mod lines;

use std::io::Write;

use crate::interrupt::Interrupt;
use crate::machine::{Event, Flow, Form, Machine, Note, Question, SecretNeed, Step, Tone};
use crate::runner::{self, Front, Ports, RunError};
use crate::secret::Secret;
use crate::secrets::{Prompt, Secrets, SecretsError};
use crate::text::{self, printable, wrap};

use lines::{Line, Lines};

/// How a flow ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing is left to do: the payload of a ceremony was exported.
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
    /// What people came for.
    pub flow: Flow,
    /// The step that prompts name.
    pub step: Step,
    /// How many columns the terminal has; lines are broken between words for it. `None` when the output is no
    /// terminal: then a line is a line.
    pub columns: Option<usize>,
    /// How many rows it has: after so many lines a person is asked to read on.
    pub rows: Option<usize>,
    /// Lines since a person last answered.
    pub shown: usize,
}

/// Runs the flow until it is complete or stopped.
pub fn run(machine: &mut Machine, ports: &mut Ports<'_>, plain: &mut Plain<'_>) -> Result<Ending, RunError> {
    plain.write_line("", plain.flow.welcome())?;
    let mut event = Event::Started;
    loop {
        plain.step = machine.step();
        runner::drive(machine, event, ports, plain)?;
        if machine.is_ended() {
            return Ok(Ending::Complete);
        }
        plain.step = machine.step();
        // The machine asks nothing although nothing is under way: only a signal can have brought it here.
        let Some(question) = machine.question() else { return plain.stopped() };
        event = match plain.answer(&question, machine.holds_signatures())? {
            Some(event) => event,
            None => return plain.stopped(),
        };
    }
}

impl Plain<'_> {
    /// Asks until there is an answer, or a reason to stop. Once there are signatures, Ctrl-C and the end of a
    /// terminal's input have to be meant: they count the second time.
    fn answer(&mut self, question: &Question, signatures: bool) -> Result<Option<Event>, RunError> {
        let mut warned = !signatures;
        loop {
            self.ask(question)?;
            let line = self.lines.next(&self.interrupt)?;
            self.shown = 0;
            let may_be_slip = match line {
                Line::Typed(line) => {
                    self.lines.echo(self.out, &line)?;
                    return Ok(match line.trim() {
                        ":quit" => None,
                        ":back" => Some(Event::Back),
                        ":help" => Some(Event::Help),
                        _ => Some(Event::Answer(line)),
                    });
                }
                Line::Ended => self.lines.is_terminal(),
                Line::Interrupted => !warned && self.interrupt.take_ctrl_c(),
            };
            writeln!(self.out)?;
            if warned || !may_be_slip {
                return Ok(None);
            }
            warned = true;
            self.say(&Note::news(
                Tone::Warning,
                "Stopping now throws the signatures away. Do it again to stop, or answer to go on.",
            ))?;
        }
    }

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
        let text = question.in_a_line();
        let mut prompt = format!("{} ? {} {text}{default}: ", self.place(), question.id);
        if self.is_too_long(&prompt) {
            // Too long for one line: the question above, the place to answer below.
            self.write_line("   ", &text)?;
            prompt = format!("{} ? {}{default}: ", self.place(), question.id);
        }
        if self.is_too_long(&prompt) {
            self.write_line("   ", &format!("Enter alone answers{default}"))?;
            prompt = format!("{} ? {}: ", self.place(), question.id);
        }
        write!(self.out, "{}", printable(&prompt))?;
        self.out.flush()
    }

    fn is_too_long(&self, prompt: &str) -> bool {
        self.columns.is_some_and(|columns| text::columns(&printable(prompt)) >= columns)
    }

    /// The prompt of a secret, without its colon; what it is for stands above where the line is too short.
    fn secret_prompt(&mut self, need: &SecretNeed) -> std::io::Result<String> {
        let cancel = match self.secrets {
            Secrets::Terminal => " (Enter alone cancels)",
            Secrets::Listed(_) => "",
        };
        let prompt = format!("{} ? {} {}{cancel}", self.place(), need.id, need.what);
        if !self.is_too_long(&format!("{prompt}, once more: ")) {
            return Ok(printable(&prompt));
        }
        self.write_line("   ", &need.what)?;
        Ok(printable(&format!("{} ? {}{cancel}", self.place(), need.id)))
    }

    fn write_line(&mut self, indent: &str, text: &str) -> std::io::Result<()> {
        for line in self.broken(indent, text) {
            self.pause_at_the_end_of_the_screen()?;
            writeln!(self.out, "{line}")?;
            self.shown += 1;
        }
        Ok(())
    }

    /// What scrolls away unread was not reviewed.
    fn pause_at_the_end_of_the_screen(&mut self) -> std::io::Result<()> {
        // The last two rows are for this line, or for a prompt and what is typed.
        if self.rows.is_none_or(|rows| self.shown + 2 < rows) || !self.lines.is_terminal() {
            return Ok(());
        }
        write!(self.out, "   -- Enter shows more --")?;
        self.out.flush()?;
        // Whatever ends the wait, the next question hears of it again.
        if !matches!(self.lines.next(&self.interrupt)?, Line::Typed(_)) {
            writeln!(self.out)?;
        }
        self.shown = 0;
        Ok(())
    }

    /// The text as the terminal shows it whole: broken between words, each line indented.
    fn broken(&self, indent: &str, text: &str) -> Vec<String> {
        let text = printable(text);
        match self.columns {
            None => vec![format!("{indent}{text}")],
            Some(columns) => {
                let width = columns.saturating_sub(indent.len() + 1).max(20);
                wrap(&text, width).iter().map(|line| format!("{indent}{line}")).collect()
            }
        }
    }

    fn place(&self) -> String {
        format!("[step {}/{} {}]", self.step.number(), self.flow.steps().len(), self.step.name())
    }

    fn stopped(&mut self) -> Result<Ending, RunError> {
        self.write_line("", self.flow.stopped())?;
        Ok(Ending::Stopped)
    }
}

impl Front for Plain<'_> {
    fn say(&mut self, note: &Note) -> std::io::Result<()> {
        let text = &note.text;
        match note.tone {
            Tone::Heading => {
                self.write_line("", "")?;
                self.write_line("", &format!("== {text}"))
            }
            Tone::Plain => self.write_line("   ", text),
            Tone::Warning => self.write_line("   ", &format!("Warning: {text}")),
            Tone::Refused => self.write_line("   ", &format!("Refused: {text}")),
        }
    }

    fn secret(&mut self, need: &SecretNeed) -> Result<Secret, String> {
        let text = self.secret_prompt(need).map_err(|error| SecretsError::Io(error).to_string())?;
        let prompt = Prompt { out: &mut *self.out, text };
        let secret = self.secrets.ask(need, prompt, &self.interrupt);
        self.shown = 0;
        if matches!(secret, Err(SecretsError::Interrupted)) {
            // Ctrl-C at a prompt cancels the prompt, not the ceremony.
            self.interrupt.take_ctrl_c();
        }
        secret.map_err(|error| error.to_string())
    }

    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    fn forget_type_ahead(&mut self) {
        self.lines.forget_type_ahead();
    }
}
