//! The broker: the only process that starts others, and only ever the hosts' binaries beside its own.
//!
//! It is the first thing that the screen process starts, and it holds nothing worth stealing: no secret, no document.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::channel::{Channel, ChannelError};
use crate::token::HostKind;

/// What the screen process may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BrokerRequest {
    /// Start a token host and hand its socket over.
    Start(HostKind),
    /// End a host that the broker started.
    End {
        /// Its process number, as `Started` gave it.
        pid: u32,
    },
}

/// What the broker answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BrokerAnswer {
    /// The host runs; its socket follows.
    Started {
        /// Its process number.
        pid: u32,
    },
    /// The host was killed, or had ended before.
    Ended,
    /// The host could not be started.
    Failed {
        /// What the operating system said.
        reason: String,
    },
}

/// The hidden subcommand that this program is started with as a broker.
pub const SUBCOMMAND: &str = "broker";

/// Starts the broker from the screen process. Its first act is to leave the terminal's session ([`run`]).
pub fn start() -> Result<Channel, BrokerError> {
    let (here, there) = Channel::pair()?;
    let program = own_program()?;
    Command::new(program)
        .arg(SUBCOMMAND)
        .env_clear()
        .envs(super::environment::handed_on())
        .stdin(Stdio::from(there))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|source| BrokerError::NotStarted { reason: source.to_string() })?;
    Ok(here)
}

/// The broker's whole life: answer until the screen process closes the socket, then end every host.
pub fn run() -> Result<(), BrokerError> {
    // First: a process without a controlling terminal cannot open it as /dev/tty, and Ctrl-C does not reach it.
    super::leave_terminal()?;
    super::harden()?;
    super::drop_capabilities()?;
    super::end_with_parent()?;
    super::filter::confine_broker()?;
    let channel = Channel::from_standard_input()?;
    let mut broker =
        Broker { program: own_program()?, channel, children: BTreeMap::new(), dying: Vec::new() };
    let end = broker.serve();
    broker.end_all();
    end
}

struct Broker {
    /// The program itself; the hosts' programs lie beside it.
    program: PathBuf,
    channel: Channel,
    children: BTreeMap<u32, Child>,
    /// Killed, and perhaps still dying: a driver may hold a process until its device answers.
    dying: Vec<Child>,
}

impl Broker {
    fn serve(&mut self) -> Result<(), BrokerError> {
        loop {
            let request = self.channel.receive();
            self.dying.retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_)) | Err(_)));
            match request {
                Ok(BrokerRequest::Start(kind)) => self.start_host(&kind)?,
                Ok(BrokerRequest::End { pid }) => self.end_host(pid)?,
                Err(ChannelError::Closed) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn start_host(&mut self, kind: &HostKind) -> Result<(), BrokerError> {
        let (to_hand_over, for_host) = Channel::pair()?;
        let program = self.program.with_file_name(kind.program());
        let started = Command::new(&program)
            .args(kind.arguments())
            .env_clear()
            .envs(super::environment::handed_on())
            .stdin(Stdio::from(for_host))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Err(source) => {
                let reason = format!("{}: {source}", program.display());
                Ok(self.channel.send(&BrokerAnswer::Failed { reason })?)
            }
            Ok(child) => {
                let pid = child.id();
                self.children.insert(pid, child);
                self.channel.send(&BrokerAnswer::Started { pid })?;
                Ok(self.channel.send_descriptor(to_hand_over.as_descriptor())?)
            }
        }
    }

    /// Only children of ours, by their handle: a number that was reused by another process is never signalled.
    fn end_host(&mut self, pid: u32) -> Result<(), BrokerError> {
        if let Some(mut child) = self.children.remove(&pid) {
            kill(&mut child);
            self.dying.push(child);
        }
        Ok(self.channel.send(&BrokerAnswer::Ended)?)
    }

    fn end_all(&mut self) {
        self.children.values_mut().for_each(kill);
    }
}

/// Without waiting for its end: one hanging host must not keep the next one from starting.
fn kill(child: &mut Child) {
    // Fails only when the host is gone already, which is what is wanted.
    let _ = child.kill();
}

fn own_program() -> Result<PathBuf, BrokerError> {
    std::env::current_exe().map_err(|source| BrokerError::NotStarted { reason: source.to_string() })
}

/// The broker could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The program could not start itself a second time.
    #[error(
        "The background process that starts token hosts could not be started ({reason}). Start the program again \
         from the folder that it was installed in."
    )]
    NotStarted {
        /// What the operating system said.
        reason: String,
    },
    /// A protection is missing.
    #[error(transparent)]
    Hardening(#[from] super::HardeningError),
    /// The other side is gone or speaks nonsense.
    #[error(
        "The background process that starts token hosts cannot be reached: {0}. Start the program again."
    )]
    Channel(#[from] ChannelError),
}
