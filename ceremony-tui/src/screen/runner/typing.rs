//! A secret that is being typed on the full screen: byte by byte into its locked page, past the keyboard and the model.

use std::time::Duration;

use crate::machine::SecretNeed;
use crate::screen::model::Round;
use crate::secret::Secret;
use crate::secrets::{SecretsError, check_given, is_new, same};

use super::keyboard::REST_OF_KEY;

/// A secret that is being typed, and what it is for.
pub(super) struct Typing {
    /// What the secret is for.
    pub(super) need: SecretNeed,
    typed: Secret,
    /// A new secret after the first time.
    first: Option<Secret>,
    escape: Escape,
    /// The number in a sequence.
    number: u16,
    paste: Paste,
    has_forgotten: bool,
}

/// What a byte of a secret did.
pub(super) enum Typed {
    /// It was taken in.
    More,
    /// A new secret is typed once more.
    Again,
    /// Ctrl-C: whether to stop is asked, and the secret begins anew.
    Stop,
    /// The secret is there, or there is none.
    Done(Result<Secret, SecretsError>),
}

/// Text that comes in one piece. No byte of it is a key: its line ends press no Enter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paste {
    None,
    /// It was pasted as the secret.
    Secret,
    /// It began before the prompt: nothing of it is the secret.
    Foreign,
}

/// Keys that are no characters begin with Escape. They are no part of a secret.
#[derive(PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    Sequence,
    Last,
}

impl Typing {
    pub(super) fn new(need: SecretNeed) -> Result<Typing, SecretsError> {
        Ok(Typing {
            need,
            typed: Secret::empty()?,
            first: None,
            escape: Escape::None,
            number: 0,
            paste: Paste::None,
            has_forgotten: false,
        })
    }

    /// Which time it is typed.
    pub(super) fn round(&self) -> Round {
        if self.first.is_none() { Round::First } else { Round::Again }
    }

    /// Takes one byte.
    pub(super) fn take(&mut self, byte: u8) -> Typed {
        self.plain(byte).map_or(Typed::More, |byte| self.character(byte))
    }

    /// Takes one byte on a terminal that cannot show the prompt: nobody answers what cannot be read.
    pub(super) fn take_unseen(&mut self, byte: u8) -> Typed {
        let Some(byte) = self.plain(byte) else { return Typed::More };
        self.lose();
        if byte == CONTROL_C { Typed::Stop } else { Typed::More }
    }

    /// The byte, if it is a character and no part of a key that is none.
    fn plain(&mut self, byte: u8) -> Option<u8> {
        match (&self.escape, byte) {
            (_, ESCAPE) => self.escape = Escape::Begun,
            (Escape::Begun, b'[') => (self.escape, self.number) = (Escape::Sequence, 0),
            (Escape::Begun, b'O') => self.escape = Escape::Last,
            (Escape::Sequence, digit @ b'0'..=b'9') => {
                self.number = self.number.saturating_mul(10).saturating_add(u16::from(digit - b'0'));
            }
            (Escape::Sequence, 0x20..=0x3f | b'[') => {}
            (Escape::Sequence, b'~') => self.end_sequence(),
            (Escape::Begun | Escape::Sequence | Escape::Last, _) => self.escape = Escape::None,
            (Escape::None, byte) => return Some(byte).filter(|byte| self.counts(*byte)),
        }
        None
    }

    fn end_sequence(&mut self) {
        self.escape = Escape::None;
        match (self.number, self.paste) {
            (PASTE_BEGINS, Paste::None) => self.paste = Paste::Secret,
            (PASTE_ENDS, _) => self.paste = Paste::None,
            _ => {}
        }
    }

    fn counts(&self, byte: u8) -> bool {
        match self.paste {
            Paste::None => true,
            Paste::Secret => !byte.is_ascii_control(),
            Paste::Foreign => false,
        }
    }

    /// Nothing more came: an Escape that stands alone cancels.
    pub(super) fn settle(&mut self) -> Typed {
        let begun = std::mem::replace(&mut self.escape, Escape::None) == Escape::Begun;
        if begun { Typed::Done(Err(SecretsError::Empty)) } else { Typed::More }
    }

    /// The same on a terminal that cannot show the prompt: half a key is nothing.
    pub(super) fn settle_unseen(&mut self) -> Typed {
        self.escape = Escape::None;
        Typed::More
    }

    /// How long the next byte may take, when it decides what the last one was.
    pub(super) fn patience(&self) -> Option<Duration> {
        let rest = if self.is_pasting() { REST_OF_PASTED_KEY } else { REST_OF_KEY };
        (self.escape != Escape::None).then_some(rest)
    }

    /// Whether the end of a paste is still to come.
    pub(super) fn is_pasting(&self) -> bool {
        self.paste != Paste::None
    }

    /// What was being pasted before the prompt goes on.
    pub(super) fn paste_goes_on(&mut self) {
        self.paste = Paste::Foreign;
    }

    /// Whether something that was typed is forgotten.
    pub(super) fn has_forgotten(&self) -> bool {
        self.has_forgotten
    }

    /// Forgets what was typed so far, and asks for all of it again.
    pub(super) fn begin_again(&mut self) {
        self.has_forgotten |= !self.typed.is_empty();
        self.typed.clear();
        self.escape = Escape::None;
    }

    /// The same, after something was typed that was not taken.
    pub(super) fn lose(&mut self) {
        self.begin_again();
        self.has_forgotten = true;
    }

    fn character(&mut self, byte: u8) -> Typed {
        match byte {
            ENTER | LINE_FEED => return self.enter(),
            CONTROL_C => {
                self.begin_again();
                return Typed::Stop;
            }
            BACKSPACE | DELETE => self.typed.pop_character(),
            CONTROL_U => self.typed.clear(),
            0..=0x1f => {}
            byte => {
                if let Err(error) = self.typed.push(byte) {
                    return Typed::Done(Err(error.into()));
                }
            }
        }
        Typed::More
    }

    fn enter(&mut self) -> Typed {
        let next = match Secret::empty() {
            Ok(next) => next,
            Err(error) => return Typed::Done(Err(error.into())),
        };
        let typed = std::mem::replace(&mut self.typed, next);
        self.has_forgotten = false;
        match (is_new(self.need.novelty), self.first.take()) {
            (false, _) => Typed::Done(check_given(&self.need, typed)),
            (true, Some(first)) => Typed::Done(same(first, &typed)),
            // Before the second time: nobody types twice what is refused anyway.
            (true, None) => match check_given(&self.need, typed) {
                Ok(first) => {
                    self.first = Some(first);
                    Typed::Again
                }
                refused => Typed::Done(refused),
            },
        }
    }
}

/// A pasted Escape cancels nothing because a slow line stops after it.
const REST_OF_PASTED_KEY: Duration = Duration::from_secs(1);
const PASTE_BEGINS: u16 = 200;
const PASTE_ENDS: u16 = 201;

const CONTROL_C: u8 = 3;
const BACKSPACE: u8 = 8;
const LINE_FEED: u8 = 10;
const ENTER: u8 = 13;
const CONTROL_U: u8 = 21;
const ESCAPE: u8 = 27;
const DELETE: u8 = 127;

#[cfg(test)]
mod tests {
    use super::super::keyboard::{Keyboard, Stroke};
    use super::*;
    use crate::machine::Novelty;
    use crate::screen::event::{Command, Event};
    use crate::screen::keymap;
    use crate::screen::model::{Document, Doing, Paging, Situation};
    use crate::token::PinLength;

    fn typing(novelty: Novelty) -> Typing {
        let need = SecretNeed { id: "x", labels: Vec::new(), what: "PIN".to_owned(), novelty, tries: None };
        Typing::new(need).unwrap()
    }

    /// What came of typing all of it: the secret, or why there is none.
    fn typed(typing: &mut Typing, bytes: &[u8]) -> Option<Result<String, String>> {
        let mut last = Typed::More;
        for byte in bytes {
            last = typing.take(*byte);
        }
        match last {
            Typed::Done(secret) => Some(
                secret
                    .map(|secret| secret.expose_text().unwrap().to_owned())
                    .map_err(|error| error.to_string()),
            ),
            _ => None,
        }
    }

    #[test]
    fn characters_are_taken_back_and_other_keys_are_no_part_of_a_secret() {
        let mut typing = typing(Novelty::Known);
        let bytes =
            "wrong\u{15}12é\u{7f}\u{1b}[A\u{1b}OP\u{1b}[[A\u{1b}[200~34\u{1b}[201~\u{1a}\r".as_bytes();
        assert_eq!(typed(&mut typing, bytes), Some(Ok("1234".to_owned())));
    }

    #[test]
    fn a_new_secret_is_typed_twice_the_same() {
        for (again, same) in [("passphrase 1", true), ("passphrase 2", false)] {
            let mut typing = typing(Novelty::New);
            assert_eq!(typed(&mut typing, b"passphrase 1\r"), None);
            assert_eq!(typing.round(), Round::Again);
            let came = typed(&mut typing, format!("{again}\r").as_bytes()).unwrap();
            assert_eq!(came.is_ok(), same);
        }
        assert!(typed(&mut typing(Novelty::New), b"short\r").unwrap().is_err());
    }

    #[test]
    fn a_new_pin_that_the_token_would_not_take_is_refused_before_it_is_typed_again() {
        let new_pin = || typing(Novelty::NewPin(PinLength { least: 6, most: Some(8) }));
        for (wrong, why) in [("12345", "at least 6"), ("123456789", "at most 8 characters")] {
            let refused = typed(&mut new_pin(), format!("{wrong}\r").as_bytes()).unwrap().unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        for fits in ["123456", "12345678"] {
            assert_eq!(typed(&mut new_pin(), format!("{fits}\r").as_bytes()), None);
        }
    }

    #[test]
    fn escape_alone_cancels_and_ctrl_c_asks() {
        let mut typing = typing(Novelty::Known);
        assert!(matches!(typing.take(b'1'), Typed::More));
        assert!(matches!(typing.take(ESCAPE), Typed::More) && typing.patience().is_some());
        assert!(matches!(typing.settle(), Typed::Done(Err(SecretsError::Empty))));
        assert!(matches!(typing.take(CONTROL_C), Typed::Stop));
        // What was typed before Ctrl-C is gone.
        assert!(typing.has_forgotten());
        assert_eq!(typed(&mut typing, b"234\r"), Some(Ok("234".to_owned())));
    }

    const AT_A_SECRET: Situation =
        Situation { doing: Doing::Secret, document: Document::None, paging: Paging::Whole };

    /// What the key of this byte means by the table that the key line comes from.
    fn meant(byte: u8) -> Option<Command> {
        let mut keyboard = Keyboard::default();
        let strokes = [keyboard.take(&[byte]), keyboard.settle()].concat();
        let Some(Stroke::Key(key)) = strokes.first() else { return None };
        match keymap::event(key, AT_A_SECRET) {
            Some(Event::Command(command)) => Some(command),
            _ => None,
        }
    }

    /// What the key of this byte does between two characters, and the secret that is there then.
    fn done(byte: u8) -> (Option<Command>, Option<Result<String, String>>) {
        let mut typing = typing(Novelty::Known);
        typing.take(b'1');
        let typed_now = match typing.take(byte) {
            Typed::More if typing.patience().is_some() => typing.settle(),
            typed_now => typed_now,
        };
        match typed_now {
            Typed::Done(Ok(_)) => (Some(Command::Submit), None),
            Typed::Done(Err(_)) => (Some(Command::CancelWork), None),
            Typed::Stop => (Some(Command::Stop), typed(&mut typing, b"2\r")),
            Typed::More | Typed::Again => (None, typed(&mut typing, b"2\r")),
        }
    }

    #[test]
    fn every_key_that_the_key_line_names_at_a_secret_does_what_is_said_of_it() {
        let mut named = std::collections::BTreeSet::new();
        for byte in 0..=u8::MAX {
            let Some(command) = meant(byte) else { continue };
            named.insert(format!("{command:?}"));
            match (command, done(byte)) {
                // All of it was taken back.
                (Command::Clear, (None, secret)) => assert_eq!(secret, Some(Ok("2".to_owned()))),
                (command, (obeyed, _)) => assert_eq!(obeyed, Some(command), "byte {byte}"),
            }
        }
        assert_eq!(named.len(), keymap::described(AT_A_SECRET).len(), "each of them is one byte: {named:?}");
    }

    #[test]
    fn line_ends_and_controls_in_a_paste_press_no_key() {
        let mut typing = typing(Novelty::Known);
        assert_eq!(typed(&mut typing, b"\x1b[200~12\r\x03\x7f\x1534\r"), None);
        assert!(typing.is_pasting());
        assert_eq!(typed(&mut typing, b"\x1b[201~\r"), Some(Ok("1234".to_owned())));
    }

    #[test]
    fn what_was_being_pasted_before_the_prompt_is_no_part_of_the_secret() {
        let mut typing = typing(Novelty::Known);
        typing.paste_goes_on();
        assert_eq!(typed(&mut typing, b"the rest\r\x1b[201~1234\r"), Some(Ok("1234".to_owned())));
    }

    #[test]
    fn what_is_typed_where_no_prompt_can_be_read_is_not_taken() {
        let mut typing = typing(Novelty::Known);
        assert_eq!(typed(&mut typing, b"12"), None);
        assert!(b"39\r".iter().all(|byte| matches!(typing.take_unseen(*byte), Typed::More)));
        assert!(typing.has_forgotten());
        assert!(matches!(typing.take_unseen(ESCAPE), Typed::More));
        assert!(matches!(typing.settle_unseen(), Typed::More));
        assert!(matches!(typing.take_unseen(CONTROL_C), Typed::Stop));
        assert_eq!(typed(&mut typing, b"1234\r"), Some(Ok("1234".to_owned())));
    }
}
