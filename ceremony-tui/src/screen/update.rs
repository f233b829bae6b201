//! What happens on the screen, and what it causes. Pure: no terminal, no port; time and randomness are parameters.

use crate::machine::{self, Effect as MachineEffect, Moment, Tone};

use super::model::{Cancel, Mode, Model, Size};

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
    /// Cancel what is under way; nothing is lost.
    CancelWork,
    /// Ask whether to stop.
    Stop,
    /// Stop.
    ConfirmStop,
    /// Leave the complete ceremony.
    Leave,
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
    Machine(machine::Event),
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

/// The longest answer that is typed.
const LONGEST_INPUT: usize = 1024;

const MORE: &str = "There is more to read. Press PgDn until the end, then answer.";

/// Takes an event into the model.
pub fn update(model: &mut Model, event: Event, moment: Moment) -> Vec<Effect> {
    model.now = moment.now;
    match event {
        Event::Resized(size) => resized(model, size),
        Event::Machine(event) => ask_machine(model, event, moment),
        // Below the smallest size nothing can be read, so nothing can be answered; only leaving works.
        Event::Command(command) if model.fits() || command == Command::Stop => {
            self::command(model, command, moment)
        }
        Event::Character(character) if model.fits() => typed(model, character),
        Event::Pasted(text) if model.fits() => text.chars().flat_map(|c| typed(model, c)).collect(),
        Event::Ticked | Event::Command(_) | Event::Character(_) | Event::Pasted(_) => Vec::new(),
    }
}

fn resized(model: &mut Model, size: Size) -> Vec<Effect> {
    model.size = size;
    model.top = model.top.min(model.last_top());
    Vec::new()
}

fn command(model: &mut Model, command: Command, moment: Moment) -> Vec<Effect> {
    match (&model.mode, command) {
        (Mode::Ended, Command::Leave | Command::Stop) | (Mode::Stopping(_), Command::ConfirmStop) => {
            return vec![Effect::Quit];
        }
        (Mode::Stopping(_), Command::Back) => return go_on(model),
        (Mode::Asking | Mode::Working(_) | Mode::Secret(_), Command::Stop) => ask_to_stop(model),
        (Mode::Working(_), Command::CancelWork) => return cancel_work(model),
        (Mode::Asking, Command::Submit) => return submit(model, moment),
        (Mode::Asking, Command::Back) => return ask_machine(model, machine::Event::Back, moment),
        (Mode::Asking, Command::Help) => return ask_machine(model, machine::Event::Help, moment),
        (Mode::Asking, Command::Erase) => {
            model.input.pop();
        }
        (Mode::Asking, Command::Clear) => model.input.clear(),
        (_, Command::PageUp) => model.top = model.top.saturating_sub(model.note_rows().max(1)),
        (_, Command::PageDown) => page_down(model),
        _ => {}
    }
    Vec::new()
}

fn ask_to_stop(model: &mut Model) {
    let beneath = std::mem::replace(&mut model.mode, Mode::Asking);
    model.mode = Mode::Stopping(Box::new(beneath));
}

/// Nobody stops: what came meanwhile is done now.
fn go_on(model: &mut Model) -> Vec<Effect> {
    if let Mode::Stopping(beneath) = std::mem::replace(&mut model.mode, Mode::Asking) {
        model.mode = *beneath;
    }
    perform(std::mem::take(&mut model.held))
}

fn perform(effects: Vec<MachineEffect>) -> Vec<Effect> {
    effects.into_iter().map(|effect| Effect::Perform(Box::new(effect))).collect()
}

fn cancel_work(model: &mut Model) -> Vec<Effect> {
    match model.mode.work_mut() {
        Some(work) if work.cancel == Cancel::Possible => {
            work.cancel = Cancel::Asked;
            vec![Effect::CancelWork]
        }
        _ => Vec::new(),
    }
}

fn page_down(model: &mut Model) {
    model.top = (model.top + model.note_rows().max(1)).min(model.last_top());
    if model.shows_the_end() && model.status == MORE {
        model.status.clear();
    }
}

fn typed(model: &mut Model, character: char) -> Vec<Effect> {
    if model.mode == Mode::Asking && model.input.len() < LONGEST_INPUT && !character.is_control() {
        model.input.push(character);
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
            other => effects.push(other),
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
    model.mode.replace_beneath(if model.machine.is_ended() { Mode::Ended } else { Mode::Asking });
    hold_while_stopping(model, effects)
}

/// While somebody is asked whether to stop, nothing new begins: above all no prompt for a secret over the question.
fn hold_while_stopping(model: &mut Model, effects: Vec<MachineEffect>) -> Vec<Effect> {
    if !matches!(model.mode, Mode::Stopping(_)) {
        return perform(effects);
    }
    model.held.extend(effects);
    Vec::new()
}
