//! The operator's command line.

mod bootstrap;
mod document;
mod init;
mod output;
mod remote;
mod serve;
mod status;
mod token;
mod vault;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// The online service of a TUF repository whose root keys stay offline.
#[derive(Debug, Parser)]
#[command(name = "online-service", version, about)]
struct Arguments {
    /// The configuration file that `init` wrote.
    #[arg(long, global = true, default_value = "vestry.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create configuration, data folder, vault, online key and an admin token.
    Init(init::Init),
    /// Keys of the vault.
    #[command(subcommand)]
    Vault(vault::Vault),
    /// Tokens for the API.
    #[command(subcommand)]
    Token(token::Token),
    /// Run the service.
    Serve,
    /// Hand the payload of a ceremony to the service.
    Bootstrap(bootstrap::Bootstrap),
    /// Say how the service is.
    Status(status::Status),
    /// Verify the published repository as a client would.
    Verify(verify::Verify),
}

/// Runs the command. What goes wrong is said in sentences on the standard error.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = start_log().and_then(|()| forbid_core_dumps()).and_then(|()| dispatch(arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Logs go to the standard error, `RUST_LOG` chooses how much. No token, passphrase, Authorization header, request
/// body or private key is ever logged.
fn start_log() -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env()?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    log.try_init().map_err(|error| anyhow::anyhow!("The log could not be started: {error}."))
}

/// A dump of this process could hold the online key, a passphrase or a token.
fn forbid_core_dumps() -> anyhow::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .context("core dumps could not be switched off")
}

fn dispatch(arguments: Arguments) -> anyhow::Result<()> {
    let config = || Config::load(&arguments.config);
    match arguments.command {
        Command::Init(command) => command.run(),
        Command::Vault(command) => command.run(&config()?),
        Command::Token(command) => command.run(&config()?),
        Command::Serve => serve::run(&config()?),
        Command::Bootstrap(command) => command.run(&config()?),
        Command::Status(command) => command.run(&config()?),
        Command::Verify(command) => command.run(&config()?),
    }
}
