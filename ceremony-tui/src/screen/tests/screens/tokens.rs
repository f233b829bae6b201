//! Tokens that come and go, and everything that goes wrong with them: each has a screen that says what to do.

use super::*;
use crate::machine;
use crate::machine::tests::world::yubikey;
use crate::token::{AskError, HostKind, PinState, Refusal, Unusable};
use shared::device::{KeyPolicy, Origin, PinPolicy, TouchPolicy};

fn refused(refusal: Refusal) -> Option<AskError> {
    Some(AskError::Refused(refusal))
}

/// Somebody wants a token, and none is here yet.
fn waiting_for_a_token() -> Stage {
    let mut stage = Stage::at_root_keys();
    stage.answer("token");
    stage.answer("alice");
    stage
}

#[test]
fn tokens_appear_in_the_list_and_nothing_is_chosen_for_anybody() {
    let mut stage = waiting_for_a_token();
    assert_screens("4-tokens-none", &stage);
    stage.world.tokens = two_yubikeys();
    stage.look_around();
    assert_eq!(stage.model.chosen, None);
    assert_screens("4-tokens-two", &stage);
    stage.answer("YubiKey/22222222");
    assert_screens("4-tokens-key", &stage);
    stage.answer("9c");
    assert_screens("4-tokens-proof-below-5-7", &stage);
    stage.answer_and_hold("yes");
    stage.one_step();
    stage.later(12);
    assert_screens("4-tokens-touch", &stage);
    stage.let_go();
    assert_screens("4-tokens-added", &stage);
    stage.world.tokens.remove(0);
    stage.look_around();
    assert_screens("4-tokens-taken-out", &stage);
}

#[test]
fn the_mark_stays_on_its_token_while_others_come_and_go() {
    let mut stage = waiting_for_a_token();
    stage.world.tokens = vec![yubikey("22222222", "5.7.1", 32)];
    stage.look_around();
    stage.command(Command::Pick(1));
    let chosen = |stage: &Stage| stage.model.chosen.map(|at| stage.model.choices()[at].word.clone());
    stage.world.tokens.insert(0, yubikey("11111111", "5.7.1", 31));
    stage.look_around();
    assert_eq!(chosen(&stage).as_deref(), Some("YubiKey/22222222"));
    stage.world.tokens.remove(1);
    stage.look_around();
    assert_eq!(chosen(&stage), None, "nothing is chosen in its place");
    stage.command(Command::Submit);
    assert_eq!(stage.question(), "root-keys.token");
}

#[test]
fn what_cannot_be_used_or_seen_says_why() {
    let mut stage = waiting_for_a_token();
    let module = HostKind::Pkcs11 { module: MODULE.to_owned() };
    stage.world.troubles = vec![(module, AskError::TimedOut)];
    let place = "Gemalto PC Twin Reader 00 00".to_owned();
    stage.world.unusable = vec![Unusable { place, reason: "this card is no YubiKey.".to_owned() }];
    stage.look_around();
    assert_screens("4-tokens-unusable", &stage);
    let reason = "Service not available".to_owned();
    stage.world.troubles = vec![(HostKind::Piv, AskError::Refused(Refusal::NoCardService { reason }))];
    stage.look_around();
    assert_screens("4-tokens-no-card-service", &stage);
}

#[test]
fn a_key_that_somebody_may_have_copied_or_that_asks_for_nothing_is_warned_about() {
    let mut stage = waiting_for_a_token();
    stage.world.tokens = two_yubikeys();
    stage.world.origin = Origin::Imported;
    stage.world.policy = Some(KeyPolicy { pin: PinPolicy::Never, touch: TouchPolicy::Never });
    stage.look_around();
    for answer in ["YubiKey/11111111", "9c"] {
        stage.answer(answer);
    }
    assert_screens("4-tokens-warnings", &stage);
}

#[test]
fn a_token_without_keys_says_how_to_get_one() {
    let mut stage = waiting_for_a_token();
    stage.world.tokens = two_yubikeys();
    stage.world.tokens[0].1.clear();
    stage.look_around();
    stage.answer("YubiKey/11111111");
    assert_screens("4-tokens-no-key", &stage);
}

#[test]
fn two_cards_with_one_number_are_not_told_apart_by_chance() {
    let mut stage = waiting_for_a_token();
    stage.world.tokens = vec![yubikey("11111111", "5.7.1", 31), yubikey("11111111", "5.7.1", 33)];
    stage.look_around();
    stage.answer("YubiKey/11111111");
    assert_screens("4-tokens-twice", &stage);
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.world.tokens.push(yubikey("11111111", "5.7.1", 33));
    stage.answer("alice");
    assert_screens("6-token-twice", &stage);
}

#[test]
fn a_token_is_inserted_and_signs_with_pin_and_touch() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.look_around();
    assert_screens("6-token-both-here", &stage);
    let alice = stage.world.tokens.remove(0);
    stage.world.tokens.clear();
    stage.answer("alice");
    assert_screens("6-token-insert", &stage);
    stage.world.tokens.push(alice);
    stage.look_around();
    assert_screens("6-token-here-now", &stage);
    stage.answer_and_hold("alice");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("6-token-pin", &stage);
    stage.model.end_secret();
    stage.later(12);
    assert_screens("6-token-touch", &stage);
    stage.later(17);
    assert_screens("6-token-touch-late", &stage);
    stage.let_go();
    assert_screens("6-token-signed", &stage);
}

#[test]
fn a_token_that_says_nothing_for_a_while_is_neither_taken_out_nor_plugged_in() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.look_around();
    let alice = stage.world.tokens[0].0.clone();
    stage.world.hold(&alice);
    stage.look_around();
    assert_screens("6-token-held", &stage);
    stage.answer("alice");
    assert_screens("6-token-held-asked", &stage);
    stage.world.unusable.clear();
    stage.look_around();
    assert_screens("6-token-freed", &stage);
}

#[test]
fn another_token_is_there_and_is_named() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.world.tokens.remove(0);
    stage.answer("alice");
    assert_screens("6-token-wrong", &stage);
}

#[test]
fn the_last_try_a_wrong_pin_and_a_locked_one_are_told_apart() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.world.fail_next = refused(Refusal::WrongPin { state: PinState::Left(2) });
    stage.answer("alice");
    assert_screens("6-token-wrong-pin", &stage);
    stage.world.tokens[0].0.pin = PinState::FinalTry;
    stage.answer_and_hold("alice");
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_screens("6-token-last-try", &stage);
    stage.model.end_secret();
    stage.world.tokens[0].0.pin = PinState::Locked;
    stage.world.fail_next = refused(Refusal::PinLocked);
    stage.let_go();
    assert_screens("6-token-locked-now", &stage);
    stage.answer("alice");
    assert_screens("6-token-locked", &stage);
}

#[test]
fn every_fault_of_a_token_leads_back_to_the_choice_and_loses_nothing() {
    let faults = [
        ("no-touch", refused(Refusal::NotAllowed)),
        ("removed", refused(Refusal::TokenRemoved)),
        ("host-died", Some(AskError::Died)),
        ("host-hangs", Some(AskError::TimedOut)),
        ("no-service", refused(Refusal::NoCardService { reason: "Service was stopped".to_owned() })),
        ("cancelled", Some(AskError::Interrupted)),
        ("nonsense", refused(Refusal::Device { action: "sign".to_owned(), code: "6f00".to_owned() })),
    ];
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.answer("bob");
    assert!(stage.model.machine.holds_signatures());
    for (name, fault) in faults {
        let asked = stage.world.asked;
        stage.world.fail_next = fault;
        stage.answer("alice");
        assert_eq!(stage.world.asked, asked + 2, "{name}: looked once and asked once");
        assert_eq!(stage.question(), "sign.key", "{name}");
        assert!(stage.model.machine.holds_signatures(), "{name}");
        assert_screens(&format!("6-token-fault-{name}"), &stage);
    }
    stage.world.garble_next = true;
    stage.answer("alice");
    assert_screens("6-token-fault-garbled", &stage);
    stage.answer("alice");
    assert_eq!(stage.question(), "sign.key");
    assert!(stage.screen().contains("Signed 2 of 2 needed"), "{}", stage.screen());
}

#[test]
fn the_service_of_cards_goes_and_comes_back_and_is_said_once() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.look_around();
    let reason = "Service was stopped".to_owned();
    stage.world.troubles = vec![(HostKind::Piv, AskError::Refused(Refusal::NoCardService { reason }))];
    stage.look_around();
    assert_screens("6-token-service-gone", &stage);
    stage.command(Command::Next);
    stage.look_around();
    assert_eq!(stage.screen().matches("YubiKeys cannot be seen now.").count(), 1);
    stage.world.troubles.clear();
    stage.look_around();
    assert_screens("6-token-service-back", &stage);
}

#[test]
fn a_token_that_is_gone_after_it_has_signed_has_signed() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.look_around();
    stage.answer_and_hold("alice");
    stage.one_step();
    let answer = stage.world.perform(stage.held_back.remove(0)).unwrap();
    stage.world.tokens.remove(0);
    stage.look_around();
    assert!(stage.model.mode.work().is_some(), "what is under way goes on");
    stage.happen(Event::Machine(answer));
    assert_screens("6-token-gone-after", &stage);
}

#[test]
fn tokens_come_and_go_under_a_secret_and_under_work_and_move_nothing() {
    let mut stage = Stage::at_sign_with_yubikeys();
    stage.look_around();
    stage.answer_and_hold("alice");
    stage.one_step();
    stage.begin_secret(Round::First);
    let before = stage.model.mode.clone();
    stage.world.tokens.remove(1);
    stage.look_around();
    assert_eq!(stage.model.mode, before);
    assert!(stage.screen().contains("YubiKey 5.4.3 22222222 was taken out."), "{}", stage.screen());
    stage.model.end_secret();
    stage.world.tokens.push(yubikey("22222222", "5.4.3", 32));
    stage.look_around();
    assert!(stage.model.mode.work().is_some());
    assert!(!stage.screen().contains("taken out"), "the next news replaces it: {}", stage.screen());
    stage.let_go();
    assert!(stage.screen().contains("Signed 1 of 2 needed"), "{}", stage.screen());
}

#[test]
fn two_yubikeys_sign_without_and_with_a_swap() {
    let mut stage = Stage::at_sign_with_yubikeys();
    for name in ["alice", "bob"] {
        stage.answer(name);
    }
    assert!(stage.screen().contains("Signed 2 of 2 needed"), "{}", stage.screen());
    let mut stage = Stage::at_sign_with_yubikeys();
    let bob = stage.world.tokens.remove(1);
    stage.look_around();
    stage.answer("alice");
    stage.world.tokens = vec![bob];
    stage.look_around();
    assert_screens("6-token-swapped", &stage);
    stage.answer("bob");
    assert!(stage.screen().contains("Signed 2 of 2 needed"), "{}", stage.screen());
}

#[test]
fn tokens_that_nobody_asked_for_say_nothing() {
    let mut stage = Stage::at_root_keys();
    assert!(stage.model.machine.watched().is_empty());
    let seen = machine::Event::TokensSeen(HostKind::Piv, Ok(crate::token::Listing::default()));
    let before = stage.screen();
    stage.happen(Event::Machine(seen));
    assert_eq!(stage.screen(), before);
}
