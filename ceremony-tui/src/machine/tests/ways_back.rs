//! What was typed is not lost, what is asked can be answered, and nothing is dropped without asking.

use super::world::{MODULE, World, token, yubikey};
use crate::machine::*;
use crate::token::module::{ModuleChoice, ModuleFound};
use crate::token::{Answer, AskError, HostKind, KeyFileKind, PinState, Refusal, Request};

fn default(world: &World) -> Option<String> {
    world.machine.question().and_then(|question| question.default)
}

#[test]
fn a_key_file_that_does_not_open_is_asked_for_again_with_its_path() {
    let mut world = World::at_root_keys();
    world.answer("file");
    world.answer("alice");
    world.refuse_next = true;
    world.answer("keys/0");
    assert_eq!((world.question().as_str(), default(&world).as_deref()), ("root-keys.file", Some("keys/0")));
    world.answer("");
    assert_eq!(world.machine.draft.root_keys[0].name, "alice");
}

#[test]
fn a_new_key_file_has_no_place_until_somebody_names_one() {
    let mut world = World::at_root_keys();
    world.answer("generate");
    world.answer("alice");
    world.answer("");
    assert_eq!((world.question().as_str(), default(&world)), ("root-keys.new-file", None));
    world.refuse_next = true;
    world.answer("/media/alice/key.age");
    assert_eq!(default(&world).as_deref(), Some("/media/alice/key.age"));
}

#[test]
fn a_module_that_was_named_and_failed_is_looked_at_no_more() {
    let mut world = World::at_root_keys();
    world.answer("token");
    world.answer("alice");
    let hosts = world.machine.watched();
    let wrong = HostKind::Pkcs11 { module: "/usr/lib/wrong.so".to_owned() };
    let refusal = Refusal::ModuleNotLoaded { module: "/usr/lib/wrong.so".to_owned(), reason: "x".to_owned() };
    world.troubles = vec![(wrong, AskError::Refused(refusal))];
    world.answer("module");
    assert_eq!((world.question().as_str(), default(&world)), ("root-keys.module", None));
    world.answer("wrong.so");
    assert!(world.said("is not an absolute path"));
    world.answer("/usr/lib/wrong.so");
    assert!(world.said("could not be loaded"));
    assert_eq!(world.question(), "root-keys.token");
    assert_eq!(world.machine.watched(), hosts);
}

#[test]
fn a_module_of_smart_cards_is_proposed_and_asked_only_when_somebody_names_it() {
    let mut world = World::begin();
    let opensc = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
    world.facts.modules.push(ModuleChoice::at(opensc, ModuleFound::UsualPlace));
    world.tell(Event::Started);
    world.answer("yes");
    world.pass_settings();
    world.import_online();
    assert!(world.machine.watched().is_empty(), "nobody has wanted a token yet");
    world.answer("token");
    world.answer("alice");
    let softhsm = HostKind::Pkcs11 { module: MODULE.to_owned() };
    assert_eq!(world.machine.watched(), [HostKind::Piv, softhsm]);
    world.answer("module");
    assert_eq!(default(&world).as_deref(), Some(opensc));
    world.answer("");
    assert_eq!(world.machine.watched().len(), 3);
}

#[test]
fn names_that_differ_only_in_case_are_one_name() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    for name in ["Alice", "ONLINE-1", "Done"] {
        world.answer("file");
        world.answer(name);
        assert_eq!(world.question(), "root-keys.name", "{name}");
        world.tell(Event::Back);
    }
}

#[test]
fn from_the_export_back_to_signing_keeps_the_signatures() {
    let mut world = World::at_sign();
    world.answer("alice");
    world.answer("done");
    world.answer("yes");
    assert_eq!(world.question(), "export.folder");
    world.tell(Event::Back);
    assert_eq!(world.question(), "sign.key");
    assert!(world.machine.holds_signatures());
    world.answer("bob");
    assert_eq!(world.question(), "export.folder");
    world.answer("/media/usb");
    assert!(world.said("It carries 2 signatures"));
    assert!(!world.machine.holds_signatures(), "nothing is lost after the end");
}

#[test]
fn the_checked_online_key_is_dropped_only_when_somebody_says_so() {
    let mut world = World::at_root_keys();
    world.tell(Event::Back);
    assert_eq!(world.question(), "online-key.keep");
    world.answer("");
    assert_eq!(world.question(), "root-keys.add");
    world.tell(Event::Back);
    world.tell(Event::Back);
    assert_eq!(world.question(), "settings.repository");
    world.pass_settings();
    assert_eq!(world.question(), "online-key.keep");
    world.answer("no");
    assert_eq!(world.question(), "online-key.file");
    assert!(world.machine.draft.online.is_none());
}

#[test]
fn the_review_says_what_is_not_in_the_document_and_shows_it_all_again() {
    let mut world = World::at_review();
    assert!(world.said("You are about to sign root version 1."));
    assert!(world.said("The name acme-releases is only said here; it is not in the document."));
    for _ in 0..2 {
        world.notes.clear();
        world.answer("s");
        assert!(world.said("Root is signed by all of"));
        world.type_groups();
    }
    assert_eq!(world.question(), "review.agree");
}

#[test]
fn done_is_offered_only_when_it_can_be_answered() {
    let mut world = World::at_root_keys();
    assert!(!world.machine.question().unwrap().text.contains("done"));
    world.add_file("alice", 0);
    assert!(world.machine.question().unwrap().text.contains("or done"));
}

#[test]
fn what_cannot_be_changed_later_is_said_before_it_is_asked() {
    let mut world = World::begin();
    world.tell(Event::Started);
    world.answer("yes");
    world.answer("acme");
    while world.question() != "settings.bins" {
        assert!(!world.said("cannot be changed later"));
        world.answer("");
    }
    assert!(world.said("cannot be changed later"));
}

#[test]
fn an_answer_to_another_question_is_no_reason() {
    let mut world = World::begin();
    world.facts.interfaces_up = vec!["eth0".to_owned(), "wlan0".to_owned()];
    world.facts.user = User::Root;
    world.tell(Event::Started);
    assert!(world.said("ip link set eth0 down; ip link set wlan0 down"));
    for word in ["done", "Help", ":quit", "yes"] {
        world.answer(word);
        assert_eq!(world.question(), "preflight.except.network", "{word}");
    }
    world.answer("a rehearsal");
    assert_eq!(world.question(), "preflight.except.user");
    assert!(world.said("this program runs as root"));
}

#[test]
fn back_in_the_settings_is_the_question_before_and_answers_stay() {
    let mut world = World::begin();
    world.tell(Event::Started);
    world.answer("yes");
    world.answer("acme-releases");
    while world.question() != "settings.threshold" {
        world.answer("");
    }
    world.answer("1");
    world.tell(Event::Back);
    assert_eq!(world.question(), "settings.threshold");
    world.answer("2");
    assert_eq!((world.machine.repository(), world.machine.draft.threshold), (Some("acme-releases"), 2));
    world.answer("100");
    world.answer("prefix");
    world.answer("16");
    // Enter alone keeps what was answered when the settings are walked through again.
    while world.question() != "settings.repository" {
        world.tell(Event::Back);
    }
    let Board::Settings(board) = world.machine.board(world.moment().now) else { panic!("in the settings") };
    assert!(board.settings.iter().all(|setting| setting.source == Source::Answered));
    while world.question().starts_with("settings.") {
        world.answer("");
    }
    assert_eq!((world.machine.draft.threshold, world.machine.draft.bin_count), (2, 16));
}

#[test]
fn a_typed_reason_stays_as_long_as_its_finding_is_the_same() {
    let mut world = World::begin();
    world.facts.interfaces_up = vec!["eth0".to_owned()];
    world.tell(Event::Started);
    world.answer("the cable goes to a dead switch");
    assert_eq!(world.question(), "preflight.clock");
    world.answer("no");
    assert_eq!(world.question(), "preflight.clock", "the reason was not asked again");
    world.tell(Event::Back);
    assert_eq!(world.question(), "preflight.clock");
    world.facts.interfaces_up.push("wlan0".to_owned());
    world.answer("no");
    assert_eq!(world.question(), "preflight.except.network", "something else was found");
}

#[test]
fn the_same_decisions_are_the_same_document_and_another_one_is_said_to_be_another() {
    let mut world = World::at_review();
    let digest = |world: &World| world.machine.document().unwrap().digest;
    let before = digest(&world);
    world.tell(Event::Back);
    world.answer("done");
    assert_eq!(digest(&world), before, "what was noted still counts");
    assert!(!world.said("Cross out"));
    world.tell(Event::Back);
    world.add_file("carol", 2);
    world.answer("done");
    assert_ne!(digest(&world), before);
    assert!(world.said(&format!("Cross out the digest that begins with {} ", before.groups()[0])));
}

#[test]
fn a_passphrase_that_was_none_is_asked_for_again_and_never_in_a_line() {
    let mut world = World::at_root_keys();
    for (way, path) in [("file", "keys/0"), ("generate", "keys/new")] {
        world.answer(way);
        world.answer("alice");
        if way == "generate" {
            world.answer("");
        }
        let moment = world.moment();
        let first = world.machine.update(Event::Answer(path.to_owned()), moment);
        let [Effect::Ask { request, .. }] = first.as_slice() else { panic!("{first:?}") };
        let found = match request {
            Request::InspectKeyFile { .. } => Answer::KeyFile(KeyFileKind::Age),
            _ => Answer::Writable,
        };
        let asked = world.machine.update(Event::Asked(Ok(found)), moment);
        assert!(matches!(asked.as_slice(), [Effect::Ask { secrets, .. }] if secrets.len() == 1));
        world.tell(Event::SecretNotGiven("The two passphrases differ.".to_owned()));
        let question = world.machine.question().unwrap();
        assert!(matches!(question.form, Form::Choice(_)), "nothing is typed here");
        assert_eq!(world.machine.update(Event::Answer(String::new()), moment), asked, "all of it again");
        world.tell(Event::SecretNotGiven("The two passphrases differ.".to_owned()));
        world.answer("other");
        assert!(["root-keys.file", "root-keys.new-file"].contains(&world.question().as_str()));
        world.tell(Event::Back);
    }
}

#[test]
fn taking_a_key_off_the_list_is_chosen_and_said() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.answer("remove");
    assert_eq!(world.machine.question().unwrap().weight, Weight::Consent, "nothing is chosen beforehand");
    world.answer("");
    assert_eq!(world.question(), "root-keys.remove", "Enter alone removes nothing");
    world.answer("alice");
    assert!(world.said("alice was taken off the list."));
}

#[test]
fn a_new_key_file_is_not_written_where_the_payload_goes() {
    let mut world = World::at_root_keys();
    world.machine.draft.options.folder = Some("/media/usb".to_owned());
    for answer in ["generate", "alice", "", "/media/usb/keys/alice.age"] {
        world.answer(answer);
    }
    assert!(world.said("no private key may travel with it"));
    assert_eq!(world.question(), "root-keys.new-file");
    world.answer("/media/alice/alice.age");
    assert!(!world.question().starts_with("root-keys.new-file"));
}

#[test]
fn a_pin_that_has_locked_since_the_token_was_chosen_is_not_asked_for() {
    let mut world = World::at_root_keys();
    world.tokens = vec![yubikey("11111111", "5.7.1", 1)];
    for answer in ["token", "alice", "YubiKey/11111111", "9c"] {
        world.answer(answer);
    }
    world.fail_next = Some(AskError::Refused(Refusal::PinLocked));
    world.answer("yes");
    assert_eq!(world.question(), "root-keys.proof");
    let token = world.tokens[0].0.id.clone();
    assert_eq!(world.machine.draft.seen.find(&token).map(|(_, token)| token.pin), Some(PinState::Locked));
    world.tokens[0].0.pin = PinState::Locked;
    let asked = world.asked;
    world.answer("yes");
    assert_eq!(world.asked, asked + 1, "it was looked at, and asked for nothing");
    assert!(world.said("is locked, so it was not asked for"));
}

#[test]
fn a_token_that_was_taken_out_before_its_proof_is_asked_for_no_pin_and_waited_for() {
    let mut world = World::at_root_keys();
    world.tokens = vec![yubikey("11111111", "5.7.1", 1)];
    for answer in ["token", "alice", "YubiKey/11111111", "9c"] {
        world.answer(answer);
    }
    let card = world.tokens.remove(0);
    world.answer("yes");
    assert!(world.said("No token YubiKey with serial number 11111111 is there."));
    assert_eq!(world.question(), "root-keys.proof");
    world.hold(&card.0);
    world.tokens = vec![card];
    world.answer("yes");
    assert!(world.said("The token YubiKey 5.7.1 11111111 cannot be used now. Reader of 11111111: The card"));
    assert_eq!(world.question(), "root-keys.proof");
    world.unusable.clear();
    world.answer("yes");
    assert_eq!(world.machine.draft.root_keys.len(), 1);
}

#[test]
fn a_host_that_fails_in_the_look_before_a_pin_is_not_believed_to_show_what_it_showed() {
    let mut world = World::at_root_keys();
    world.tokens = vec![yubikey("11111111", "5.7.1", 1)];
    for answer in ["token", "alice", "YubiKey/11111111", "9c"] {
        world.answer(answer);
    }
    world.refuse_next = true;
    world.answer("yes");
    assert_eq!(world.question(), "root-keys.proof");
    let seen = &world.machine.draft.seen;
    assert_eq!((seen.troubles().count(), seen.tokens().len()), (1, 0));
    world.answer("yes");
    assert_eq!(world.machine.draft.root_keys.len(), 1);
}

#[test]
fn whoever_cannot_log_in_may_still_take_a_key_that_is_shown() {
    let mut world = World::at_root_keys();
    world.tokens = vec![token("tuf-root-1", "0a11ce", 1)];
    world.tokens[0].0.pin = PinState::Locked;
    for answer in ["token", "alice", "tuf-root-1/0a11ce", "login"] {
        world.answer(answer);
    }
    assert!(world.said("is locked, so it was not asked for"));
    assert_eq!(world.question(), "root-keys.key");
}
