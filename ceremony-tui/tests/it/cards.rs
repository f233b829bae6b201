//! Ceremonies with virtual YubiKeys behind a real pcscd, beside SoftHSM tokens and key files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::KeyKind;
use hardware_tests::terminal::ceremony::{Ceremony, Token};
use hardware_tests::terminal::{Key, Screen};
use hardware_tests::yubikey::{Algorithm, Authority, Fault, Finger, Moment, Occasion, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::gap::{AttestationVerdict, BootstrapPayload, RootKeysDocument};
use shared::rotation::check_first_root;
use tempfile::TempDir;

use crate::full_screen::{at_root_keys, program};
use crate::live::sees_the_service_again;
use crate::material::{Online, add_file, age_file, export_folder, now};
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;

const NEW: Firmware = Firmware::new(5, 7, 1);
const OLD: Firmware = Firmware::new(5, 4, 3);
const PIN: &str = "123456";

/// A YubiKey with a P-256 key in slot 9c that wants PIN and touch.
fn card(serial: u32, firmware: Firmware) -> YubiKey {
    let card = YubiKey::new(serial, firmware).unwrap();
    card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always)).unwrap();
    card
}

fn signatures_in(export: &Path) -> usize {
    let payload = BootstrapPayload::parse(&std::fs::read(export.join("payload.json")).unwrap()).unwrap();
    check_first_root(&payload.root, now()).unwrap().valid.len()
}

#[test]
fn one_yubikey_one_softhsm_token_and_one_file_make_a_root_in_plain_lines() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let alice = card(11_111_111, NEW);
    bench.insert(&alice).unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("bob-p256", "222222", KeyKind::P256);
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let (variable, socket) = bench.environment();
    let environment = vec![hsm.environment(), (variable, socket.to_str().unwrap())];
    let secrets = "alice\t123456\nbob\t222222\ncarol\tcarol's passphrase\n";
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    for (name, token, key) in [("alice", "YubiKey/11111111", "9c"), ("bob", "bob-p256", "02")] {
        for (id, answer) in
            [("add", "token"), ("name", name), ("token", token), ("key", key), ("proof", "yes")]
        {
            room.answer(&format!("root-keys.{id}"), answer);
        }
    }
    add_file(&mut room, "carol", &carol);
    assert!(room.transcript.contains("touch+PIN, generated on the token"), "{}", room.transcript);
    room.answer("root-keys.add", "done");
    room.review();
    for name in ["alice", "bob", "carol"] {
        room.answer("sign.key", name);
    }
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    assert_eq!((signatures_in(&export), alice.signatures()), (3, 2), "a proof and a signature");
    assert_eq!(
        room.transcript.matches(": touch YubiKey 5.7.1 11111111 now.").count(),
        2,
        "{}",
        room.transcript
    );
}

#[test]
fn in_plain_lines_a_touch_that_does_not_come_is_told_and_the_next_attempt_signs() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let alice = card(11_111_111, NEW);
    bench.insert(&alice).unwrap();
    let (bob, _) = age_file(folder.path(), "bob", "bob's passphrase");
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let (variable, socket) = bench.environment();
    let environment = vec![(variable, socket.to_str().unwrap())];
    let secrets = "alice\t123456\nbob\tbob's passphrase\n";
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    for (id, answer) in
        [("add", "token"), ("name", "alice"), ("token", "YubiKey/11111111"), ("key", "9c"), ("proof", "yes")]
    {
        room.answer(&format!("root-keys.{id}"), answer);
    }
    add_file(&mut room, "bob", &bob);
    room.answer("root-keys.add", "done");
    room.review();
    alice.set_touch_limit(Duration::from_secs(1));
    alice.set_finger(Finger::Never);
    room.answer("sign.key", "alice");
    assert_eq!(room.prompt(), "sign.key", "asked again at once");
    let said = room.said();
    assert!(said.contains("alice: touch YubiKey 5.7.1 11111111 now. It blinks."), "{said}");
    assert!(said.contains("(no touch in time, or its PIN is needed again). Try again."), "{said}");
    alice.set_touch_limit(Duration::from_secs(20));
    alice.set_finger(Finger::AtOnce);
    room.answer("sign.key", "alice");
    room.answer("sign.key", "bob");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    assert_eq!((signatures_in(&export), alice.signatures()), (2, 2), "a proof and a signature");
    assert_eq!(alice.pin_tries().pin, 3);
}

/// Alice proves that her key is here, Bob neither proves it nor signs: his attestation may be a copy.
#[test]
fn an_attestation_is_kept_as_verified_only_where_its_key_has_signed() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    for serial in [11_111_111, 22_222_222] {
        bench.insert(&card(serial, NEW)).unwrap();
    }
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, Authority::default().root_pem().unwrap()).unwrap();
    let (variable, socket) = bench.environment();
    let environment = vec![(variable, socket.to_str().unwrap()), ("SOFTHSM2_CONF", "/nonexistent")];
    let arguments = vec!["new", "--plain", "--attestation-roots", roots.to_str().unwrap()];
    let setup = Setup { arguments, environment, ..Setup::with_secrets("alice\t123456\n") };
    let mut room = Room::enter(folder.path(), &setup);
    online.import(&mut room);
    for (name, serial, proof) in [("alice", 11_111_111, "yes"), ("bob", 22_222_222, "no")] {
        let token = format!("YubiKey/{serial}");
        for (id, answer) in
            [("add", "token"), ("name", name), ("token", &token), ("key", "9c"), ("proof", proof)]
        {
            room.answer(&format!("root-keys.{id}"), answer);
        }
    }
    assert_eq!(room.prompt(), "root-keys.add");
    let listed = room.transcript.clone();
    assert!(listed.contains("its holder proved it, attested by YubiKey 11111111"), "{listed}");
    assert!(listed.contains("attested by YubiKey 22222222, firmware 5.7.1, not yet proved"), "{listed}");
    room.answer("root-keys.add", "done");
    room.review();
    for (id, answer) in [("sign.key", "alice"), ("sign.key", "done"), ("sign.incomplete", "yes")] {
        room.answer(id, answer);
    }
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    let bytes = std::fs::read(export.join("root-keys.json")).unwrap();
    let document = RootKeysDocument::parse(&bytes).unwrap();
    let [alice, bob] = document.keys.as_slice() else { panic!("{document:?}") };
    assert!(matches!(alice.verdict, AttestationVerdict::Verified { .. }), "{alice:?}");
    assert!(
        matches!(&bob.verdict, AttestationVerdict::Refused { reason } if reason.contains("nobody proved")),
        "{bob:?}"
    );
    assert!(bob.attestation.is_some(), "whoever gets his signature later can verify it");
}

/// Two YubiKeys and a file on the full screen, up to the step *Sign*.
struct Signing {
    ceremony: Ceremony,
    alice: YubiKey,
    bob: YubiKey,
    bench: Pcscd,
    export: PathBuf,
    _folder: TempDir,
}

fn signing() -> Signing {
    let folder = tempfile::tempdir().unwrap();
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let (alice, bob) = (card(11_111_111, NEW), card(22_222_222, OLD));
    bench.insert(&alice).unwrap();
    bench.insert(&bob).unwrap();
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, Authority::default().root_pem().unwrap()).unwrap();
    let (export_to, roots) = (export.to_str().unwrap(), roots.to_str().unwrap());
    let mut command = program(folder.path(), &["new", "--folder", export_to, "--attestation-roots", roots]);
    bench.tell(&mut command);
    let mut ceremony = at_root_keys(&command, &online);
    for (have, name, label) in [(0, "alice", "YubiKey/11111111"), (1, "bob", "YubiKey/22222222")] {
        ceremony.add_key(have, name, Token { label, pin: PIN }, "9c").unwrap();
    }
    ceremony.add_file(2, "carol", &carol, "carol's passphrase").unwrap();
    ceremony.answer("3 of at least", "done").unwrap();
    ceremony.review().unwrap();
    ceremony.sees("Signed 0 of 2 needed").unwrap();
    Signing { ceremony, alice, bob, bench, export, _folder: folder }
}

impl Signing {
    fn sign(&mut self, signed: usize, name: &str) {
        self.ceremony.answer(&format!("Signed {signed} of 2 needed"), name).unwrap();
        self.ceremony.give_secret("PIN of token", PIN).unwrap();
    }

    /// Asks again until the card is there: whoever cancels a touch leaves it blinking for a while.
    fn insist(&mut self, name: &str) {
        for _ in 0..400 {
            self.ceremony.answer("Signed 0 of 2 needed", name).unwrap();
            let refused = format!("Refused: {name} has not signed.");
            let either = |screen: &Screen| screen.shows("not shown") || screen.shows(&refused);
            let screen = self.ceremony.terminal.wait_until("a PIN or a refusal", either).unwrap();
            if screen.shows("not shown") {
                return self.ceremony.give_secret("PIN of token", PIN).unwrap();
            }
            // What is said next replaces the refusal, so that the next one can be told from it.
            self.ceremony.answer("Signed 0 of 2 needed", "done").unwrap();
            self.ceremony.sees("At least one holder must sign.").unwrap();
        }
        panic!("the card never came back");
    }

    /// Nothing is lost by a fault: both still sign, and each was asked exactly so often.
    fn ends(mut self, signed: usize, names: &[&str]) {
        for (index, name) in names.iter().enumerate() {
            self.sign(signed + index, name);
        }
        self.ceremony.answer("Signed 2 of 2 needed", "done").unwrap();
        self.ceremony.export("").unwrap();
        self.ceremony.leave().unwrap();
        assert_eq!(signatures_in(&self.export), 2);
    }
}

#[test]
fn two_yubikeys_at_once_sign_without_a_swap() {
    let signing = signing();
    let (alice, bob) = (signing.alice.clone(), signing.bob.clone());
    signing.ends(0, &["alice", "bob"]);
    assert_eq!((alice.signatures(), bob.signatures()), (2, 2), "a proof and a signature each");
}

#[test]
fn the_wrong_token_is_named_and_swapped_for_the_right_one() {
    let mut room = signing();
    room.bench.remove(&room.bob).unwrap();
    room.ceremony.sees("22222222 was taken out.").unwrap();
    room.sign(0, "alice");
    room.ceremony.answer("Signed 1 of 2 needed", "bob").unwrap();
    room.ceremony
        .sees("is not there; insert it and choose bob again. Here is: YubiKey 5.7.1 11111111.")
        .unwrap();
    room.bench.remove(&room.alice).unwrap();
    room.bench.insert(&room.bob).unwrap();
    room.ceremony.sees("It holds the key of bob: choose bob to sign.").unwrap();
    room.ends(1, &["bob"]);
}

#[test]
fn a_token_that_is_pulled_out_in_mid_signing_has_not_signed_and_signs_again() {
    let mut room = signing();
    room.alice.fault(Fault::Unplugged(Moment::During));
    room.sign(0, "alice");
    room.ceremony.sees("Refused: alice has not signed.").unwrap();
    room.ceremony.sees("YubiKey 5.7.1 11111111 was taken out.").unwrap();
    room.bench.remove(&room.alice).unwrap();
    room.bench.insert(&room.alice).unwrap();
    room.ceremony.sees("It holds the key of alice: choose alice to sign.").unwrap();
    room.ends(0, &["alice", "bob"]);
}

#[test]
fn a_token_that_is_pulled_out_right_after_it_has_signed_has_signed() {
    let mut room = signing();
    room.alice.fault(Fault::Unplugged(Moment::After));
    room.sign(0, "alice");
    room.ceremony.sees("alice: signed and verified over the reviewed bytes.").unwrap();
    room.ends(1, &["bob"]);
}

#[test]
fn nobody_touches_the_token_and_then_somebody_does() {
    let mut room = signing();
    // So long the screen asks for the touch.
    room.alice.set_touch_limit(Duration::from_secs(5));
    room.alice.set_finger(Finger::Never);
    room.sign(0, "alice");
    room.ceremony.sees("alice: touch YubiKey 5.7.1 11111111 now.").unwrap();
    room.ceremony.sees("(no touch in time, or its PIN is needed again)").unwrap();
    room.alice.set_touch_limit(Duration::from_secs(20));
    room.alice.set_finger(Finger::WhenTold);
    room.sign(0, "alice");
    room.ceremony.sees("alice: touch YubiKey 5.7.1 11111111 now.").unwrap();
    room.ceremony.sees(" s of 15 s").unwrap();
    assert!(room.alice.touch());
    room.ceremony.sees("alice: signed and verified over the reviewed bytes.").unwrap();
    room.ends(1, &["bob"]);
}

#[test]
fn a_touch_that_is_cancelled_is_no_refusal() {
    let mut room = signing();
    room.alice.set_finger(Finger::WhenTold);
    room.alice.set_touch_limit(Duration::from_secs(8));
    room.sign(0, "alice");
    assert!(room.alice.asks_for_touch());
    room.ceremony.terminal.press(Key::Escape).unwrap();
    room.ceremony
        .sees("Warning: alice has not signed. It was cancelled before there was an answer.")
        .unwrap();
    room.alice.set_finger(Finger::AtOnce);
    room.insist("alice");
    room.ends(1, &["bob"]);
}

#[test]
fn a_wrong_pin_says_how_many_tries_are_left_and_a_locked_one_is_not_asked_for() {
    let mut room = signing();
    for (wrong, left) in [("111111", "2 tries are left"), ("222222", "ONE try is left")] {
        room.ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
        room.ceremony.give_secret("PIN of token", wrong).unwrap();
        room.ceremony.sees(left).unwrap();
    }
    assert_eq!(room.alice.pin_tries().pin, 1, "nothing is tried again by itself");
    room.ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    room.ceremony.give_secret("LAST TRY", "333333").unwrap();
    room.ceremony.sees("locked").unwrap();
    room.ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    room.ceremony.sees("is locked, so it was not asked for.").unwrap();
    assert_eq!(room.alice.pin_tries().pin, 0);
    room.sign(0, "bob");
    room.ceremony.answer("Signed 1 of 2 needed", "carol").unwrap();
    room.ceremony.give_secret("Passphrase", "carol's passphrase").unwrap();
    room.ends(2, &[]);
}

#[test]
fn a_card_that_answers_nonsense_or_another_signature_has_not_signed() {
    let mut room = signing();
    for fault in [Fault::INTERNAL, Fault::Truncated, Fault::Stub, Fault::Malformed, Fault::WrongSignature] {
        room.alice.fault(fault);
        room.sign(0, "alice");
        room.ceremony.sees("Refused: alice has not signed.").unwrap();
    }
    room.alice.fault_at(Occasion::Pin, Fault::PinBlocked);
    room.sign(0, "alice");
    room.ceremony.sees("locked").unwrap();
    assert_eq!(room.alice.pin_tries().pin, 0);
}

#[test]
fn the_card_service_dies_in_mid_signing_and_comes_back() {
    let mut room = signing();
    room.alice.set_finger(Finger::WhenTold);
    room.sign(0, "alice");
    assert!(room.alice.asks_for_touch());
    room.bench.kill();
    room.ceremony.sees("Refused: alice has not signed.").unwrap();
    room.ceremony.sees("YubiKeys cannot be seen now.").unwrap();
    room.alice.set_finger(Finger::AtOnce);
    room.bench.restart().unwrap();
    sees_the_service_again(&mut room.ceremony);
    room.ends(0, &["alice", "bob"]);
}
