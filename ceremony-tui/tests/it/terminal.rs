//! The program on a terminal: `script` makes the pseudo-terminal.

use std::process::Command;

use crate::material::{Online, age_file};
use crate::processes::send;
use crate::room::{BINARY, Room};
use rustix::process::Signal;

/// Runs `command` on a terminal of 80x24.
fn on_terminal(folder: &std::path::Path, arguments: &str) -> Room {
    let mut command = Command::new("script");
    let inner = format!("stty rows 24 cols 80; exec {BINARY} {arguments}");
    command
        .args(["-qefc", &inner, "/dev/null"])
        .current_dir(folder)
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh");
    Room::start(command)
}

#[test]
fn a_passphrase_typed_on_a_terminal_is_never_echoed() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "typed-and-unseen");
    let mut room = on_terminal(folder.path(), "new --plain");
    online.import(&mut room);
    room.answer("root-keys.add", "file");
    room.answer("root-keys.name", "alice");
    room.answer("root-keys.file", &alice);
    room.answer("root-keys.secret", "typed-and-unseen");
    assert!(room.said().contains("1 of at least 2 root keys"), "{}", room.transcript);
    // Typed twice, differently: no file.
    room.answer("root-keys.add", "generate");
    room.answer("root-keys.name", "bob");
    room.answer("root-keys.scheme", "");
    room.answer("root-keys.new-file", "bob.age");
    room.answer("root-keys.secret", "typed-and-unseen 1");
    room.answer("root-keys.secret", "typed-and-unseen 2");
    assert!(room.said().contains("The two passphrases differ"), "{}", room.transcript);
    assert!(!folder.path().join("bob.age").exists());
    assert!(!room.transcript.contains("typed-and-unseen"), "{}", room.transcript);
}

const ENTER_SCREEN: &str = "\u{1b}[?1049h";
const LEAVE_SCREEN: &str = "\u{1b}[?1049l";

#[test]
fn the_full_screen_starts_asks_and_restores_the_terminal_after_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = on_terminal(folder.path(), "");
    room.wait_for(ENTER_SCREEN);
    room.wait_for("Preflight");
    room.wait_for("--plain");
    let screens = crate::processes::descendants(room.child.id());
    let screen = screens
        .iter()
        .find(|(_, line)| line[0].ends_with("ceremony-tui") && line.get(1).is_none_or(String::is_empty));
    send(*screen.expect("the screen process runs").0, Signal::TERM);
    room.end();
    assert!(
        room.transcript.ends_with(&format!("{LEAVE_SCREEN}\u{1b}[?25h"))
            || room.transcript.contains(LEAVE_SCREEN)
    );
}
