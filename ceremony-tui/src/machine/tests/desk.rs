//! Tokens: looking changes nothing, and nothing changes before somebody says yes.

mod random;
mod secrets;

use shared::device::{Firmware, KeyPolicy, Origin, PinPolicy, TouchPolicy};
use shared::gap::RootKeyDocument;
use shared::key::Key;

use super::world::{World, key, new_yubikey, token};
use crate::machine::*;
use crate::token::{AskError, FactoryValue, PinLength, PinState, Refusal, TokenInfo, Traits};

const NEW: Firmware = Firmware::new(5, 7, 1);

fn yubikey() -> TokenInfo {
    new_yubikey("11111111", NEW)
}

fn softhsm() -> TokenInfo {
    token("tuf-root", "0a11ce", 1).0
}

fn words(world: &World) -> Vec<String> {
    match world.machine.question().map(|question| question.form) {
        Some(Form::Choice(choices)) => choices.into_iter().map(|choice| choice.word).collect(),
        _ => Vec::new(),
    }
}

fn default(world: &World) -> Option<String> {
    world.machine.question().and_then(|question| question.default)
}

fn parts(world: &World) -> String {
    match world.machine.board(world.moment().now) {
        Board::Desk(board) => format!("{} | {} | {:?}", board.heading, board.aside, board.parts),
        other => panic!("{other:?} is no picture of tokens"),
    }
}

/// Takes the default of every question until this one is asked.
fn pass_until(world: &mut World, id: &str) {
    while world.question() != id {
        world.answer("");
    }
}

#[test]
fn the_flow_is_one_step_with_words_of_its_own() {
    let world = World::at_tokens(vec![yubikey(), softhsm()]);
    assert_eq!((world.machine.flow(), world.machine.step()), (Flow::Tokens, Step::Tokens));
    assert_eq!(Flow::Tokens.steps(), [Step::Tokens]);
    assert_eq!((Step::Tokens.number(), Step::Tokens.before(), Step::Tokens.after()), (1, None, None));
    assert!(world.said("Step 1 of 1: Tokens."));
    let words = words(&world);
    assert_eq!(words, ["YubiKey/11111111", "tuf-root/0a11ce", "again", "module", "done"]);
    let said: Vec<&str> = world.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(said.iter().all(|text| !text.contains("payload") && !text.contains("signature")), "{said:?}");
}

#[test]
fn a_yubikey_without_keys_generates_one_after_a_yes_and_shows_it() {
    let mut world = World::at_token(yubikey());
    world.answer("generate");
    assert_eq!((world.question().as_str(), default(&world).as_deref()), ("tokens.slot", Some("9c")));
    assert_eq!(words(&world).len(), 24, "every slot is free");
    world.answer("");
    assert_eq!(
        (default(&world).as_deref(), words(&world).join(" ")),
        (Some("p256"), "p256 rsa2048 rsa3072".to_owned())
    );
    world.answer("");
    assert_eq!(world.question(), "tokens.pin-policy");
    world.answer("");
    assert_eq!(
        (world.question().as_str(), default(&world).as_deref()),
        ("tokens.touch-policy", Some("always"))
    );
    world.answer("");
    assert_eq!(
        (world.question().as_str(), default(&world).as_deref()),
        ("tokens.management", Some("factory"))
    );
    world.answer("");
    assert_eq!(world.question(), "tokens.generate");
    let question = world.machine.question().unwrap();
    assert_eq!((question.weight, question.default), (Weight::Consent, None));
    assert!(world.said("a lost token is a lost key") && world.said("can never be changed"));
    assert!(world.changes.is_empty(), "nothing happens before the yes");
    world.answer("yes");
    assert_eq!(world.changes, ["generate 9c"]);
    assert_eq!(world.question(), "tokens.do");
    let id = world.tokens[0].1[0].1.public().id().to_string();
    assert!(world.said(&id), "the whole key id is said");
    assert!(parts(&world).contains("slot 9c") && parts(&world).contains(&id), "{}", parts(&world));
    world.answer("generate");
    assert_eq!(default(&world).as_deref(), Some("9a"), "a slot with a key is not offered");
    assert!(!words(&world).contains(&"9c".to_owned()));
}

#[test]
fn no_means_that_nothing_happens() {
    let mut world = World::at_token(yubikey());
    for (way, question) in [("pin", "tokens.change-pin"), ("unblock", "tokens.unblock")] {
        world.answer(way);
        assert_eq!(world.question(), question);
        world.answer("no");
        assert_eq!(world.question(), "tokens.do");
    }
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    world.answer("no");
    assert_eq!((world.question().as_str(), world.changes.len()), ("tokens.do", 0));
}

#[test]
fn what_a_yubikey_cannot_do_for_a_root_is_not_offered() {
    let kinds = |firmware: Firmware| {
        let mut world = World::at_token(new_yubikey("1", firmware));
        world.answer("generate");
        world.answer("");
        words(&world).join(" ")
    };
    assert_eq!(kinds(NEW), "p256 rsa2048 rsa3072");
    assert_eq!(kinds(Firmware::new(5, 4, 3)), "p256 rsa2048");
    for (patch, offered) in
        [((4, 2, 5), "p256 rsa2048"), ((4, 2, 6), "p256"), ((4, 3, 4), "p256"), ((4, 3, 5), "p256 rsa2048")]
    {
        let (major, minor, patch) = patch;
        let firmware = Firmware::new(major, minor, patch);
        assert_eq!(kinds(firmware), offered, "{firmware}: RSA keys of some can be computed (ROCA)");
    }
    assert!(Step::Tokens.help().contains("P-384") && Step::Tokens.help().contains("Ed25519"));
}

#[test]
fn ecdsa_on_old_firmware_and_weak_policies_are_warned_about_before_the_yes() {
    let mut world = World::at_token(new_yubikey("1", Firmware::new(5, 4, 3)));
    world.answer("generate");
    for answer in ["", "", "once", "never"] {
        world.answer(answer);
    }
    world.answer("");
    assert!(world.said("YSA-2024-03") && world.said("This key signs without a touch"));
}

/// A public RSA key with the pattern of ROCA: every power of 65537 has it.
fn computable() -> Key {
    let mut modulus = vec![1_u8];
    for _ in 0..128 {
        let shifted: Vec<u8> = [0, 0].into_iter().chain(modulus.clone()).collect();
        let mut carry = 0;
        modulus = shifted
            .iter()
            .zip(modulus.iter().chain(std::iter::repeat(&0)))
            .map(|(one, other)| {
                carry = (carry >> 8) + u16::from(*one) + u16::from(*other);
                carry.to_le_bytes()[0]
            })
            .collect();
        modulus.extend(Some(carry.to_le_bytes()[1]).filter(|byte| *byte > 0));
    }
    modulus.reverse();
    let head = "30820122300d06092a864886f70d01010105000382010f003082010a02820101";
    let der = [&hex::decode(head).unwrap()[..], &modulus, &[0x02, 0x03, 1, 0, 1]].concat();
    Key::from_spki_der(&der).unwrap()
}

#[test]
fn advice_about_keys_is_the_same_here_and_in_the_ceremony() {
    let mut world = World::at_token(softhsm());
    let nothing = Refusal::NotAttested { reason: String::new() };
    world.attestations.push((softhsm().id, computable(), Err(nothing)));
    world.answer("again");
    assert!(parts(&world).contains("CVE-2017-15361"), "behind PKCS#11 too: {}", parts(&world));

    let cached = KeyPolicy { pin: PinPolicy::Once, touch: TouchPolicy::Cached };
    let mut here = World::at_token(yubikey());
    let mut there = World::at_root_keys();
    there.tokens.push((yubikey(), Vec::new()));
    for world in [&mut here, &mut there] {
        world.tokens[0].1.push(("9c".to_owned(), key(7)));
        (world.policy, world.origin) = (Some(cached), Origin::Imported);
    }
    here.answer("again");
    for answer in ["token", "ann", "YubiKey/11111111", "9c"] {
        there.answer(answer);
    }
    for advice in ["For 15 seconds after a touch", "was generated elsewhere and put onto the token"] {
        for world in [&here, &there] {
            assert!(world.said(advice), "{advice}: {:?}", world.notes);
        }
    }
    assert!(!there.said("firmware"), "nothing is known against this one: {:?}", there.notes);
}

#[test]
fn a_pkcs11_token_is_asked_for_an_id_that_is_free_a_label_and_a_kind() {
    let mut world = World::at_token(softhsm());
    world.tokens[0].1.push(("01".to_owned(), key(9)));
    world.answer("again");
    world.answer("generate");
    assert_eq!(default(&world).as_deref(), Some("02"));
    for (wrong, why) in [("01", "already"), ("xyz", "is no id"), ("0", "is no id")] {
        world.answer(wrong);
        assert!(world.said(why) && world.question() == "tokens.key-id", "{wrong}");
    }
    world.answer("A1");
    world.answer("wörk");
    assert_eq!(world.question(), "tokens.label");
    world.answer("");
    assert_eq!(words(&world), ["p256", "ed25519", "rsa2048", "rsa3072"]);
    world.answer("ed25519");
    assert_eq!(world.question(), "tokens.generate");
    world.answer("yes");
    assert_eq!(world.changes, ["generate a1"]);
}

#[test]
fn only_what_has_a_light_is_asked_to_show_it() {
    assert!(words(&World::at_token(yubikey())).contains(&"identify".to_owned()));
    assert!(!words(&World::at_token(softhsm())).contains(&"identify".to_owned()));
}

#[test]
fn a_public_key_is_written_with_a_proof_of_now_that_verifies() {
    let mut world = World::at_token(yubikey());
    world.tokens[0].1.push(("9c".to_owned(), key(7)));
    world.answer("again");
    world.answer("export");
    assert_eq!(default(&world).as_deref(), Some("9c"));
    world.answer("");
    world.answer("document");
    world.answer("alice, bob");
    assert_eq!(world.question(), "tokens.name");
    world.answer("alice");
    assert_eq!(world.question(), "tokens.proof");
    world.answer("yes");
    assert!(world.said("does not attest this key"), "people hear that it goes without");
    assert_eq!(world.question(), "tokens.folder");
    world.refuse_next = true;
    world.answer("/media/full");
    assert_eq!(world.question(), "tokens.folder", "the proof is not lost");
    world.answer("/media/usb");
    let (path, bytes) = world.exported.last().unwrap();
    let document = RootKeyDocument::parse(bytes).unwrap();
    assert_eq!((path.as_str(), document.name.as_str()), ("/media/usb/root-key.json", "alice"));
    assert_eq!((document.key.id(), document.attestation.len()), (world.tokens[0].1[0].1.public().id(), 0));
    assert!(world.changes.is_empty());
}

#[test]
fn an_attestation_that_cannot_be_read_is_said_to_stay_behind() {
    let mut world = World::at_token(yubikey());
    world.tokens[0].1.push(("9c".to_owned(), key(7)));
    world.attest();
    for answer in ["again", "export", "9c", "document", "alice", "yes"] {
        world.answer(answer);
    }
    assert!(world.said("The key is exported without an attestation"), "{:?}", world.notes);
    world.answer("/media/usb");
    let (_, bytes) = world.exported.last().unwrap();
    assert_eq!(RootKeyDocument::parse(bytes).unwrap().attestation, [""; 0]);
}

#[test]
fn a_public_key_alone_is_pem_and_costs_no_pin() {
    let mut world = World::at_token(softhsm());
    world.tokens[0].1.push(("01".to_owned(), key(7)));
    world.answer("again");
    let asked = world.asked;
    for answer in ["export", "01", "pem", "/media/usb"] {
        world.answer(answer);
    }
    assert_eq!(world.asked, asked);
    let (path, bytes) = world.exported.last().unwrap();
    let key = Key::from_public_pem(std::str::from_utf8(bytes).unwrap()).unwrap();
    assert_eq!((path.as_str(), key.id()), ("/media/usb/root-key.pem", world.tokens[0].1[0].1.public().id()));
}

#[test]
fn an_attestation_that_leads_nowhere_is_said_and_not_shown() {
    let mut world = World::at_token(yubikey());
    world.tokens[0].1.push(("9c".to_owned(), key(7)));
    world.attest();
    world.answer("again");
    world.answer("attestation");
    world.answer("9c");
    assert_eq!(world.question(), "tokens.attestation");
    assert!(world.said("is damaged, or no X.509 certificate") && world.said("nobody vouches for it"));
    world.answer("");
    assert_eq!(world.question(), "tokens.do");
}

#[test]
fn a_token_that_is_taken_out_meanwhile_is_not_asked() {
    let mut world = World::at_token(yubikey());
    let card = world.tokens.remove(0);
    world.answer("pin");
    world.answer("yes");
    assert!(world.said("is not there, so nothing was done"));
    assert_eq!(words(&world), ["again", "other"]);
    world.tokens.push(card);
    world.answer("again");
    assert!(words(&world).contains(&"pin".to_owned()), "{:?}", words(&world));
}

#[test]
fn a_token_that_cannot_be_used_for_a_while_is_said_to_be_there_and_is_not_asked() {
    let mut world = World::at_token(yubikey());
    let card = world.tokens[0].0.clone();
    world.hold(&card);
    world.answer("pin");
    world.answer("yes");
    assert!(world.changes.is_empty());
    let why = "cannot be used now, so nothing was done. Reader of 11111111: The card in it has said nothing";
    assert!(world.said(why) && world.said("YubiKey 5.7.1 11111111 cannot be used now."));
    assert_eq!(words(&world), ["again", "other"]);
    assert!(
        parts(&world).contains("It cannot be used now. Reader of 11111111: The card"),
        "{}",
        parts(&world)
    );
    world.unusable.clear();
    world.look_around();
    assert!(
        world.said("YubiKey 5.7.1 11111111 can be used now.") && words(&world).contains(&"pin".to_owned())
    );
    assert!(!world.said("taken out") && !world.said("plugged in") && !world.said("is not there"));
}

#[test]
fn a_token_that_comes_back_is_read_again() {
    let mut world = World::at_token(yubikey());
    world.tokens[0].1.push(("9c".to_owned(), key(7)));
    let card = world.tokens.remove(0);
    world.answer("again");
    assert_eq!(words(&world), ["again", "other"]);
    world.tokens.push(card);
    world.look_around();
    assert!(parts(&world).contains("slot 9c"), "{}", parts(&world));
    world.answer("generate");
    assert!(!words(&world).contains(&"9c".to_owned()), "a slot with a key is not offered");
}

#[test]
fn back_leads_one_question_back_from_everywhere() {
    let mut world = World::at_token(yubikey());
    world.tokens[0].1.push(("9a".to_owned(), key(7)));
    world.answer("again");
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    let mut way = Vec::new();
    while world.question() != "tokens.token" {
        world.tell(Event::Back);
        way.push(world.question());
    }
    let expected = ["management", "touch-policy", "pin-policy", "kind", "slot", "do", "token"];
    assert_eq!(way, expected.map(|id| format!("tokens.{id}")));
    world.answer("YubiKey/11111111");
    for answer in ["export", "9a", "document", "alice"] {
        world.answer(answer);
    }
    let mut way = Vec::new();
    while world.question() != "tokens.do" {
        world.tell(Event::Back);
        way.push(world.question());
    }
    assert_eq!(way, ["name", "export", "key", "do"].map(|id| format!("tokens.{id}")));
    world.tell(Event::Back);
    world.tell(Event::Back);
    assert_eq!(world.question(), "tokens.token", "back at the list looks again");
}

#[test]
fn hosts_that_cannot_be_asked_and_what_is_no_token_are_said() {
    let mut world = World::at_tokens(vec![yubikey()]);
    world.refuse_next = true;
    world.answer("again");
    assert_eq!(world.question(), "tokens.token");
    assert!(
        parts(&world).contains("YubiKeys: The process that talks to the token has ended"),
        "{}",
        parts(&world)
    );
}

#[test]
fn a_module_is_named_by_its_whole_path() {
    let mut world = World::at_tokens(Vec::new());
    world.answer("module");
    world.answer("libtoken.so");
    assert_eq!(world.question(), "tokens.module");
    world.answer("/usr/lib/softhsm/libsofthsm2.so");
    assert_eq!(world.question(), "tokens.token");
    world.answer("module");
    world.tell(Event::Back);
    assert_eq!(world.question(), "tokens.token");
}

#[test]
fn the_end_says_what_was_done() {
    let mut world = World::at_token(yubikey());
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    world.answer("yes");
    world.answer("other");
    world.answer("done");
    assert!(world.machine.is_ended() && world.machine.question().is_none());
    assert_eq!(world.machine.step(), Step::Tokens);
    assert!(parts(&world).contains("generated a key (ECDSA on P-256) in slot 9c"), "{}", parts(&world));
    assert!(!world.machine.holds_signatures());
}

#[test]
fn the_step_of_root_keys_leads_to_the_desk_and_back() {
    let mut world = World::at_root_keys();
    world.tokens = vec![(yubikey(), Vec::new())];
    world.answer("tokens");
    assert_eq!((world.question().as_str(), world.machine.step()), ("tokens.token", Step::RootKeys));
    world.answer("YubiKey/11111111");
    world.answer("generate");
    world.tell(Event::Back);
    assert_eq!(world.question(), "tokens.do", "one question back");
    world.answer("generate");
    pass_until(&mut world, "tokens.generate");
    world.answer("yes");
    world.answer("other");
    world.answer("done");
    assert_eq!(world.question(), "root-keys.add");
    for answer in ["token", "alice", "YubiKey/11111111", "9c", "yes"] {
        world.answer(answer);
    }
    assert_eq!(world.machine.draft.root_keys.len(), 1, "the new key is a root key now");
    world.answer("tokens");
    world.tell(Event::Back);
    assert_eq!(world.question(), "root-keys.add");
}

#[test]
fn a_module_that_was_named_here_and_failed_is_told_and_looked_at_no_more() {
    let mut world = World::at_tokens(vec![softhsm()]);
    let hosts = world.machine.watched();
    let wrong = HostKind::Pkcs11 { module: "/usr/lib/wrong.so".to_owned() };
    let refusal = Refusal::ModuleNotLoaded { module: "/usr/lib/wrong.so".to_owned(), reason: "x".to_owned() };
    world.troubles = vec![(wrong, AskError::Refused(refusal))];
    world.answer("module");
    world.answer("/usr/lib/wrong.so");
    assert!(world.said("could not be loaded"), "{:?}", world.notes);
    assert_eq!((world.question().as_str(), world.machine.watched()), ("tokens.token", hosts));
    assert!(!parts(&world).contains("wrong.so"), "nobody waits for it any more: {}", parts(&world));
}

#[test]
fn the_token_that_a_uri_means_is_proposed() {
    let mut world = World::at_tokens(vec![softhsm(), token("other", "02", 2).0]);
    assert_eq!(default(&world), None, "nothing is chosen for anybody");
    world.answer("module");
    world.answer(&format!("pkcs11:token=other?module-path={}", super::world::MODULE));
    assert_eq!(default(&world).as_deref(), Some("other/02"));
}
