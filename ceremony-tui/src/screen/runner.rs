//! The loop of the full screen: one thread, the terminal, and secrets that pass by the model.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event as terminal_event;
use rustix::io::Errno;

use crate::channel::wait_for_input;
use crate::clock;
use crate::dice;
use crate::interrupt::Interrupt;
use crate::machine::{self, Effect as MachineEffect, Machine, Note, Novelty, SecretNeed};
use crate::plain::Ending;
use crate::runner::{Front, Ports, RunError, perform};
use crate::secret::Secret;
use crate::secrets::terminal::{self, Heard, hear};
use crate::secrets::{Secrets, SecretsError, check_given, same};
use crate::text::{printable, wrap};

use super::keymap;
use super::model::{Model, Round, Situation, Size};
use super::update::{Effect, Event, update};
use super::view::{Look, view};

const TICK: Duration = Duration::from_millis(200);

/// crossterm makes its socket pair at its first poll: it has to happen before sockets are given up.
pub fn first_poll() -> std::io::Result<()> {
    terminal_event::poll(Duration::ZERO).map(|_| ())
}

/// Runs the ceremony on the full screen. The terminal is restored at the end, after a signal and after a panic.
pub fn run(
    machine: Machine,
    ports: &mut Ports<'_>,
    secrets: Secrets,
    interrupt: &Interrupt,
) -> Result<Ending, RunError> {
    let mut terminal = ratatui::try_init()?;
    let result = Screen::new(machine, &mut terminal, secrets, interrupt.clone()).and_then(|mut screen| {
        let ending = screen.live(ports)?;
        Ok((ending, left_behind(&screen.model)))
    });
    // A terminal that is gone cannot be restored, and nobody misses it.
    let _ = ratatui::try_restore();
    let (ending, lines) = result?;
    if ending == Ending::Complete {
        let mut out = std::io::stdout().lock();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
    }
    Ok(ending)
}

/// The full screen takes its text along when it goes; the digest and what comes next have to stay.
fn left_behind(model: &Model) -> Vec<String> {
    let width = usize::from(model.size.columns).saturating_sub(1).max(20);
    let lines = |note: &Note| {
        let text = printable(&note.text);
        // Indented lines are digests and commands: somebody may want to copy them in one piece.
        if text.starts_with(' ') { vec![text] } else { wrap(&text, width) }
    };
    model.notes.iter().flat_map(lines).collect()
}

struct Screen<'a> {
    model: Model,
    terminal: &'a mut DefaultTerminal,
    secrets: Secrets,
    interrupt: Interrupt,
    look: Look,
}

impl<'a> Screen<'a> {
    fn new(
        machine: Machine,
        terminal: &'a mut DefaultTerminal,
        secrets: Secrets,
        interrupt: Interrupt,
    ) -> Result<Screen<'a>, RunError> {
        let size = terminal.size()?;
        let size = Size { columns: size.width, rows: size.height };
        let model = Model::new(machine, size, clock::now());
        Ok(Screen { model, terminal, secrets, interrupt, look: Look::of_environment() })
    }

    fn live(&mut self, ports: &mut Ports<'_>) -> Result<Ending, RunError> {
        self.happen(Event::Machine(machine::Event::Started), ports)?;
        loop {
            self.draw()?;
            let event = loop {
                if self.interrupt.is_raised() {
                    return Ok(Ending::Stopped);
                }
                // crossterm reads a terminal that is gone for ever: it is asked only while there is one.
                if hear(Duration::ZERO).map_err(std::io::Error::from)? == Heard::HungUp {
                    return Ok(Ending::Stopped);
                }
                // Before waiting: it may hold events that it read together with the last one.
                if terminal_event::poll(Duration::ZERO)? {
                    match translate(&terminal_event::read()?, self.model.situation()) {
                        Some(event) => break event,
                        None => continue,
                    }
                }
                hear(TICK).map_err(std::io::Error::from)?;
            };
            if self.happen(event, ports)? == Next::Leave {
                let complete = self.model.machine.is_ended();
                return Ok(if complete { Ending::Complete } else { Ending::Stopped });
            }
        }
    }

    /// Takes one event in, and performs everything that follows from it.
    fn happen(&mut self, event: Event, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in update(&mut self.model, event, dice::moment()?) {
                match effect {
                    Effect::Quit => return Ok(Next::Leave),
                    // What is performed here is over before the next key is read.
                    Effect::CancelWork => {}
                    Effect::Perform(effect) => {
                        self.model.begin_work(&effect, limit(&effect), clock::now());
                        self.draw()?;
                        events.extend(perform(*effect, ports, self).map(Event::Machine));
                    }
                }
            }
        }
        Ok(Next::Stay)
    }

    fn draw(&mut self) -> Result<(), RunError> {
        let (model, look) = (&self.model, self.look);
        self.terminal.draw(|frame| view(model, look, frame))?;
        Ok(())
    }

    fn read_secret(&mut self, need: &SecretNeed, round: Round) -> Result<Secret, SecretsError> {
        // What crossterm has read already, such as the rest of a paste, would be shown as an answer later.
        self.forget_type_ahead();
        self.model.begin_secret(need, round);
        self.terminal.draw(|frame| view(&self.model, self.look, frame))?;
        let secret = read_raw(&self.interrupt);
        self.model.end_secret();
        self.terminal.draw(|frame| view(&self.model, self.look, frame))?;
        secret
    }

    fn typed_secret(&mut self, need: &SecretNeed) -> Result<Secret, SecretsError> {
        let secret = self.read_secret(need, Round::First)?;
        if need.novelty == Novelty::New && !secret.is_empty() {
            let secret = check_given(need, secret)?;
            let again = self.read_secret(need, Round::Again)?;
            return same(secret, &again);
        }
        Ok(secret)
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

impl Front for Screen<'_> {
    fn say(&mut self, note: &Note) -> std::io::Result<()> {
        self.model.notes.push(note.clone());
        Ok(())
    }

    fn secret(&mut self, need: &SecretNeed) -> Result<Secret, String> {
        let secret = match &mut self.secrets {
            Secrets::Listed(listed) => listed.take(&need.labels),
            Secrets::Terminal => self.typed_secret(need),
        };
        secret.and_then(|secret| check_given(need, secret)).map_err(|error| error.to_string())
    }

    fn forget_type_ahead(&mut self) {
        terminal::forget_type_ahead();
        // A failure here is found by the loop, which looks at the terminal next.
        while matches!(hear(Duration::ZERO), Ok(Heard::Nothing | Heard::Input))
            && matches!(terminal_event::poll(Duration::ZERO), Ok(true))
        {
            // Everything is forgotten but the size of the terminal.
            if let Ok(terminal_event::Event::Resize(columns, rows)) = terminal_event::read() {
                self.model.size = Size { columns, rows };
            }
        }
    }
}

fn translate(event: &terminal_event::Event, situation: Situation) -> Option<Event> {
    match event {
        terminal_event::Event::Key(key) => keymap::event(key, situation),
        terminal_event::Event::Resize(columns, rows) => {
            Some(Event::Resized(Size { columns: *columns, rows: *rows }))
        }
        _ => None,
    }
}

fn limit(effect: &MachineEffect) -> Option<u64> {
    match effect {
        MachineEffect::Ask { request, .. } => Some(request.patience_seconds()),
        _ => None,
    }
}

/// Reads a secret in raw mode, straight from the terminal into its locked page: crossterm keeps what it reads.
fn read_raw(interrupt: &Interrupt) -> Result<Secret, SecretsError> {
    let mut secret = Secret::empty()?;
    loop {
        if interrupt.is_raised() {
            return Err(SecretsError::Interrupted);
        }
        if !wait_for_input(rustix::stdio::stdin(), Some(TICK)).map_err(std::io::Error::from)? {
            continue;
        }
        let mut byte = [0];
        match rustix::io::read(rustix::stdio::stdin(), &mut byte) {
            Ok(0) | Err(Errno::IO) => return Err(SecretsError::Interrupted),
            Ok(_) => match byte[0] {
                ENTER | LINE_FEED => return Ok(secret),
                ESCAPE | CONTROL_C => {
                    drain()?;
                    return Err(SecretsError::Empty);
                }
                BACKSPACE | DELETE => secret.pop_character(),
                CONTROL_U => secret.clear(),
                byte if byte < 0x20 => {}
                byte => secret.push(byte)?,
            },
            Err(Errno::INTR) => {}
            Err(errno) => return Err(std::io::Error::from(errno).into()),
        }
    }
}

/// The rest of a key that begins with Escape must not become an answer.
fn drain() -> std::io::Result<()> {
    let mut rest = [0; 16];
    while wait_for_input(rustix::stdio::stdin(), Some(Duration::from_millis(1)))? {
        if rustix::io::read(rustix::stdio::stdin(), &mut rest)? == 0 {
            break;
        }
    }
    Ok(())
}

const CONTROL_C: u8 = 3;
const BACKSPACE: u8 = 8;
const LINE_FEED: u8 = 10;
const ENTER: u8 = 13;
const CONTROL_U: u8 = 21;
const ESCAPE: u8 = 27;
const DELETE: u8 = 127;

#[cfg(test)]
mod tests {
    use shared::root_draft::KeySpelling;
    use shared::time::UnixTime;

    use super::*;
    use crate::machine::{Options, Tone};

    #[test]
    fn what_was_said_last_stays_on_the_terminal_and_commands_stay_in_one_piece() {
        let options = Options { folder: None, spelling: KeySpelling::Plain, build_date: None };
        let size = Size { columns: 40, rows: 24 };
        let mut model = Model::new(Machine::new(options), size, UnixTime(0));
        let command = format!("  bootstrap {}", "x".repeat(60));
        let said = ["The ceremony is complete, and this sentence is longer than a line.", &command];
        model.notes = said.map(|text| Note::news(Tone::Plain, text)).to_vec();
        let lines = left_behind(&model);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2], command);
    }
}
