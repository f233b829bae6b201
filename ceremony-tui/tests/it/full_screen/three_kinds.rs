//! One ceremony with one root key of each kind, on the smallest screen: a YubiKey, a SoftHSM token and a file; with the
//! detours that people take with devices in their hands.

use std::path::{Path, PathBuf};

use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::KeyKind;
use hardware_tests::terminal::ceremony::{Ceremony, Token};
use hardware_tests::yubikey::{Algorithm, Authority, Finger, YubiKey};
use shared::attestation::{Anchors, Wanted};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::gap::{BootstrapPayload, Held, Judged, RootKeysDocument};
use shared::rotation::check_first_root;
use tempfile::TempDir;

use super::{at_root_keys, program};
use crate::material::{Online, age_file, export_folder, now};
use crate::softhsm::SoftHsm;

const WRONG: &str = "999999";
const ALICES: &str = "123456";
const BOBS: &str = "222222";
const CAROLS: &str = "carol's passphrase";

/// Three holders, what they hold, and a ceremony up to the step *Root keys*.
struct Holders {
    ceremony: Ceremony,
    alice: YubiKey,
    readers: Pcscd,
    carol: String,
    export: PathBuf,
    anchors: Anchors,
    _softhsm: SoftHsm,
    _folder: TempDir,
}

fn yubikey(serial: u32) -> YubiKey {
    let card = YubiKey::new(serial, Firmware::new(5, 7, 1)).unwrap();
    card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always)).unwrap();
    card.set_finger(Finger::WhenTold);
    card
}

impl Holders {
    fn gathered() -> Holders {
        let folder = tempfile::tempdir().unwrap();
        let readers = Pcscd::start(&folder.path().join("pcscd")).unwrap();
        let alice = yubikey(11_111_111);
        readers.insert(&alice).unwrap();
        let softhsm = SoftHsm::new(folder.path());
        softhsm.token("bob-rsa", BOBS, KeyKind::Rsa2048);
        let (carol, _) = age_file(folder.path(), "carol", CAROLS);
        let online = Online::write(folder.path());
        let export = export_folder(folder.path());
        let roots = folder.path().join("roots.pem");
        let pem = Authority::default().root_pem().unwrap();
        std::fs::write(&roots, &pem).unwrap();
        let arguments = ["new", "--folder", export.to_str().unwrap(), "--attestation-roots"];
        let mut command = program(folder.path(), &[&arguments[..], &[roots.to_str().unwrap()]].concat());
        readers.tell(&mut command);
        command.envs([softhsm.environment()]);
        let ceremony = at_root_keys(&command, &online);
        let anchors = Anchors::from_pem(&pem).unwrap();
        Holders { ceremony, alice, readers, carol, export, anchors, _softhsm: softhsm, _folder: folder }
    }

    /// Each gives something wrong first.
    fn add_keys(&mut self) {
        let tokens = [("alice", "YubiKey/11111111", "9c", ALICES), ("bob", "bob-rsa", "02", BOBS)];
        for (have, (name, label, key, pin)) in tokens.into_iter().enumerate() {
            self.ceremony.add_key(have, name, Token { label, pin: WRONG }, key).unwrap();
            self.ceremony.sees("The token says that the PIN is wrong.").unwrap();
            self.ceremony.answer("Let the token sign a proof now", "yes").unwrap();
            self.ceremony.give_secret("PIN of token", pin).unwrap();
            if name == "alice" {
                assert!(self.alice.touch());
            }
        }
        self.ceremony.add_file(2, "carol", &self.carol, WRONG).unwrap();
        self.ceremony.sees("The passphrase does not open").unwrap();
        self.ceremony.answer("The passphrase again", "again").unwrap();
        self.ceremony.give_secret("Passphrase of", CAROLS).unwrap();
        self.ceremony.answer("3 of at least", "done").unwrap();
    }

    /// Bob and carol sign, each at the second attempt.
    fn sign_without_touch(&mut self) {
        for (signed, name, asked, secret) in
            [(0, "bob", "PIN of token", BOBS), (1, "carol", "Passphrase of", CAROLS)]
        {
            let signed = format!("Signed {signed} of 2 needed");
            self.ceremony.answer(&signed, name).unwrap();
            self.ceremony.give_secret(asked, WRONG).unwrap();
            self.ceremony.sees(&format!("{name} has not signed.")).unwrap();
            self.ceremony.answer(&signed, name).unwrap();
            self.ceremony.give_secret(asked, secret).unwrap();
            self.ceremony.sees(&format!("{name}: signed and verified over the reviewed bytes.")).unwrap();
        }
    }

    /// Alice comes with another device, gives a wrong PIN, and pulls the right one out while it blinks.
    fn sign_with_detours(&mut self) {
        let signed = "Signed 2 of 2 needed";
        let other = yubikey(22_222_222);
        self.readers.remove(&self.alice).unwrap();
        self.ceremony.sees("11111111 was taken out.").unwrap();
        self.readers.insert(&other).unwrap();
        self.ceremony.answer(signed, "alice").unwrap();
        self.ceremony.sees("insert it and choose alice again. Here is: YubiKey 5.7.1 22222222.").unwrap();
        self.readers.remove(&other).unwrap();
        self.comes_back();
        self.ceremony.answer(signed, "alice").unwrap();
        self.ceremony.give_secret("PIN of token", WRONG).unwrap();
        self.ceremony.sees("2 tries are left").unwrap();
        self.ceremony.answer(signed, "alice").unwrap();
        self.ceremony.give_secret("PIN of token", ALICES).unwrap();
        assert!(self.alice.asks_for_touch());
        self.readers.remove(&self.alice).unwrap();
        self.ceremony.sees("Refused: alice has not signed.").unwrap();
        self.ceremony.sees("YubiKey 5.7.1 11111111 was taken out.").unwrap();
        self.comes_back();
        self.ceremony.answer(signed, "alice").unwrap();
        self.ceremony.give_secret("PIN of token", ALICES).unwrap();
        self.ceremony.sees("alice: touch YubiKey 5.7.1 11111111 now.").unwrap();
        assert!(self.alice.touch());
        self.ceremony.sees("alice: signed and verified over the reviewed bytes.").unwrap();
        assert_eq!(other.signatures(), 0, "the wrong device");
    }

    fn comes_back(&mut self) {
        self.readers.insert(&self.alice).unwrap();
        self.ceremony.sees("It holds the key of alice: choose alice to sign.").unwrap();
    }
}

fn payload(export: &Path) -> BootstrapPayload {
    BootstrapPayload::parse(&std::fs::read(export.join("payload.json")).unwrap()).unwrap()
}

#[test]
fn a_yubikey_a_softhsm_token_and_a_file_make_a_root_in_spite_of_every_detour() {
    let mut holders = Holders::gathered();
    holders.add_keys();
    holders.ceremony.review().unwrap();
    holders.sign_without_touch();
    holders.sign_with_detours();
    holders.ceremony.export("").unwrap();
    let Holders { ceremony, alice, export, anchors, .. } = holders;
    let ended = ceremony.leave().unwrap();
    assert_eq!((ended.status.code(), ended.left_over().len()), (Some(0), 0));
    assert_eq!((alice.signatures(), alice.pin_tries().pin), (2, 3), "a proof and a signature");

    let payload = payload(&export);
    let tally = check_first_root(&payload.root, now()).unwrap();
    assert_eq!((tally.valid.len(), tally.invalid.len(), tally.threshold.get()), (3, 0, 2));
    let kept = RootKeysDocument::parse(&std::fs::read(export.join("root-keys.json")).unwrap()).unwrap();
    assert_eq!(kept.root, payload.root.document().digest());
    let worth = |index: usize| kept.judge(&kept.keys[index], &Wanted::ROOT_KEY, &anchors, now()).unwrap();
    assert!(
        matches!(worth(0), Held::Now(Judged::Proven(proven)) if proven.attested().serial().0 == 11_111_111)
    );
    assert_eq!([worth(1), worth(2)], [Held::Now(Judged::Nothing), Held::Now(Judged::Nothing)]);
    println!("figure: one ceremony with a YubiKey, a SoftHSM token and a file: 3 signatures after 8 detours");
}
