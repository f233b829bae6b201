//! Asks the daemon what every program would see, in the protocol of its socket (version 4.4, since pcsc-lite 1.8.24).
//! Linking libpcsclite for this would make everybody who builds the tests need it.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::error::PcscdError;
use crate::steady::Moment;

const VERSION: u32 = 0x11;
const READER_STATES: u32 = 0x12;
const WAIT_FOR_CHANGE: u32 = 0x13;
/// The table of readers: so many rows of so many bytes.
const ROWS: usize = 16;
const ROW: usize = 184;
const NAME: usize = 128;
/// In the state of a reader: there is none, there is a card, and it has power.
const ABSENT: u32 = 0x0002;
const PRESENT: u32 = 0x0004;
const POWERED: u32 = 0x0010;

/// A reader as the daemon shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReaderState {
    pub(super) name: String,
    /// How often the daemon saw a card come or go.
    pub(super) events: u32,
    state: u32,
}

impl ReaderState {
    /// Is there a card that programs can talk to?
    pub(super) fn has_card(&self) -> bool {
        self.state & (PRESENT | POWERED) == PRESENT | POWERED
    }

    /// Is there none?
    pub(super) fn is_empty(&self) -> bool {
        self.state & ABSENT == ABSENT
    }
}

/// All readers.
pub(super) fn readers(socket: &Path) -> io::Result<Vec<ReaderState>> {
    let mut daemon = greet(socket, Duration::from_secs(5))?;
    ask(&mut daemon, READER_STATES, &[])?;
    read_table(&mut daemon)
}

/// Waits until a reader is as it should be; looks again whenever something changed.
pub(super) fn wait_until(
    socket: &Path,
    limit: Duration,
    condition: impl Fn(&ReaderState) -> bool,
) -> Result<ReaderState, PcscdError> {
    let start = Moment::now();
    let in_vain = || PcscdError::NotShown(limit.as_secs());
    loop {
        let left = start.left_of(limit).ok_or_else(in_vain)?;
        let mut daemon = greet(socket, left).map_err(|error| PcscdError::Io(socket.to_owned(), error))?;
        // The table comes at once; then a few bytes, when something changed.
        let table = ask(&mut daemon, WAIT_FOR_CHANGE, &[]).and_then(|()| read_table(&mut daemon));
        let table = table.map_err(|error| PcscdError::Io(socket.to_owned(), error))?;
        if let Some(found) = table.into_iter().find(|reader| condition(reader)) {
            return Ok(found);
        }
        match daemon.read(&mut [0; 8]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(in_vain()),
            Err(error) => return Err(PcscdError::Io(socket.to_owned(), error)),
            Ok(_) => {}
        }
    }
}

fn greet(socket: &Path, limit: Duration) -> io::Result<UnixStream> {
    let mut daemon = UnixStream::connect(socket)?;
    daemon.set_read_timeout(Some(limit))?;
    let (major, minor, status) = (4i32, 4i32, 0u32);
    let version = [major.to_ne_bytes(), minor.to_ne_bytes(), status.to_ne_bytes()].concat();
    ask(&mut daemon, VERSION, &version)?;
    daemon.read_exact(&mut [0; 12])?;
    Ok(daemon)
}

fn ask(daemon: &mut UnixStream, command: u32, body: &[u8]) -> io::Result<()> {
    let size = u32::try_from(body.len()).map_err(io::Error::other)?;
    daemon.write_all(&[&size.to_ne_bytes()[..], &command.to_ne_bytes(), body].concat())
}

fn read_table(daemon: &mut UnixStream) -> io::Result<Vec<ReaderState>> {
    let mut table = vec![0; ROWS * ROW];
    daemon.read_exact(&mut table)?;
    Ok(table.chunks_exact(ROW).filter_map(read_row).collect())
}

fn read_row(row: &[u8]) -> Option<ReaderState> {
    let (name, rest) = row.split_at_checked(NAME)?;
    let name = String::from_utf8_lossy(name.split(|byte| *byte == 0).next()?).into_owned();
    let (events, rest) = rest.split_first_chunk::<4>()?;
    let (state, _) = rest.split_first_chunk::<4>()?;
    let (events, state) = (u32::from_ne_bytes(*events), u32::from_ne_bytes(*state));
    (!name.is_empty()).then_some(ReaderState { name, events, state })
}
