//! What happens on the screen, and what it causes. Pure: no terminal, no port; time and randomness are parameters.

mod command;
mod machine;

use crate::machine::{self as ceremony, Moment};

use super::event::{Effect, Event};
use super::model::{Mode, Model, Notice, Size};

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
        Event::Ticked => ticked(model, moment),
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
fn ticked(model: &mut Model, moment: Moment) -> Vec<Effect> {
    if model.mode == Mode::Asking {
        // It only learns the time; nothing is wanted or said.
        model.machine.update(ceremony::Event::Ticked, moment);
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
    if model.mode != Mode::Asking || model.overlay.is_some() || model.picture.question.is_none() {
        return Vec::new();
    }
    if !model.is_typing() {
        // Somebody means an answer by its name, or types a secret too early: Enter must not give the marked one.
        model.chosen = None;
        model.notice = Some(Notice::NothingChosen);
    } else if model.input.insert(text).is_err() {
        model.notice = Some(Notice::TooLong);
    }
    Vec::new()
}
