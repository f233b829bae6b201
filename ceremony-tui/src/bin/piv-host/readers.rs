//! All readers at once, each on a thread of its own: a card that hangs hides no other.
//!
//! PC/SC has no time limit for a command, and a thread that waits for one cannot be taken back. Such a reader is said to
//! be silent, and is left alone until its thread has come back.

use std::ffi::CString;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use ceremony_tui::clock::Deadline;
use ceremony_tui::token::{Refusal, Shown, TokenId};
use pcsc::{Context, Disposition, ReaderState, Scope, State};

use crate::card::{Card, Failure, LABEL, Stranger, in_transaction, service};

/// How long a card may take to say what it is. The screen process gives a look eight seconds.
pub(crate) const SECONDS: u64 = 5;

type Seen<T> = Result<T, Stranger>;

/// The readers, and those that were asked and have not answered yet.
#[derive(Default)]
pub(crate) struct Readers {
    asked: Vec<(CString, JoinHandle<()>)>,
    known: Vec<Known>,
    has_looked: bool,
}

/// The serial number that a reader showed last, by what people call the reader. It stays while its card cannot be asked.
struct Known {
    place: String,
    serial: u32,
    heard: Heard,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// In the last look.
    Now,
    /// Before its card could not be asked any more.
    Before,
}

impl Readers {
    /// Looks into every reader, and waits no longer than it takes the last of them, or [`SECONDS`].
    pub(crate) fn look<T: Send + 'static>(
        &mut self,
        work: fn(&Card<'_>) -> T,
    ) -> Result<Vec<(CString, Seen<T>)>, Refusal> {
        let (context, names) = service()?;
        let is_empty = empty(&context, &names);
        self.asked.retain(|(_, thread)| !thread.is_finished());
        let (sender, answers) = channel();
        for (place, name) in names.iter().enumerate() {
            if !is_empty[place] && !self.is_asked(name) {
                let thread = begin(place, name.clone(), work, sender.clone());
                self.asked.extend(thread.map(|thread| (name.clone(), thread)));
            }
        }
        drop(sender);
        let mut seen = gather(&answers, names.len());
        // A thread that has answered is done with its reader, even if it has not ended yet.
        let has_answered =
            |name: &CString| names.iter().zip(&seen).any(|(other, seen)| other == name && seen.is_some());
        self.asked.retain(|(name, _)| !has_answered(name));
        // A card that is gone is not silent, though the thread that asked it may not have come back yet.
        let unheard = |is_empty| if is_empty { Stranger::Vanished } else { Stranger::Silent };
        let seen = |(name, is_empty)| (name, seen.remove(0).unwrap_or_else(|| Err(unheard(is_empty))));
        let seen: Vec<(CString, Seen<(u32, T)>)> = names.into_iter().zip(is_empty).map(seen).collect();
        self.remember(&seen);
        self.has_looked = true;
        Ok(seen.into_iter().map(|(name, seen)| (name, seen.map(|(_, done)| done))).collect())
    }

    fn remember<T>(&mut self, seen: &[(CString, Seen<(u32, T)>)]) {
        let now = seen.iter().filter_map(|(name, seen)| {
            let place = name.to_string_lossy().into_owned();
            let (serial, heard) = match seen {
                Ok((serial, _)) => (*serial, Heard::Now),
                Err(stranger) if stranger.is_unheard() => (self.shown_in(&place)?, Heard::Before),
                Err(_) => return None,
            };
            Some(Known { place, serial, heard })
        });
        self.known = now.collect();
    }

    /// What an earlier process of this host has seen. What this one has seen itself is newer.
    pub(crate) fn recall(&mut self, shown: &[Shown]) {
        if !self.has_looked {
            let known = |Shown { place, token }: &Shown| {
                let serial = token.serial.parse().ok()?;
                Some(Known { place: place.clone(), serial, heard: Heard::Before })
            };
            self.known = shown.iter().filter_map(known).collect();
        }
    }

    /// The YubiKey that each reader shows, or showed before its card could not be asked any more.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let shown = |known: &Known| Shown { place: known.place.clone(), token: yubikey(known.serial) };
        self.known.iter().map(shown).collect()
    }

    fn shown_in(&self, place: &str) -> Option<u32> {
        self.known.iter().find(|known| known.place == place).map(|known| known.serial)
    }

    /// Why nobody can say which device is meant: two readers show this YubiKey, or one shows it and another one showed it
    /// before its card could not be asked any more. No two devices have one number.
    pub(crate) fn check_single(&self, token: &TokenId) -> Result<(), Refusal> {
        let all: Vec<&Known> = self.known.iter().filter(|known| yubikey(known.serial) == *token).collect();
        if all.len() < 2 {
            return Ok(());
        }
        match all.iter().find(|known| known.heard == Heard::Before) {
            Some(known) => Err(Refusal::Said {
                happened: format!(
                    "The card in the reader {} showed the number {} last and cannot be asked now, and another reader shows \
                     that number too.",
                    known.place, token.serial
                ),
                cure: "Take one of them out.".to_owned(),
            }),
            None => Err(Refusal::AmbiguousToken { label: token.label.clone(), serial: token.serial.clone() }),
        }
    }

    fn is_asked(&self, name: &CString) -> bool {
        self.asked.iter().any(|(asked, _)| asked == name)
    }

    /// Does something with the YubiKey that has this serial number, and hands it back reset.
    pub(crate) fn with_card<T>(
        &mut self,
        token: &TokenId,
        work: impl FnOnce(&Card<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let reader = self.find(token)?;
        let (context, _) = service()?;
        let work = |card: &Card<'_>| {
            // Looked at again: since it was found, another card may have been put into the same reader.
            if yubikey(card.serial) == *token { work(card) } else { Err(missing(token)) }
        };
        match in_transaction(&context, &reader, Disposition::ResetCard, work) {
            Ok(done) => done,
            Err(Stranger::Vanished | Stranger::Silent | Stranger::Foreign(_)) => Err(missing(token)),
            Err(Stranger::Failed(failure)) => Err(failure.refusal("start its PIV application")),
        }
    }

    /// The one reader that holds this YubiKey.
    fn find(&mut self, token: &TokenId) -> Result<CString, Refusal> {
        let mut found = Vec::new();
        let mut why = None;
        for (reader, seen) in self.look(|card| yubikey(card.serial))? {
            let has_shown_it =
                || self.shown_in(&reader.to_string_lossy()).is_some_and(|last| yubikey(last) == *token);
            match seen {
                Ok(id) if id == *token => found.push(reader),
                // It may hold the token that is missing.
                Err(Stranger::Failed(failure)) if failure.is_busy() || has_shown_it() => {
                    why = Some(failure.refusal("say what it is"));
                }
                Err(Stranger::Silent) => why = Some(silent(&reader)),
                _ => {}
            }
        }
        // The PIN of a device never goes to another one that shows its number, because the first is busy.
        if !found.is_empty() {
            self.check_single(token)?;
        }
        found.pop().ok_or_else(|| why.unwrap_or_else(|| missing(token)))
    }
}

/// How a YubiKey is known.
pub(crate) fn yubikey(serial: u32) -> TokenId {
    TokenId { label: LABEL.to_owned(), serial: serial.to_string() }
}

/// Which of the readers hold no card. The service knows it without asking a card, so it says it at once; of a reader
/// that it says nothing about, a thread finds out.
fn empty(context: &Context, names: &[CString]) -> Vec<bool> {
    let mut states: Vec<ReaderState> =
        names.iter().map(|name| ReaderState::new(name.clone(), State::UNAWARE)).collect();
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) => {
            states.iter().map(|state| state.event_state().intersects(State::EMPTY | State::UNKNOWN)).collect()
        }
        Err(_) => vec![false; names.len()],
    }
}

/// Asks on a thread of its own, through a connection of its own: one connection carries one command at a time.
fn begin<T: Send + 'static>(
    place: usize,
    reader: CString,
    work: fn(&Card<'_>) -> T,
    sender: Sender<(usize, Seen<(u32, T)>)>,
) -> Option<JoinHandle<()>> {
    let ask = move || {
        let context = Context::establish(Scope::System).map_err(|error| Failure::Service(error).into());
        let work = |card: &Card<'_>| (card.serial, work(card));
        let seen = context
            .and_then(|context: Context| in_transaction(&context, &reader, Disposition::LeaveCard, work));
        // Nobody waits any more after a card that took too long.
        let _ = sender.send((place, seen));
    };
    Builder::new().spawn(ask).ok()
}

/// What came in time, by place.
fn gather<T>(answers: &Receiver<(usize, Seen<T>)>, readers: usize) -> Vec<Option<Seen<T>>> {
    let mut seen: Vec<Option<Seen<T>>> = (0..readers).map(|_| None).collect();
    let until = Deadline::after_seconds(SECONDS);
    while let Some(left) = until.left() {
        // It also ends when every thread has: there is nothing more to come.
        let Ok((place, answer)) = answers.recv_timeout(left) else { break };
        seen[place] = Some(answer);
    }
    seen
}

/// A reader whose card has not answered.
fn silent(reader: &CString) -> Refusal {
    Refusal::Said {
        happened: format!(
            "The card in the reader {} has said nothing for {SECONDS} seconds, and it may be the one that is wanted.",
            reader.to_string_lossy()
        ),
        cure: "Close what else may use it, take it out, put it back and try again.".to_owned(),
    }
}

/// It is in no reader.
fn missing(token: &TokenId) -> Refusal {
    Refusal::NoSuchToken { label: token.label.clone(), serial: token.serial.clone() }
}
