//! The full screen on a pseudo-terminal, read through a terminal emulator.

mod detours;
mod panic;
mod restored;
mod size;
mod three_kinds;
mod typed;

use std::path::Path;
use std::process::Command;

use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::terminal::{Screen, Terminal};

use crate::material::Online;
use crate::room::BINARY;

/// The program with these arguments, in this folder.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder);
    command
}

/// The first screen of a new ceremony.
pub(crate) fn first_screen(folder: &Path) -> Terminal {
    let mut terminal = Terminal::start(&program(folder, &["new"]), 80, 24).unwrap();
    // Rows are drawn from the top: with the last one, all are there.
    let is_whole = |screen: &Screen| screen.shows("core-dumps") && !screen.rows[23].is_empty();
    terminal.wait_until("the first screen", is_whole).unwrap();
    terminal
}

/// A ceremony up to the step *Root keys*.
pub(crate) fn at_root_keys(command: &Command, online: &Online) -> Ceremony {
    let mut ceremony = Ceremony::begin(command).unwrap();
    ceremony.pass_until("File with the service's public key").unwrap();
    import(&mut ceremony, online);
    ceremony
}

pub(crate) fn import(ceremony: &mut Ceremony, online: &Online) {
    let fingerprint = online.key.public().fingerprint().groups().to_vec();
    ceremony.import_online_key(online.path.to_str().unwrap(), &fingerprint).unwrap();
}
