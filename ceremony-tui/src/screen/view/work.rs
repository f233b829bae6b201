//! The work: a heading, the picture of the step or what lies over it, and what is asked.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::screen::composed::Foot;
use crate::screen::keymap;
use crate::screen::model::{Layout as Rows, Model};
use crate::screen::page::{Ink, Page, Row};
use crate::text::{clip, columns};

use super::style::Look;

pub(super) fn draw(model: &Model, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let rows = model.layout();
    let foot_rows = u16::try_from(rows.foot).unwrap_or(u16::MAX);
    let gap = u16::try_from(rows.gap).unwrap_or(0);
    let [heading, _, body, rule, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(gap),
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(foot_rows),
    ])
    .areas(area);
    let page = model.page();
    let asked = if rows.foot == 0 { Foot::default() } else { model.foot(model.most_foot_rows()) };
    draw_heading(&page, look, heading, frame);
    let lines: Vec<Line<'_>> =
        page.rows().into_iter().skip(model.top()).take(rows.body).map(|row| line(row, look)).collect();
    frame.render_widget(Paragraph::new(lines), body);
    let text = rule_text(&page_of(&page, model, rows), &asked);
    draw_rule(&text, look, rule, frame);
    draw_foot(&asked, look, foot, frame);
}

/// A row of text, one column from the border.
pub(super) fn line(row: &Row, look: Look) -> Line<'static> {
    let spans = row.iter().map(|span| Span::styled(span.text.clone(), look.style(span.ink)));
    Line::from(std::iter::once(Span::raw(" ")).chain(spans).collect::<Vec<_>>())
}

fn draw_heading(page: &Page, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let aside = format!("{} ", page.aside);
    let width = u16::try_from(columns(&aside)).unwrap_or(0);
    let [start, end] = Layout::horizontal([Constraint::Min(1), Constraint::Length(width)]).areas(area);
    let text = clip(&format!(" {}", page.heading), usize::from(start.width));
    frame.render_widget(Paragraph::new(text).style(look.style(Ink::Strong)), start);
    frame.render_widget(Paragraph::new(aside), end);
}

/// "page 1 of 2", or nothing where everything is there.
fn page_of(page: &Page, model: &Model, rows: Rows) -> String {
    let top = model.top();
    let all = page.rows().len();
    if all <= rows.body || rows.body == 0 {
        return String::new();
    }
    let pages = all.div_ceil(rows.body);
    let last = top + rows.body >= all;
    let here = if last { pages } else { top / rows.body + 1 };
    if !keymap::reads_on(model.situation()) {
        return format!(" page {here} of {pages} ");
    }
    let more = if last { "PgUp reads back" } else { "more below: PgDn" };
    format!(" page {here} of {pages}, {more} ")
}

fn rule_text(page: &str, foot: &Foot) -> String {
    let window = foot.window.map(|(chosen, all)| match chosen {
        0 => format!("─ {all} answers "),
        chosen => format!("─ answer {chosen} of {all} "),
    });
    format!("─{page}{}", window.unwrap_or_default())
}

fn draw_rule(text: &str, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let rest = usize::from(area.width).saturating_sub(columns(text));
    let rule = format!("{text}{}", "─".repeat(rest));
    frame.render_widget(Paragraph::new(rule).style(look.style(Ink::Quiet)), area);
}

fn draw_foot(foot: &Foot, look: Look, area: Rect, frame: &mut Frame<'_>) {
    let lines: Vec<Line<'_>> = foot.rows.iter().map(|row| line(row, look)).collect();
    frame.render_widget(Paragraph::new(lines), area);
    let Some((row, column)) = foot.cursor else { return };
    let (row, column) = (u16::try_from(row).unwrap_or(0), u16::try_from(column + 1).unwrap_or(0));
    if row < area.height && column < area.width {
        frame.set_cursor_position((area.x + column, area.y + row));
    }
}
