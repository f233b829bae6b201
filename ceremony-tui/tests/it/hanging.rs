//! Token hosts that hang. Each costs one answer, and the ceremony goes on.

use std::path::Path;
use std::process::Command;

use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::terminal::{Key, Screen};
use rustix::process::Signal;

use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, add_file, age_file};
use crate::processes::{host_pids, send, wait_until};
use crate::room::{BINARY, Room};

/// A ceremony with a key file in use, whose host now hangs.
fn with_a_hanging_host(folder: &Path) -> (Ceremony, String) {
    let online = Online::write(folder);
    let (alice, _) = age_file(folder, "alice", "alice's passphrase");
    let mut ceremony = at_root_keys(&program(folder, &["new"]), &online);
    ceremony.add_file(0, "alice", &alice, "alice's passphrase").unwrap();
    ceremony.sees("1 of at least 2").unwrap();
    let hosts = host_pids(ceremony.terminal.pid(), "files");
    assert_eq!(hosts.len(), 1);
    send(hosts[0], Signal::STOP);
    (ceremony, alice)
}

/// Asks the hanging host what a file is.
fn ask(ceremony: &mut Ceremony, path: &str) {
    ceremony.answer("1 of at least", "file").unwrap();
    ceremony.answer("Name of the key's holder", "bob").unwrap();
    ceremony.answer("Path of the key file", path).unwrap();
    ceremony.sees(" s of 30 s").unwrap();
}

/// The seconds that the screen says it has waited.
fn waited(screen: &Screen) -> Option<u32> {
    let text = screen.flowing(0);
    let (before, _) = text.split_once(" s of 30 s")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[test]
fn while_a_host_hangs_the_timer_runs_the_size_may_change_and_escape_cancels() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ceremony, _) = with_a_hanging_host(folder.path());
    let (bob, _) = age_file(folder.path(), "bob", "bob's passphrase");
    let hanging = host_pids(ceremony.terminal.pid(), "files");
    ask(&mut ceremony, &bob);
    ceremony.terminal.wait_until("the timer runs", |screen| waited(screen).is_some_and(|it| it > 0)).unwrap();
    ceremony.terminal.resize(100, 30).unwrap();
    ceremony.terminal.wait_until("the new size", |screen| screen.rows[29].contains("Esc cancel")).unwrap();
    ceremony.terminal.resize(80, 24).unwrap();
    ceremony.terminal.wait_until("the old size", |screen| screen.rows[23].contains("Esc cancel")).unwrap();
    // Ctrl-C asks, and nothing is lost by going on.
    ceremony.terminal.press(Key::Control('c')).unwrap();
    ceremony.terminal.wait_for("y stop").unwrap();
    ceremony.terminal.press(Key::Character('n')).unwrap();
    ceremony.sees(" s of 30 s").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.sees("It was cancelled before there was an answer. Nothing is lost.").unwrap();
    wait_until("the hanging host is gone", || {
        host_pids(ceremony.terminal.pid(), "files").iter().all(|pid| !hanging.contains(pid))
    });
    // A fresh host answers the same question.
    ceremony.answer("Path of the key file", "").unwrap();
    ceremony.give_secret("Passphrase", "bob's passphrase").unwrap();
    ceremony.sees("2 of at least 2").unwrap();
}

#[test]
fn a_signal_ends_a_program_whose_host_hangs_at_once_and_leaves_the_terminal_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ceremony, alice) = with_a_hanging_host(folder.path());
    let hanging = host_pids(ceremony.terminal.pid(), "files");
    ask(&mut ceremony, &alice);
    ceremony.terminal.signal(Signal::TERM).unwrap();
    let ended = ceremony.terminal.end().unwrap();
    assert_eq!((ended.status.code(), ended.left_over().len()), (Some(143), 0));
    wait_until("no host outlives it", || !hanging.iter().any(|pid| crate::processes::is_alive(*pid)));
}

#[test]
fn a_host_that_dies_while_it_is_asked_costs_one_answer_and_the_terminal_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ceremony, alice) = with_a_hanging_host(folder.path());
    ask(&mut ceremony, &alice);
    for pid in host_pids(ceremony.terminal.pid(), "files") {
        send(pid, Signal::KILL);
    }
    ceremony.sees("The process that talks to the token has ended, so this was not done.").unwrap();
    assert!(ceremony.terminal.screen().is_alternate, "the full screen is still on");
    ceremony.answer("Path of the key file", "/nowhere").unwrap();
    ceremony.sees("to read /nowhere").unwrap();
}

/// Real time limits, on a clock that runs so many times as fast. Who does answer has so much less time for it too, and
/// what the screen says meanwhile stands for a second and more.
const FASTER: u32 = 5;

#[test]
fn a_module_that_never_answers_costs_one_answer_at_its_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let module = hardware_tests::modules::that_hangs(folder.path()).unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let mut fast = Command::new(BINARY);
    fast.arg("new").current_dir(folder.path());
    hardware_tests::clock::faster(&mut fast, FASTER).unwrap();
    let mut ceremony = at_root_keys(&fast, &online);
    ceremony.answer("0 of at least", "token").unwrap();
    ceremony.answer("Name of the key's holder", "alice").unwrap();
    ceremony.answer("Which token", "module").unwrap();
    ceremony.answer("Path of the PKCS#11 module", module.to_str().unwrap()).unwrap();
    // Nobody waits for it: the list is there, and says that it still looks.
    ceremony.sees("Still looking").unwrap();
    ceremony.sees("The token did not answer in time, so this was not done.").unwrap();
    let path = module.to_str().unwrap();
    wait_until("the hanging host is gone", || host_pids(ceremony.terminal.pid(), path).is_empty());
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.add_file(0, "alice", &alice, "alice's passphrase").unwrap();
    ceremony.sees("1 of at least 2").unwrap();
}

#[test]
fn in_plain_lines_a_module_that_never_answers_costs_one_answer_too() {
    let folder = tempfile::tempdir().unwrap();
    let module = hardware_tests::modules::that_hangs(folder.path()).unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let pipe = folder.path().join("secrets");
    std::fs::write(&pipe, "alice\talice's passphrase\n").unwrap();
    let mut fast = Command::new("sh");
    let script = r#"exec "$1" new --plain --pin-fd 3 3<"$2""#;
    fast.args(["-c", script, "sh", BINARY]).arg(&pipe).current_dir(folder.path());
    hardware_tests::clock::faster(&mut fast, FASTER).unwrap();
    let mut room = Room::start(fast);
    online.import(&mut room);
    room.answer("root-keys.add", "token");
    room.answer("root-keys.name", "alice");
    room.answer("root-keys.token", "module");
    room.answer("root-keys.module", module.to_str().unwrap());
    assert!(room.said().contains("The token did not answer in time"), "{}", room.transcript);
    room.answer("root-keys.token", ":back");
    add_file(&mut room, "alice", &alice);
    assert!(room.said().contains("1 of at least 2 root keys"), "{}", room.transcript);
}
