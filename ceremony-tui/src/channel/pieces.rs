//! Frames that come and go piece by piece, so that nobody waits: the screen lives on while a token host thinks.

use std::collections::VecDeque;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Channel, ChannelError, MAX_FRAME, header};
use crate::secret::Secret;

const HEADER: usize = 4;

/// A frame that is on its way in.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    room: Vec<u8>,
    got: usize,
}

impl Incoming {
    /// Takes what has arrived; the value once all of it is there. Never reads beyond its frame.
    pub(crate) fn advance<T: DeserializeOwned>(
        &mut self,
        channel: &Channel,
    ) -> Result<Option<T>, ChannelError> {
        if self.room.is_empty() {
            self.room = vec![0; HEADER];
        }
        loop {
            while self.got < self.room.len() {
                match channel.receive_now(&mut self.room[self.got..])? {
                    Some(received) => self.got += received,
                    None => return Ok(None),
                }
            }
            let length = length_of(&self.room)?;
            if self.got == HEADER + length {
                let value = serde_json::from_slice(&self.room[HEADER..]);
                *self = Incoming::default();
                return value.map(Some).map_err(|_| ChannelError::Malformed);
            }
            self.room.resize(HEADER + length, 0);
        }
    }
}

fn length_of(room: &[u8]) -> Result<usize, ChannelError> {
    let header = room.first_chunk::<HEADER>().ok_or(ChannelError::Malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*header)).map_err(|_| ChannelError::TooLong)?;
    if length > MAX_FRAME { Err(ChannelError::TooLong) } else { Ok(length) }
}

/// A request on its way out, with the secrets that follow it out of their locked pages.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// What goes out before the next secret does.
    bytes: Vec<u8>,
    sent: usize,
    /// Each cleared as soon as its last byte is out.
    secrets: VecDeque<Secret>,
}

impl Outgoing {
    pub(crate) fn new<T: Serialize>(value: &T, secrets: Vec<Secret>) -> Result<Outgoing, ChannelError> {
        let value = serde_json::to_vec(value).map_err(|_| ChannelError::Malformed)?;
        let mut bytes = header(&value)?.to_vec();
        bytes.extend(value);
        let secrets = VecDeque::from(secrets);
        if let Some(secret) = secrets.front() {
            bytes.extend(header(secret.expose())?);
        }
        Ok(Outgoing { bytes, sent: 0, secrets })
    }

    /// Sends what fits; whether everything is out.
    pub(crate) fn advance(&mut self, channel: &Channel) -> Result<bool, ChannelError> {
        loop {
            let secret = self.secrets.front().map_or(&[][..], Secret::expose);
            let rest = match self.sent.checked_sub(self.bytes.len()) {
                None => &self.bytes[self.sent..],
                Some(of_secret) => &secret[of_secret..],
            };
            if rest.is_empty() {
                if self.next_secret()? {
                    continue;
                }
                return Ok(true);
            }
            match channel.send_now(rest)? {
                Some(sent) => self.sent += sent,
                None => return Ok(false),
            }
        }
    }

    /// Clears the secret that is out and begins the one after it, if there is one.
    fn next_secret(&mut self) -> Result<bool, ChannelError> {
        self.secrets.pop_front();
        self.bytes.clear();
        self.sent = 0;
        let Some(next) = self.secrets.front() else { return Ok(false) };
        self.bytes.extend(header(next.expose())?);
        Ok(true)
    }

    /// Whether there is nothing left to send.
    pub(crate) fn is_out(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> (Channel, Channel) {
        let (here, there) = Channel::pair().unwrap();
        (here, Channel::over(there).unwrap())
    }

    #[test]
    fn a_frame_that_arrives_byte_by_byte_is_one_value_and_nothing_is_read_beyond_it() {
        let (here, there) = ends();
        let mut incoming = Incoming::default();
        let frame = [&7_u32.to_be_bytes()[..], b"[1,2,3]", b"F"].concat();
        for byte in &frame[..frame.len() - 2] {
            assert_eq!(incoming.advance::<Vec<i32>>(&here), Ok(None));
            there.send_now(&[*byte]).unwrap();
        }
        there.send_now(&frame[frame.len() - 2..]).unwrap();
        assert_eq!(incoming.advance(&here), Ok(Some(vec![1, 2, 3])));
        assert_eq!(here.receive_now(&mut [0; 8]), Ok(Some(1)));
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_at_its_header() {
        let (here, there) = ends();
        there.send_now(&u32::MAX.to_be_bytes()).unwrap();
        assert_eq!(Incoming::default().advance::<String>(&here), Err(ChannelError::TooLong));
    }

    #[test]
    fn an_ended_process_is_closed_and_a_silent_one_is_not() {
        let (here, there) = ends();
        let mut incoming = Incoming::default();
        assert_eq!(incoming.advance::<String>(&here), Ok(None));
        drop(there);
        assert_eq!(incoming.advance::<String>(&here), Err(ChannelError::Closed));
    }

    #[test]
    fn a_request_longer_than_the_socket_holds_goes_out_as_the_other_side_reads() {
        let (here, there) = ends();
        let secrets = ["x", "twelve bytes"].map(|text| {
            let mut secret = Secret::empty().unwrap();
            text.bytes().for_each(|byte| secret.push(byte).unwrap());
            secret
        });
        let long = "y".repeat(3_000_000);
        let mut outgoing = Outgoing::new(&long, secrets.into()).unwrap();
        assert_eq!(outgoing.advance(&here), Ok(false));
        let reader = std::thread::spawn(move || {
            let text = there.receive::<String>().unwrap();
            (text, [there.receive_secret().unwrap().len(), there.receive_secret().unwrap().len()])
        });
        while !outgoing.advance(&here).unwrap() {
            std::thread::yield_now();
        }
        assert!(outgoing.is_out() && outgoing.secrets.is_empty());
        assert_eq!(reader.join().unwrap(), (long, [1, 12]));
    }
}
