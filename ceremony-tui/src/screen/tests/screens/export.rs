//! Step 7, and the end.

use super::*;

fn at_export() -> Stage {
    let mut stage = Stage::at_sign();
    stage.answer("alice");
    stage.answer("bob");
    stage.answer("done");
    stage
}

#[test]
fn the_payload_leaves_by_a_folder_and_says_what_the_other_side_must_show() {
    let mut stage = at_export();
    assert_screens("7-export", &stage);
    stage.world.refuse_next = true;
    stage.answer("/media/usb");
    assert_screens("7-export-refused", &stage);
    stage.answer_and_hold("/media/usb");
    assert_screens("7-export-writing", &stage);
}

#[test]
fn the_end_says_what_exists_what_comes_next_and_what_is_locked_away() {
    let mut stage = at_export();
    stage.answer("/media/usb");
    assert_screens("8-end-first-page", &stage);
    stage.command(Command::Leave);
    assert_screens("8-end-more-to-read", &stage);
    stage.read_to_the_end();
    assert_screens("8-end-last-page", &stage);
}

#[test]
fn an_end_with_too_few_signatures_says_whose_are_missing() {
    let mut stage = Stage::at_sign();
    stage.answer("alice");
    stage.answer("done");
    stage.answer("yes");
    assert_screens("7-export-incomplete", &stage);
    stage.answer("/media/usb");
    assert_screens("8-end-incomplete", &stage);
}
