//! Ceremonies with PKCS#11 tokens.

use hardware_tests::softhsm::{KeyKind, PinPolicy};
use shared::gap::BootstrapPayload;
use shared::key::Scheme;
use shared::rotation::check_first_root;
use shared::software::SoftwareKey;

use crate::material::{Online, add_file, age_file, export_folder, now};
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;

/// Adds the key of a token, with a proof.
pub(crate) fn add_token(room: &mut Room, name: &str, label: &str) {
    room.answer("root-keys.add", "token");
    room.answer("root-keys.name", name);
    room.answer("root-keys.token", label);
    room.answer("root-keys.key", "02");
    room.answer("root-keys.proof", "yes");
}

#[test]
fn two_tokens_and_a_key_file_make_a_root_of_two_out_of_three() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", "111111", KeyKind::P256);
    hsm.token("bob-rsa", "222222", KeyKind::Rsa3072);
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let secrets = "alice-p256\t111111\nbob-rsa\t222222\ncarol\tcarol's passphrase\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    add_token(&mut room, "alice", "alice-p256");
    add_token(&mut room, "bob", "bob-rsa");
    add_file(&mut room, "carol", &carol);
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    room.answer("sign.key", "bob");
    room.answer("sign.key", "done");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    let payload = BootstrapPayload::parse(&std::fs::read(export.join("payload.json")).unwrap()).unwrap();
    let tally = check_first_root(&payload.root, now()).unwrap();
    assert_eq!((tally.valid.len(), tally.is_met()), (2, true));
    assert!(room.transcript.contains("Root is signed by any 2 of alice, bob, carol."));
}

#[test]
fn an_ed25519_token_signs_too() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("dora", "111111", KeyKind::Ed25519);
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let environment = vec![hsm.environment()];
    let mut room =
        Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets("dora\t111111\n") });
    room.pass_until("settings.threshold");
    room.type_line("1");
    online.import(&mut room);
    add_token(&mut room, "dora", "dora");
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "dora");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
}

#[test]
fn a_key_that_wants_its_pin_for_each_signature_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token_under("erin", "111111", KeyKind::Rsa2048, PinPolicy::Always);
    let online = Online::write(folder.path());
    let environment = vec![hsm.environment()];
    let mut room =
        Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets("erin\t111111\n") });
    online.import(&mut room);
    add_token(&mut room, "erin", "erin");
    assert!(room.said().contains("erin: RSA-PSS"), "{}", room.transcript);
    assert!(room.said().contains("its holder proved it"), "{}", room.transcript);
}

#[test]
fn keys_that_a_token_hides_beside_others_are_listed_after_its_pin() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("frank", "111111", KeyKind::P256);
    hsm.hidden_rsa("frank", "111111", "07");
    let online = Online::write(folder.path());
    let secrets = "frank\t999999\nfrank\t111111\nfrank\t111111\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    room.answer("root-keys.add", "token");
    room.answer("root-keys.name", "frank");
    room.answer("root-keys.token", "frank");
    room.answer("root-keys.key", "login");
    assert!(room.said().contains("Refused: The token says that the PIN is wrong."), "{}", room.transcript);
    room.answer("root-keys.key", "login");
    room.answer("root-keys.key", "07");
    room.answer("root-keys.proof", "yes");
    assert!(room.said().contains("frank: RSA-PSS"), "{}", room.transcript);
    assert!(room.said().contains("its holder proved it"), "{}", room.transcript);
}

#[test]
fn a_wrong_pin_signs_nothing_is_said_and_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", "111111", KeyKind::P256);
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let secrets = "alice-p256\t999999\nalice-p256\t111111\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    room.pass_until("settings.threshold");
    room.type_line("1");
    online.import(&mut room);
    add_token(&mut room, "alice", "alice-p256");
    let said = room.said();
    assert!(said.contains("Refused: The token says that the PIN is wrong."), "{said}");
    assert_eq!(said.matches("root-keys.secret").count(), 1, "asked once, not retried: {said}");
    // The flag of the token is shown before the next try, and the right PIN works.
    room.answer("root-keys.proof", "");
    assert!(room.said().contains("a wrong PIN was given before"), "{}", room.transcript);
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
}

#[test]
fn one_key_on_a_token_and_in_a_file_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    let key = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    hsm.token_with("alice-p256", "111111", &key);
    let file = crate::material::write_age_file(folder.path(), "bob", "bob's passphrase", &key);
    let online = Online::write(folder.path());
    let secrets = "bob\tbob's passphrase\nalice-p256\t111111\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    add_file(&mut room, "bob", &file);
    room.answer("root-keys.add", "token");
    room.answer("root-keys.name", "alice");
    room.answer("root-keys.token", "alice-p256");
    room.answer("root-keys.key", "02");
    let said = room.said();
    assert!(said.contains("is the same key as \"bob\""), "{said}");
    assert!(!said.contains("root-keys.secret"), "no PIN was spent on it: {said}");
}

#[test]
fn a_token_that_is_gone_at_signing_is_said_and_the_ceremony_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", "111111", KeyKind::P256);
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let online = Online::write(folder.path());
    let secrets = "alice-p256\t111111\ncarol\tcarol's passphrase\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    add_token(&mut room, "alice", "alice-p256");
    add_file(&mut room, "carol", &carol);
    room.answer("root-keys.add", "done");
    room.review();
    room.prompt();
    // SoftHSM's way of taking a token out; a fresh host sees the new world.
    std::fs::remove_dir_all(folder.path().join("tokens")).unwrap();
    std::fs::create_dir(folder.path().join("tokens")).unwrap();
    crate::processes::signal_hosts(&room, "pkcs11", rustix::process::Signal::KILL);
    room.answer("sign.key", "alice");
    assert!(room.said().contains("alice has not signed."), "{}", room.transcript);
    room.answer("sign.key", "alice");
    assert!(room.said().contains("is not there; insert it"), "{}", room.transcript);
    room.answer("sign.key", "carol");
    assert!(room.said().contains("carol: signed and verified"), "{}", room.transcript);
}

#[test]
fn modules_that_are_missing_or_belong_to_a_network_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(""));
    online.import(&mut room);
    room.answer("root-keys.add", "token");
    room.answer("root-keys.name", "alice");
    for (module, sentence) in [
        ("/dev/null", "it is not a regular file"),
        ("/nowhere/libtoken.so", "could not be loaded"),
        ("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so", "this program reaches no network"),
        ("libsofthsm2.so", "is not an absolute path"),
    ] {
        if room.prompt() == "root-keys.token" {
            room.answer("root-keys.token", "module");
        }
        room.answer("root-keys.module", module);
        assert!(room.said().contains(sentence), "{}", room.transcript);
    }
}
