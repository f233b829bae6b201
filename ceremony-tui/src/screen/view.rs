//! Draws the model, and only reads it. Colour is never the only bearer of meaning.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use crate::machine::{Step, Tone};
use crate::text::printable;

use super::keymap;
use super::model::{Mode, Model, Round, SMALLEST, STEPS_WIDTH};

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.columns || area.height < SMALLEST.rows {
        return too_small(area, frame);
    }
    let [title, middle, proves, status, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Length(1),
    ])
    .areas(area);
    let [steps, work] =
        Layout::horizontal([Constraint::Length(STEPS_WIDTH), Constraint::Min(1)]).areas(middle);
    draw_title(model, title, frame);
    draw_steps(model, steps, frame);
    draw_work(model, work, frame);
    let text = format!(" Proves: {}", model.machine.step().proves());
    frame.render_widget(Paragraph::new(text), proves);
    frame.render_widget(
        Paragraph::new(printable(&model.status)).wrap(ratatui::widgets::Wrap { trim: true }),
        status,
    );
    let line = format!(" {}", keymap::help_line(model.situation()));
    frame.render_widget(Paragraph::new(line).style(Style::new().add_modifier(Modifier::DIM)), keys);
}

fn too_small(area: Rect, frame: &mut Frame<'_>) {
    let text = format!(
        "This terminal has {}x{} characters; the ceremony needs {}x{}. Make it larger; nothing is lost.",
        area.width, area.height, SMALLEST.columns, SMALLEST.rows
    );
    frame.render_widget(Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }), area);
}

fn draw_title(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let name = model.machine.repository().map(|name| format!(" · {name}")).unwrap_or_default();
    let left = printable(&format!(" Vestry  New ceremony{name}"));
    let right = format!("{} ", model.now);
    let width = u16::try_from(right.chars().count()).unwrap_or(0);
    let [start, end] = Layout::horizontal([Constraint::Min(1), Constraint::Length(width)]).areas(area);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    frame.render_widget(Paragraph::new(left).style(bold), start);
    frame.render_widget(Paragraph::new(right), end);
}

fn draw_steps(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let lines: Vec<Line<'_>> = Step::ALL
        .iter()
        .map(|step| {
            let state = model.state_of(*step);
            let style =
                if state == "here" { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
            Line::styled(format!(" {} {:<11} {state}", step.number(), step.name()), style)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(Block::new().borders(Borders::RIGHT)), area);
}

fn draw_work(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let rows = model.note_rows();
    let notes = model.note_lines();
    let mut lines: Vec<Line<'_>> = notes
        .iter()
        .skip(model.top)
        .take(rows)
        .map(|(tone, text)| Line::styled(format!(" {text}"), style(*tone)))
        .collect();
    let more = !model.shows_the_end();
    lines.push(Line::from(if more { " (more: PgDn)" } else { "" }));
    lines.extend(waiting_for(model));
    frame.render_widget(Paragraph::new(lines), area);
}

fn waiting_for(model: &Model) -> Vec<Line<'_>> {
    match &model.mode {
        Mode::Asking => {
            let mut lines: Vec<Line<'_>> =
                model.question_lines().into_iter().map(|line| Line::from(format!(" {line}"))).collect();
            lines.push(Line::from(vec![
                Span::raw(" > "),
                Span::raw(printable(&model.input)),
                Span::raw("_"),
            ]));
            lines
        }
        Mode::Working(work) => {
            let text = format!("{} {}", work.what, work.timer(model.now));
            model.wrap(&text).into_iter().map(|line| Line::from(format!(" {line}"))).collect()
        }
        Mode::Secret(prompt) => {
            let again = if prompt.round == Round::Again { ", once more" } else { "" };
            let lines = model.wrap(&format!("{}{again}: (not shown)", prompt.what));
            lines.into_iter().map(|line| Line::from(format!(" {line}"))).collect()
        }
        Mode::Stopping(_) => vec![Line::from(" Stop the ceremony? No payload is written. (y stops)")],
        Mode::Ended => vec![Line::from(" Press Enter to leave.")],
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Heading => Style::new().add_modifier(Modifier::BOLD),
        Tone::Plain => Style::new(),
        Tone::Warning => Style::new().fg(ratatui::style::Color::Yellow),
        Tone::Refused => Style::new().fg(ratatui::style::Color::Red),
    }
}
