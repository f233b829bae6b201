//! What is typed and pasted at the wrong moment, or in pieces.

use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Ceremony;

use super::{at_root_keys, first_screen, program};
use crate::material::{Online, age_file};

const FIRST: &str = "Reason for going on in spite of";

#[test]
fn a_paste_that_a_new_size_interrupts_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    let first = terminal.wait_for(FIRST).unwrap();
    terminal.type_text("\u{1b}[200~cable is for").unwrap();
    terminal.resize(120, 40).unwrap();
    terminal.wait_until("the new size is drawn", |screen| screen.rows[39].contains("Ctrl-C")).unwrap();
    terminal.type_text(" the demo\rwhole second line\r\u{1b}[201~").unwrap();
    terminal.wait_for("cable is for the demo whole second line").unwrap();
    terminal.press(Key::Control('u')).unwrap();
    terminal.resize(80, 24).unwrap();
    terminal.wait_until("the same question", |screen| screen.rows[1..] == first.rows[1..]).unwrap();
}

#[test]
fn a_paste_longer_than_any_answer_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    let first = terminal.wait_for(FIRST).unwrap();
    let text = "a".repeat(65_600);
    terminal
        .type_text(&format!("\u{1b}[200~{text}\u{15}cable is for the demo\rsecond reason\r\u{1b}[201~"))
        .unwrap();
    terminal.wait_for("longer than any answer").unwrap();
    terminal.press(Key::Control('u')).unwrap();
    terminal.wait_until("the same question", |screen| screen.rows[1..] == first.rows[1..]).unwrap();
}

/// At the prompt for the passphrase of a key file.
fn at_passphrase(folder: &std::path::Path) -> Ceremony {
    let online = Online::write(folder);
    let (bob, _) = age_file(folder, "bob", "bob's passphrase");
    let mut ceremony = at_root_keys(&program(folder, &["new"]), &online);
    ceremony.answer("0 of at least", "file").unwrap();
    ceremony.answer("Name of the key's holder", "bob").unwrap();
    ceremony.answer("Path of the key file", &bob).unwrap();
    ceremony.sees("not shown").unwrap();
    ceremony
}

#[test]
fn a_secret_that_ctrl_c_interrupts_says_that_it_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut ceremony = at_passphrase(folder.path());
    ceremony.terminal.type_text("bob's").unwrap();
    ceremony.terminal.press(Key::Control('c')).unwrap();
    ceremony.sees("What was typed is forgotten").unwrap();
    ceremony.terminal.press(Key::Character('n')).unwrap();
    ceremony.sees("Begin again: what was typed is forgotten.").unwrap();
    ceremony.give_secret("Passphrase", "bob's passphrase").unwrap();
    ceremony.sees("1 of at least").unwrap();
}

#[test]
fn a_secret_that_is_typed_where_its_prompt_cannot_be_read_is_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut ceremony = at_passphrase(folder.path());
    ceremony.terminal.type_text("bob's").unwrap();
    ceremony.terminal.resize(60, 10).unwrap();
    ceremony.terminal.wait_until("it is too small", |screen| screen.flowing(0).contains("60x10")).unwrap();
    ceremony.terminal.type_text(" blind\r").unwrap();
    // The next size shows that these keys were read too.
    ceremony.terminal.resize(61, 10).unwrap();
    ceremony.terminal.wait_until("it is too small", |screen| screen.flowing(0).contains("61x10")).unwrap();
    ceremony.terminal.resize(80, 24).unwrap();
    ceremony.sees("Begin again: what was typed is forgotten.").unwrap();
    ceremony.give_secret("Passphrase", "bob's passphrase").unwrap();
    ceremony.sees("1 of at least").unwrap();
}

#[test]
fn line_ends_that_are_pasted_with_a_secret_do_not_give_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut ceremony = at_passphrase(folder.path());
    ceremony.terminal.type_text("\u{1b}[200~bob's\r\u{1b}[201~ passphrase\r").unwrap();
    ceremony.sees("1 of at least").unwrap();
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_is_told_of_plain_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path(), &["new"]);
    command.env("TERM", "dumb");
    let ended = hardware_tests::terminal::Terminal::start(&command, 80, 24).unwrap().end().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.screen.flowing(0).contains("start with new --plain"), "{}", ended.screen);
}
