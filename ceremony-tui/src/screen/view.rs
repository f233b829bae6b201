//! Draws the model, and only reads it. Colour is never the only bearer of meaning.

mod frame;
mod style;
mod work;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Paragraph, Wrap};

use super::model::{Mode, Model, SMALLEST, STEPS_WIDTH};

pub use style::{Colours, Look, Symbols};

/// Draws everything.
pub fn view(model: &Model, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.columns || area.height < SMALLEST.rows {
        too_small(model, area, frame);
    } else {
        whole(model, look, area, frame);
    }
    style::use_symbols(look.symbols, frame.buffer_mut());
}

fn whole(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let layout = model.layout();
    let status_rows = u16::try_from(layout.status).unwrap_or(u16::MAX);
    let [title, middle, proves, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(status_rows),
        Constraint::Length(1),
    ])
    .areas(area);
    let [steps, work] =
        Layout::horizontal([Constraint::Length(STEPS_WIDTH), Constraint::Min(1)]).areas(middle);
    frame::title(model, look, title, frame);
    frame::steps(model, look, steps, frame);
    work::draw(model, look, work, frame);
    frame::proves(model, look, proves, frame);
    frame::status(model, look, status, frame);
    frame::keys(model, look, keys, frame);
}

fn too_small(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let mut text = format!(
        "This terminal has {}x{} characters; {} needs {}x{}. Make it larger; nothing is lost.",
        area.width,
        area.height,
        model.machine.flow().noun(),
        SMALLEST.columns,
        SMALLEST.rows
    );
    if matches!(model.mode, Mode::Stopping(_)) {
        text = format!("Stop {}? y stops, n goes on. {text}", model.machine.flow().noun());
    }
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}
