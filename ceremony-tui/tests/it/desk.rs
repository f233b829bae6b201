//! `ceremony-tui tokens`: tokens are looked at and prepared, for real.

mod full_screen;
mod softhsm;
mod yubikey;

use std::path::Path;

use crate::room::{Room, Setup};

/// Nobody's smart card service: these tests are about other tokens.
const NO_SERVICE: (&str, &str) = ("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm");

/// The program at its list of tokens.
pub(crate) fn at_tokens(folder: &Path, secrets: &str, environment: Vec<(&str, &str)>) -> Room {
    let mut room = Room::enter(folder, &Setup { arguments: vec!["tokens", "--plain"], secrets, environment });
    assert_eq!(room.prompt(), "tokens.token", "{}", room.transcript);
    room
}

/// Chooses a token by the beginning of its label and serial number, and hears what it says.
pub(crate) fn choose(room: &mut Room, token: &str) -> String {
    room.answer("tokens.token", token);
    room.said()
}

/// Takes the default of every question until this one is asked.
fn pass_until(room: &mut Room, id: &str) {
    while room.prompt() != id {
        room.type_line("");
    }
}

/// Leaves the program by its front door.
pub(crate) fn leave(mut room: Room) -> String {
    if room.prompt() == "tokens.do" {
        room.type_line("other");
    }
    room.answer("tokens.token", "done");
    assert!(room.end().success(), "{}", room.transcript);
    room.transcript.clone()
}
