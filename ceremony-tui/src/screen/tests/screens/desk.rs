//! The flow of tokens.

use shared::device::Firmware;

use super::*;
use crate::machine::tests::world::{key, new_yubikey, token};
use crate::token::{AskError, PinState, Refusal, TokenInfo};

fn yubikey() -> TokenInfo {
    new_yubikey("11111111", Firmware::new(5, 7, 1))
}

fn old_yubikey() -> TokenInfo {
    let mut token = new_yubikey("22222222", Firmware::new(5, 4, 3));
    token.details.clear();
    token.traits.factory.clear();
    token
}

fn softhsm() -> TokenInfo {
    token("tuf-root", "0a11ce", 1).0
}

fn said_no(refusal: Refusal) -> Event {
    Event::Machine(crate::machine::Event::Asked(Err(AskError::Refused(refusal))))
}

#[test]
fn tokens_are_listed_with_what_their_pins_say() {
    assert_screens("9-tokens-looking", &Stage::before_tokens(Vec::new()));
    let mut stage = Stage::begin_in(Stage::before_tokens(Vec::new()));
    assert_screens("9-tokens-none", &stage);
    let locked = TokenInfo { pin: PinState::Locked, ..old_yubikey() };
    stage.world.tokens = [yubikey(), locked, softhsm()].map(|token| (token, Vec::new())).into();
    stage.answer("again");
    assert_screens("9-tokens-list", &stage);
    stage.command(Command::Help);
    assert_screens("9-tokens-help", &stage);
    stage.command(Command::Close);
    stage.answer("module");
    assert_screens("9-tokens-module", &stage);
}

#[test]
fn a_host_that_cannot_be_asked_says_why() {
    let mut stage = Stage::begin_in(Stage::before_tokens(Vec::new()));
    let reason = "the smart card resource manager is not running".to_owned();
    let failed = Err(AskError::Refused(Refusal::NoCardService { reason }));
    stage.happen(Event::Machine(crate::machine::Event::TokensSeen(crate::token::HostKind::Piv, failed)));
    assert_screens("9-tokens-no-service", &stage);
}

#[test]
fn a_token_shows_what_it_says_about_itself_and_its_keys() {
    assert_screens("9-tokens-new-yubikey", &Stage::at_token(yubikey()));
    let mut stage = Stage::at_token(old_yubikey());
    stage.world.tokens[0].1.push(("9c".to_owned(), key(7)));
    stage.answer("again");
    assert_screens("9-tokens-with-key", &stage);
    stage.world.tokens.clear();
    stage.answer("pin");
    stage.answer("yes");
    assert_screens("9-tokens-taken-out", &stage);
}

#[test]
fn a_new_key_is_described_step_by_step_and_generated_after_a_yes() {
    let mut stage = Stage::at_token(yubikey());
    stage.answer("generate");
    assert_screens("9-tokens-slot", &stage);
    stage.answer("");
    assert_screens("9-tokens-kind", &stage);
    stage.answer("");
    assert_screens("9-tokens-pin-policy", &stage);
    stage.answer("");
    assert_screens("9-tokens-touch-policy", &stage);
    stage.answer("");
    assert_screens("9-tokens-management", &stage);
    stage.answer("typed");
    assert_screens("9-tokens-generate", &stage);
    stage.answer_and_hold("yes");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("9-tokens-management-key", &stage);
    stage.model.end_secret();
    assert_screens("9-tokens-generating", &stage);
    stage.let_go();
    assert_screens("9-tokens-generated", &stage);
}

#[test]
fn weak_keys_are_warned_about_before_they_are_generated() {
    let mut stage = Stage::at_token(old_yubikey());
    for answer in ["generate", "", "", "once", "never", ""] {
        stage.answer(answer);
    }
    assert_screens("9-tokens-generate-weak", &stage);
}

#[test]
fn a_pkcs11_token_is_asked_for_id_label_and_kind() {
    let mut stage = Stage::at_token(softhsm());
    assert_screens("9-tokens-pkcs11", &stage);
    stage.answer("generate");
    assert_screens("9-tokens-key-id", &stage);
    stage.answer("zz");
    assert_screens("9-tokens-no-id", &stage);
    stage.answer("02");
    assert_screens("9-tokens-label", &stage);
    stage.answer("");
    stage.answer("ed25519");
    assert_screens("9-tokens-generate-pkcs11", &stage);
}

#[test]
fn a_pin_is_changed_with_the_old_one_and_the_new_one_twice() {
    let mut stage = Stage::at_token(yubikey());
    stage.answer("pin");
    assert_screens("9-tokens-change-pin", &stage);
    stage.answer_and_hold("yes");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("9-tokens-old-pin", &stage);
    stage.model.end_secret();
    stage.happen(said_no(Refusal::WrongPin { state: PinState::FinalTry }));
    assert_screens("9-tokens-wrong-pin", &stage);
}

#[test]
fn a_locked_pin_is_unlocked_with_the_puk() {
    let mut stage = Stage::at_token(TokenInfo { pin: PinState::Locked, ..yubikey() });
    stage.answer("pin");
    assert_screens("9-tokens-locked", &stage);
    stage.answer("unblock");
    assert_screens("9-tokens-unblock", &stage);
    stage.answer_and_hold("yes");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("9-tokens-puk", &stage);
    stage.model.end_secret();
    stage.happen(said_no(Refusal::PukLocked));
    assert_screens("9-tokens-puk-locked", &stage);
}

#[test]
fn a_public_key_leaves_with_a_proof() {
    let mut stage = Stage::at_token(old_yubikey());
    stage.world.tokens[0].1 = vec![("9a".to_owned(), key(8)), ("9c".to_owned(), key(7))];
    stage.answer("again");
    stage.answer("export");
    assert_screens("9-tokens-which-key", &stage);
    stage.answer("9c");
    assert_screens("9-tokens-export", &stage);
    stage.answer("document");
    assert_screens("9-tokens-name", &stage);
    stage.answer("alice");
    assert_screens("9-tokens-proof", &stage);
    stage.answer("yes");
    assert_screens("9-tokens-folder", &stage);
    stage.answer("/media/usb");
    assert_screens("9-tokens-written", &stage);
}

#[test]
fn an_attestation_that_nobody_vouches_for_is_not_shown() {
    let mut stage = Stage::at_token(yubikey());
    stage.world.tokens[0].1.push(("9c".to_owned(), key(7)));
    stage.world.attest();
    stage.answer("again");
    stage.answer("attestation");
    stage.answer("9c");
    assert_screens("9-tokens-attestation", &stage);
}

#[test]
fn the_light_of_a_token_is_looked_for() {
    let mut stage = Stage::at_token(yubikey());
    stage.answer_and_hold("identify");
    assert_screens("9-tokens-identify", &stage);
}

#[test]
fn stopping_and_the_end_have_words_of_their_own() {
    let mut stage = Stage::at_token(yubikey());
    stage.command(Command::Stop);
    assert_screens("9-tokens-stopping", &stage);
    stage.command(Command::GoOn);
    stage.answer("pin");
    stage.answer("yes");
    stage.answer("other");
    stage.answer("done");
    assert_screens("9-tokens-end", &stage);
}
