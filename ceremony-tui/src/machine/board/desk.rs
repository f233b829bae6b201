//! The picture of the tokens: lines and named values, the same for a screen and for numbered lines.

use crate::machine::{Effect, Note, Tone};

/// What is known about tokens, about one of them, or about what is going to be done to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskBoard {
    /// What this is about.
    pub heading: String,
    /// How far it is.
    pub aside: String,
    /// What it says, in order.
    pub parts: Vec<Part>,
}

/// A piece of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A sentence.
    Line {
        /// What kind of sentence it is.
        tone: Tone,
        /// The sentence.
        text: String,
    },
    /// A value under its name.
    Named {
        /// What it is.
        name: String,
        /// What is known.
        value: String,
    },
    /// What follows is about something else.
    Gap,
}

impl Part {
    pub(in crate::machine) fn line(text: impl Into<String>) -> Part {
        Part::Line { tone: Tone::Plain, text: text.into() }
    }

    pub(in crate::machine) fn warning(text: impl Into<String>) -> Part {
        Part::Line { tone: Tone::Warning, text: text.into() }
    }

    pub(in crate::machine) fn named(name: impl Into<String>, value: impl Into<String>) -> Part {
        Part::Named { name: name.into(), value: value.into() }
    }

    /// What was said, as a piece of the picture.
    pub(in crate::machine) fn of(said: Effect) -> Option<Part> {
        let Effect::Say(Note { tone, text, .. }) = said else { return None };
        Some(Part::Line { tone, text })
    }

    fn note(&self) -> Option<Effect> {
        match self {
            Part::Line { tone: Tone::Warning, text } => Some(Effect::warning(text.as_str())),
            Part::Line { text, .. } => Some(Effect::plain(text.as_str())),
            Part::Named { name, value } => Some(Effect::plain(format!("  {name}: {value}"))),
            Part::Gap => None,
        }
    }
}

impl DeskBoard {
    /// The same for whoever has lines and no picture.
    pub(in crate::machine) fn notes(&self) -> Vec<Effect> {
        let parts = self.parts.iter().filter_map(Part::note).map(Effect::pictured);
        std::iter::once(Effect::heading(self.heading.as_str())).chain(parts).collect()
    }
}
