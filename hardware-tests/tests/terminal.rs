//! The driver itself, with ordinary programs on its terminal.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::process::Command;

use hardware_tests::terminal::{Key, Terminal};

fn shell(script: &str) -> Terminal {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Terminal::start(&command, 80, 24).unwrap()
}

#[test]
fn a_program_is_read_answered_and_resized() {
    let mut terminal = shell(
        "stty size; read name; echo \"hello $name\"; trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.1; done",
    );
    terminal.wait_for("24 80").unwrap();
    terminal.type_text("Ann").unwrap();
    terminal.press(Key::Enter).unwrap();
    terminal.wait_for("hello Ann").unwrap();
    terminal.wait_for("ready").unwrap();
    terminal.resize(100, 30).unwrap();
    let ended = terminal.end().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    assert!(ended.screen.shows("30 100"), "{}", ended.screen);
}

#[test]
fn modes_that_a_program_changed_are_seen_after_its_end() {
    let mut terminal = shell("read start; stty -echo; read end");
    let before = terminal.modes().unwrap();
    assert!(before.echo());
    terminal.type_text("x\nx\n").unwrap();
    let after = terminal.end().unwrap().modes;
    assert!(!after.echo() && after != before);
}

#[test]
fn what_never_comes_because_the_program_ended_is_said_with_the_screen() {
    let mut terminal = shell("echo something else");
    let error = terminal.wait_for("something").and_then(|_| terminal.wait_for("nothing")).unwrap_err();
    assert!(error.to_string().contains("something else"), "{error}");
}

#[test]
fn a_picture_that_is_marked_is_looked_at_when_it_is_whole() {
    let mut terminal =
        shell("stty -echo; printf '\\033[?2026hhalf '; read go; printf 'whole\\033[?2026l'; read end");
    // Typed ahead or not: what is read is never the half.
    terminal.press(Key::Enter).unwrap();
    let screen = terminal.wait_for("half").unwrap();
    assert!(screen.shows("half whole"), "{screen}");
    terminal.press(Key::Enter).unwrap();
    assert!(terminal.end().unwrap().screen.shows("half whole"));
}
