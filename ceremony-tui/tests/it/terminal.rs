//! The program on a terminal: `script` makes the pseudo-terminal.

use std::path::Path;
use std::process::Command;

use crate::material::{Online, add_file, age_file, export_folder};
use crate::processes::{descendants, is_alive, send, wait_until};
use crate::room::{BINARY, Room};
use rustix::process::Signal;

/// Runs the program on a terminal of 80x24.
fn on_terminal(folder: &Path, arguments: &str) -> Room {
    on_terminal_of(24, folder, arguments)
}

fn on_terminal_of(rows: u16, folder: &Path, arguments: &str) -> Room {
    let mut command = Command::new("script");
    let inner = format!("stty rows {rows} cols 80; exec {BINARY} {arguments}");
    command
        .args(["-qefc", &inner, "/dev/null"])
        .current_dir(folder)
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh");
    Room::start(command)
}

/// The program on a terminal of so many rows, where root keys are added.
fn at_root_keys(rows: u16, folder: &Path) -> Room {
    let online = Online::write(folder);
    let mut room = on_terminal_of(rows, folder, "new --plain");
    online.import(&mut room);
    room
}

#[test]
fn a_passphrase_typed_on_a_terminal_is_never_echoed() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "typed-and-unseen");
    let mut room = at_root_keys(24, folder.path());
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
    assert!(room.said().contains("The two PINs or passphrases differ"), "{}", room.transcript);
    assert!(!folder.path().join("bob.age").exists());
    assert!(!room.transcript.contains("typed-and-unseen"), "{}", room.transcript);
}

/// The screen process below `script`.
fn screen(room: &Room) -> u32 {
    let below = descendants(room.child.id());
    let is_screen = |line: &Vec<String>| {
        line[0].ends_with("/ceremony-tui") && line.get(1).is_none_or(|word| word != "broker")
    };
    *below.iter().find(|(_, line)| is_screen(line)).expect("the screen process runs").0
}

#[test]
fn the_program_ends_when_its_terminal_goes_away() {
    for arguments in ["", "new --plain"] {
        let folder = tempfile::tempdir().unwrap();
        let mut room = on_terminal(folder.path(), arguments);
        room.wait_for("Preflight");
        room.wait_for("core-dumps");
        let screen = screen(&room);
        room.child.kill().unwrap();
        room.child.wait().unwrap();
        let ended = std::panic::catch_unwind(|| wait_until("the program ends", || !is_alive(screen)));
        if let Err(panic) = ended {
            send(screen, Signal::KILL);
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn broker_and_hosts_have_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let mut room = at_root_keys(24, folder.path());
    add_file(&mut room, "alice", &alice);
    room.prompt();
    let screen = screen(&room);
    assert_ne!(terminal_of(screen), "0");
    let others: Vec<u32> = descendants(screen).into_keys().collect();
    assert_eq!(others.len(), 2, "broker and host");
    assert!(others.iter().all(|pid| terminal_of(*pid) == "0"));
}

/// The controlling terminal's number in `/proc/PID/stat`; 0 is none.
fn terminal_of(pid: u32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().split_whitespace().nth(4).unwrap().to_owned()
}

#[test]
fn echo_that_somebody_switches_on_at_a_passphrase_prompt_goes_off_again() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "typed-and-unseen");
    let mut room = at_root_keys(24, folder.path());
    add_file(&mut room, "alice", &alice);
    assert_eq!(room.prompt(), "root-keys.secret");
    let terminal = std::fs::read_link(format!("/proc/{}/fd/0", screen(&room))).unwrap();
    let stty = |argument: &str| {
        let output = Command::new("stty").arg("-F").arg(&terminal).arg(argument).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // Ctrl-Z and Ctrl-\ are no keys here: a shell would switch echo on.
    assert!(stty("-a").contains("susp = <undef>") && stty("-a").contains("quit = <undef>"), "{}", stty("-a"));
    // What a shell does when somebody stopped and continued the program.
    stty("echo");
    wait_until("echo is off again", || stty("-a").contains(" -echo "));
    room.answer("root-keys.secret", "typed-and-unseen");
    assert!(room.said().contains("1 of at least 2 root keys"), "{}", room.transcript);
    assert!(!room.transcript.contains("typed-and-unseen"), "{}", room.transcript);
}

#[test]
fn the_end_of_input_in_the_middle_of_a_passphrase_is_not_enter() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let mut room = at_root_keys(24, folder.path());
    add_file(&mut room, "alice", &alice);
    assert_eq!(room.prompt(), "root-keys.secret");
    room.type_keys("alice's passphrase\u{4}\u{4}");
    assert!(room.said().contains("It was stopped before a secret was typed."), "{}", room.transcript);
    assert_eq!(room.prompt(), "root-keys.again");
}

#[test]
fn what_is_typed_before_a_question_is_no_answer_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = at_root_keys(24, folder.path());
    room.answer("root-keys.add", "file");
    room.answer("root-keys.name", "alice");
    // Two lines at once: the second one would answer a question that is not there yet.
    room.answer("root-keys.file", "/nowhere/a\n/nowhere/b");
    assert!(room.said().contains("to read /nowhere/a"), "{}", room.transcript);
    room.answer("root-keys.file", ":help");
    assert!(room.said().contains("Add each holder's key"), "{}", room.transcript);
    assert!(!room.transcript.contains("to read /nowhere/b"), "{}", room.transcript);
}

#[test]
fn ctrl_c_cancels_a_prompt_and_asks_twice_before_it_throws_signatures_away() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let (bob, _) = age_file(folder.path(), "bob", "bob's passphrase");
    let export = export_folder(folder.path());
    let mut room = at_root_keys(200, folder.path());
    for (name, path) in [("alice", &alice), ("bob", &bob)] {
        add_file(&mut room, name, path);
        room.answer("root-keys.secret", &format!("{name}'s passphrase"));
    }
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    room.answer("sign.secret", "alice's passphrase");
    room.answer("sign.key", "bob");
    assert_eq!(room.prompt(), "sign.secret");
    room.type_keys(CTRL_C);
    assert!(room.said().contains("bob has not signed. It was stopped"), "{}", room.transcript);
    assert_eq!(room.prompt(), "sign.key");
    room.type_keys(CTRL_C);
    assert!(room.said().contains("Stopping now throws the signatures away."), "{}", room.transcript);
    room.answer("sign.key", "bob");
    room.answer("sign.secret", "bob's passphrase");
    assert_eq!(room.prompt(), "export.folder");
    room.type_keys(CTRL_C);
    assert!(room.said().contains("Stopping now throws the signatures away."), "{}", room.transcript);
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
}

const CTRL_C: &str = "\u{3}";

#[test]
fn a_review_that_is_taller_than_the_terminal_waits_for_its_readers() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let mut room = on_terminal(folder.path(), "new --plain");
    room.pass_until("settings.threshold");
    room.type_line("1");
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    room.answer("root-keys.secret", "alice's passphrase");
    room.answer("root-keys.add", "done");
    room.wait_for("-- Enter shows more --");
    room.type_line("");
    assert!(room.prompt().starts_with("review.group."), "{}", room.transcript);
    // Nothing was printed past a screenful, and no line is wider than the terminal.
    let screens = room.transcript.split("-- Enter shows more --").collect::<Vec<_>>();
    let review = screens[0].rsplit("root-keys.add").next().unwrap();
    assert!(review.lines().count() <= 24, "{review}");
    assert!(review.lines().skip(1).all(|line| line.trim_end().chars().count() < 80), "{review}");
}
