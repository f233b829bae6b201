//! Terminals that change their size.

use hardware_tests::terminal::{Key, Screen};
use rustix::process::Signal;

use super::first_screen;

#[test]
fn a_terminal_that_becomes_too_small_says_both_sizes_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    terminal.type_text("because").unwrap();
    let before = terminal.wait_for("because").unwrap();
    terminal.resize(60, 20).unwrap();
    let says = |screen: &Screen, size: &str| {
        let text = screen.flowing(0);
        text.contains(size) && text.contains("80x24")
    };
    terminal.wait_until("both sizes", |screen| says(screen, "60x20")).unwrap();
    // Nobody answers what cannot be read. The next size shows that these keys were read too.
    terminal.type_text("x\r").unwrap();
    terminal.resize(61, 20).unwrap();
    terminal.wait_until("both sizes", |screen| says(screen, "61x20")).unwrap();
    terminal.resize(80, 24).unwrap();
    terminal.wait_until("the same as before", |screen| screen.rows[1..] == before.rows[1..]).unwrap();
}

#[test]
fn a_storm_of_sizes_ends_with_the_right_one_and_a_whole_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    let before = terminal.screen();
    for round in 0..300_u16 {
        let (columns, rows) = (1 + round * 37 % 250, 1 + round * 13 % 90);
        terminal.resize(columns, rows).unwrap();
    }
    terminal.resize(1, 1).unwrap();
    terminal.resize(80, 24).unwrap();
    terminal.wait_until("the same as before", |screen| screen.rows[1..] == before.rows[1..]).unwrap();
    terminal.signal(Signal::TERM).unwrap();
    assert!(terminal.end().unwrap().left_over().is_empty());
}

/// A serial console says 0x0 until somebody tells it its size.
#[test]
fn a_terminal_without_a_size_waits_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = first_screen(folder.path());
    let before = terminal.screen();
    terminal.resize(0, 0).unwrap();
    terminal.press(Key::Control('l')).unwrap();
    terminal.resize(80, 24).unwrap();
    terminal.wait_until("the same as before", |screen| screen.rows[1..] == before.rows[1..]).unwrap();
}
