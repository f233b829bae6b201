//! What a command does, by what the person does.

use crate::machine::{self as ceremony, Aside, Moment};
use crate::screen::event::{Command, Effect};
use crate::screen::model::{Cancel, Document, Doing, Mode, Model, Notice, Overlay, OverlayKind, Reading};
use crate::screen::page::BytesForm;

use super::machine::{perform, tell};

/// Does what the command says.
pub(super) fn obey(model: &mut Model, command: Command, moment: Moment) -> Vec<Effect> {
    model.notice = None;
    match command {
        Command::ConfirmStop if matches!(model.mode, Mode::Stopping(_)) => return vec![Effect::Quit],
        Command::GoOn => return go_on(model),
        Command::Stop => return stop(model),
        Command::Leave => return leave(model),
        Command::CancelWork => return cancel_work(model),
        Command::Submit => return submit(model, moment),
        Command::Back if model.mode == Mode::Asking => return tell(model, ceremony::Event::Back, moment),
        Command::Help => open(model, OverlayKind::Help),
        Command::Bytes => open(model, OverlayKind::Bytes(BytesForm::Text)),
        Command::Words => open(model, OverlayKind::Words),
        Command::Close => model.overlay = None,
        Command::OtherForm => other_form(model),
        _ => move_or_edit(model, command),
    }
    Vec::new()
}

fn stop(model: &mut Model) -> Vec<Effect> {
    match model.mode {
        Mode::Ended => return vec![Effect::Quit],
        Mode::Stopping(_) => {}
        Mode::Asking | Mode::Working(_) | Mode::Secret(_) => {
            let beneath = std::mem::replace(&mut model.mode, Mode::Asking);
            model.mode = Mode::Stopping(Box::new(beneath));
        }
    }
    Vec::new()
}

/// Nobody stops: what came meanwhile is done now.
fn go_on(model: &mut Model) -> Vec<Effect> {
    match std::mem::replace(&mut model.mode, Mode::Asking) {
        Mode::Stopping(beneath) => model.mode = *beneath,
        mode => model.mode = mode,
    }
    perform(std::mem::take(&mut model.held))
}

/// The end says what is locked away and what comes next: it is read before it goes.
fn leave(model: &mut Model) -> Vec<Effect> {
    if model.mode != Mode::Ended {
        return Vec::new();
    }
    if model.has_more_to_read() {
        model.notice = Some(Notice::MoreToRead);
        return Vec::new();
    }
    vec![Effect::Quit]
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

fn open(model: &mut Model, kind: OverlayKind) {
    let has_document = model.picture.document == Document::Shown;
    if matches!(model.mode, Mode::Asking | Mode::Ended) && (kind == OverlayKind::Help || has_document) {
        model.overlay = Some(Overlay { kind, reading: Reading::default() });
    }
}

fn other_form(model: &mut Model) {
    if let Some(Overlay { kind: OverlayKind::Bytes(form), reading }) = &mut model.overlay {
        *form = match form {
            BytesForm::Text => BytesForm::Hex,
            BytesForm::Hex => BytesForm::Text,
        };
        *reading = Reading::default();
    }
}

fn submit(model: &mut Model, moment: Moment) -> Vec<Effect> {
    // While nothing is asked, what was typed ahead answers nothing.
    if model.mode != Mode::Asking || model.picture.question.is_none() {
        return Vec::new();
    }
    let Some(answer) = model.given() else {
        model.notice = Some(Notice::NothingChosen);
        return Vec::new();
    };
    if let Some(aside) = asked_aside(model, &answer) {
        model.input.clear();
        show(model, aside);
        return Vec::new();
    }
    // Nobody agrees to what was not on the screen.
    if model.has_more_to_read() {
        model.notice = Some(Notice::MoreToRead);
        return Vec::new();
    }
    tell(model, ceremony::Event::Answer(answer), moment)
}

/// A letter that asks to look at something again, where the question knows such letters.
fn asked_aside(model: &Model, answer: &str) -> Option<Aside> {
    let question = model.picture.question.as_ref()?;
    question.asides.iter().copied().find(|aside| aside.letter() == answer.trim())
}

fn show(model: &mut Model, aside: Aside) {
    match aside {
        Aside::Words => open(model, OverlayKind::Words),
        Aside::Bytes => open(model, OverlayKind::Bytes(BytesForm::Text)),
        Aside::Sentences => {
            let (page, height) = (model.picture.page.clone(), model.layout().body);
            model.reading.go_to(0, &page, height);
        }
    }
}

fn move_or_edit(model: &mut Model, command: Command) {
    match (model.situation().doing, command) {
        (Doing::Choosing, Command::Pick(number)) => choose(model, number.saturating_sub(1)),
        (Doing::Choosing, Command::Previous) => {
            choose(model, model.chosen.map_or(0, |at| at.saturating_sub(1)));
        }
        (Doing::Choosing, Command::Next) => choose_next(model),
        (Doing::Choosing, Command::First) => choose(model, 0),
        (Doing::Choosing, Command::Last) => choose(model, model.choices().len().saturating_sub(1)),
        (
            Doing::Blank | Doing::Typing,
            Command::First
            | Command::Last
            | Command::Left
            | Command::Right
            | Command::Erase
            | Command::Delete
            | Command::Clear,
        ) => edit(model, command),
        _ => scroll(model, command),
    }
}

fn choose(model: &mut Model, index: usize) {
    if index < model.choices().len() {
        model.chosen = Some(index);
    }
}

fn choose_next(model: &mut Model) {
    choose(model, model.chosen.map_or(0, |at| at + 1));
}

fn edit(model: &mut Model, command: Command) {
    let input = &mut model.input;
    match command {
        Command::First => input.home(),
        Command::Last => input.end(),
        Command::Left => input.left(),
        Command::Right => input.right(),
        Command::Erase => input.erase(),
        Command::Delete => input.delete(),
        _ => input.clear(),
    }
}

fn scroll(model: &mut Model, command: Command) {
    let (page, height) = (model.page(), model.layout().body);
    let reading = match &mut model.overlay {
        Some(overlay) if !matches!(model.mode, Mode::Stopping(_)) => &mut overlay.reading,
        _ => &mut model.reading,
    };
    match command {
        Command::PageUp => reading.up(height.max(1), &page, height),
        Command::PageDown => reading.down(height.max(1), &page, height),
        Command::Previous => reading.up(1, &page, height),
        Command::Next => reading.down(1, &page, height),
        Command::First => reading.go_to(0, &page, height),
        Command::Last => reading.go_to(usize::MAX, &page, height),
        _ => {}
    }
}
