//! PINs, PUKs and management keys: what they cost, and what is said of wrong ones.

use super::*;

#[test]
fn factory_values_are_warned_about_with_the_way_to_change_them() {
    let mut world = World::at_token(yubikey());
    assert!(world.said("The PIN is the one from the factory") && world.said("Change it: choose pin."));
    assert!(world.said("ykman piv access change-management-key"));
    world.answer("pin");
    world.answer("yes");
    assert_eq!(world.changes, ["pin"]);
    assert!(!parts(&world).contains("The PIN is the one"), "{}", parts(&world));
}

#[test]
fn a_wrong_pin_is_said_with_the_tries_that_are_left_and_never_tried_again() {
    let mut world = World::at_token(yubikey());
    world.refusals.push_back(Refusal::WrongPin { state: PinState::FinalTry });
    world.answer("pin");
    let asked = world.asked;
    world.answer("yes");
    assert_eq!(world.asked, asked + 1);
    assert!(world.said("ONE try is left"));
    assert_eq!((world.question().as_str(), world.changes.len()), ("tokens.change-pin", 0));
    assert!(parts(&world).contains("ONE try left"), "{}", parts(&world));
}

#[test]
fn a_locked_pin_is_not_asked_for_and_the_puk_unlocks_it() {
    let mut card = yubikey();
    card.pin = PinState::Locked;
    let mut world = World::at_token(card);
    let asked = world.asked;
    assert!(parts(&world).contains("Choose unblock: the PUK gives it a new one."), "{}", parts(&world));
    world.answer("pin");
    assert_eq!((world.asked, world.question().as_str()), (asked, "tokens.do"), "no yes that cannot work");
    assert!(world.said("is locked, so it was not asked for. Choose unblock: the PUK gives it a new one."));
    assert!(!world.said("ceremony-tui tokens"), "nobody is sent to where they are");
    world.answer("unblock");
    assert!(world.said("Wrong PUKs are counted"));
    world.answer("yes");
    assert_eq!(world.changes, ["unblock"]);
    assert!(parts(&world).contains("3 tries left"), "{}", parts(&world));
}

#[test]
fn the_last_wrong_pin_leads_back_to_the_token_that_names_what_unlocks_it() {
    let mut world = World::at_token(yubikey());
    world.refusals.push_back(Refusal::WrongPin { state: PinState::Locked });
    world.answer("pin");
    world.answer("yes");
    assert_eq!(world.question(), "tokens.do");
    assert!(parts(&world).contains("Choose unblock"), "{}", parts(&world));
}

/// What the prompt of the first secret says, and its tries.
fn prompt(world: &mut World) -> (String, Option<PinState>) {
    let moment = world.moment();
    let looking = world.machine.update(Event::Answer("yes".to_owned()), moment);
    let [Effect::LookAtTokens { host }] = looking.as_slice() else { panic!("{looking:?}") };
    let seen = Event::TokensSeen(host.clone(), world.sight(host));
    let asked = world.machine.update(seen, moment);
    let [Effect::Ask { secrets, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    (secrets[0].what.clone(), secrets[0].tries)
}

#[test]
fn tries_of_the_puk_are_shown_before_each_attempt() {
    for (state, remark, tries) in [
        (PinState::Left(2), "[2 tries left]", "2 tries left"),
        (PinState::FinalTry, "[LAST TRY: after a wrong one nobody can unlock the PIN]", "ONE try left"),
    ] {
        let mut world = World::at_token(yubikey());
        world.refusals.push_back(Refusal::WrongPuk { state });
        world.answer("unblock");
        assert!(parts(&world).contains("\"PUK tries\", value: \"3 tries left\""), "{}", parts(&world));
        world.answer("yes");
        assert!(parts(&world).contains(tries), "after a wrong one: {}", parts(&world));
        world.tokens[0].0.traits.unlocking = Some(state);
        let (what, known) = prompt(&mut world);
        assert!(what.starts_with("PUK of YubiKey 5.7.1 11111111") && what.ends_with(remark), "{what}");
        assert_eq!(known, Some(state));
    }
    let mut world = World::at_token(yubikey());
    world.tokens[0].0.traits.unlocking = Some(PinState::Locked);
    world.answer("unblock");
    let asked = world.asked;
    world.answer("yes");
    assert!(world.said("can never be unlocked") && world.asked == asked, "a locked PUK is not asked for");
    assert_eq!(world.question(), "tokens.do");
}

#[test]
fn a_new_pin_is_as_long_as_the_token_says() {
    let length = |least, most| PinLength { least, most };
    for (said, expected) in [
        (Some(length(6, Some(8))), "6 to 8 characters"),
        (Some(length(4, Some(255))), "6 to 255 characters"),
        (Some(length(4, Some(4))), "4 to 4 characters"),
        (None, "6 characters or more"),
    ] {
        let mut token = softhsm();
        token.traits.pin_length = said;
        let mut world = World::at_token(token);
        world.answer("pin");
        assert!(parts(&world).contains(expected), "{}", parts(&world));
    }
}

#[test]
fn wrong_puks_and_management_keys_lead_back_to_what_they_cost() {
    let mut world = World::at_token(yubikey());
    world.refusals.push_back(Refusal::WrongPuk { state: PinState::Left(2) });
    world.answer("unblock");
    world.answer("yes");
    assert!(world.said("2 tries are left"));
    assert_eq!(world.question(), "tokens.unblock");
    world.tell(Event::Back);
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    world.refusals.push_back(Refusal::WrongManagementKey { hint: "48 digits".to_owned() });
    world.answer("yes");
    assert_eq!(world.question(), "tokens.generate", "nothing that was answered is lost");
    assert!(world.changes.is_empty());
}

#[test]
fn a_change_whose_end_is_not_known_is_looked_for_on_the_token() {
    let mut world = World::at_token(yubikey());
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    // The host dies after the look, in the middle of the change.
    let moment = world.moment();
    let looking = world.machine.update(Event::Answer("yes".to_owned()), moment);
    let [Effect::LookAtTokens { host }] = looking.as_slice() else { panic!("{looking:?}") };
    let seen = Event::TokensSeen(host.clone(), world.sight(host));
    let asked = world.machine.update(seen, moment);
    assert!(matches!(asked.as_slice(), [Effect::Ask { .. }]), "{asked:?}");
    world.tokens[0].1.push(("9c".to_owned(), key(7)));
    world.tell(Event::Asked(Err(AskError::Died)));
    assert!(world.said("is not known") && world.question() == "tokens.do");
    assert!(parts(&world).contains("slot 9c"), "{}", parts(&world));
}

#[test]
fn a_host_that_says_in_words_why_it_did_not_begin_leaves_no_doubt_and_one_that_had_begun_does() {
    let full = Refusal::Said { happened: "It is write-protected.".to_owned(), cure: "Open it.".to_owned() };
    let middle = Refusal::Uncertain { action: "change its PIN".to_owned() };
    for (refusal, question, is_doubtful) in [(full, "tokens.change-pin", false), (middle, "tokens.do", true)]
    {
        let mut world = World::at_token(softhsm());
        world.refusals.push_back(refusal);
        world.answer("pin");
        world.answer("yes");
        assert_eq!(world.question(), question);
        assert_eq!(world.said("Whether the token was changed all the same is not known"), is_doubtful);
    }
}

#[test]
fn a_pin_pad_takes_no_pin_from_the_keyboard() {
    let mut pad = softhsm();
    pad.pin_pad = true;
    let mut world = World::at_token(pad);
    for way in ["pin", "unblock"] {
        world.answer(way);
        assert_eq!(world.question(), "tokens.do");
        assert!(world.said("only on its own pad"));
    }
}

#[test]
fn the_management_key_is_the_one_that_the_token_has() {
    for (factory, management_by_pin, word) in [
        (vec![FactoryValue::ManagementKey], false, "factory"),
        (Vec::new(), true, "pin"),
        (Vec::new(), false, "typed"),
    ] {
        let mut card = yubikey();
        card.traits = Traits { factory, management_by_pin, ..card.traits };
        let mut world = World::at_token(card);
        world.answer("generate");
        pass_until(&mut world, "tokens.management");
        assert_eq!(default(&world).as_deref(), Some(word));
    }
}
