//! Something that takes time: what it is, since when, and whether it can be cancelled.

use shared::time::UnixTime;

use crate::machine::Effect as MachineEffect;
use crate::token::{KeyLocator, Request};

/// Something that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What is done, and what a person may have to do meanwhile.
    pub what: String,
    /// When it began.
    pub since: UnixTime,
    /// After how long it ends by itself.
    pub limit_seconds: Option<u64>,
    /// Whether a person can end it.
    pub cancel: Cancel,
}

/// Whether something under way can be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It can, and nothing is lost.
    Possible,
    /// It was cancelled, and its end is waited for.
    Asked,
    /// It cannot, and it does not take long.
    Impossible,
}

impl Work {
    /// What performing `effect` looks like to the people in the room.
    pub(super) fn begin(effect: &MachineEffect, limit_seconds: Option<u64>, now: UnixTime) -> Work {
        let cancel = match effect {
            MachineEffect::Ask { .. } | MachineEffect::LookAtTokens { .. } => Cancel::Possible,
            _ => Cancel::Impossible,
        };
        Work { what: what(effect), since: now, limit_seconds, cancel }
    }

    /// "12 s of 15 s", or "12 s" for what has no limit.
    pub fn timer(&self, now: UnixTime) -> String {
        let seconds = (now.0 - self.since.0).max(0);
        match self.limit_seconds {
            Some(limit) => format!("{seconds} s of {limit} s"),
            None => format!("{seconds} s"),
        }
    }
}

fn what(effect: &MachineEffect) -> String {
    match effect {
        MachineEffect::Ask { request, .. } => asked(request),
        MachineEffect::Export { name, folder, .. } => {
            format!("Writing {name} to {folder}, flushing it, and reading it back.")
        }
        MachineEffect::LookAtTokens { .. } => asked(&Request::Tokens),
        MachineEffect::ReadFile { path, .. } => format!("Reading {path}."),
        MachineEffect::LookAtMachine => "Looking at this machine.".to_owned(),
        MachineEffect::Say(_) => String::new(),
    }
}

fn asked(request: &Request) -> String {
    match request {
        Request::Tokens => "Looking for tokens.".to_owned(),
        Request::Keys { token, .. } => format!("Reading the keys of the token {}.", token.label),
        Request::Attestation { token, .. } => {
            format!("Reading where the key on {} comes from.", token.label)
        }
        Request::GenerateKey { token, .. } => {
            format!("The token {} generates a key. RSA takes minutes.", token.label)
        }
        Request::ChangePin { token } => format!("Changing the PIN of {}.", token.label),
        Request::UnblockPin { token } => format!("Giving {} a new PIN.", token.label),
        Request::Identify { token } => format!("Look for the light of {}.", token.label),
        Request::InspectKeyFile { path } => format!("Looking at {path}."),
        Request::OpenKeyFile { path } => format!("Opening {path}. This takes seconds on purpose."),
        Request::CheckNewKeyFile { path } => format!("Looking whether {path} can be written."),
        Request::GenerateKeyFile { path, .. } => format!("Generating a key into {path}."),
        Request::Sign { key: KeyLocator::File { path }, .. } => {
            format!("Opening {path} and signing. This takes seconds on purpose.")
        }
        Request::Sign { key: KeyLocator::Token { token, .. }, .. } => {
            format!("The token {} signs. If it blinks, touch it now.", token.label)
        }
    }
}
