//! Text that is pasted. From its beginning to its end it is one piece, and no byte of it is ever a key.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{ESCAPE, Stroke};

/// More than any answer.
const LONGEST: usize = 64 * 1024;

/// A paste that stops for so long is said to hang, and Ctrl-C with so much silence around it gives it up.
const SILENCE: Duration = Duration::from_secs(1);

const ENDS: &[u8] = b"\x1b[201~";
const CONTROL_C: u8 = 3;

/// A paste whose end has not come.
#[derive(Debug)]
pub(super) struct Paste {
    text: Zeroizing<Vec<u8>>,
    /// How many bytes may be kept.
    room: usize,
    /// How many bytes of the end have just come.
    ending: usize,
    /// How many bytes came since the last silence, and the last of them.
    burst: usize,
    last: u8,
    hang: Hang,
}

#[derive(Debug, PartialEq, Eq)]
enum Hang {
    NotYet,
    Said,
}

impl Paste {
    /// Text for an answer.
    pub(super) fn begin() -> Paste {
        // At once, so that it never grows: what grows leaves copies.
        Paste::with_room(LONGEST + ENDS.len())
    }

    /// The rest of what was pasted into a secret: nothing of it is kept.
    pub(super) fn of_secret() -> Paste {
        Paste::with_room(0)
    }

    fn with_room(room: usize) -> Paste {
        let text = Zeroizing::new(Vec::with_capacity(room));
        Paste { text, room, ending: 0, burst: 0, last: 0, hang: Hang::NotYet }
    }

    /// Takes one byte, and says whether it was the last one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        self.burst = self.burst.saturating_add(1);
        self.last = byte;
        self.ending = match byte {
            byte if ENDS.get(self.ending) == Some(&byte) => self.ending + 1,
            ESCAPE => 1,
            _ => 0,
        };
        // One more than there is room for is remembered by its length alone.
        if self.text.len() < self.room {
            self.text.push(byte);
        } else {
            self.room = 0;
        }
        self.ending == ENDS.len()
    }

    /// What was pasted, after its last byte. Nothing where nobody asked for text.
    pub(super) fn end(self) -> Option<Stroke> {
        match self.text.strip_suffix(ENDS) {
            Some(text) if self.room > 0 => Some(Stroke::Pasted(String::from_utf8_lossy(text).into_owned())),
            _ if self.text.is_empty() => None,
            _ => Some(Stroke::PastedTooMuch),
        }
    }

    /// Nothing more came for [`Paste::patience`]. Says whether a person has given the paste up: a Ctrl-C that stands
    /// alone is no part of it.
    pub(super) fn settle(&mut self) -> (bool, Option<Stroke>) {
        let burst = std::mem::take(&mut self.burst);
        if burst == 1 && self.last == CONTROL_C && self.hang == Hang::Said {
            return (true, Some(Stroke::PasteGivenUp));
        }
        let is_news = std::mem::replace(&mut self.hang, Hang::Said) == Hang::NotYet;
        (false, is_news.then_some(Stroke::PasteHangs))
    }

    /// How long the next byte may take.
    pub(super) fn patience(&self) -> Option<Duration> {
        (self.burst > 0 || self.hang == Hang::NotYet).then_some(SILENCE)
    }
}
