//! What stands around the work: title, steps, what the step proves, what was said last, and the keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Paragraph};

use crate::machine::Step;
use crate::screen::keymap;
use crate::screen::model::{Model, StepState};
use crate::screen::page::Ink;
use crate::text::{clip, columns, printable};

use super::style::Look;

/// The flow, the repository, and the clock.
pub(super) fn title(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let clock = format!("{} ", minute(&model.now.to_string()));
    let width = u16::try_from(columns(&clock)).unwrap_or(0);
    let [start, end] = Layout::horizontal([Constraint::Min(1), Constraint::Length(width + 1)]).areas(area);
    let name = model.machine.repository().map(|name| format!(" · {name}")).unwrap_or_default();
    let flavour = if model.machine.is_for_rstuf() { " for RSTUF" } else { "" };
    let flow = model.machine.flow().title();
    let title = clip(&printable(&format!(" Vestry  {flow}{flavour}{name}")), usize::from(start.width));
    frame.render_widget(Paragraph::new(title).style(look.style(Ink::Strong)), start);
    frame.render_widget(Paragraph::new(format!(" {clock}")), end);
}

/// A time to the minute: `2026-11-21 14:03Z`.
fn minute(time: &str) -> String {
    const MINUTE: usize = "2026-11-21T14:03".len();
    match (time.len(), time.get(..MINUTE)) {
        (20, Some(minute)) => format!("{}Z", minute.replace('T', " ")),
        _ => time.to_owned(),
    }
}

/// All steps, each with its state in words.
pub(super) fn steps(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let line = |step: &Step| {
        let (state, ink) = match model.state_of(*step) {
            StepState::Done => ("done", Ink::Plain),
            StepState::Here => ("here", Ink::Strong),
            StepState::Later => ("", Ink::Quiet),
        };
        Line::styled(format!(" {} {:<11} {state}", step.number(), step.name()), look.style(ink))
    };
    let lines: Vec<Line<'_>> = model.machine.flow().steps().iter().map(line).collect();
    frame.render_widget(Paragraph::new(lines).block(Block::new().borders(Borders::RIGHT)), area);
}

pub(super) fn proves(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let text = format!(" Proves: {}", model.machine.step().proves());
    frame.render_widget(Paragraph::new(text).style(look.style(Ink::Quiet)), area);
}

/// What was said last: what happened, what to do.
pub(super) fn status(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let rows = model.status_rows();
    let room = usize::from(area.height);
    let mut lines: Vec<Line<'_>> = rows.iter().take(room).map(|row| super::work::line(row, look)).collect();
    if rows.len() > room {
        lines.pop();
        lines.push(Line::styled(" (more: the help shows all of it)", look.style(Ink::Strong)));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The keys that mean something now.
pub(super) fn keys(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let width = usize::from(area.width).saturating_sub(2);
    let line = format!(" {}", keymap::help_line(model.situation(), width));
    frame.render_widget(Paragraph::new(line).style(look.style(Ink::Quiet)), area);
}
