//! The screen process's side: one client per running token host, started through the broker when first needed.
//!
//! Nothing in here waits. A question goes through two phases, each with its own deadline: its host is started, then it
//! is asked. Whoever drives the question waits for the socket of the phase.
//!
//! Beside the question, hosts are looked at again and again (`looks`). One socket carries one question at a time: a
//! question to a host that is being looked at waits for that answer, which takes a moment.

mod looks;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::channel::pieces::{Incoming, Outgoing};
use crate::channel::{Channel, ChannelError};
use crate::clock::Deadline;
use crate::process::broker_client::BrokerClient;
use crate::process::host::Host;
use crate::token::{
    Answer, AskError, Envelope, HostKind, Question, Refusal, Request, Shown, Sight, TokenBroker,
};
use crate::wait::Watch;

use looks::{LOOK_SECONDS, Looks};

const START_SECONDS: u64 = 10;
/// More than the smart card service has, and names longer than its are.
const MOST_READERS: usize = 64;
const LONGEST_NAME: usize = 256;

/// Talks to the broker and to the hosts that it started.
pub struct Hosts {
    /// Gone after the first failure: a late answer to an old question must never pass for one to a new question.
    broker: Option<BrokerClient>,
    running: BTreeMap<HostKind, Host>,
    asked: Option<Asked>,
    looks: Looks,
    /// What each kind of host showed last. It outlives the process that showed it.
    shown: BTreeMap<HostKind, Vec<Shown>>,
}

/// The question that is under way.
struct Asked {
    kind: HostKind,
    is_look: bool,
    outgoing: Result<Outgoing, ChannelError>,
    incoming: Incoming,
    patience_seconds: u64,
    phase: Phase,
    deadline: Deadline,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Somebody looks at the same host just now.
    Waiting,
    Starting,
    Asking,
}

type Reply = Result<Answer, Refusal>;

impl Hosts {
    /// Takes over the socket to the broker.
    pub fn new(broker: Channel) -> Hosts {
        let broker = Some(BrokerClient::over(broker));
        let (running, shown) = (BTreeMap::new(), BTreeMap::new());
        Hosts { broker, running, asked: None, looks: Looks::default(), shown }
    }

    /// Goes on with every look, and begins those that are due.
    fn look_on(&mut self) {
        for kind in self.looks.kinds() {
            let under_way = self.looks.take(&kind);
            let begin = || self.looks.begin(&kind, self.asked.as_ref(), self.shown_by(&kind));
            let Some(mut asked) = under_way.or_else(begin) else { continue };
            match self.progress(&mut asked) {
                Ok(None) => self.looks.put_back(asked),
                Ok(Some(reply)) => {
                    let sight = listing(reply.map_err(AskError::Refused));
                    self.keep_shown(&kind, &sight);
                    self.looks.answered(kind, sight);
                }
                Err(error) => self.looks.answered(kind, Err(error)),
            }
        }
    }

    fn shown_by(&self, kind: &HostKind) -> Vec<Shown> {
        self.shown.get(kind).cloned().unwrap_or_default()
    }

    /// A host that could not be asked has shown nothing else than before.
    fn keep_shown(&mut self, kind: &HostKind, sight: &Sight) {
        if let Ok(listing) = sight {
            let shown = listing.shown.iter().filter(|shown| is_short(shown)).take(MOST_READERS);
            self.shown.insert(kind.clone(), shown.cloned().collect());
        }
    }

    /// The question, unless it still waits for a look at its host.
    fn take_asked(&mut self) -> Option<Asked> {
        let asked = self.asked.as_mut()?;
        if asked.phase == Phase::Waiting {
            if self.looks.is_asking(&asked.kind) {
                return None;
            }
            asked.phase = Phase::Starting;
            asked.deadline = Deadline::after_seconds(START_SECONDS);
        }
        self.asked.take()
    }

    fn watch_of(&self, asked: &Asked) -> Option<Watch<'_>> {
        match asked.phase {
            Phase::Waiting => None,
            Phase::Starting => self.broker.as_ref().map(|broker| Watch::input(broker.as_descriptor())),
            Phase::Asking => {
                let host = self.running.get(&asked.kind)?;
                let is_out = asked.outgoing.as_ref().map_or(true, Outgoing::is_out);
                let watch = if is_out { Watch::input } else { Watch::room };
                Some(watch(host.channel.as_descriptor()))
            }
        }
    }

    fn progress(&mut self, asked: &mut Asked) -> Result<Option<Reply>, AskError> {
        if asked.phase == Phase::Starting {
            if !self.running.contains_key(&asked.kind) && !self.start(asked)? {
                return Ok(None);
            }
            asked.phase = Phase::Asking;
            asked.deadline = Deadline::after_seconds(asked.patience_seconds);
        }
        match self.exchange(asked) {
            Err(error) => {
                let error = self.explained(&asked.kind, error);
                self.end_host(&asked.kind);
                Err(error)
            }
            Ok(None) if asked.deadline.left().is_none() => {
                self.end_host(&asked.kind);
                Err(AskError::TimedOut)
            }
            Ok(Some(reply)) => {
                self.running.get_mut(&asked.kind).into_iter().for_each(|host| host.has_answered = true);
                Ok(Some(reply))
            }
            Ok(None) => Ok(None),
        }
    }

    /// The loader ends a program whose library is missing, and nobody else says so.
    fn explained(&self, kind: &HostKind, error: ChannelError) -> AskError {
        let has_answered = self.running.get(kind).is_some_and(|host| host.has_answered);
        match (kind, error) {
            (HostKind::Piv, ChannelError::Closed) if !has_answered => AskError::PivHostEnded,
            (_, error) => AskError::from_channel(error),
        }
    }

    /// Whether the host runs now.
    fn start(&mut self, asked: &Asked) -> Result<bool, AskError> {
        loop {
            let mut broker = self.broker.take().ok_or(AskError::BrokerGone)?;
            let started = broker.start(&asked.kind).map_err(not_started)?;
            if started.is_none() && asked.deadline.left().is_none() {
                return Err(not_started(ChannelError::TimedOut));
            }
            self.broker = Some(broker);
            match started {
                None => return Ok(false),
                Some((kind, Err(reason))) if kind == asked.kind => {
                    return Err(AskError::NotStarted { reason });
                }
                Some((kind, Ok(host))) => {
                    let is_wanted = kind == asked.kind;
                    self.running.insert(kind, host);
                    if is_wanted {
                        return Ok(true);
                    }
                }
                // What an earlier question wanted; this one begins next.
                Some(_) => {}
            }
        }
    }

    fn exchange(&self, asked: &mut Asked) -> Result<Option<Reply>, ChannelError> {
        let host = self.running.get(&asked.kind).ok_or(ChannelError::Closed)?;
        let outgoing = asked.outgoing.as_mut().map_err(|error| *error)?;
        if !outgoing.advance(&host.channel)? {
            return Ok(None);
        }
        asked.incoming.advance(&host.channel)
    }

    /// A host that died, hangs or talks nonsense is ended; the next question starts a fresh one.
    fn end_host(&mut self, kind: &HostKind) {
        if let Some(host) = self.running.remove(kind) {
            let ended = self.broker.as_mut().map(|broker| broker.end(host.pid));
            if ended.is_some_and(|ended| ended.is_err()) {
                self.broker = None;
            }
        }
    }
}

fn not_started(error: ChannelError) -> AskError {
    match error {
        ChannelError::Closed => AskError::BrokerGone,
        other => AskError::NotStarted { reason: other.to_string() },
    }
}

impl Asked {
    fn new(question: Question, patience_seconds: u64, shown: Vec<Shown>) -> Asked {
        let Question { host: kind, request, secrets } = question;
        let is_look = request == Request::Tokens;
        let count = u8::try_from(secrets.len()).unwrap_or(u8::MAX);
        let envelope = Envelope { request, secrets: count, shown };
        Asked {
            kind,
            is_look,
            outgoing: Outgoing::new(&envelope, secrets),
            incoming: Incoming::default(),
            patience_seconds,
            phase: Phase::Starting,
            deadline: Deadline::after_seconds(START_SECONDS),
        }
    }
}

/// What a host says of itself goes to the next one only as far as it can be the name of a reader and of a token: it must
/// not fill up the frame that a request needs.
fn is_short(shown: &Shown) -> bool {
    let Shown { place, token } = shown;
    [place, &token.label, &token.serial].into_iter().all(|name| name.len() <= LONGEST_NAME)
}

/// What a host shows, out of its answer.
fn listing(answer: Result<Answer, AskError>) -> Sight {
    match answer? {
        Answer::Tokens(listing) => Ok(listing),
        _ => Err(AskError::Nonsense { reason: "it is an answer to another question".to_owned() }),
    }
}

impl TokenBroker for Hosts {
    fn begin(&mut self, question: Question) {
        self.cancel();
        let patience_seconds = question.request.patience_seconds(&question.host);
        let shown = self.shown_by(&question.host);
        let mut asked = Asked::new(question, patience_seconds, shown);
        if self.looks.make_way(&asked.kind) {
            asked.phase = Phase::Waiting;
            asked.deadline = Deadline::after_seconds(LOOK_SECONDS);
        }
        self.asked = Some(asked);
    }

    fn advance(&mut self) -> Option<Result<Answer, AskError>> {
        self.look_on();
        let mut asked = self.take_asked()?;
        let answer = match self.progress(&mut asked) {
            Ok(None) => {
                self.asked = Some(asked);
                return None;
            }
            Ok(Some(reply)) => reply.map_err(AskError::Refused),
            Err(error) => Err(error),
        };
        if asked.is_look {
            let sight = listing(answer.clone());
            self.keep_shown(&asked.kind, &sight);
            self.looks.was_seen(&asked.kind, sight);
        }
        Some(answer)
    }

    fn watch(&self) -> Option<Watch<'_>> {
        self.watch_of(self.asked.as_ref()?)
    }

    fn time_left(&self) -> Option<Duration> {
        self.asked.as_ref().map(|asked| asked.deadline.left().unwrap_or(Duration::ZERO))
    }

    fn cancel(&mut self) {
        // A host that is only being started has heard nothing: it is kept for the next question.
        if let Some(asked) = self.asked.take().filter(|asked| asked.phase == Phase::Asking) {
            self.end_host(&asked.kind);
        }
    }

    fn keep_looking(&mut self, hosts: &[HostKind]) {
        self.looks.keep(hosts);
    }

    fn look_now(&mut self, host: HostKind) {
        self.looks.hurry(host);
    }

    fn seen(&mut self) -> Option<(HostKind, Sight)> {
        self.look_on();
        self.looks.next_seen()
    }

    fn looks(&self) -> Vec<Watch<'_>> {
        self.looks.under_way().filter_map(|asked| self.watch_of(asked)).collect()
    }

    fn next_look(&self) -> Option<Duration> {
        self.looks.next(self.asked.as_ref())
    }
}

#[cfg(test)]
mod tests;
