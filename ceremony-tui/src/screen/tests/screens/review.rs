//! Step 5.

use super::*;

#[test]
fn the_document_is_read_page_by_page() {
    let mut stage = Stage::at_review();
    assert_screens("5-review-first-page", &stage);
    stage.type_text("b3");
    stage.command(Command::Submit);
    assert_screens("5-review-more-to-read", &stage);
    stage.command(Command::Clear);
    stage.read_to_the_end();
    assert_screens("5-review-last-page", &stage);
}

#[test]
fn two_groups_are_typed_back() {
    let mut stage = Stage::at_review();
    stage.read_to_the_end();
    let right = stage.right_group();
    stage.answer(&right);
    assert_screens("5-review-second-group", &stage);
    stage.answer("0000");
    assert_screens("5-review-wrong-group", &stage);
    stage.type_groups();
    assert_screens("5-review-agree", &stage);
    stage.command(Command::Submit);
    assert_screens("5-review-nothing-chosen", &stage);
}

#[test]
fn the_digest_is_shown_in_words_and_the_bytes_as_text_and_in_hex() {
    let mut stage = Stage::at_review();
    stage.command(Command::Words);
    assert_screens("5-review-words", &stage);
    stage.command(Command::Close);
    stage.command(Command::Bytes);
    assert_screens("5-review-bytes", &stage);
    stage.command(Command::OtherForm);
    stage.command(Command::PageDown);
    assert_screens("5-review-hex", &stage);
}

#[test]
fn what_speaks_against_signing_stands_in_the_review() {
    let mut stage = Stage::empty();
    stage.world.facts.swap = vec!["/dev/sda2".to_owned()];
    let mut stage = Stage::begin_in(stage);
    stage.answer("a rehearsal in the office");
    stage.answer("yes");
    stage.pass_settings();
    stage.import_online();
    stage.world.tokens = two_tokens();
    stage.add_file("alice", "keys/0");
    for answer in ["token", "bob", "tuf-root-1/0a11ce", "01", "no"] {
        stage.answer(answer);
    }
    stage.answer("done");
    stage.read_to_the_end();
    assert_screens("5-review-warnings", &stage);
}

#[test]
fn the_help_of_a_line_says_how_to_look_at_everything() {
    let mut stage = Stage::at_review();
    stage.command(Command::Help);
    assert_screens("5-review-help", &stage);
}
