//! What happens on the screen, and what it causes. Pure: no terminal, no port; time and randomness are parameters.

use crate::machine::{self, Effect as MachineEffect, Moment, Tone};

use super::model::{Mode, Model, Size};

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Give the answer.
    Submit,
    /// One step back, or leave a dialog.
    Back,
    /// Explain this step.
    Help,
    /// Take the last character back.
    Erase,
    /// Take the whole line back.
    Clear,
    /// Read the page before.
    PageUp,
    /// Read on.
    PageDown,
    /// Ask whether to stop.
    Stop,
}

/// All that can happen on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A command from the keymap.
    Command(Command),
    /// A character was typed.
    Character(char),
    /// The terminal has another size.
    Resized(Size),
    /// An effect was performed.
    Machine(machine::Event),
}

/// All that the screen may cause.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Something that the machine asked for.
    Perform(Box<MachineEffect>),
    /// Leave.
    Quit,
}

/// The longest answer that is typed.
const LONGEST_INPUT: usize = 1024;

const MORE: &str = "There is more to read. Press PgDn until the end, then answer.";

/// Takes an event into the model.
pub fn update(model: &mut Model, event: Event, moment: Moment) -> Vec<Effect> {
    model.now = moment.now;
    match event {
        Event::Resized(size) => {
            model.size = size;
            model.top = model.top.min(model.last_top());
            Vec::new()
        }
        Event::Machine(event) => ask_machine(model, event, moment),
        // Below the smallest size nothing can be read, so nothing can be answered; only leaving works.
        Event::Command(command) if model.fits() || command == Command::Stop => {
            self::command(model, command, moment)
        }
        Event::Character(character) if model.fits() => typed(model, character),
        Event::Command(_) | Event::Character(_) => Vec::new(),
    }
}

fn command(model: &mut Model, command: Command, moment: Moment) -> Vec<Effect> {
    match (&model.mode, command) {
        (Mode::Ended, Command::Submit | Command::Stop) => return vec![Effect::Quit],
        (Mode::Stopping, Command::Back) => model.mode = Mode::Asking,
        (_, Command::Stop) => model.mode = Mode::Stopping,
        (Mode::Asking, Command::Submit) => return submit(model, moment),
        (Mode::Asking, Command::Back) => return ask_machine(model, machine::Event::Back, moment),
        (Mode::Asking, Command::Help) => return ask_machine(model, machine::Event::Help, moment),
        (Mode::Asking, Command::Erase) => {
            model.input.pop();
        }
        (Mode::Asking, Command::Clear) => model.input.clear(),
        (_, Command::PageUp) => model.top = model.top.saturating_sub(model.note_rows().max(1)),
        (_, Command::PageDown) => {
            model.top = (model.top + model.note_rows().max(1)).min(model.last_top());
            if model.shows_the_end() && model.status == MORE {
                model.status.clear();
            }
        }
        _ => {}
    }
    Vec::new()
}

fn typed(model: &mut Model, character: char) -> Vec<Effect> {
    match model.mode {
        Mode::Stopping if character == 'y' => return vec![Effect::Quit],
        Mode::Stopping => model.mode = Mode::Asking,
        Mode::Asking if model.input.len() < LONGEST_INPUT && !character.is_control() => {
            model.input.push(character);
        }
        _ => {}
    }
    Vec::new()
}

fn submit(model: &mut Model, moment: Moment) -> Vec<Effect> {
    // Nobody agrees to, or answers, what was not on the screen.
    if !model.shows_the_end() {
        model.status = MORE.to_owned();
        return Vec::new();
    }
    let answer = std::mem::take(&mut model.input);
    ask_machine(model, machine::Event::Answer(answer), moment)
}

fn ask_machine(model: &mut Model, event: machine::Event, moment: Moment) -> Vec<Effect> {
    model.status.clear();
    let step = model.machine.step();
    let mut effects = Vec::new();
    let mut said = Vec::new();
    for effect in model.machine.update(event, moment) {
        match effect {
            MachineEffect::Say(note) => said.push(note),
            other => effects.push(Effect::Perform(Box::new(other))),
        }
    }
    if model.machine.step() != step || said.iter().any(|note| note.tone == Tone::Heading) {
        // A new step begins on an empty screen, but what the old one refused is still to be read.
        model.notes.retain(|note| note.tone == Tone::Refused && said.contains(note));
        model.top = 0;
    }
    let first_new = model.note_lines().len();
    model
        .notes
        .extend(said.into_iter().filter(|note| note.tone != Tone::Heading || model.machine.is_ended()));
    // What is new begins at the top of the page, so that nothing is scrolled past.
    model.top = first_new.min(model.last_top());
    model.mode = if model.machine.is_ended() { Mode::Ended } else { Mode::Asking };
    effects
}
