//! The PIV host: the only program that talks to the smart card service, and the only one that links its library.
//!
//! The broker starts it with a connected socket in the place of standard input: `piv-host piv`. It ends when its socket
//! closes, writes nothing to standard output or standard error, and keeps no log.

mod readers;

use std::process::ExitCode;

use ceremony_tui::channel::Channel;
use ceremony_tui::process::{self, filter};
use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::{Adapter, serve};
use ceremony_tui::token::{Answer, HostKind, Refusal, Request};

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
    Ok(serve(&channel, &mut YubiKeys)?)
}

/// The adapter for YubiKeys.
struct YubiKeys;

impl Adapter for YubiKeys {
    fn answer(&mut self, request: Request, _secrets: &[Secret]) -> Result<Answer, Refusal> {
        match request {
            Request::Tokens => readers::list().map(Answer::Tokens),
            _ => Err(Refusal::NotSupported),
        }
    }
}
