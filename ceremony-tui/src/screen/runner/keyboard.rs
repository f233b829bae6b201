//! Bytes of the terminal into key presses. What a key means is the keymap's business.
//!
//! Done here and not by crossterm, whose reader waits for the rest of a key that came in pieces, keeps what it read, and
//! would have to be woken for everything that is not a key.

mod paste;

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::{Zeroize, Zeroizing};

use paste::Paste;

/// Something that was done on the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A key.
    Key(KeyEvent),
    /// Text that came in one piece (bracketed paste).
    Pasted(String),
    /// More than any answer came in one piece; nothing of it is kept.
    PastedTooMuch,
    /// Text began to come in one piece, and its end does not come.
    PasteHangs,
    /// Nobody waits for that end any more: keys are keys again.
    PasteGivenUp,
}

/// A key that came in pieces. What was typed ahead of a prompt may be a secret, so nothing of it stays in memory.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    pending: Zeroizing<Vec<u8>>,
    pasting: Option<Paste>,
}

/// No key of any terminal is longer.
const LONGEST_KEY: usize = 32;

/// The bytes of one key come together, even over a slow line.
pub(super) const REST_OF_KEY: Duration = Duration::from_millis(25);

const ESCAPE: u8 = 0x1b;

impl Keyboard {
    /// Takes bytes in, and gives what is complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Stroke> {
        bytes.iter().flat_map(|byte| self.take_byte(*byte)).collect()
    }

    /// Nothing more came within [`Keyboard::patience`]: an Escape that stands alone is the key. A paste goes on: whatever
    /// comes late must not become keys.
    pub(super) fn settle(&mut self) -> Vec<Stroke> {
        let Some(paste) = &mut self.pasting else { return self.settle_key() };
        let (is_given_up, stroke) = paste.settle();
        if is_given_up {
            self.pasting = None;
        }
        stroke.into_iter().collect()
    }

    fn settle_key(&mut self) -> Vec<Stroke> {
        let is_escape = *self.pending == [ESCAPE];
        self.pending.zeroize();
        if is_escape { vec![key(KeyCode::Esc)] } else { Vec::new() }
    }

    /// How long the rest of something may take, when the next bytes decide what the last ones were.
    pub(super) fn patience(&self) -> Option<Duration> {
        match &self.pasting {
            Some(paste) => paste.patience(),
            None => (!self.pending.is_empty()).then_some(REST_OF_KEY),
        }
    }

    /// Forgets what is half there. Says whether it was a paste, whose rest is still to come.
    pub(super) fn forget(&mut self) -> bool {
        self.pending.zeroize();
        self.pasting.take().is_some()
    }

    /// The rest of what was pasted into a secret is still to come.
    pub(super) fn paste_goes_on(&mut self) {
        self.pasting = Some(Paste::of_secret());
    }

    fn take_byte(&mut self, byte: u8) -> Vec<Stroke> {
        if let Some(paste) = &mut self.pasting {
            let is_over = paste.take(byte);
            let paste = self.pasting.take_if(|_| is_over);
            return paste.and_then(Paste::end).into_iter().collect();
        }
        // A second Escape ends the first.
        let before = if byte == ESCAPE { self.settle_key() } else { Vec::new() };
        let now = self.extend(byte);
        before.into_iter().chain(now).collect()
    }

    fn extend(&mut self, byte: u8) -> Option<Stroke> {
        self.pending.push(byte);
        let read = read(&self.pending);
        if matches!(read, Read::Incomplete) && self.pending.len() < LONGEST_KEY {
            return None;
        }
        let length = self.pending.len();
        self.pending.zeroize();
        match read {
            Read::Key(event) => Some(Stroke::Key(event)),
            Read::PasteBegins => {
                self.pasting = Some(Paste::begin());
                None
            }
            Read::Broken if length > 1 => self.extend(byte),
            Read::Broken | Read::Nothing | Read::Incomplete => None,
        }
    }
}

/// What some bytes are.
enum Read {
    /// The beginning of something.
    Incomplete,
    /// Nothing that has a meaning here.
    Nothing,
    /// Something whose last byte does not belong to it.
    Broken,
    Key(KeyEvent),
    PasteBegins,
}

fn read(bytes: &[u8]) -> Read {
    match bytes {
        [ESCAPE] | [ESCAPE, b'[' | b'O'] => Read::Incomplete,
        [ESCAPE, b'O', letter] => of_code(letter_key(*letter), KeyModifiers::NONE),
        // F1 to F5 of the Linux console.
        [ESCAPE, b'[', b'['] => Read::Incomplete,
        [ESCAPE, b'[', b'[', letter @ b'A'..=b'E'] => {
            of_code(Some(KeyCode::F(letter - b'A' + 1)), KeyModifiers::NONE)
        }
        [ESCAPE, b'[', b'[', _] => Read::Nothing,
        [ESCAPE, b'[', parameters @ .., last] => sequence(parameters, *last),
        [ESCAPE, rest @ ..] => match character(rest) {
            Read::Key(event) => Read::Key(KeyEvent::new(event.code, event.modifiers | KeyModifiers::ALT)),
            other => other,
        },
        bytes => character(bytes),
    }
}

/// A control sequence: numbers, and a last byte that says what they are.
fn sequence(parameters: &[u8], last: u8) -> Read {
    match last {
        0x20..=0x3f => return Read::Incomplete,
        0x40..=0x7e => {}
        _ => return Read::Broken,
    }
    let text = std::str::from_utf8(parameters).unwrap_or_default();
    let mut numbers = text.split(';').map(|number| number.parse::<u16>().ok());
    let first = numbers.next().flatten();
    let modifiers = numbers.next().flatten().map_or(KeyModifiers::NONE, modifiers);
    match last {
        b'~' if first == Some(200) => Read::PasteBegins,
        b'~' => of_code(first.and_then(number_key), modifiers),
        // Anything else before a letter is a report of the terminal, such as where its cursor is.
        letter if matches!(first, None | Some(1)) => of_code(letter_key(letter), modifiers),
        _ => Read::Nothing,
    }
}

fn of_code(code: Option<KeyCode>, modifiers: KeyModifiers) -> Read {
    code.map_or(Read::Nothing, |code| Read::Key(KeyEvent::new(code, modifiers)))
}

/// xterm's number: one more than the sum of the keys that are held.
fn modifiers(number: u16) -> KeyModifiers {
    let held = u8::try_from(number.saturating_sub(1)).unwrap_or(0);
    let all = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    all.into_iter().filter(|(bit, _)| held & bit != 0).map(|(_, modifier)| modifier).collect()
}

fn letter_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        b'Z' => KeyCode::BackTab,
        _ => return None,
    })
}

fn number_key(number: u16) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(u8::try_from(number - 10).ok()?),
        17..=21 => KeyCode::F(u8::try_from(number - 11).ok()?),
        _ => return None,
    })
}

fn character(bytes: &[u8]) -> Read {
    match bytes {
        [] => Read::Incomplete,
        [b'\r' | b'\n'] => Read::Key(KeyEvent::from(KeyCode::Enter)),
        [b'\t'] => Read::Key(KeyEvent::from(KeyCode::Tab)),
        [0x08 | 0x7f] => Read::Key(KeyEvent::from(KeyCode::Backspace)),
        [control @ 1..=26] => {
            let letter = char::from(control - 1 + b'a');
            Read::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
        }
        [0..=0x1f] => Read::Nothing,
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => of_code(text.chars().next().map(KeyCode::Char), KeyModifiers::NONE),
            Err(error) if error.error_len().is_none() => Read::Incomplete,
            Err(_) => Read::Broken,
        },
    }
}

fn key(code: KeyCode) -> Stroke {
    Stroke::Key(KeyEvent::from(code))
}

#[cfg(test)]
mod tests;
