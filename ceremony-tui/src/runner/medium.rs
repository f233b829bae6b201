//! The port to documents: files that are read, and folders that they are exported to.
//!
//! A medium can take its time, or never come back. So an errand is begun now and done later, like a question to a
//! token host. To add another medium (a camera, a QR screen), implement [`Medium`] over another module of
//! `airgap-transfer`.

use std::io::PipeReader;
use std::os::fd::AsFd;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use airgap_transfer::folder::{self, Outcome};

use crate::machine::{Event, Exported, NextDocument};
use crate::wait::{Watch, wait_for_input};

/// What is carried from or to a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Read a document of at most `limit` bytes.
    Read {
        /// Its path.
        path: String,
        /// The most bytes that such a document has.
        limit: u64,
    },
    /// Write a document, read it back and compare.
    Export {
        /// The folder.
        folder: String,
        /// The file's name.
        name: &'static str,
        /// The document.
        bytes: Vec<u8>,
        /// What has to have room beside it.
        next: Option<NextDocument>,
    },
}

/// Where documents come from and go to, one errand at a time. Errors are two sentences: what happened, and what to do.
pub trait Medium {
    /// Begins an errand. It cannot be called back: half a document is worse than a late one.
    fn begin(&mut self, errand: Errand);

    /// What came of the errand, once it is done.
    fn advance(&mut self) -> Option<Event>;

    /// What to wait for; nothing when nothing is under way.
    fn watch(&self) -> Option<Watch<'_>>;
}

/// Files and folders. Each errand has a thread of its own: reading and flushing cannot be waited for together with a
/// terminal.
#[derive(Debug, Default)]
pub struct Folders {
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
enum UnderWay {
    /// No thread could be had, so the errand was run at once.
    Done(Event),
    Running {
        /// Ends when the errand is done, whatever became of it.
        end: PipeReader,
        thread: JoinHandle<Event>,
        /// What is said when the thread ends without a word.
        lost: Event,
    },
}

impl Medium for Folders {
    fn begin(&mut self, errand: Errand) {
        let begun = UnderWay::begin(&errand);
        self.under_way = Some(begun.unwrap_or_else(|_| UnderWay::Done(errand.run())));
    }

    fn advance(&mut self) -> Option<Event> {
        match self.under_way.take()? {
            UnderWay::Done(event) => Some(event),
            UnderWay::Running { end, thread, lost } => {
                if wait_for_input(end.as_fd(), Some(Duration::ZERO)) == Ok(false) {
                    self.under_way = Some(UnderWay::Running { end, thread, lost });
                    return None;
                }
                Some(thread.join().unwrap_or(lost))
            }
        }
    }

    fn watch(&self) -> Option<Watch<'_>> {
        match self.under_way.as_ref()? {
            UnderWay::Done(_) => None,
            UnderWay::Running { end, .. } => Some(Watch::input(end.as_fd())),
        }
    }
}

impl UnderWay {
    fn begin(errand: &Errand) -> std::io::Result<UnderWay> {
        let (end, held) = std::io::pipe()?;
        let own = errand.clone();
        let thread = std::thread::Builder::new().name("medium".to_owned()).spawn(move || {
            let event = own.run();
            drop(held);
            event
        })?;
        Ok(UnderWay::Running { end, thread, lost: errand.lost() })
    }
}

impl Errand {
    fn run(self) -> Event {
        match self {
            Errand::Read { path, limit } => {
                Event::FileRead(folder::import(Path::new(&path), limit).map_err(|error| error.to_string()))
            }
            Errand::Export { folder, name, bytes, next } => {
                Event::Exported(has_room(&folder, next.as_ref()).and_then(|()| export(&folder, name, &bytes)))
            }
        }
    }

    fn lost(&self) -> Event {
        match self {
            Errand::Read { path, .. } => {
                Event::FileRead(Err(format!("Reading {path} broke off. Look at the medium and try again.")))
            }
            Errand::Export { folder, .. } => Event::Exported(Err(format!(
                "Writing to {folder} broke off, so nothing counts as exported. Look at the medium and try again."
            ))),
        }
    }
}

fn has_room(folder: &str, next: Option<&NextDocument>) -> Result<(), String> {
    let Some(NextDocument { name, bytes }) = next else { return Ok(()) };
    folder::check(Path::new(folder), name, bytes).map_err(|error| error.to_string())
}

fn export(folder: &str, name: &str, bytes: &[u8]) -> Result<Exported, String> {
    let written = folder::export(Path::new(folder), name, bytes).map_err(|error| error.to_string())?;
    Ok(Exported {
        path: written.path.display().to_string(),
        file_digest: written.digest.to_string(),
        was_there: written.outcome == Outcome::SameBytesFound,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carry(errand: Errand) -> Event {
        let mut folders = Folders::default();
        folders.begin(errand);
        for _ in 0..100 {
            if let Some(event) = folders.advance() {
                assert!(folders.watch().is_none());
                return event;
            }
            crate::wait::wait([folders.watch().unwrap()], Duration::from_secs(1)).unwrap();
        }
        panic!("the errand was never done");
    }

    #[test]
    fn a_document_is_exported_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        let errand =
            Errand::Export { folder: place, name: "payload.json", bytes: b"{}".to_vec(), next: None };
        let Event::Exported(Ok(exported)) = carry(errand) else { panic!("not exported") };
        let read = carry(Errand::Read { path: exported.path, limit: 10 });
        assert_eq!(read, Event::FileRead(Ok(b"{}".to_vec())));
    }
}
