//! Step 6.

use super::*;

#[test]
fn a_token_is_looked_for_asks_for_its_pin_and_signs() {
    let mut stage = Stage::at_sign();
    assert_screens("6-sign-nobody-yet", &stage);
    stage.answer_and_hold("bob");
    assert_screens("6-sign-looking-for-token", &stage);
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("6-sign-pin", &stage);
    stage.model.end_secret();
    stage.later(12);
    assert_screens("6-sign-touch", &stage);
    stage.let_go();
    assert_screens("6-sign-one", &stage);
}

#[test]
fn a_request_is_cancelled_and_nothing_is_lost() {
    let mut stage = Stage::at_sign();
    stage.answer_and_hold("bob");
    stage.command(Command::CancelWork);
    stage.later(2);
    assert_screens("6-sign-cancelling", &stage);
}

#[test]
fn the_work_goes_on_under_the_question_whether_to_stop() {
    let mut stage = Stage::at_sign();
    stage.answer("alice");
    stage.answer_and_hold("bob");
    stage.command(Command::Stop);
    assert_screens("6-sign-stopping", &stage);
}

#[test]
fn refusals_and_tokens_that_are_not_here_stand_beside_their_holders() {
    let mut stage = Stage::at_sign();
    stage.world.garble_next = true;
    stage.answer("alice");
    assert_screens("6-sign-refused", &stage);
    stage.world.tokens.remove(0);
    stage.answer("bob");
    assert_screens("6-sign-not-here", &stage);
    stage.answer("done");
    assert_screens("6-sign-nobody-refused", &stage);
    stage.answer("carol");
    stage.answer("done");
    assert_screens("6-sign-incomplete", &stage);
}

#[test]
fn who_is_not_in_the_room_and_who_has_signed_stay_in_the_list_and_cannot_be_chosen() {
    let mut stage = Stage::at_root_keys();
    for answer in ["document", "", "yes"] {
        stage.answer(answer);
    }
    stage.add_file("alice", "keys/0");
    stage.answer("done");
    assert_screens("5-review-absent", &stage);
    stage.type_groups();
    stage.answer("yes");
    assert_screens("6-sign-absent", &stage);
    stage.answer("dora");
    assert_screens("6-sign-absent-chosen", &stage);
    stage.answer("alice");
    assert_screens("6-sign-absent-needed", &stage);
    stage.answer("no");
    stage.answer("alice");
    assert_screens("6-sign-signed-chosen", &stage);
}
