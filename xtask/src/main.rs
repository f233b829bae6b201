//! Developer commands. `cargo xtask help` lists them; ARCHITECTURE.md says what they prove.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these commands speak to the person who typed them"
)]

mod bare;
mod bench;
mod checkout;
mod command;
mod demo;
mod fuzz;
mod install;
mod judges;
mod layers;
mod lockfile;
mod narrate;
mod surroundings;
mod test;

use clap::Parser;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands", disable_version_flag = true)]
enum Command {
    /// Hold a ceremony, run the service on real files, let other people's clients judge it, and leave it running
    Demo(demo::Options),
    /// Run every test, installing what they need; ends with one line of totals
    Test(test::Options),
    /// Install what building, the tests and the demo need (Debian 12, as root or with sudo)
    Install(install::Options),
    /// Fail when a layer rule is broken
    Layers(layers::Options),
    /// Run both commands of the README on a bare Debian 12 in a folder (takes root)
    Bare(bare::Options),
    /// Measure the full screen, or the service of a running demo
    Bench(bench::Options),
    /// Let python-tuf, tuf-js, tough and sigstore-tuf judge a repository
    Judges(judges::Options),
    /// Send random input to whatever reads what strangers send
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Install(options) => install::run(&options),
        Command::Layers(options) => layers::run(&options),
        Command::Bare(options) => bare::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Judges(options) => judges::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
