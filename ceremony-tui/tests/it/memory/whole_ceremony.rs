//! A YubiKey, a PKCS#11 token and a file in one ceremony, and a YubiKey and a token at the desk.

use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::KeyKind;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::yubikey::YubiKey;
use shared::key::Scheme;
use shared::software::SoftwareKey;
use tempfile::TempDir;

use super::watched::{Watched, yubikey};
use super::{MANAGEMENT_KEY, NEW_PIN, PASSPHRASE, PIN, told};
use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, export_folder, write_age_file};
use crate::softhsm::{SoftHsm, pkcs8_pem};

const BOBS_PIN: &str = "48206917";
const WRONG: &str = "95173048";
const PUK: &str = "60284517";

/// What the holders have with them.
struct Devices {
    alice: YubiKey,
    readers: Pcscd,
    softhsm: SoftHsm,
    folder: TempDir,
}

impl Devices {
    fn gathered() -> Devices {
        let folder = tempfile::tempdir().unwrap();
        let readers = Pcscd::start(&folder.path().join("pcscd")).unwrap();
        let alice = yubikey(PIN, PUK);
        readers.insert(&alice).unwrap();
        let softhsm = SoftHsm::new(folder.path());
        softhsm.token("bob-p256", BOBS_PIN, KeyKind::P256);
        Devices { alice, readers, softhsm, folder }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = program(self.folder.path(), arguments);
        self.readers.tell(&mut command);
        command.envs([self.softhsm.environment()]);
        command
    }
}

/// The private half of an Ed25519 key, in hexadecimal digits, and as its PEM has it.
fn private_half(key: &SoftwareKey) -> [String; 2] {
    // RFC 8410: a frame that ends with the key's own, then 32 bytes of key. A line of PEM has 48 bytes.
    let (frame, private) = key.to_pkcs8_der()[..48].split_at(16);
    assert_eq!(frame[12..], [0x04, 0x22, 0x04, 0x20]);
    let pem = pkcs8_pem(key);
    [hex::encode(private), pem.lines().nth(1).unwrap()[24..].to_owned()]
}

/// A ceremony of those who hold them, and of Carol with her key file.
struct Holders {
    watched: Watched,
    devices: Devices,
    carol: String,
}

impl Holders {
    fn gathered() -> Holders {
        let devices = Devices::gathered();
        let folder = devices.folder.path();
        let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
        let carol = write_age_file(folder, "carol", PASSPHRASE, &key);
        let private = private_half(&key);
        let (online, export) = (Online::write(folder), export_folder(folder));
        let command = devices.command(&["new", "--folder", export.to_str().unwrap()]);
        let ceremony = at_root_keys(&command, &online);
        let secrets = [PIN, BOBS_PIN, PASSPHRASE, WRONG, &private[0], &private[1]];
        let watched = Watched::over(ceremony, &secrets);
        Holders { watched, devices, carol }
    }

    fn gives(&mut self, prompt: &str, secret: &str) {
        self.watched.gives(prompt, secret);
        if secret == PIN {
            self.watched.is_touched(&self.devices.alice);
        }
    }

    fn add_token(&mut self, have: usize, name: &str, (label, key, pin): (&str, &str, &str)) {
        self.watched.ceremony.answer(&format!("{have} of at least"), "token").unwrap();
        self.watched.ceremony.answer("Name of the key's holder", name).unwrap();
        self.watched.ceremony.choose_token(label).unwrap();
        self.watched.ceremony.answer("Which key", key).unwrap();
        let has_one_more = format!("{} of at least", have + 1);
        for (given, ends) in [(WRONG, "The token says that the PIN is wrong."), (pin, &has_one_more)] {
            self.watched.ceremony.answer("Let the token sign a proof now", "yes").unwrap();
            self.gives("PIN of token", given);
            self.watched.is_over(ends);
        }
    }

    fn add_file(&mut self) {
        self.watched.ceremony.answer("2 of at least", "file").unwrap();
        self.watched.ceremony.answer("Name of the key's holder", "carol").unwrap();
        self.watched.ceremony.answer("Path of the key file", &self.carol).unwrap();
        self.gives("Passphrase of", WRONG);
        self.watched.is_over("The passphrase does not open");
        self.watched.ceremony.answer("The passphrase again", "again").unwrap();
        self.gives("Passphrase of", PASSPHRASE);
        self.watched.is_over("3 of at least");
    }

    fn sign(&mut self, signed: usize, name: &str, (prompt, secret): (&str, &str)) {
        let (refused, verified) = (format!("{name} has not signed."), format!("{name}: signed and verified"));
        for (given, ends) in [(WRONG, refused), (secret, verified)] {
            self.watched.ceremony.answer(&format!("Signed {signed} of 2 needed"), name).unwrap();
            self.gives(prompt, given);
            self.watched.is_over(&ends);
        }
    }
}

#[test]
fn no_secret_of_any_kind_of_key_is_left_in_any_process_of_a_ceremony_once_its_step_is_over() {
    let mut holders = Holders::gathered();
    holders.add_token(0, "alice", ("YubiKey/11111111", "9c", PIN));
    holders.add_token(1, "bob", ("bob-p256", "02", BOBS_PIN));
    holders.add_file();
    holders.watched.ceremony.answer("3 of at least", "done").unwrap();
    holders.watched.ceremony.review().unwrap();
    holders.sign(0, "carol", ("Passphrase of", PASSPHRASE));
    holders.sign(1, "bob", ("PIN of token", BOBS_PIN));
    holders.sign(2, "alice", ("PIN of token", PIN));
    let watched = &mut holders.watched;
    watched.is_over("Folder of the medium");
    assert_eq!(
        watched.programs(),
        ["ceremony-tui broker", "ceremony-tui new", "piv-host piv", "token-host files", "token-host pkcs11"]
    );
    println!("figure: memory: one ceremony with a YubiKey, a SoftHSM token and a file: {}", watched.told());
    println!("{}", told("at the end of that ceremony", &watched.everybody()));
}

/// Types the PIN or the PUK that allows it, and the new PIN twice.
fn new_pin(desk: &mut Watched, (prompt, secret): (&str, &str), ends: &str) {
    desk.gives(prompt, secret);
    desk.gives("New PIN for", NEW_PIN);
    desk.gives("once more", NEW_PIN);
    desk.is_over(ends);
}

#[test]
fn no_secret_is_left_in_any_process_of_the_desk_once_what_it_allows_was_done_or_refused() {
    let devices = Devices::gathered();
    let desk = Ceremony::begin(&devices.command(&["tokens"])).unwrap();
    let mut desk = Watched::over(desk, &[PIN, BOBS_PIN, NEW_PIN, WRONG, PUK, MANAGEMENT_KEY]);
    for (label, pin) in [("YubiKey/11111111", PIN), ("bob-p256", BOBS_PIN)] {
        desk.ceremony.choose_token(label).unwrap();
        desk.ceremony.answer("What is done with it", "pin").unwrap();
        for (given, ends) in [(WRONG, "The token says that the PIN is wrong."), (pin, "has another PIN.")] {
            desk.ceremony.answer("Change the PIN", "yes").unwrap();
            new_pin(&mut desk, ("PIN of ", given), ends);
        }
        desk.ceremony.answer("What is done with it", "other").unwrap();
    }
    desk.ceremony.choose_token("YubiKey/11111111").unwrap();
    desk.ceremony.answer("What is done with it", "unblock").unwrap();
    for (given, ends) in [(WRONG, "PIN) is wrong."), (PUK, "has a new PIN and is not locked")] {
        desk.ceremony.answer("Give this token a new PIN", "yes").unwrap();
        new_pin(&mut desk, ("PUK of YubiKey", given), ends);
    }
    desk.ceremony.answer("What is done with it", "generate").unwrap();
    desk.ceremony.answer("Slot of the new key", "9a").unwrap();
    for question in ["Kind of key", "wants its PIN", "wants a touch"] {
        desk.ceremony.answer(question, "").unwrap();
    }
    desk.ceremony.answer("What allows", "typed").unwrap();
    desk.ceremony.answer("Generate this key", "yes").unwrap();
    desk.gives("Management key of", MANAGEMENT_KEY);
    desk.is_over("The management key is wrong");
    assert_eq!(
        desk.programs(),
        ["ceremony-tui broker", "ceremony-tui tokens", "piv-host piv", "token-host pkcs11"]
    );
    println!("figure: memory: PINs, a PUK and a management key at the desk: {}", desk.told());
}
