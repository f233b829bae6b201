//! The screen process's side of the broker's socket. Requests are answered in their order; nothing in here waits.

use std::os::fd::BorrowedFd;

use crate::channel::pieces::Incoming;
use crate::channel::{Channel, ChannelError};
use crate::process::broker::{BrokerAnswer, BrokerRequest};
use crate::process::host::Host;
use crate::token::HostKind;

/// The broker, and what it still owes.
pub(super) struct BrokerClient {
    channel: Channel,
    incoming: Incoming,
    /// Hosts that it was told to end and has not reported yet.
    endings: usize,
    /// The host that it was told to start.
    starting: Option<Starting>,
}

struct Starting {
    kind: HostKind,
    /// Set once the host runs; its socket follows.
    pid: Option<u32>,
    /// How many endings are reported before the start is.
    after_endings: usize,
}

/// A host that was asked for, and whether it runs: otherwise the operating system's reason.
type Started = (HostKind, Result<Host, String>);

impl BrokerClient {
    pub(super) fn over(channel: Channel) -> BrokerClient {
        BrokerClient { channel, incoming: Incoming::default(), endings: 0, starting: None }
    }

    pub(super) fn as_descriptor(&self) -> BorrowedFd<'_> {
        self.channel.as_descriptor()
    }

    /// Tells the broker to end a host of its own. It reports that later.
    pub(super) fn end(&mut self, pid: u32) -> Result<(), ChannelError> {
        self.channel.send(&BrokerRequest::End { pid })?;
        self.endings += 1;
        Ok(())
    }

    /// Goes on to start `kind`, or whatever was begun before and is not there yet. Gives what came of it.
    pub(super) fn start(&mut self, kind: &HostKind) -> Result<Option<Started>, ChannelError> {
        let mut starting = match self.starting.take() {
            Some(starting) => starting,
            None => {
                self.channel.send(&BrokerRequest::Start(kind.clone()))?;
                Starting { kind: kind.clone(), pid: None, after_endings: self.endings }
            }
        };
        let came = self.take_answers(&mut starting)?;
        if came.is_none() {
            self.starting = Some(starting);
            return Ok(None);
        }
        Ok(came.map(|host| (starting.kind, host)))
    }

    fn take_answers(
        &mut self,
        starting: &mut Starting,
    ) -> Result<Option<Result<Host, String>>, ChannelError> {
        loop {
            if let Some(pid) = starting.pid {
                let socket = self.channel.receive_descriptor_now()?;
                return socket
                    .map(|socket| Ok(Ok(Host { pid, channel: Channel::over(socket)?, has_answered: false })))
                    .transpose();
            }
            match self.incoming.advance(&self.channel)? {
                None => return Ok(None),
                Some(BrokerAnswer::Ended) if starting.after_endings > 0 => {
                    starting.after_endings -= 1;
                    self.endings -= 1;
                }
                Some(BrokerAnswer::Started { pid }) if starting.after_endings == 0 => {
                    starting.pid = Some(pid);
                }
                Some(BrokerAnswer::Failed { reason }) if starting.after_endings == 0 => {
                    return Ok(Some(Err(reason)));
                }
                // An answer to no question: whoever sends it is not to be trusted with the next one.
                Some(_) => return Err(ChannelError::Malformed),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> (BrokerClient, Channel) {
        let (here, there) = Channel::pair().unwrap();
        (BrokerClient::over(here), Channel::over(there).unwrap())
    }

    fn hand_over(broker: &Channel, pid: u32) {
        broker.send(&BrokerAnswer::Started { pid }).unwrap();
        let (_, socket) = Channel::pair().unwrap();
        broker.send_descriptor(std::os::fd::AsFd::as_fd(&socket)).unwrap();
    }

    fn tokens() -> HostKind {
        HostKind::Pkcs11 { module: "/m.so".to_owned() }
    }

    #[test]
    fn a_start_that_nobody_waits_for_any_more_is_taken_in_before_the_next_one() {
        let (mut client, broker) = client();
        assert!(client.start(&HostKind::Files).unwrap().is_none());
        // Another question now; the first start is still on its way.
        assert!(client.start(&tokens()).unwrap().is_none());
        hand_over(&broker, 7);
        let (kind, host) = client.start(&tokens()).unwrap().unwrap();
        assert_eq!((kind, host.unwrap().pid), (HostKind::Files, 7));
        assert!(client.start(&tokens()).unwrap().is_none());
        hand_over(&broker, 8);
        let (kind, host) = client.start(&tokens()).unwrap().unwrap();
        assert_eq!((kind, host.unwrap().pid), (tokens(), 8));
    }

    #[test]
    fn endings_are_reported_before_and_after_a_start() {
        let (mut client, broker) = client();
        client.end(1).unwrap();
        assert!(client.start(&HostKind::Files).unwrap().is_none());
        client.end(2).unwrap();
        broker.send(&BrokerAnswer::Ended).unwrap();
        hand_over(&broker, 3);
        assert_eq!(client.start(&HostKind::Files).unwrap().unwrap().1.unwrap().pid, 3);
        assert_eq!(client.endings, 1);
    }

    #[test]
    fn an_answer_to_no_question_is_malformed() {
        let (mut client, broker) = client();
        broker.send(&BrokerAnswer::Ended).unwrap();
        assert_eq!(client.start(&HostKind::Files).unwrap_err(), ChannelError::Malformed);
    }
}
