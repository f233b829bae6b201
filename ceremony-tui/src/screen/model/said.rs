//! What was said last: news of the machine, and the screen's own sentences.

use crate::machine::{Note, Place, Tone};
use crate::screen::page::{Ink, Row, Span};
use crate::text::{printable, wrap};

use super::Model;

/// Why the screen itself did not take a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Not everything was on the screen.
    MoreToRead,
    /// No answer is chosen.
    NothingChosen,
    /// More was typed or pasted than an answer has.
    TooLong,
    /// What is pasted has no end.
    PasteHangs,
}

impl Notice {
    fn sentences(self) -> &'static str {
        match self {
            Notice::MoreToRead => "There is more to read. Press PgDn until the end first.",
            Notice::NothingChosen => {
                "Nothing is chosen yet. Choose with the arrows or a number, then press Enter."
            }
            Notice::TooLong => {
                "That is longer than any answer, so nothing of it was taken. Type a shorter one."
            }
            Notice::PasteHangs => {
                "The end of the pasted text has not come, so no key is taken. Press Ctrl-C alone and wait a \
                 second: then keys count again."
            }
        }
    }
}

impl Model {
    /// What the machine and the screen said last, each with what kind of sentence it is, in words too.
    pub fn said(&self) -> Vec<(Ink, String)> {
        let news = self.notes.iter().filter(|note| note.place != Place::Pictured).map(spoken);
        let notice = self.notice.map(|notice| (Ink::Caution, notice.sentences().to_owned()));
        news.chain(notice).collect()
    }

    /// The same, broken to the screen.
    pub fn status_rows(&self) -> Vec<Row> {
        let width = self.size.status_width();
        let rows = |(ink, text): (Ink, String)| {
            let lines = wrap(&printable(&text), width);
            lines.into_iter().map(move |line| vec![Span { ink, text: line.trim_end().to_owned() }])
        };
        self.said().into_iter().flat_map(rows).collect()
    }
}

fn spoken(note: &Note) -> (Ink, String) {
    match note.tone {
        Tone::Warning => (Ink::Caution, format!("Warning: {}", note.text)),
        Tone::Refused => (Ink::Wrong, format!("Refused: {}", note.text)),
        Tone::Heading | Tone::Plain => (Ink::Plain, note.text.trim_start().to_owned()),
    }
}
