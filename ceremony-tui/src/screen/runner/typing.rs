//! A secret that is being typed on the full screen: byte by byte into its locked page, past the keyboard and the model.

use crate::machine::{Effect, Novelty, SecretNeed};
use crate::screen::model::Round;
use crate::secret::Secret;
use crate::secrets::{SecretsError, check_given, same};

/// A secret that is being typed, and what waits for it.
pub(super) struct Typing {
    /// What is performed with the secret.
    pub(super) effect: Effect,
    /// What the secret is for.
    pub(super) need: SecretNeed,
    typed: Secret,
    /// A new secret after the first time.
    first: Option<Secret>,
    escape: Escape,
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

/// Keys that are no characters begin with Escape. They are no part of a secret.
#[derive(PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    Sequence,
    Last,
}

impl Typing {
    pub(super) fn new(effect: Effect, need: SecretNeed) -> Result<Typing, SecretsError> {
        Ok(Typing { effect, need, typed: Secret::empty()?, first: None, escape: Escape::None })
    }

    /// Which time it is typed.
    pub(super) fn round(&self) -> Round {
        if self.first.is_none() { Round::First } else { Round::Again }
    }

    /// Takes one byte.
    pub(super) fn take(&mut self, byte: u8) -> Typed {
        match (&self.escape, byte) {
            (_, ESCAPE) => self.escape = Escape::Begun,
            (Escape::Begun, b'[') => self.escape = Escape::Sequence,
            (Escape::Begun, b'O') => self.escape = Escape::Last,
            (Escape::Sequence, 0x20..=0x3f | b'[') => {}
            (Escape::Begun | Escape::Sequence | Escape::Last, _) => self.escape = Escape::None,
            (Escape::None, byte) => return self.character(byte),
        }
        Typed::More
    }

    /// Nothing more came: an Escape that stands alone cancels.
    pub(super) fn settle(&mut self) -> Typed {
        let begun = std::mem::replace(&mut self.escape, Escape::None) == Escape::Begun;
        if begun { Typed::Done(Err(SecretsError::Empty)) } else { Typed::More }
    }

    /// Whether the next byte decides what the last one was.
    pub(super) fn is_unsettled(&self) -> bool {
        self.escape != Escape::None
    }

    /// Forgets what was typed so far, and asks for all of it again.
    pub(super) fn begin_again(&mut self) {
        self.typed.clear();
        self.escape = Escape::None;
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
        match (self.need.novelty, self.first.take()) {
            (Novelty::Known, _) => Typed::Done(check_given(&self.need, typed)),
            (Novelty::New, Some(first)) => Typed::Done(same(first, &typed)),
            // Before the second time: nobody types twice what is refused anyway.
            (Novelty::New, None) => match check_given(&self.need, typed) {
                Ok(first) => {
                    self.first = Some(first);
                    Typed::Again
                }
                refused => Typed::Done(refused),
            },
        }
    }
}

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
    use crate::screen::event::{Command, Event};
    use crate::screen::keymap;
    use crate::screen::model::{Document, Doing, Paging, Situation};

    fn typing(novelty: Novelty) -> Typing {
        let need = SecretNeed { id: "x", labels: Vec::new(), what: "PIN".to_owned(), novelty, tries: None };
        Typing::new(Effect::LookAtMachine, need).unwrap()
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
    fn escape_alone_cancels_and_ctrl_c_asks() {
        let mut typing = typing(Novelty::Known);
        assert!(matches!(typing.take(b'1'), Typed::More));
        assert!(matches!(typing.take(ESCAPE), Typed::More) && typing.is_unsettled());
        assert!(matches!(typing.settle(), Typed::Done(Err(SecretsError::Empty))));
        assert!(matches!(typing.take(CONTROL_C), Typed::Stop));
        // What was typed before Ctrl-C is gone.
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
            Typed::More if typing.is_unsettled() => typing.settle(),
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
}
