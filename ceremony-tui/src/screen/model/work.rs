//! Something that takes time: what it is, since when, and whether it can be cancelled.

use shared::time::UnixTime;

use crate::machine::{Effect as MachineEffect, Touch};
use crate::token::{KeyLocator, Request, TokenId};

/// Something that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What is done, and what a person may have to do meanwhile.
    pub what: String,
    /// When it began.
    pub since: UnixTime,
    /// After how long it ends by itself.
    pub limit_seconds: Option<u64>,
    /// Whether a finger is waited for, which a YubiKey does for a shorter time.
    pub finger: Finger,
    /// Whether a person can end it.
    pub cancel: Cancel,
}

/// Whether a finger is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finger {
    /// It is.
    Wanted,
    /// It is not, or nobody knows.
    NotKnown,
}

/// How long a YubiKey waits for a finger.
const TOUCH_SECONDS: i64 = 15;

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
    pub(super) fn begin(
        effect: &MachineEffect,
        touch: Option<Touch>,
        limit_seconds: Option<u64>,
        now: UnixTime,
    ) -> Work {
        let cancel = match effect {
            MachineEffect::Ask { .. } => Cancel::Possible,
            _ => Cancel::Impossible,
        };
        let finger = if touch.is_some() { Finger::Wanted } else { Finger::NotKnown };
        let what = touch.map_or_else(|| what(effect), |touch| touch.to_string());
        Work { what, since: now, limit_seconds, finger, cancel }
    }

    /// "12 s of 15 s", or "12 s" for what has no limit.
    pub fn timer(&self, now: UnixTime) -> String {
        let seconds = (now.0 - self.since.0).max(0);
        match (self.finger, self.limit_seconds) {
            (Finger::Wanted, _) if seconds <= TOUCH_SECONDS => format!("{seconds} s of {TOUCH_SECONDS} s"),
            (Finger::Wanted, _) => format!("{seconds} s; a YubiKey waits {TOUCH_SECONDS} s for a touch"),
            (Finger::NotKnown, Some(limit)) => format!("{seconds} s of {limit} s"),
            (Finger::NotKnown, None) => format!("{seconds} s"),
        }
    }
}

fn what(effect: &MachineEffect) -> String {
    match effect {
        MachineEffect::Ask { request, .. } => asked(request),
        MachineEffect::Export { name, folder, .. } => {
            format!("Writing {name} to {folder}, flushing it, and reading it back.")
        }
        MachineEffect::ReadFile { path, .. } => format!("Reading {path}."),
        MachineEffect::LookAtMachine => "Looking at this machine.".to_owned(),
        // Neither is work: one is said, and the other goes on beside everything.
        MachineEffect::Say(_) | MachineEffect::LookAtTokens { .. } => String::new(),
    }
}

fn asked(request: &Request) -> String {
    match request {
        Request::Tokens => "Looking whether the token is here.".to_owned(),
        Request::Keys { token, .. } => format!("Reading the keys of the token {}.", token.label),
        Request::Attestation { token, .. } => {
            format!("Reading where the key on {} comes from.", name(token))
        }
        Request::GenerateKey { token, key, .. } if key.kind.is_rsa() => {
            format!("{} generates a key. RSA takes minutes.", name(token))
        }
        Request::GenerateKey { token, .. } => format!("{} generates a key.", name(token)),
        Request::ChangePin { token } => format!("Changing the PIN of {}.", name(token)),
        Request::UnblockPin { token } => format!("Giving {} a new PIN.", name(token)),
        Request::Identify { token } => format!("Look for the light of {}.", name(token)),
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

/// Two tokens may share a label.
fn name(token: &TokenId) -> String {
    format!("{} {}", token.label, token.serial)
}
