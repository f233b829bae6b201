//! A panic in the middle of the full screen. The program has none to offer, so this test program takes the stage itself,
//! on a terminal of its own, and panics there.

use std::process::Command;

use ceremony_tui::machine::{AttestationRules, Demand, Machine, Options};
use ceremony_tui::screen::model::{Model, Size};
use ceremony_tui::screen::runner::stage::Stage;
use hardware_tests::terminal::Terminal;
use shared::attestation::Anchors;
use shared::root_draft::KeySpelling;

/// Names what this test program does when it is started again, below.
const PART: &str = "VESTRY_TEST_PANICS";

#[test]
fn a_panic_leaves_the_terminal_whole_and_its_report_readable() {
    if is_on_stage() {
        let mut stage = Stage::enter().unwrap();
        let attestation = AttestationRules { anchors: Anchors::yubico().unwrap(), demand: Demand::Advisory };
        let (spelling, modules) = (KeySpelling::Plain, Vec::new());
        let options = Options { folder: None, spelling, build_date: None, modules, attestation };
        let size = Size { columns: 80, rows: 24 };
        stage.draw(&Model::new(Machine::new(options), size, ceremony_tui::clock::now())).unwrap();
        panic!("the wall came down");
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let this = "full_screen::panic::a_panic_leaves_the_terminal_whole_and_its_report_readable";
    command.args(["--exact", this, "--nocapture", "--test-threads=1"]).env(PART, "yes");
    command.env("RUST_BACKTRACE", "0");
    let ended = Terminal::start(&command, 80, 24).unwrap().end().unwrap();
    assert!(!ended.status.success());
    let drawn = String::from_utf8_lossy(&ended.received).into_owned();
    assert!(drawn.contains("Preflight"), "the screen was drawn before: {drawn}");
    assert!(ended.screen.shows("the wall came down"), "{}", ended.screen);
    assert!(ended.left_over().is_empty(), "{:?}", ended.left_over());
}

#[expect(clippy::disallowed_methods, reason = "how this test program tells its second self what to do")]
fn is_on_stage() -> bool {
    std::env::var_os(PART).is_some()
}
