//! The PIV host: the only program that talks to the smart card service, and the only one that links its library.
//!
//! The broker starts it with a connected socket in the place of standard input: `piv-host piv`. It ends when its socket
//! closes, writes nothing to standard output or standard error, and keeps no log.
//!
//! Every request connects anew, does its work in one exclusive transaction, and hands the card back reset: a YubiKey
//! that was taken out and put back works, no other program gets in between PIN and signature, and no PIN stays verified
//! for the next program. Nothing is ever tried twice.

mod attestation;
mod card;
mod generate;
mod identify;
mod keys;
mod listing;
mod management;
mod metadata;
mod pin;
mod pss;
mod readers;
mod sign;
mod slot;
mod tlv;

use std::process::ExitCode;

use ceremony_tui::channel::Channel;
use ceremony_tui::process::{self, filter};
use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::{Adapter, serve};
use ceremony_tui::token::{Answer, HostKind, KeyLocator, Login, Refusal, Request, Shown};

use readers::Readers;
use slot::Slot;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match HostKind::from_arguments(&arguments) {
        Some(HostKind::Piv) => {}
        _ => return ExitCode::from(2),
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The screen process sees the closed socket and says so; there is nowhere else to report to.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> anyhow::Result<()> {
    process::harden()?;
    process::end_with_parent()?;
    filter::confine_host()?;
    let channel = Channel::from_standard_input()?;
    Ok(serve(&channel, &mut YubiKeys::default())?)
}

/// The adapter for YubiKeys.
#[derive(Default)]
struct YubiKeys {
    readers: Readers,
}

impl Adapter for YubiKeys {
    fn recall(&mut self, shown: Vec<Shown>) {
        self.readers.recall(&shown);
    }

    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        let readers = &mut self.readers;
        match request {
            Request::Tokens => listing::list(readers).map(Answer::Tokens),
            // A YubiKey hides no key: there is nothing that a PIN would show.
            Request::Keys { token, .. } => readers.with_card(&token, keys::list).map(Answer::Keys),
            Request::Attestation { token, key_id } => {
                let slot = Slot::parse(&key_id)?;
                readers.with_card(&token, |card| attestation::read(card, slot)).map(Answer::Attestation)
            }
            Request::GenerateKey { token, key, authority } => {
                let order = generate::Order::read(&key)?;
                let generated =
                    readers.with_card(&token, |card| order.carry_out(card, authority, secrets))?;
                Ok(Answer::Key(generated.to_json()))
            }
            Request::ChangePin { token } => {
                let [old, new] = two(secrets)?;
                readers.with_card(&token, |card| pin::change(card, old, new)).map(|()| Answer::Done)
            }
            Request::UnblockPin { token } => {
                let [puk, new] = two(secrets)?;
                readers.with_card(&token, |card| pin::unblock(card, puk, new)).map(|()| Answer::Done)
            }
            Request::Identify { token } => {
                readers.with_card(&token, identify::flicker).map(|()| Answer::Done)
            }
            Request::Sign { key: KeyLocator::Token { token, key_id, key }, message, login } => {
                let order = sign::Order { slot: Slot::parse(&key_id)?, key: &key, message: &message };
                let pin = pin_for(login, secrets)?;
                readers.with_card(&token, |card| order.carry_out(card, pin)).map(Answer::Signature)
            }
            _ => Err(Refusal::NotSupported),
        }
    }
}

/// The PIN that comes with the request. A YubiKey has no pad to type it on.
fn pin_for(login: Login, secrets: &[Secret]) -> Result<Option<&Secret>, Refusal> {
    match login {
        Login::None => Ok(None),
        Login::Secret => secrets.first().map(Some).ok_or(Refusal::SecretMissing),
        Login::PinPad => Err(Refusal::SecretMissing),
    }
}

fn two(secrets: &[Secret]) -> Result<[&Secret; 2], Refusal> {
    match secrets {
        [first, second] => Ok([first, second]),
        _ => Err(Refusal::SecretMissing),
    }
}
