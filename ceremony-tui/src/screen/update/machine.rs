//! What the ceremony says and wants when something has happened to it.

use crate::machine::{self as ceremony, Effect as MachineEffect, Moment, Note, Place};
use crate::screen::event::Effect;
use crate::screen::model::{Mode, Model, Overlay, OverlayKind, Reading};

/// Gives the event to the ceremony, and takes in what it says.
pub(super) fn tell(model: &mut Model, event: ceremony::Event, moment: Moment) -> Vec<Effect> {
    if matches!(event, ceremony::Event::TokensSeen(..)) {
        return see(model, event, moment);
    }
    let before = (model.machine.step(), asked(model), model.machine.is_ended());
    let heading = model.picture.page.heading.clone();
    let answers = matches!(event, ceremony::Event::Answer(_) | ceremony::Event::Back);
    let (said, wanted) = split(model.machine.update(event, moment));
    take_in_notes(model, said, answers);
    model.look_again();
    let after = (model.machine.step(), asked(model), model.machine.is_ended());
    if (before.0, before.2) != (after.0, after.2) || heading != model.picture.page.heading {
        // A new step, or a page about something else, begins at its top.
        model.reading = Reading::default();
    }
    if before != after || answers && wanted.is_empty() && model.notes.iter().all(is_no_refusal) {
        model.ask_anew();
    } else if answers {
        model.input.refuse();
    }
    let next = if model.machine.is_ended() { Mode::Ended } else { Mode::Asking };
    model.mode.replace_beneath(next);
    if model.says_more_than_fits() {
        // All of it, over everything, until somebody has read it.
        model.overlay = Some(Overlay { kind: OverlayKind::Help, reading: Reading::default() });
    }
    hold_while_stopping(model, wanted)
}

/// What is plugged in has changed, beside whatever goes on: nothing that is asked, typed, chosen or under way changes its
/// place.
fn see(model: &mut Model, event: ceremony::Event, moment: Moment) -> Vec<Effect> {
    let (question, chosen) = (asked(model), model.chosen_word());
    let (said, wanted) = split(model.machine.update(event, moment));
    if said.iter().any(|note| note.place == Place::Passing) {
        model.notes.retain(|note| note.place != Place::Passing);
    }
    model.notes.extend(said);
    model.look_again();
    if asked(model) == question {
        model.keep_chosen(chosen.as_deref());
    } else {
        model.ask_anew();
    }
    hold_while_stopping(model, wanted)
}

fn asked(model: &Model) -> Option<String> {
    model.picture.question.as_ref().map(|question| question.id.clone())
}

fn is_no_refusal(note: &Note) -> bool {
    note.tone != ceremony::Tone::Refused
}

fn split(effects: Vec<MachineEffect>) -> (Vec<Note>, Vec<MachineEffect>) {
    let mut said = Vec::new();
    let mut wanted = Vec::new();
    for effect in effects {
        match effect {
            MachineEffect::Say(note) => said.push(note),
            other => wanted.push(other),
        }
    }
    (said, wanted)
}

/// One act is an answer and everything that follows from it until the next answer: a refusal that comes first is
/// still there when the machine was looked at again.
fn take_in_notes(model: &mut Model, said: Vec<Note>, answers: bool) {
    if answers {
        model.notes.clear();
    }
    let ended = model.machine.is_ended();
    if ended {
        model.notes.retain(|note| note.place == Place::News);
    }
    model.notes.extend(said);
}

/// Something that the machine wants, for the runner.
pub(super) fn perform(effects: Vec<MachineEffect>) -> Vec<Effect> {
    effects.into_iter().map(|effect| Effect::Perform(Box::new(effect))).collect()
}

/// While somebody is asked whether to stop, nothing new begins: above all no prompt for a secret over the question.
fn hold_while_stopping(model: &mut Model, effects: Vec<MachineEffect>) -> Vec<Effect> {
    if !matches!(model.mode, Mode::Stopping(_)) {
        return perform(effects);
    }
    model.held.extend(effects);
    Vec::new()
}
