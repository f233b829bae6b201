//! The loop of the full screen: one wait for everything that can happen, and secrets that pass by the model.
//!
//! ```text
//! terminal, signals, token host or medium -> wait -> Event -> update -> Effect -> begun here, answered as an Event
//! ```
//!
//! Nothing in the loop waits for one thing alone, so the screen lives while a token host thinks: timers run, keys and
//! signals are heard, the terminal may change its size.

mod input;
mod keyboard;
mod performing;
mod signals;
pub mod stage;
mod typing;

use std::io::Write;
use std::time::Duration;

use rustix::stdio::stdin;
use zeroize::Zeroizing;

use crate::clock::{self, Deadline};
use crate::dice;
use crate::interrupt::Interrupt;
use crate::machine::{self, Machine, Note};
use crate::plain::Ending;
use crate::runner::{Ports, RunError};
use crate::secrets::Secrets;
use crate::secrets::terminal::forget_type_ahead;
use crate::text::{printable, wrap};
use crate::wait::{Heard, Watch, wait_for_first};

use super::event::Event;
use super::keymap;
use super::model::{Doing, Mode, Model, Notice};
use super::update::update;
use input::{is_input_there, read};
use keyboard::{Keyboard, Stroke};
use performing::Performing;
use signals::{News, Signals};
use stage::Stage;

/// How often a timer is drawn.
const TICK: Duration = Duration::from_millis(250);

/// Runs a flow on the full screen. The terminal is restored at the end, after a signal and after a panic.
pub fn run(
    machine: Machine,
    ports: &mut Ports<'_>,
    secrets: Secrets,
    interrupt: &Interrupt,
) -> Result<Ending, RunError> {
    let signals = Signals::install()?;
    let stage = Stage::enter()?;
    let model = Model::new(machine, stage.size()?, clock::now());
    let keyboard = Keyboard::default();
    let mut screen = Screen {
        model,
        stage,
        keyboard,
        rest: None,
        performing: Performing::new(secrets),
        signals,
        interrupt,
        picture: Drawn::No,
    };
    let ending = screen.live(ports)?;
    let lines = if screen.model.machine.is_ended() {
        left_behind(&screen.model)
    } else {
        wrap(screen.model.machine.flow().stopped(), line_width(&screen.model))
    };
    // Before anything is printed: the text is for the terminal's own screen.
    drop(screen);
    let mut out = std::io::stdout().lock();
    // A terminal that is gone needs no farewell.
    let _ = lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    Ok(ending)
}

/// The full screen takes its text along when it goes; the digest and what comes next have to stay.
fn left_behind(model: &Model) -> Vec<String> {
    let width = line_width(model);
    let lines = |note: &Note| {
        let text = printable(&note.text);
        // Indented lines are digests and commands: somebody may want to copy them in one piece.
        if text.starts_with(' ') { vec![text] } else { wrap(&text, width) }
    };
    model.notes.iter().flat_map(lines).collect()
}

fn line_width(model: &Model) -> usize {
    usize::from(model.size.columns).saturating_sub(1).max(20)
}

struct Screen<'a> {
    model: Model,
    stage: Stage,
    keyboard: Keyboard,
    /// Until when the rest of a key or of a paste may come.
    rest: Option<Deadline>,
    performing: Performing,
    signals: Signals,
    interrupt: &'a Interrupt,
    picture: Drawn,
}

/// Whether the screen shows the model. Looking at tokens again and again draws nothing while nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Yes,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Stay,
    Leave,
}

impl Screen<'_> {
    fn live(&mut self, ports: &mut Ports<'_>) -> Result<Ending, RunError> {
        self.happen(Event::Machine(machine::Event::Started), ports)?;
        loop {
            if std::mem::replace(&mut self.picture, Drawn::Yes) == Drawn::No {
                self.stage.draw(&self.model)?;
            }
            let heard = self.listen(ports)?;
            if heard != Heard::Nothing || self.rest.is_some() {
                self.picture = Drawn::No;
            }
            if self.interrupt.is_raised() || heard == Heard::HungUp {
                return Ok(Ending::Stopped);
            }
            self.hear_signals(ports)?;
            let next = match heard {
                Heard::Ready => self.read(ports)?,
                _ => self.settle(ports)?,
            };
            if next == Next::Leave {
                return Ok(if self.model.machine.is_ended() { Ending::Complete } else { Ending::Stopped });
            }
            if let Some(event) = self.performing.advance(ports) {
                self.happen(Event::Machine(event), ports)?;
            }
            self.look_around(ports)?;
            self.tick(ports)?;
        }
    }

    /// Waits for anything at all, and says what the terminal did.
    fn listen(&self, ports: &Ports<'_>) -> Result<Heard, RunError> {
        let terminal = Watch::input(stdin());
        let signals = Watch::input(self.signals.as_descriptor());
        // A descriptor that is listened to twice does no harm.
        let work = ports.watch().unwrap_or(signals);
        let mut watches = vec![terminal, signals, work];
        watches.extend(ports.looks());
        let time = ports.until_next_look(self.patience(ports));
        Ok(wait_for_first(&watches, time).map_err(std::io::Error::from)?)
    }

    /// Takes in what was plugged in or taken out, wherever the ceremony wants to know.
    fn look_around(&mut self, ports: &mut Ports<'_>) -> Result<(), RunError> {
        ports.keep_looking(&self.model.machine.watched());
        while let Some(event) = ports.seen() {
            self.happen(Event::Machine(event), ports)?;
        }
        Ok(())
    }

    /// How long nothing has to be done, unless something happens.
    fn patience(&self, ports: &Ports<'_>) -> Duration {
        let rest = self.rest.map(|rest| rest.left().unwrap_or(Duration::ZERO));
        match (rest, self.model.mode.beneath()) {
            (Some(rest), _) => rest,
            (None, Mode::Working(_)) => ports.patience(TICK),
            (None, _) => until_next_minute(self.model.now.0),
        }
    }

    fn hear_signals(&mut self, ports: &mut Ports<'_>) -> Result<(), RunError> {
        for news in self.signals.take() {
            match news {
                News::Suspend => {
                    self.stage.suspend()?;
                    // Its own continuation is old news, and the size is looked at below.
                    self.signals.take();
                }
                News::Continued => self.stage.resume()?,
                News::Resized => self.stage.forget()?,
            }
            if news != News::Resized {
                self.performing.begin_secret_again(&mut self.model);
            }
            // Somebody may have changed the size while the program was stopped.
            let size = self.stage.size()?;
            let fitted = self.model.size.fits();
            self.happen(Event::Resized(size), ports)?;
            if !fitted && size.fits() && self.types_secret() {
                self.lose_unseen()?;
            }
        }
        Ok(())
    }

    /// Takes in what was typed.
    fn read(&mut self, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        // What was there may be thrown away by now, and a read that waits would freeze the screen.
        if !is_input_there()? {
            return Ok(Next::Stay);
        }
        let next = match self.types_secret() {
            true => self.read_secret(ports),
            false => self.read_keys(ports),
        };
        self.rest = self.performing.patience().or(self.keyboard.patience()).map(Deadline::after);
        next
    }

    fn types_secret(&self) -> bool {
        self.model.situation().doing == Doing::Secret
    }

    fn read_keys(&mut self, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        // Somebody may type a secret ahead of its prompt.
        let mut room = Zeroizing::new([0; 1024]);
        let Some(bytes) = read(stdin(), room.as_mut_slice())? else { return Ok(Next::Leave) };
        for byte in bytes {
            let strokes = self.keyboard.take(&[*byte]);
            // What was typed before the prompt was on the screen is no part of the secret.
            if !self.types_secret() && self.strokes(strokes, ports)? == Next::Leave {
                return Ok(Next::Leave);
            }
        }
        self.hand_keyboard_over();
        Ok(Next::Stay)
    }

    /// One byte at a time: what comes after the secret is not for the page that holds it.
    fn read_secret(&mut self, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        if self.stage.hold()? {
            // What was typed while echo was on was seen.
            self.performing.lose_secret(&mut self.model);
            return Ok(Next::Stay);
        }
        let mut room = Zeroizing::new([0]);
        match read(stdin(), room.as_mut_slice())? {
            None => Ok(Next::Leave),
            Some([byte]) => {
                let events = self.performing.take_secret_byte(*byte, &mut self.model, ports);
                self.happen_after_secret(events, ports)
            }
            Some(_) => Ok(Next::Stay),
        }
    }

    /// A secret that ends in the middle of a paste leaves the rest of it, which must not become keys.
    fn happen_after_secret(&mut self, events: Vec<Event>, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        if self.performing.take_paste_left() {
            self.keyboard.paste_goes_on();
        }
        self.happen_all(events, ports)
    }

    /// Nothing of what was typed before the prompt is part of the secret, and a paste goes on to be one.
    fn hand_keyboard_over(&mut self) {
        if self.types_secret() && self.keyboard.forget() {
            self.performing.paste_goes_on();
        }
    }

    /// Nothing was typed for a moment: half a key is what it is. Whatever else wakes the program decides nothing.
    fn settle(&mut self, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        let is_over = self.rest.is_some_and(|rest| rest.left().is_none());
        // After the program was stopped for a while, the rest may be there and unread.
        if !is_over || is_input_there()? {
            return Ok(Next::Stay);
        }
        self.rest = None;
        let events = self.performing.settle_secret(&mut self.model, ports);
        self.happen_after_secret(events, ports)?;
        let strokes = self.keyboard.settle();
        self.strokes(strokes, ports)
    }

    /// What was typed before the prompt can be read is no part of the secret.
    fn lose_unseen(&mut self) -> Result<(), RunError> {
        if is_input_there()? {
            forget_type_ahead();
            self.performing.lose_secret(&mut self.model);
        }
        Ok(())
    }

    fn strokes(&mut self, strokes: Vec<Stroke>, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        for stroke in strokes {
            let event = match stroke {
                Stroke::Pasted(text) => Some(Event::Pasted(text)),
                Stroke::Key(key) => keymap::event(&key, self.model.situation()),
                Stroke::PastedTooMuch => self.notice(Some(Notice::TooLong)),
                Stroke::PasteHangs => self.notice(Some(Notice::PasteHangs)),
                Stroke::PasteGivenUp => self.notice(None),
            };
            let Some(event) = event else { continue };
            if self.happen(event, ports)? == Next::Leave {
                return Ok(Next::Leave);
            }
        }
        Ok(Next::Stay)
    }

    /// Says why nothing happens, which is no event.
    fn notice(&mut self, notice: Option<Notice>) -> Option<Event> {
        self.model.notice = notice;
        None
    }

    fn tick(&mut self, ports: &mut Ports<'_>) -> Result<(), RunError> {
        let now = clock::now();
        let works = matches!(self.model.mode.beneath(), Mode::Working(_));
        if works || now.0.div_euclid(60) != self.model.now.0.div_euclid(60) {
            self.happen(Event::Ticked, ports)?;
        }
        Ok(())
    }

    /// Takes one event in, and everything that follows from it at once.
    fn happen(&mut self, event: Event, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        self.picture = Drawn::No;
        let mut events = std::collections::VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in update(&mut self.model, event, dice::moment()?) {
                match self.performing.take(effect, ports) {
                    performing::Taken::Quit => return Ok(Next::Leave),
                    performing::Taken::Event(event) => events.push_back(Event::Machine(event)),
                    performing::Taken::Later => {}
                }
            }
            if events.is_empty() {
                let begun = self.performing.begin_next(&mut self.model, ports);
                self.hand_keyboard_over();
                events.extend(begun.map(Event::Machine));
            }
        }
        Ok(Next::Stay)
    }

    fn happen_all(&mut self, events: Vec<Event>, ports: &mut Ports<'_>) -> Result<Next, RunError> {
        for event in events {
            if self.happen(event, ports)? == Next::Leave {
                return Ok(Next::Leave);
            }
        }
        Ok(Next::Stay)
    }
}

fn until_next_minute(now: i64) -> Duration {
    Duration::from_secs(60 - now.rem_euclid(60).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use shared::time::UnixTime;

    use super::*;
    use crate::machine::Tone;
    use crate::machine::tests::world::options;
    use crate::screen::model::Size;

    #[test]
    fn what_was_said_last_stays_on_the_terminal_and_commands_stay_in_one_piece() {
        let size = Size { columns: 40, rows: 24 };
        let mut model = Model::new(Machine::new(options()), size, UnixTime(0));
        let command = format!("  bootstrap {}", "x".repeat(60));
        let said = ["The ceremony is complete, and this sentence is longer than a line.", &command];
        model.notes = said.map(|text| Note::news(Tone::Plain, text)).to_vec();
        let lines = left_behind(&model);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2], command);
    }

    #[test]
    fn the_clock_is_drawn_when_its_minute_changes() {
        assert_eq!(until_next_minute(0), Duration::from_secs(60));
        assert_eq!(until_next_minute(119), Duration::from_secs(1));
        assert_eq!(until_next_minute(-1), Duration::from_secs(1));
    }
}
