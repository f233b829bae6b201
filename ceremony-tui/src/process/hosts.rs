//! The screen process's side: one client per running token host, started through the broker when first needed.

use std::collections::BTreeMap;

use crate::channel::{Channel, ChannelError, Patience};
use crate::clock::Deadline;
use crate::interrupt::Interrupt;
use crate::process::broker::{BrokerAnswer, BrokerRequest};
use crate::secret::Secret;
use crate::token::{Answer, AskError, Envelope, HostKind, Refusal, Request, TokenBroker};

const START_SECONDS: u64 = 10;

/// Talks to the broker and to the hosts that it started.
pub struct Hosts {
    /// Gone after the first failure: a late answer to an old question must never pass for one to a new question.
    broker: Option<Channel>,
    interrupt: Interrupt,
    running: BTreeMap<HostKind, Host>,
}

struct Host {
    pid: u32,
    channel: Channel,
}

impl Hosts {
    /// Takes over the socket to the broker.
    pub fn new(broker: Channel, interrupt: Interrupt) -> Hosts {
        Hosts { broker: Some(broker), interrupt, running: BTreeMap::new() }
    }

    fn start(&mut self, kind: &HostKind) -> Result<Host, AskError> {
        let Some(broker) = self.broker.take() else {
            return Err(AskError::HelperGone);
        };
        let broken = |error: ChannelError| match error {
            ChannelError::Closed => AskError::HelperGone,
            other => AskError::NotStarted { reason: other.to_string() },
        };
        // Not to be stopped: half an answer would cost the helper, and so the ceremony.
        let never = Interrupt::never();
        let patience = Patience::Until(Deadline::after_seconds(START_SECONDS), &never);
        broker.send(&BrokerRequest::Start(kind.clone())).map_err(broken)?;
        let host = match broker.receive(&patience).map_err(broken)? {
            BrokerAnswer::Started { pid } => {
                let socket = broker.receive_descriptor(&patience).map_err(broken)?;
                Ok(Host { pid, channel: Channel::over(socket).map_err(broken)? })
            }
            BrokerAnswer::Failed { reason } => Err(AskError::NotStarted { reason }),
            BrokerAnswer::Ended => return Err(broken(ChannelError::Malformed)),
        };
        self.broker = Some(broker);
        host
    }

    /// A host that died, hangs or talks nonsense is ended; the next request starts a fresh one.
    fn drop_host(&mut self, kind: &HostKind) {
        let (Some(host), Some(broker)) = (self.running.remove(kind), self.broker.take()) else { return };
        let never = Interrupt::never();
        let patience = Patience::Until(Deadline::after_seconds(START_SECONDS), &never);
        let answer = broker
            .send(&BrokerRequest::End { pid: host.pid })
            .and_then(|()| broker.receive::<BrokerAnswer>(&patience));
        if answer == Ok(BrokerAnswer::Ended) {
            self.broker = Some(broker);
        }
    }

    fn exchange(
        &self,
        host: &Host,
        request: &Request,
        secret: Option<&Secret>,
    ) -> Result<Reply, ChannelError> {
        let patience = Patience::Until(Deadline::after_seconds(request.patience_seconds()), &self.interrupt);
        host.channel.send(&Envelope { request: request.clone(), with_secret: secret.is_some() })?;
        if let Some(secret) = secret {
            host.channel.send_secret(secret)?;
        }
        host.channel.receive(&patience)
    }
}

type Reply = Result<Answer, Refusal>;

impl TokenBroker for Hosts {
    fn ask(
        &mut self,
        kind: &HostKind,
        request: &Request,
        secret: Option<&Secret>,
    ) -> Result<Answer, AskError> {
        let host = match self.running.remove(kind) {
            Some(host) => host,
            None => self.start(kind)?,
        };
        let reply = self.exchange(&host, request, secret);
        self.running.insert(kind.clone(), host);
        match reply {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(AskError::Refused(refusal)),
            Err(error) => {
                self.drop_host(kind);
                if error == ChannelError::Interrupted {
                    // It stopped this question, not the ceremony.
                    self.interrupt.take_ctrl_c();
                }
                Err(AskError::from_channel(error))
            }
        }
    }
}
