//! A holder who is not in the room: the YubiKey is exported where it is, the ceremony takes its document, and it signs
//! elsewhere. Two smart card services, and a medium between them.

use std::path::{Path, PathBuf};
use std::process::Command;

use ceremony_tui::token::{Answer, KeyLocator, Login, Request};
use hardware_tests::pcscd::Pcscd;
use hardware_tests::yubikey::{Algorithm, Authority, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::gap::{AttestationVerdict, BootstrapPayload, KeptPlace, RootKeysDocument};
use shared::key::Signature;
use shared::rotation::check_first_root;

use crate::desk::{at_tokens, choose, leave};
use crate::material::{Online, export_folder, now};
use crate::room::{BINARY, Room, Setup};
use crate::yubikey::host::{self, PIN, token, usual_card};

const USUAL: (PinPolicy, TouchPolicy) = (PinPolicy::Always, TouchPolicy::Always);

/// Whose card service a program asks, and no other token.
fn at(bench: &Pcscd) -> (&'static str, PathBuf) {
    bench.environment()
}

/// The holder's own room: `root-key.json` of the key in 9c.
fn export(bench: &Pcscd, folder: &Path, name: &str) -> PathBuf {
    let (variable, socket) = at(bench);
    let environment = vec![(variable, socket.to_str().unwrap()), ("SOFTHSM2_CONF", "/nonexistent")];
    let mut room = at_tokens(folder, "11111111\t123456\n", environment);
    choose(&mut room, "YubiKey/11111111");
    let usb = export_folder(folder);
    for (question, answer) in [
        ("tokens.do", "export"),
        ("tokens.key", "9c"),
        ("tokens.export", "document"),
        ("tokens.name", name),
        ("tokens.proof", "yes"),
        ("tokens.folder", usb.to_str().unwrap()),
    ] {
        room.answer(question, answer);
    }
    leave(room);
    usb.join("root-key.json")
}

/// The room of the ceremony, at its root keys.
fn at_root_keys(bench: &Pcscd, folder: &Path, demand: &str) -> Room {
    let online = Online::write(folder);
    let roots = folder.join("roots.pem");
    std::fs::write(&roots, Authority::default().root_pem().unwrap()).unwrap();
    let roots = roots.to_str().unwrap();
    let arguments = vec!["new", "--plain", "--attestation", demand, "--attestation-roots", roots];
    let (variable, socket) = at(bench);
    let environment = vec![(variable, socket.to_str().unwrap()), ("SOFTHSM2_CONF", "/nonexistent")];
    let secrets = "alice\t123456\n";
    let mut room = Room::enter(folder, &Setup { arguments, secrets, environment });
    online.import(&mut room);
    room
}

fn take(room: &mut Room, document: &Path) -> String {
    room.answer("root-keys.add", "document");
    room.answer("root-keys.document", document.to_str().unwrap());
    room.said()
}

fn add_token(room: &mut Room, name: &str, token: &str, slot: &str) {
    for (id, answer) in [("add", "token"), ("name", name), ("token", token), ("key", slot)] {
        room.answer(&format!("root-keys.{id}"), answer);
    }
}

#[test]
fn a_key_that_came_as_a_document_is_listed_and_signs_where_it_is() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let elsewhere = host::Room::with(&usual_card());
    let document = export(&elsewhere.bench, home.path(), "bob");
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let alice = YubiKey::new(22_222_222, Firmware::new(5, 7, 1)).unwrap();
    alice.generate(0x9c, Algorithm::P256, USUAL).unwrap();
    bench.insert(&alice).unwrap();
    let usb = export_folder(folder.path());
    let mut room = at_root_keys(&bench, folder.path(), "required");
    let said = take(&mut room, &document);
    for part in
        ["generated on: YubiKey 11111111, firmware 5.7.1, slot 9c", "with a proof less than a day old"]
    {
        assert!(said.contains(part), "{part}\n{said}");
    }
    room.answer("root-keys.absent", "yes");
    add_token(&mut room, "alice", "YubiKey/22222222", "9c");
    room.answer("root-keys.proof", "yes");
    room.answer("root-keys.add", "done");
    assert!(room.said().contains("1 signature can be made in this room, and 2 are needed."));
    room.review();
    room.answer("sign.key", "bob");
    assert!(
        room.said().contains("bob was named as absent, so nobody signs with that key here."),
        "{}",
        room.transcript
    );
    room.answer("sign.key", "alice");
    room.answer("sign.incomplete", "yes");
    room.answer("export.folder", usb.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);

    let payload = BootstrapPayload::parse(&std::fs::read(usb.join("payload.json")).unwrap()).unwrap();
    assert_eq!(check_first_root(&payload.root, now()).unwrap().missing(), 1);
    let kept = RootKeysDocument::parse(&std::fs::read(usb.join("root-keys.json")).unwrap()).unwrap();
    let bob = &kept.keys[0];
    assert_eq!((bob.name.as_str(), &bob.place), ("bob", &KeptPlace::Elsewhere));
    assert!(matches!(bob.verdict, AttestationVerdict::Verified { .. }) && bob.possession.is_some());
    let roots = folder.path().join("roots.pem");
    let mut inspect = Command::new(BINARY);
    inspect.arg("inspect").arg(usb.join("root-keys.json")).arg("--attestation-roots").arg(roots);
    let told = String::from_utf8(inspect.output().unwrap().stdout).unwrap();
    assert!(told.contains("Its holder was not in the room") && !told.contains("Warning"), "{told}");
    assert!(told.contains("was generated on YubiKey 11111111"), "{told}");

    // Where bob is, the token signs the very bytes that the others have agreed to.
    let mut root = payload.root;
    let key = KeyLocator::Token { token: token(), key_id: "9c".to_owned(), key: bob.key.to_json() };
    let message = root.document().signing_bytes().to_vec();
    let signed = elsewhere.ask(Request::Sign { key, message, login: Login::Secret }, &[PIN]);
    let Ok(Answer::Signature(sig)) = signed else { panic!("{signed:?}") };
    root.document_mut().add_signature(Signature { keyid: bob.key.id().clone(), sig });
    assert!(check_first_root(&root, now()).unwrap().is_met());
}

#[test]
fn a_device_whose_document_came_has_its_vote_and_no_second_one() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let card = usual_card();
    card.generate(0x9a, Algorithm::P256, USUAL).unwrap();
    let bench = host::Room::with(&card);
    let document = export(&bench.bench, home.path(), "bob");
    let mut room = at_root_keys(&bench.bench, folder.path(), "advisory");
    take(&mut room, &document);
    room.answer("root-keys.absent", "yes");
    add_token(&mut room, "alice", "YubiKey/11111111", "9a");
    let said = room.said();
    assert!(said.contains("The key of bob is on YubiKey 11111111 too"), "{said}");
    room.answer("root-keys.add", "file");
    room.answer("root-keys.name", "carol");
    room.answer("root-keys.file", document.to_str().unwrap());
    assert!(room.said().contains("Choose document instead of file."), "{}", room.transcript);
}
