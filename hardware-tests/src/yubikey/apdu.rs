//! Commands as they arrive, short or extended, whole or in a chain; answers as they leave.

use super::status::Status;

/// The largest answer to a short command.
const SHORT_ANSWER: usize = 256;
/// A chain that grows beyond this is cut off.
const LONGEST_CHAIN: usize = 4096;

/// A command with all of its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) instruction: u8,
    pub(super) p1: u8,
    pub(super) p2: u8,
    pub(super) data: Vec<u8>,
    /// The largest answer that the host takes at once.
    room: usize,
}

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Something to do.
    Command(Command),
    /// Already answered: a part of a chain, the rest of an answer, nonsense.
    Answered(Vec<u8>),
}

/// Parts of a command that came, and parts of an answer that wait.
#[derive(Debug, Default)]
pub(super) struct Transport {
    chain: Vec<u8>,
    waiting: Vec<u8>,
}

impl Transport {
    /// Takes bytes from the host.
    pub(super) fn arrive(&mut self, bytes: &[u8]) -> Arrival {
        let Some((class, command)) = read(bytes) else {
            return Arrival::Answered(Status::WRONG_LENGTH.bytes().to_vec());
        };
        if command.instruction == 0xc0 {
            let rest = std::mem::take(&mut self.waiting);
            return Arrival::Answered(self.split(rest, command.room));
        }
        self.waiting.clear();
        self.chain.extend(&command.data);
        if self.chain.len() > LONGEST_CHAIN {
            self.chain.clear();
            return Arrival::Answered(Status::WRONG_LENGTH.bytes().to_vec());
        }
        if class & 0x10 != 0 {
            return Arrival::Answered(Status::DONE.bytes().to_vec());
        }
        Arrival::Command(Command { data: std::mem::take(&mut self.chain), ..command })
    }

    /// Makes what the host gets now; the rest waits.
    pub(super) fn leave(&mut self, command: &Command, outcome: Result<Vec<u8>, Status>) -> Vec<u8> {
        match outcome {
            Ok(data) => self.split(data, command.room),
            Err(status) => status.bytes().to_vec(),
        }
    }

    fn split(&mut self, mut data: Vec<u8>, room: usize) -> Vec<u8> {
        let status = if data.len() > room {
            self.waiting = data.split_off(room);
            Status::more(self.waiting.len())
        } else {
            Status::DONE
        };
        data.extend(status.bytes());
        data
    }

    /// Forgets everything, as at a reset.
    pub(super) fn clear(&mut self) {
        *self = Transport::default();
    }
}

fn read(bytes: &[u8]) -> Option<(u8, Command)> {
    let (&[class, instruction, p1, p2], body) = bytes.split_first_chunk::<4>()?;
    let (data, room) = read_body(body)?;
    Some((class, Command { instruction, p1, p2, data: data.to_vec(), room }))
}

/// Lc, data and Le: each may be missing, and extended ones begin with a zero. A single byte is Le, even when it is zero.
fn read_body(body: &[u8]) -> Option<(&[u8], usize)> {
    match body {
        [] | [_] => Some((&[], SHORT_ANSWER)),
        [0, high, low, rest @ ..] if !rest.is_empty() => {
            let (data, end) = rest.split_at_checked(usize::from(*high) << 8 | usize::from(*low))?;
            Some((data, if end.is_empty() { SHORT_ANSWER } else { usize::from(u16::MAX) }))
        }
        [0, _, _] => Some((&[], usize::from(u16::MAX))),
        [length, rest @ ..] => {
            let (data, _) = rest.split_at_checked(usize::from(*length))?;
            Some((data, SHORT_ANSWER))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(transport: &mut Transport, bytes: &[u8]) -> Command {
        match transport.arrive(bytes) {
            Arrival::Command(command) => command,
            Arrival::Answered(answer) => panic!("answered with {answer:02x?}"),
        }
    }

    #[test]
    fn short_and_extended_commands_carry_the_same_data() {
        let mut transport = Transport::default();
        let short = command(&mut transport, &[0, 0xcb, 0x3f, 0xff, 3, 0x5c, 1, 0x7e, 0]);
        let extended = command(&mut transport, &[0, 0xcb, 0x3f, 0xff, 0, 0, 3, 0x5c, 1, 0x7e, 0, 0]);
        assert_eq!((&short.data, short.room), (&vec![0x5c, 1, 0x7e], 256));
        assert_eq!((&extended.data, extended.room), (&short.data, 65535));
        for nothing in [&[0, 0xfd, 0, 0][..], &[0, 0xfd, 0, 0, 0], &[0, 0xfd, 0, 0, 0, 0, 0]] {
            assert!(command(&mut transport, nothing).data.is_empty());
        }
    }

    #[test]
    fn a_chain_is_put_together() {
        let mut transport = Transport::default();
        let first = transport.arrive(&[0x10, 0x87, 7, 0x9c, 2, 1, 2]);
        assert_eq!(first, Arrival::Answered(vec![0x90, 0]));
        assert_eq!(command(&mut transport, &[0, 0x87, 7, 0x9c, 1, 3]).data, [1, 2, 3]);
        assert!(command(&mut transport, &[0, 0xfd, 0, 0]).data.is_empty(), "the chain is over");
    }

    #[test]
    fn a_long_answer_waits_to_be_fetched() {
        let mut transport = Transport::default();
        let asked = command(&mut transport, &[0, 0xf9, 0x9c, 0, 0]);
        let first = transport.leave(&asked, Ok(vec![5; 600]));
        assert_eq!((first.len(), &first[256..]), (258, &[0x61, 0xff][..]));
        let Arrival::Answered(second) = transport.arrive(&[0, 0xc0, 0, 0, 0]) else { panic!("not fetched") };
        assert_eq!((second.len(), &second[256..]), (258, &[0x61, 88][..]));
        let Arrival::Answered(third) = transport.arrive(&[0, 0xc0, 0, 0, 0]) else { panic!("not fetched") };
        assert_eq!((third.len(), &third[88..]), (90, &[0x90, 0][..]));
    }

    #[test]
    fn what_is_shorter_than_it_says_is_refused() {
        let mut transport = Transport::default();
        for bytes in [&[][..], &[0, 0xa4, 4], &[0, 0xa4, 4, 0, 5, 1], &[0, 0xa4, 4, 0, 0, 1, 0, 1]] {
            assert_eq!(transport.arrive(bytes), Arrival::Answered(vec![0x67, 0]), "{bytes:02x?}");
        }
    }
}
