//! What happens on the screen, and what it causes. Pure: no terminal, no port; time and randomness are parameters.

mod command;
mod machine;

use crate::machine::{self as ceremony, Effect as MachineEffect, Moment};

use super::model::{Mode, Model, Notice, Size};

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Give the answer.
    Submit,
    /// One step back.
    Back,
    /// Explain this step.
    Help,
    /// Show the bytes that are signed.
    Bytes,
    /// Show the digest in words.
    Words,
    /// Show the bytes in the other form.
    OtherForm,
    /// Close what lies over the step.
    Close,
    /// The answer before, or the row above.
    Previous,
    /// The next answer, or the row below.
    Next,
    /// The beginning of the line, or the first answer or row.
    First,
    /// The end of the line, or the last answer or row.
    Last,
    /// The answer with this number, from 1.
    Pick(usize),
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// Take the character before the cursor back.
    Erase,
    /// Take the character at the cursor away.
    Delete,
    /// Take the whole line back.
    Clear,
    /// Read the page before.
    PageUp,
    /// Read on.
    PageDown,
    /// Cancel what is under way; nothing is lost.
    CancelWork,
    /// Ask whether to stop.
    Stop,
    /// Stop.
    ConfirmStop,
    /// Do not stop.
    GoOn,
    /// Leave the complete ceremony.
    Leave,
}

impl Command {
    /// Whether it has to work on a screen on which nothing can be read.
    fn leads_out(self) -> bool {
        matches!(self, Command::Stop | Command::ConfirmStop | Command::GoOn)
    }
}

/// All that can happen on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A command from the keymap.
    Command(Command),
    /// A character was typed.
    Character(char),
    /// Text was pasted.
    Pasted(String),
    /// The terminal has another size.
    Resized(Size),
    /// Time has passed: a timer or the clock has to be drawn again.
    Ticked,
    /// An effect was performed.
    Machine(ceremony::Event),
}

/// All that the screen may cause.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Something that the machine asked for.
    Perform(Box<MachineEffect>),
    /// Cancel what is being performed. Its answer comes all the same: that it could not be asked.
    CancelWork,
    /// Leave.
    Quit,
}

/// Takes an event into the model.
pub fn update(model: &mut Model, event: Event, moment: Moment) -> Vec<Effect> {
    model.now = moment.now;
    let effects = match event {
        Event::Resized(size) => resized(model, size),
        Event::Machine(event) => machine::tell(model, event, moment),
        // Below the smallest size nothing can be read, so nothing can be answered; only leaving works.
        Event::Command(command) if model.size.fits() || command.leads_out() => {
            command::obey(model, command, moment)
        }
        Event::Character(character) if model.size.fits() => typed(model, &character.to_string()),
        Event::Pasted(text) if model.size.fits() => typed(model, &text),
        Event::Ticked => ticked(model),
        Event::Command(_) | Event::Character(_) | Event::Pasted(_) => Vec::new(),
    };
    see(model);
    effects
}

/// What is on the screen after this event was read, as far as anything can be read.
fn see(model: &mut Model) {
    if model.size.fits() && model.visible_overlay().is_none() {
        let height = model.layout().body;
        model.reading.see(&model.picture.page, height);
    }
}

/// Dates move on while nothing else happens; under work the picture stays as it is.
fn ticked(model: &mut Model) -> Vec<Effect> {
    if model.mode == Mode::Asking {
        model.look_again();
    }
    Vec::new()
}

fn resized(model: &mut Model, size: Size) -> Vec<Effect> {
    let before = model.picture.page.clone();
    model.size = size;
    model.look_again();
    model.reading.rewrap(&before, &model.picture.page);
    Vec::new()
}

fn typed(model: &mut Model, text: &str) -> Vec<Effect> {
    model.notice = None;
    let types = model.mode == Mode::Asking && model.overlay.is_none() && model.is_typing();
    if types && model.input.insert(text).is_err() {
        model.notice = Some(Notice::TooLong);
    }
    Vec::new()
}
