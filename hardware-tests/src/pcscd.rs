//! The real PC/SC daemon with two virtual readers, private to a test.
//!
//! `pcscd` runs in a mount namespace of its own, in which a folder of the bench lies over `/run`: it never meets the
//! daemon of the machine, and no USB reader. Programs find it through [`SOCKET_VARIABLE`], which every program that
//! links libpcsclite honours. The readers are those of `vsmartcard-vpcd`, to which cards connect by TCP.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use hardware_tests::{pcscd::Pcscd, yubikey::YubiKey};
//! use shared::device::Firmware;
//!
//! let folder = tempfile::tempdir()?;
//! let bench = Pcscd::start(folder.path())?;
//! let card = YubiKey::new(11_111_111, Firmware::new(5, 7, 1))?;
//! bench.insert(&card)?;
//! let mut list = std::process::Command::new("opensc-tool");
//! bench.tell(&mut list);
//! list.arg("--list-readers").status()?;
//! bench.remove(&card)?;
//! # Ok(())
//! # }
//! ```
//!
//! The daemon ends with the bench, and with the thread that started it if that ends without dropping the bench.

mod client;
mod daemon;
mod error;
mod ports;
mod reader;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::card::Card;
use client::ReaderState;
use daemon::Daemon;
pub use daemon::{DAEMON, DRIVER};
pub use error::PcscdError;
use ports::Ports;
use reader::Reader;

/// Where libpcsclite looks for the daemon's socket.
pub const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// The name of a reader with a YubiKey in it, which Yubico's tools look for.
const USUAL_NAME: &str = "Yubico YubiKey OTP+FIDO+CCID";
/// The daemon looks for cards every 0.4 seconds; a machine may be busy.
const LIMIT: Duration = Duration::from_secs(20);

/// A running daemon with two readers.
#[derive(Debug)]
pub struct Pcscd {
    folder: PathBuf,
    name: String,
    ports: Ports,
    daemon: Mutex<Option<Daemon>>,
    readers: Mutex<[Option<Reader>; 2]>,
}

impl Pcscd {
    /// Starts one whose readers have the name of a YubiKey. `folder` may not hold a bench yet.
    ///
    /// # Errors
    /// Something is not installed, or the daemon does not start.
    pub fn start(folder: &Path) -> Result<Pcscd, PcscdError> {
        Pcscd::start_with_readers(folder, USUAL_NAME)
    }

    /// Starts one whose readers have another name.
    ///
    /// # Errors
    /// As [`Pcscd::start`].
    pub fn start_with_readers(folder: &Path, name: &str) -> Result<Pcscd, PcscdError> {
        daemon::prepare(folder)?;
        loop {
            let ports = Ports::free()?;
            match Daemon::start(folder, name, &ports) {
                Ok(daemon) => {
                    let daemon = Mutex::new(Some(daemon));
                    let (folder, name) = (folder.to_owned(), name.to_owned());
                    return Ok(Pcscd { folder, name, ports, daemon, readers: Mutex::default() });
                }
                // Somebody who knows nothing of our locks took one of them.
                Err(PcscdError::PortTaken) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The variable that leads programs here, and its value.
    pub fn environment(&self) -> (&'static str, PathBuf) {
        (SOCKET_VARIABLE, daemon::socket(&self.folder))
    }

    /// Leads a command, and what it starts, here.
    pub fn tell(&self, command: &mut Command) {
        let (name, socket) = self.environment();
        command.env(name, socket);
    }

    /// Plugs a card into a free reader, and waits until the daemon shows it. Returns the reader's name. A card that a
    /// fault pulled out comes back as if a person had plugged it in again.
    ///
    /// # Errors
    /// Both readers are taken, it is in one of them, or the daemon does not notice it.
    pub fn insert(&self, card: &(impl Card + Clone + 'static)) -> Result<String, PcscdError> {
        let mut readers = self.readers();
        if let Some(slot) = slot_of(&readers, card) {
            if !card.plug().0.is_gone() {
                return Err(PcscdError::AlreadyInserted);
            }
            self.empty(&mut readers, slot)?;
        }
        let slot = readers.iter().position(Option::is_none).ok_or(PcscdError::NoFreeReader)?;
        let reader = Reader::plug_in(Box::new(card.clone()), self.ports.of(slot))?;
        self.wait_for_card(slot, readers[slot].insert(reader))?;
        Ok(self.reader_name(slot))
    }

    /// Pulls a card out, and waits until the daemon shows that too. A card that a fault pulled out is taken out of the
    /// reader's books by this.
    ///
    /// # Errors
    /// It is in no reader, or the daemon does not notice.
    pub fn remove(&self, card: &impl Card) -> Result<(), PcscdError> {
        let mut readers = self.readers();
        let slot = slot_of(&readers, card).ok_or(PcscdError::NotInserted)?;
        self.empty(&mut readers, slot)
    }

    fn empty(&self, readers: &mut [Option<Reader>; 2], slot: usize) -> Result<(), PcscdError> {
        let since = readers[slot].take().map_or(0, |reader| reader.events);
        // A reset that fails makes the reader look empty before the daemon looked; whatever comes next would be taken
        // for the card that went.
        self.wait_for(slot, |state| state.is_empty() && state.events > since).map(drop)
    }

    /// Kills the daemon, as a crash would. The cards stay where they are.
    pub fn kill(&self) {
        self.daemon().take();
    }

    /// Starts the daemon again, with the cards that are plugged in.
    ///
    /// # Errors
    /// It does not start, or does not see the cards.
    pub fn restart(&self) -> Result<(), PcscdError> {
        self.kill();
        *self.daemon() = Some(Daemon::start(&self.folder, &self.name, &self.ports)?);
        let mut readers = self.readers();
        for (slot, reader) in readers.iter_mut().enumerate() {
            if let Some(reader) = reader {
                reader.connect(self.ports.of(slot))?;
                self.wait_for_card(slot, reader)?;
            }
        }
        Ok(())
    }

    /// What the daemon wrote about itself so far.
    pub fn log(&self) -> String {
        daemon::log(&self.folder)
    }

    fn reader_name(&self, slot: usize) -> String {
        format!("{} 00 {slot:02}", self.name)
    }

    fn wait_for_card(&self, slot: usize, reader: &mut Reader) -> Result<(), PcscdError> {
        reader.events = self.wait_for(slot, ReaderState::has_card)?.events;
        Ok(())
    }

    fn wait_for(
        &self,
        slot: usize,
        condition: impl Fn(&ReaderState) -> bool,
    ) -> Result<ReaderState, PcscdError> {
        let name = self.reader_name(slot);
        client::wait_until(&daemon::socket(&self.folder), LIMIT, |reader| {
            reader.name == name && condition(reader)
        })
    }

    fn daemon(&self) -> MutexGuard<'_, Option<Daemon>> {
        self.daemon.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, [Option<Reader>; 2]> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn slot_of(readers: &[Option<Reader>; 2], card: &impl Card) -> Option<usize> {
    readers.iter().position(|reader| reader.as_ref().is_some_and(|reader| reader.holds(card)))
}

impl Drop for Pcscd {
    /// A test that fails shows what the daemon saw.
    #[expect(clippy::print_stderr, reason = "a test that fails shows the daemon's log")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the log of pcscd\n{}---", self.log());
        }
    }
}
