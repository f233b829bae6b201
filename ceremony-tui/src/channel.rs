//! A connected socket between two of our processes, and the frames on it.
//!
//! A frame is a length (four bytes, big endian) and that many bytes. Requests and answers are JSON.
//! A secret is a frame of its own that goes from one locked page straight into the other: it is never JSON.
//! The other side is another process of ours, but a PKCS#11 module may have taken it over: lengths are capped
//! before anything is allocated.
//!
//! Hosts and broker wait for their next request, for as long as the screen process lives. The screen process never waits in here: it takes and gives what it can
//! (the module `pieces`), and waits for everything at once elsewhere.

pub(crate) mod pieces;

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::secret::{MAX_SECRET, Secret, SecretError};

/// The largest frame. A root with a hundred keys is far below.
pub const MAX_FRAME: usize = 4 * 1024 * 1024;

/// A write that makes no progress for this long has failed: the other side does not read.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// One end of a socket pair.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
}

impl Channel {
    /// Two connected ends; both vanish on exec unless they are handed on.
    pub fn pair() -> Result<(Channel, OwnedFd), ChannelError> {
        let (here, there) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        Ok((Channel::over(here)?, there))
    }

    /// Speaks over a socket that was received.
    pub fn over(socket: OwnedFd) -> Result<Channel, ChannelError> {
        rustix::net::sockopt::set_socket_timeout(
            &socket,
            rustix::net::sockopt::Timeout::Send,
            Some(SEND_TIMEOUT),
        )?;
        Ok(Channel { socket })
    }

    /// The socket that the starting process put in the place of standard input.
    pub fn from_standard_input() -> Result<Channel, ChannelError> {
        Channel::over(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?)
    }

    /// The socket itself, to be handed to another process.
    pub fn as_descriptor(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Sends one value as a JSON frame.
    pub fn send<T: Serialize>(&self, value: &T) -> Result<(), ChannelError> {
        let bytes = serde_json::to_vec(value).map_err(|_| ChannelError::Malformed)?;
        self.send_frame(&bytes)
    }

    /// Receives one JSON frame.
    pub fn receive<T: DeserializeOwned>(&self) -> Result<T, ChannelError> {
        let length = self.receive_length(MAX_FRAME)?;
        let mut bytes = vec![0; length];
        self.read_exactly(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(|_| ChannelError::Malformed)
    }

    /// Receives a secret straight into a locked page.
    pub fn receive_secret(&self) -> Result<Secret, ChannelError> {
        let length = self.receive_length(MAX_SECRET)?;
        let mut secret = Secret::empty()?;
        self.read_exactly(secret.room(length)?)?;
        Ok(secret)
    }

    /// Hands a descriptor to the process at the other end.
    pub fn send_descriptor(&self, descriptor: BorrowedFd<'_>) -> Result<(), ChannelError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let descriptors = [descriptor];
        if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
            return Err(ChannelError::Malformed);
        }
        let marker = [IoSlice::new(b"F")];
        rustix::net::sendmsg(&self.socket, &marker, &mut control, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Receives a descriptor without waiting; `None` when it is not there yet.
    pub(crate) fn receive_descriptor_now(&self) -> Result<Option<OwnedFd>, ChannelError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut marker = [0u8; 1];
        let mut slices = [IoSliceMut::new(&mut marker)];
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        match rustix::net::recvmsg(&self.socket, &mut slices, &mut control, flags) {
            Ok(message) if message.bytes == 0 => return Err(ChannelError::Closed),
            Ok(_) => {}
            Err(Errno::AGAIN | Errno::INTR) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        }
        let descriptor = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        descriptor.map(Some).ok_or(ChannelError::Malformed)
    }

    fn send_frame(&self, bytes: &[u8]) -> Result<(), ChannelError> {
        self.write_all(&header(bytes)?)?;
        self.write_all(bytes)
    }

    /// Sends as much as the socket takes without waiting; `None` when it takes nothing.
    pub(crate) fn send_now(&self, bytes: &[u8]) -> Result<Option<usize>, ChannelError> {
        match rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            Ok(sent) => Ok(Some(sent)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Receives what is there without waiting; `None` when nothing is.
    pub(crate) fn receive_now(&self, room: &mut [u8]) -> Result<Option<usize>, ChannelError> {
        match rustix::net::recv(&self.socket, room, RecvFlags::DONTWAIT) {
            Ok((_, 0)) => Err(ChannelError::Closed),
            Ok((_, received)) => Ok(Some(received)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    fn write_all(&self, mut bytes: &[u8]) -> Result<(), ChannelError> {
        while !bytes.is_empty() {
            match rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    fn receive_length(&self, limit: usize) -> Result<usize, ChannelError> {
        let mut header = [0; 4];
        self.read_exactly(&mut header)?;
        let length = usize::try_from(u32::from_be_bytes(header)).map_err(|_| ChannelError::TooLong)?;
        if length > limit { Err(ChannelError::TooLong) } else { Ok(length) }
    }

    fn read_exactly(&self, mut room: &mut [u8]) -> Result<(), ChannelError> {
        while !room.is_empty() {
            match rustix::io::read(&self.socket, &mut *room) {
                Ok(0) => return Err(ChannelError::Closed),
                Ok(read) => room = &mut room[read..],
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}

/// What stands before a frame.
fn header(frame: &[u8]) -> Result<[u8; 4], ChannelError> {
    let length = u32::try_from(frame.len()).map_err(|_| ChannelError::TooLong)?;
    if frame.len() > MAX_FRAME { Err(ChannelError::TooLong) } else { Ok(length.to_be_bytes()) }
}

/// The other process did not answer, or answered nonsense. Never a "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The other process has ended.
    #[error("the process has ended")]
    Closed,
    /// No answer in time.
    #[error("the process did not answer in time")]
    TimedOut,
    /// A frame longer than is allowed.
    #[error("the process sent more than is allowed")]
    TooLong,
    /// Not the frame that was expected.
    #[error("the process sent something that is not an answer")]
    Malformed,
    /// No locked memory for a secret.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// Anything else the operating system said.
    #[error("the connection to the process failed ({0})")]
    Io(Errno),
}

impl From<Errno> for ChannelError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::PIPE | Errno::CONNRESET => ChannelError::Closed,
            Errno::AGAIN => ChannelError::TimedOut,
            other => ChannelError::Io(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pieces::Outgoing;

    #[test]
    fn values_secrets_and_descriptors_arrive_in_order() {
        let (one, other) = Channel::pair().unwrap();
        let other = Channel::over(other).unwrap();
        let mut secret = Secret::empty().unwrap();
        secret.push(b'x').unwrap();
        let same = secret.duplicate().unwrap();
        assert_eq!(Outgoing::new(&vec![1, 2, 3], vec![secret]).unwrap().advance(&one), Ok(true));
        one.send_descriptor(rustix::stdio::stdout()).unwrap();
        assert_eq!(other.receive::<Vec<i32>>().unwrap(), [1, 2, 3]);
        assert!(other.receive_secret().unwrap().same_as(&same));
        assert!(other.receive_descriptor_now().unwrap().is_some());
        assert!(other.receive_descriptor_now().unwrap().is_none());
    }

    #[test]
    fn a_frame_beyond_the_limit_is_refused_before_it_is_read() {
        let (one, other) = Channel::pair().unwrap();
        rustix::io::write(&other, &u32::MAX.to_be_bytes()).unwrap();
        assert_eq!(one.receive::<String>(), Err(ChannelError::TooLong));
    }

    #[test]
    fn a_process_that_has_ended_is_said_so() {
        let (one, other) = Channel::pair().unwrap();
        drop(other);
        assert_eq!(one.receive::<String>(), Err(ChannelError::Closed));
        assert_eq!(one.receive_descriptor_now().map(|_| ()), Err(ChannelError::Closed));
    }
}
