//! PKCS#11 tokens.

use hardware_tests::softhsm::{KeyKind, SoftHsm as Bench};
use shared::gap::RootKeyDocument;
use shared::key::Key;

use super::{NO_SERVICE, at_tokens, choose, leave, pass_until};
use crate::softhsm::SoftHsm;

#[test]
fn a_key_is_generated_and_leaves_with_a_proof() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = Bench::new(folder.path()).unwrap();
    hsm.token("alice", "111111").unwrap();
    let environment = vec![crate::softhsm::environment(&hsm), NO_SERVICE];
    let mut room = at_tokens(folder.path(), "alice\t111111\n", environment);
    let said = choose(&mut room, "alice");
    assert!(said.contains("It shows no key."), "{said}");
    room.answer("tokens.do", "generate");
    pass_until(&mut room, "tokens.generate");
    assert!(room.said().contains("a lost token is a lost key"), "{}", room.transcript);
    room.answer("tokens.generate", "yes");
    let said = room.said();
    assert!(said.contains("generated a key (ECDSA on P-256) in id 01, key id "), "{said}");
    let usb = crate::material::export_folder(folder.path());
    for (form, questions) in
        [("document", vec![("tokens.name", "alice"), ("tokens.proof", "yes")]), ("pem", vec![])]
    {
        room.answer("tokens.do", "export");
        room.answer("tokens.key", "01");
        room.answer("tokens.export", form);
        for (id, answer) in questions {
            room.answer(id, answer);
        }
        room.answer("tokens.folder", usb.to_str().unwrap());
    }
    let transcript = leave(room);
    let document = RootKeyDocument::parse(&std::fs::read(usb.join("root-key.json")).unwrap()).unwrap();
    let pem = std::fs::read_to_string(usb.join("root-key.pem")).unwrap();
    assert_eq!(document.key.id(), Key::from_public_pem(&pem).unwrap().id());
    assert!(transcript.contains(document.key.id().as_str()), "{transcript}");
    assert!(!transcript.contains("111111") && !transcript.contains("payload"), "{transcript}");
    hsm.generate("alice", "111111", KeyKind::P256, "02").unwrap();
}

#[test]
fn no_is_no_and_a_wrong_pin_makes_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = Bench::new(folder.path()).unwrap();
    hsm.token("alice", "111111").unwrap();
    let environment = vec![crate::softhsm::environment(&hsm), NO_SERVICE];
    let mut room = at_tokens(folder.path(), "alice\t999999\n", environment);
    choose(&mut room, "alice");
    for answer in ["no", "yes"] {
        room.answer("tokens.do", "generate");
        pass_until(&mut room, "tokens.generate");
        room.type_line(answer);
    }
    let said = room.said();
    assert!(said.contains("Refused: The token says that the PIN is wrong."), "{said}");
    assert_eq!(room.prompt(), "tokens.generate", "nothing that was answered is lost");
    room.type_line("no");
    room.answer("tokens.do", "again");
    assert!(room.said().contains("It shows no key."), "{}", room.transcript);
    assert!(leave(room).contains("Nothing was changed on any token."));
}

#[test]
fn a_pin_is_changed_and_given_anew_by_the_security_officer() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = Bench::new(folder.path()).unwrap();
    // The security officer's PIN is the same at first.
    hsm.token("bob", "111111").unwrap();
    let secrets = "bob\t111111\nbob new-pin\t222222\nbob new-pin\t333333\nbob so-pin\t111111\n";
    let environment = vec![crate::softhsm::environment(&hsm), NO_SERVICE];
    let mut room = at_tokens(folder.path(), secrets, environment);
    choose(&mut room, "bob");
    room.answer("tokens.do", "pin");
    room.answer("tokens.change-pin", "yes");
    assert!(room.said().contains("has another PIN"), "{}", room.transcript);
    assert!(hsm.generate("bob", "111111", KeyKind::P256, "01").is_err(), "the old one is good for nothing");
    hsm.generate("bob", "222222", KeyKind::P256, "01").unwrap();
    room.answer("tokens.do", "unblock");
    room.answer("tokens.unblock", "yes");
    assert!(room.said().contains("has a new PIN"), "{}", room.transcript);
    hsm.generate("bob", "333333", KeyKind::P256, "02").unwrap();
    room.answer("tokens.do", "again");
    assert!(room.said().contains("id 02"), "{}", room.transcript);
    let transcript = leave(room);
    assert!(["111111", "222222", "333333"].iter().all(|pin| !transcript.contains(pin)), "{transcript}");
}

#[test]
fn a_new_pin_that_is_too_short_and_a_wrong_security_officer_s_pin_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = Bench::new(folder.path()).unwrap();
    hsm.token("bob", "111111").unwrap();
    let secrets = "bob\t111111\nbob new-pin\t22\nbob new-pin\t222222\nbob so-pin\t999999\n";
    let environment = vec![crate::softhsm::environment(&hsm), NO_SERVICE];
    let mut room = at_tokens(folder.path(), secrets, environment);
    choose(&mut room, "bob");
    room.answer("tokens.do", "pin");
    room.answer("tokens.change-pin", "yes");
    assert!(room.said().contains("has at least 6 characters"), "{}", room.transcript);
    room.answer("tokens.change-pin", "no");
    room.answer("tokens.do", "unblock");
    room.answer("tokens.unblock", "yes");
    assert!(room.said().contains("PUK (or the security officer's PIN) is wrong"), "{}", room.transcript);
    room.answer("tokens.unblock", "no");
    assert!(leave(room).contains("Nothing was changed on any token."));
    hsm.generate("bob", "111111", KeyKind::P256, "01").unwrap();
}

#[test]
fn keys_of_every_kind_are_generated_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("carol", "111111", KeyKind::Rsa2048);
    let mut room = at_tokens(folder.path(), "carol\t111111\n", vec![hsm.environment(), NO_SERVICE]);
    let said = choose(&mut room, "carol");
    assert!(said.contains("id 02: RSA-PSS"), "{said}");
    for (kind, title) in [("ed25519", "Ed25519"), ("rsa3072", "RSA-PSS")] {
        room.answer("tokens.do", "generate");
        room.answer("tokens.key-id", "");
        room.answer("tokens.label", kind);
        room.answer("tokens.kind", kind);
        room.answer("tokens.generate", "yes");
        let said = room.said();
        let line = said.lines().find(|line| line.contains(&format!("\"{kind}\""))).unwrap_or(&said);
        assert!(line.contains(title), "{said}");
    }
    leave(room);
}

#[test]
fn where_nothing_is_plugged_in_every_reason_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = Bench::new(folder.path()).unwrap();
    let environment = vec![crate::softhsm::environment(&hsm), NO_SERVICE];
    let mut room = at_tokens(folder.path(), "", environment);
    assert!(room.transcript.contains("No token is seen."), "{}", room.transcript);
    assert!(
        room.transcript.contains("YubiKeys: The smart card service (pcscd) cannot be reached"),
        "{}",
        room.transcript
    );
    room.answer("tokens.token", "module");
    room.answer("tokens.module", "/dev/null");
    let said = room.said();
    assert!(said.contains("it is not a regular file"), "{said}");
    leave(room);
}
