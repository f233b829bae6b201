//! Commands of ISO 7816-4, as PIV and Yubico's extensions of it use them.

use pcsc::{Error, Transaction};
use zeroize::Zeroizing;

use super::{Failure, Response};

/// The most that one command carries.
const PIECE: usize = 255;
/// More than any certificate or key: whoever sends more never stops.
const MOST: usize = 16 * 1024;
/// Twice as many pieces as that much needs: whoever sends smaller ones never stops either.
const MOST_PIECES: usize = 2 * MOST / 256;
/// More of the same command follows (ISO 7816-4, 5.1.1).
const CHAINED: u8 = 0x10;
/// "That many bytes more", in the first byte of a status word.
const MORE: u8 = 0x61;

/// One command. What it carries may be a PIN: it is cleared, and so is every copy that is made of it.
pub(crate) struct Command {
    instruction: u8,
    parameters: [u8; 2],
    data: Zeroizing<Vec<u8>>,
}

impl Command {
    /// A command that carries nothing.
    pub(crate) fn new(instruction: u8, first: u8, second: u8) -> Command {
        Command { instruction, parameters: [first, second], data: Zeroizing::default() }
    }

    /// The same, with what it carries.
    pub(crate) fn carrying(self, data: Zeroizing<Vec<u8>>) -> Command {
        Command { data, ..self }
    }

    /// The same, with something that is no secret.
    pub(crate) fn with(self, data: &[u8]) -> Command {
        self.carrying(Zeroizing::new(data.to_vec()))
    }

    pub(super) fn send(&self, card: &Transaction<'_>) -> Result<Response, Failure> {
        let mut pieces = self.data.chunks(PIECE).peekable();
        // A command without data is sent as well.
        let mut piece = pieces.next().unwrap_or_default();
        loop {
            let is_last = pieces.peek().is_none();
            let response = self.send_piece(card, if is_last { 0 } else { CHAINED }, piece)?;
            match pieces.next() {
                Some(next) if response.status == super::status::DONE => piece = next,
                _ => return collect(card, response),
            }
        }
    }

    fn send_piece(&self, card: &Transaction<'_>, class: u8, piece: &[u8]) -> Result<Response, Failure> {
        let length = u8::try_from(piece.len()).map_err(|_| Failure::Nonsense("too much at once"))?;
        // Made as long as it gets: a buffer that grows leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(5 + piece.len()));
        bytes.extend([class, self.instruction, self.parameters[0], self.parameters[1], length]);
        bytes.extend_from_slice(piece);
        transmit(card, &bytes)
    }
}

/// Asks for the rest until there is none.
fn collect(card: &Transaction<'_>, mut response: Response) -> Result<Response, Failure> {
    let mut data = Zeroizing::new(Vec::with_capacity(MOST));
    // Only the first answer may carry nothing but the word that there is more.
    let mut is_asked_for = false;
    for _ in 0..=MOST_PIECES {
        if data.len() + response.data.len() > MOST {
            return Err(Failure::Nonsense("an answer without an end"));
        }
        data.extend_from_slice(&response.data);
        let [more, left] = response.status.to_be_bytes();
        if more != MORE {
            return Ok(Response { status: response.status, data });
        }
        if response.data.is_empty() && is_asked_for {
            return Err(Failure::Nonsense("an answer without an end"));
        }
        is_asked_for = true;
        response = transmit(card, &[0, 0xc0, 0, 0, left])?;
    }
    Err(Failure::Nonsense("an answer without an end"))
}

fn transmit(card: &Transaction<'_>, command: &[u8]) -> Result<Response, Failure> {
    let mut room = Zeroizing::new([0; 2 + 256]);
    let received = card.transmit(command, room.as_mut()).map_err(Failure::Service)?;
    if received.is_empty() {
        // How some drivers say that the card went in the middle of an answer.
        return Err(Failure::Service(Error::RemovedCard));
    }
    let (data, word) = received.split_last_chunk().ok_or(Failure::Nonsense("an answer that is cut short"))?;
    Ok(Response { status: u16::from_be_bytes(*word), data: Zeroizing::new(data.to_vec()) })
}
