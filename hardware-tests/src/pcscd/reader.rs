//! A virtual reader with a card in it: speaks the protocol of vpcd, in a thread.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_tcp_quickack};

use super::error::PcscdError;
use crate::card::{Card, Exchange};

/// Messages of one byte are from the reader, not from the host.
const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const SAY_ATR: u8 = 4;

/// A card in its reader; dropping this pulls it out.
#[derive(Debug)]
pub(super) struct Reader {
    card: Arc<Box<dyn Card>>,
    connection: Option<Connection>,
    /// What the daemon had counted when it saw the card.
    pub(super) events: u32,
}

#[derive(Debug)]
struct Connection {
    /// The thread's. When it ends, the connection does.
    stream: Weak<TcpStream>,
    thread: JoinHandle<()>,
}

impl Reader {
    /// Plugs a card into the reader behind this port.
    pub(super) fn plug_in(card: Box<dyn Card>, port: u16) -> Result<Reader, PcscdError> {
        let mut reader = Reader { card: Arc::new(card), connection: None, events: 0 };
        reader.connect(port)?;
        Ok(reader)
    }

    /// Is it this card?
    pub(super) fn holds(&self, card: &impl Card) -> bool {
        self.card.plug().is(card.plug())
    }

    /// Plugs it in again.
    pub(super) fn connect(&mut self, port: u16) -> Result<(), PcscdError> {
        self.disconnect();
        let stream =
            connect(port).map_err(|error| PcscdError::Io(PathBuf::from("a virtual reader"), error))?;
        let stream = Arc::new(stream);
        let thread_ends_it = Arc::downgrade(&stream);
        let card = Arc::clone(&self.card);
        card.reset();
        card.plug().0.arrive();
        let thread = std::thread::spawn(move || {
            // However it ends, the reader finds out by the connection.
            drop(serve(&stream, card.as_ref().as_ref()));
        });
        self.connection = Some(Connection { stream: thread_ends_it, thread });
        Ok(())
    }

    /// Pulls it out, in the middle of an answer too.
    pub(super) fn disconnect(&mut self) {
        if let Some(Connection { stream, thread }) = self.connection.take() {
            self.card.plug().0.leave();
            // Wakes the thread without a word to the other side.
            if let Some(stream) = stream.upgrade() {
                drop(stream.shutdown(Shutdown::Read));
            }
            drop(thread.join());
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// The end of the connection is a reset of it: the driver takes anything else for an empty answer.
fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    set_socket_linger(&stream, Some(Duration::ZERO))?;
    Ok(stream)
}

fn serve(reader: &TcpStream, card: &dyn Card) -> io::Result<()> {
    loop {
        let message = receive(reader)?;
        match message.as_slice() {
            [POWER_OFF | POWER_ON | RESET] => card.reset(),
            [SAY_ATR] => send(reader, card.atr())?,
            command => match card.exchange(command) {
                Exchange::Answer(answer) => send(reader, &answer)?,
                Exchange::LastAnswer(answer) => {
                    send(reader, &answer)?;
                    // A reset now could overtake the answer.
                    return receive(reader).map(drop);
                }
                Exchange::Gone => return Ok(()),
            },
        }
    }
}

/// The driver sends the length of a message by itself, and keeps the rest back until that is acknowledged: at once, or
/// every command would take 40 ms.
fn receive(mut reader: &TcpStream) -> io::Result<Vec<u8>> {
    set_tcp_quickack(reader, true)?;
    let mut length = [0; 2];
    reader.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    reader.read_exact(&mut message)?;
    Ok(message)
}

fn send(mut reader: &TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    reader.write_all(&[&length.to_be_bytes()[..], message].concat())
}
