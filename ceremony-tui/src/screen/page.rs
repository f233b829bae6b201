//! Text of one screen, broken to a width: what a view draws, and what the model counts. No terminal, no colour.
//!
//! Nothing is left out to make text fit: what is too wide goes on in the next row.

mod aside;
mod desk;
mod digest;
mod end;
mod export;
mod online_key;
mod preflight;
mod review;
mod root_keys;
mod settings;
mod sign;
mod table;

use crate::machine::{Board, Note, Place};
use crate::text::{printable, wrap};

pub use aside::{Form as BytesForm, bytes, help, words};

/// What a piece of text means. The view gives each a style; none is carried by its style alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Plain,
    /// What the eye should find first.
    Strong,
    /// What is there to be looked up.
    Quiet,
    /// As it should be.
    Good,
    /// To be read twice.
    Caution,
    /// Refused.
    Wrong,
}

/// A piece of text of one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it means.
    pub ink: Ink,
    /// The text; it fits its row.
    pub text: String,
}

/// One row of the screen.
pub type Row = Vec<Span>;

/// Rows that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// At least one.
    pub rows: Vec<Row>,
}

impl Paragraph {
    fn is_blank(&self) -> bool {
        self.rows.iter().all(|row| text_of(row).is_empty())
    }
}

/// A heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What this is about.
    pub heading: String,
    /// How far it is.
    pub aside: String,
    /// What it says.
    pub paragraphs: Vec<Paragraph>,
    width: usize,
}

impl Page {
    fn new(heading: &str, width: usize) -> Page {
        Page {
            heading: printable(heading),
            aside: String::new(),
            paragraphs: Vec::new(),
            width: width.max(1),
        }
    }

    fn with_aside(self, aside: &str) -> Page {
        Page { aside: printable(aside), ..self }
    }

    fn fits(&self, text: &str) -> bool {
        crate::text::columns(&printable(text)) <= self.width
    }

    fn blank(&mut self) {
        self.paragraphs.push(Paragraph { rows: vec![Vec::new()] });
    }

    fn text(&mut self, ink: Ink, text: &str) {
        self.hanging("", ink, text);
    }

    /// The text behind a label; its further rows begin below its first word.
    fn hanging(&mut self, label: &str, ink: Ink, text: &str) {
        self.labelled(Ink::Plain, label, ink, text);
    }

    fn labelled(&mut self, label_ink: Ink, label: &str, ink: Ink, text: &str) {
        let label = printable(label);
        let indent = crate::text::columns(&label);
        let lines = wrap(&printable(text), self.width.saturating_sub(indent).max(1));
        let rows = lines.into_iter().enumerate().map(|(index, line)| {
            let before = if index == 0 { label.clone() } else { " ".repeat(indent) };
            vec![Span { ink: label_ink, text: before }, Span { ink, text: line.trim_end().to_owned() }]
        });
        self.paragraphs.push(Paragraph { rows: rows.collect() });
    }

    /// The same without what has just been said as news, and without the free row above it.
    pub(super) fn without(mut self, said: &[Note]) -> Page {
        let is_said = |paragraph: &Paragraph| {
            let text = paragraph.rows.iter().map(text_of).collect::<Vec<_>>().join(" ");
            said.iter().any(|note| note.place == Place::News && printable(&note.text) == text)
        };
        let mut kept: Vec<Paragraph> = Vec::with_capacity(self.paragraphs.len());
        for paragraph in self.paragraphs {
            if !is_said(&paragraph) {
                kept.push(paragraph);
            } else if kept.last().is_some_and(Paragraph::is_blank) {
                kept.pop();
            }
        }
        self.paragraphs = kept;
        self
    }

    /// All rows, in order.
    pub fn rows(&self) -> Vec<&Row> {
        self.paragraphs.iter().flat_map(|paragraph| &paragraph.rows).collect()
    }
}

/// The text of a row, as it stands on the screen.
pub fn text_of(row: &Row) -> String {
    row.iter().map(|span| span.text.as_str()).collect::<String>().trim_end().to_owned()
}

/// The page of a step.
pub fn page(board: &Board, width: usize) -> Page {
    match board {
        Board::Preflight(board) => preflight::page(board, width),
        Board::Settings(board) => settings::page(board, width),
        Board::OnlineKey(board) => online_key::page(board, width),
        Board::RootKeys(board) => root_keys::page(board, width),
        Board::Review(board) => review::page(board, width),
        Board::Sign(board) => sign::page(board, width),
        Board::Export(board) => export::page(board, width),
        Board::End(board) => end::page(board, width),
        Board::Desk(board) => desk::page(board, width),
    }
}
