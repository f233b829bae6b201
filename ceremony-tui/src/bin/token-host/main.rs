//! The token host: the only program that opens key files and loads PKCS#11 modules.
//!
//! The broker starts it with a connected socket in the place of standard input:
//!
//! * `token-host files` answers for encrypted key files,
//! * `token-host pkcs11 /absolute/path/of/module.so` answers for the tokens of one module.
//!
//! It ends when its socket closes. It writes nothing to standard output or standard error and keeps no log.

mod files;
mod pkcs11;

use std::process::ExitCode;

use ceremony_tui::channel::Channel;
use ceremony_tui::process::{self, filter};
use ceremony_tui::token::HostKind;
use ceremony_tui::token::serve::{Adapter, serve};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(kind) = HostKind::from_arguments(&arguments) else { return ExitCode::from(2) };
    match run(&kind) {
        Ok(()) => ExitCode::SUCCESS,
        // The screen process sees the closed socket and says so; there is nowhere else to report to.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(kind: &HostKind) -> anyhow::Result<()> {
    process::harden()?;
    process::end_with_parent()?;
    // Before any module is loaded: what a module starts or connects to is limited from its first instruction.
    filter::confine_host()?;
    let channel = Channel::from_standard_input()?;
    let mut adapter: Box<dyn Adapter> = match kind {
        HostKind::Files => Box::new(files::KeyFiles),
        HostKind::Pkcs11 { module } => Box::new(pkcs11::Module::new(module)),
        HostKind::Piv => anyhow::bail!("YubiKeys are asked by the program piv-host"),
    };
    Ok(serve(&channel, adapter.as_mut())?)
}
