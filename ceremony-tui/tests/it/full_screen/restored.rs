//! Whatever happens to the program, the terminal is as it was.

use hardware_tests::terminal::{Key, Terminal};
use rustix::process::Signal;

use super::first_screen;
use crate::processes::wait_until;

const NOTHING: [&str; 0] = [];

#[test]
fn every_signal_that_ends_the_program_leaves_the_terminal_whole() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let folder = tempfile::tempdir().unwrap();
        let terminal = first_screen(folder.path());
        assert!(terminal.left_over().unwrap().len() >= 3, "the full screen changes what is looked at");
        terminal.signal(signal).unwrap();
        let ended = terminal.end().unwrap();
        assert_eq!(ended.status.code(), Some(code));
        assert_eq!(ended.left_over(), NOTHING, "after {signal:?}");
    }
}

#[test]
fn several_signals_at_once_leave_the_terminal_whole() {
    let folder = tempfile::tempdir().unwrap();
    let terminal = first_screen(folder.path());
    // Stopped, it hears of all of them in the same moment.
    terminal.signal(Signal::STOP).unwrap();
    for signal in [Signal::TERM, Signal::HUP, Signal::TERM, Signal::INT, Signal::CONT] {
        terminal.signal(signal).unwrap();
    }
    let ended = terminal.end().unwrap();
    assert!(ended.status.code().is_some_and(|code| code > 128), "{:?}", ended.status);
    assert_eq!(ended.left_over(), NOTHING);
}

#[test]
fn ctrl_c_asks_and_only_yes_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    terminal.press(Key::Control('c')).unwrap();
    terminal.wait_for("y stop").unwrap();
    terminal.press(Key::Character('n')).unwrap();
    terminal.wait_until("the question whether to stop is gone", |screen| !screen.shows("y stop")).unwrap();
    terminal.press(Key::Control('c')).unwrap();
    terminal.wait_for("y stop").unwrap();
    terminal.press(Key::Character('y')).unwrap();
    let ended = terminal.end().unwrap();
    assert_eq!((ended.status.code(), ended.left_over()), (Some(1), NOTHING.to_vec()));
    assert!(ended.screen.shows("Stopped. No payload was written"), "{}", ended.screen);
}

#[test]
fn a_program_that_is_stopped_gives_the_terminal_back_and_takes_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    terminal.type_text("half an ans").unwrap();
    let before = terminal.wait_for("half an ans").unwrap();
    terminal.signal(Signal::TSTP).unwrap();
    wait_until("it has stopped", || state_of(&terminal) == 'T');
    terminal.wait_until("its screen is gone", |screen| !screen.is_alternate).unwrap();
    assert_eq!(terminal.left_over().unwrap(), NOTHING);
    terminal.signal(Signal::CONT).unwrap();
    terminal.wait_until("everything is drawn again", |screen| same_work(screen, &before)).unwrap();
    assert!(terminal.screen().is_alternate && !terminal.modes().unwrap().echo());
    // What was typed before is still there, and more can be typed.
    terminal.type_text("wer").unwrap();
    terminal.wait_for("half an answer").unwrap();
    terminal.signal(Signal::TERM).unwrap();
    assert_eq!(terminal.end().unwrap().left_over(), NOTHING);
}

/// What `kill -STOP`, a shell that takes its terminal, and `fg` do.
#[test]
fn a_terminal_that_a_shell_had_meanwhile_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    let before = terminal.screen();
    terminal.signal(Signal::STOP).unwrap();
    wait_until("it has stopped", || state_of(&terminal) == 'T');
    let line = std::fs::read_link(format!("/proc/{}/fd/0", terminal.pid())).unwrap();
    let sane = std::process::Command::new("stty").arg("-F").arg(line).arg("sane").status().unwrap();
    assert!(sane.success() && terminal.modes().unwrap().echo());
    terminal.signal(Signal::CONT).unwrap();
    wait_until("echo is off again", || !terminal.modes().unwrap().echo());
    terminal.wait_until("everything is drawn", |screen| same_work(screen, &before)).unwrap();
    terminal.signal(Signal::TERM).unwrap();
    assert_eq!(terminal.end().unwrap().left_over(), NOTHING);
}

/// Ctrl-Z is no key of the ceremony: nobody stops it by accident.
#[test]
fn ctrl_z_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    terminal.press(Key::Control('z')).unwrap();
    terminal.type_text("still here").unwrap();
    terminal.wait_for("still here").unwrap();
    assert_ne!(state_of(&terminal), 'T');
}

#[test]
fn a_key_that_comes_in_pieces_or_never_comes_freezes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    // Alt-[ is the beginning of many keys; a reader that waits for the rest would not see the new size.
    terminal.type_text("\u{1b}[").unwrap();
    terminal.resize(120, 40).unwrap();
    terminal.wait_until("the new size is drawn", |screen| screen.rows[39].contains("Ctrl-C")).unwrap();
    terminal.type_text("é").unwrap();
    terminal.wait_for("é").unwrap();
    terminal.signal(Signal::TERM).unwrap();
    assert_eq!(terminal.end().unwrap().left_over(), NOTHING);
}

/// The process's state in `/proc`: `T` is stopped.
fn state_of(terminal: &Terminal) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.pid())).unwrap();
    stat.rsplit(')').next().unwrap().trim().chars().next().unwrap()
}

/// All rows but the first one, which has the clock.
fn same_work(one: &hardware_tests::terminal::Screen, other: &hardware_tests::terminal::Screen) -> bool {
    one.is_alternate && one.rows[1..] == other.rows[1..]
}
