//! The offline ceremony program. Everything is in the library; see [`ceremony_tui::program`].

use std::io::Write;
use std::process::ExitCode;

use ceremony_tui::cli::Cli;
use ceremony_tui::program;
use clap::Parser;

fn main() -> ExitCode {
    match program::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Every error says its causes itself. Errors of this program carry no secret: no type of theirs can hold one.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
