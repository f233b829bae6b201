//! Step 1.

use super::*;
use crate::machine::User;

#[test]
fn the_machine_is_being_looked_at() {
    let mut stage = Stage::empty();
    stage.hold(Event::Machine(crate::machine::Event::Started));
    assert_screens("1-preflight-looking", &stage);
}

#[test]
fn everything_is_fine_and_the_clocks_are_compared() {
    assert_screens("1-preflight-fine", &Stage::begin());
}

#[test]
fn findings_have_a_cure_or_a_reason() {
    let mut stage = Stage::empty();
    stage.world.facts.interfaces_up = vec!["eth0".to_owned(), "wlan0".to_owned()];
    stage.world.facts.user = User::Root;
    let mut stage = Stage::begin_in(stage);
    assert_screens("1-preflight-findings", &stage);
    stage.answer("a rehearsal in the office");
    stage.type_text("we trust");
    assert_screens("1-preflight-excepted", &stage);
    stage.command(Command::Clear);
    stage.answer("x");
    assert_screens("1-preflight-no-reason", &stage);
}

#[test]
fn the_help_says_what_can_be_done_and_every_key() {
    let mut stage = Stage::begin();
    stage.command(Command::Help);
    assert_screens("1-preflight-help", &stage);
}

#[test]
fn a_ceremony_in_which_nothing_is_signed_is_stopped_after_one_question() {
    let mut stage = Stage::begin();
    stage.command(Command::Stop);
    assert_screens("1-preflight-stopping", &stage);
}
