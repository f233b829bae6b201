//! Step 4.

use super::*;
use crate::token::{AskError, HostKind, PinState, Refusal};

#[test]
fn the_list_is_empty_and_grows() {
    let mut stage = Stage::at_root_keys();
    assert_screens("4-root-keys-none", &stage);
    stage.answer("file");
    stage.type_text("alice");
    assert_screens("4-root-keys-name", &stage);
    stage.answer("");
    stage.answer("keys/0");
    assert_screens("4-root-keys-one", &stage);
    stage.answer("done");
    assert_screens("4-root-keys-too-few", &stage);
}

#[test]
fn a_key_file_is_opened_with_a_passphrase() {
    let mut stage = Stage::at_root_keys();
    stage.answer("file");
    stage.answer("alice");
    stage.type_text("/media/alice/ключ-鍵.age");
    stage.command(Command::First);
    assert_screens("4-root-keys-file", &stage);
    stage.command(Command::Clear);
    stage.answer_and_hold("keys/0");
    assert_screens("4-root-keys-looking-at-file", &stage);
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("4-root-keys-passphrase", &stage);
    stage.model.end_secret();
    stage.later(12);
    assert_screens("4-root-keys-opening-file", &stage);
    stage.held_back.clear();
    stage.happen(Event::Machine(crate::machine::Event::Asked(Err(AskError::Refused(
        Refusal::WrongPassphrase { path: "keys/0".to_owned() },
    )))));
    assert_screens("4-root-keys-wrong-passphrase", &stage);
}

#[test]
fn a_new_key_gets_a_scheme_a_file_and_a_passphrase_twice() {
    let mut stage = Stage::at_root_keys();
    stage.answer("generate");
    stage.answer("bob");
    assert_screens("4-root-keys-scheme", &stage);
    stage.answer("");
    assert_screens("4-root-keys-new-file", &stage);
    stage.answer_and_hold("/media/bob/root.age");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("4-root-keys-new-passphrase", &stage);
    stage.model.end_secret();
    stage.begin_secret(Round::Again);
    assert_screens("4-root-keys-new-passphrase-again", &stage);
}

#[test]
fn a_token_is_found_by_its_module_and_shows_that_it_signs() {
    let mut stage = Stage::at_root_keys();
    stage.world.tokens = two_tokens();
    stage.world.tokens[1].0.pin = PinState::FinalTry;
    stage.add_file("alice", "keys/0");
    stage.answer("token");
    stage.answer("bob");
    assert_screens("4-root-keys-token", &stage);
    stage.answer("module");
    assert_screens("4-root-keys-module", &stage);
    stage.answer(MODULE);
    stage.answer("tuf-root-2/0b0b00");
    assert_screens("4-root-keys-key", &stage);
    stage.answer("01");
    assert_screens("4-root-keys-proof", &stage);
    stage.answer_and_hold("yes");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("4-root-keys-last-pin-try", &stage);
    stage.model.end_secret();
    stage.let_go();
    assert_screens("4-root-keys-two", &stage);
    stage.answer("remove");
    assert_screens("4-root-keys-remove", &stage);
}

#[test]
fn a_token_that_hides_its_keys_is_logged_in_to_first() {
    let mut stage = Stage::at_root_keys();
    stage.world.tokens = two_tokens();
    stage.world.tokens[0].1.clear();
    for answer in ["token", "bob", "tuf-root-1/0a11ce"] {
        stage.answer(answer);
    }
    assert_screens("4-root-keys-hidden", &stage);
}

#[test]
fn a_long_refusal_is_shown_whole_before_anything_else() {
    let mut stage = Stage::at_root_keys();
    stage.answer("token");
    stage.answer("bob");
    let module = "/opt/token/libtoken.so";
    let reason = "cannot open shared object file: No such file or directory, ".repeat(8);
    let refusal = Refusal::ModuleNotLoaded { module: module.to_owned(), reason };
    let host = HostKind::Pkcs11 { module: module.to_owned() };
    stage.world.troubles = vec![(host, AskError::Refused(refusal))];
    stage.answer("module");
    stage.answer(module);
    assert_screens("4-root-keys-long-refusal", &stage);
    stage.command(Command::Close);
    assert_screens("4-root-keys-long-refusal-closed", &stage);
}

#[test]
fn more_answers_than_rows_move_through_a_window() {
    let mut stage = Stage::at_root_keys();
    stage.world.tokens = (0..20)
        .map(|index| crate::machine::tests::world::token(&format!("token-{index}"), "0001", 30 + index))
        .collect();
    for answer in ["token", "bob"] {
        stage.answer(answer);
    }
    for _ in 0..12 {
        stage.command(Command::Next);
    }
    assert_screens("4-root-keys-many-tokens", &stage);
}

#[test]
fn the_key_of_an_absent_holder_is_read_compared_and_taken() {
    let mut stage = Stage::at_root_keys();
    stage.answer("document");
    assert_screens("4-root-keys-document", &stage);
    stage.answer("");
    assert_screens("4-root-keys-absent", &stage);
    stage.answer("yes");
    stage.add_file("alice", "keys/0");
    assert_screens("4-root-keys-absent-taken", &stage);
    stage.answer("document");
    stage.answer("");
    assert_screens("4-root-keys-absent-twice", &stage);
}
