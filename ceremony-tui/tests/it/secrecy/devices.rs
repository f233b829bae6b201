//! Marker PINs, PUKs and management keys of a YubiKey and of a PKCS#11 token through the whole program, with every
//! variable set that makes a library talk.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::{self, KeyKind};
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::{Ceremony, Token};
use hardware_tests::yubikey::YubiKey;
use shared::device::Firmware;
use tempfile::TempDir;

use super::search::{
    MANAGEMENT_KEY, NEW_PIN, PASSPHRASE, PIN, PUK, WRONG_MANAGEMENT_KEY, WRONG_PIN, WRONG_PUK, assert_clean,
    look_at_files, look_at_processes, printed,
};
use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, add_file, age_file, export_folder};
use crate::processes::descendants;
use crate::room::{Room, Setup};

/// What makes libraries write down what they hear, at the highest level of each.
const LOUD: [(&str, &str); 8] = [
    ("RUST_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
    ("PCSCLITE_DEBUG", "0"),
    ("MUSCLECARD_DEBUG", "0"),
    ("OPENSC_DEBUG", "9"),
    ("YKCS11_DBG", "9"),
    ("P11_KIT_DEBUG", "all"),
    ("PKCS11SPY_OUTPUT", "spy.log"),
];
/// The slot of the YubiKey's key.
const SLOT: &str = "9c";

/// A YubiKey and a PKCS#11 token as they come, but for a PUK that is a marker.
struct Devices {
    readers: Pcscd,
    card: YubiKey,
    hsm: softhsm::SoftHsm,
    folder: TempDir,
}

impl Devices {
    fn new() -> Devices {
        let folder = tempfile::tempdir().unwrap();
        let readers = Pcscd::start(&folder.path().join("pcscd")).unwrap();
        let card = YubiKey::new(11_111_111, Firmware::new(5, 7, 1)).unwrap();
        change_puk(&card);
        readers.insert(&card).unwrap();
        let hsm = softhsm::SoftHsm::new(folder.path()).unwrap();
        // The security officer's PIN is the same.
        hsm.token("bob", PIN).unwrap();
        let quiet = std::fs::read_to_string(hsm.configuration()).unwrap();
        let loud = quiet.replace("log.level = ERROR", "log.level = DEBUG");
        assert_ne!(loud, quiet);
        std::fs::write(hsm.configuration(), loud).unwrap();
        Devices { readers, card, hsm, folder }
    }

    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let (variable, socket) = self.readers.environment();
        let (hsm, configuration) = crate::softhsm::environment(&self.hsm);
        let own = [(variable, socket.into_os_string()), (hsm, configuration.into())];
        own.into_iter().chain(LOUD.map(|(name, value)| (name, value.into()))).collect()
    }

    /// The program in plain lines.
    fn room(&self, arguments: Vec<&str>, secrets: &str) -> Room {
        let environment = self.environment();
        let environment = environment.iter().map(|(name, value)| (*name, value.to_str().unwrap())).collect();
        Room::enter(self.folder.path(), &Setup { arguments, secrets, environment })
    }

    /// The program on the full screen.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.folder.path(), arguments);
        command.envs(self.environment());
        command
    }

    /// A file with a key, the service's online key, and a place for the export.
    fn material(&self) -> (String, Online, PathBuf) {
        let folder = self.folder.path();
        (age_file(folder, "carol", PASSPHRASE).0, Online::write(folder), export_folder(folder))
    }

    /// What is left in files: documents, the smart card service's log, the token's store, whatever a library wrote.
    fn look_at_files(&self) {
        assert!(!self.readers.log().is_empty());
        look_at_files(self.folder.path());
    }
}

/// CHANGE REFERENCE DATA, from the factory's PUK, as another program would do it.
fn change_puk(card: &YubiKey) {
    card.apdu(&[0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08]);
    let both = ["12345678".as_bytes(), PUK.as_bytes()].concat();
    assert_eq!(card.apdu(&[&[0x00, 0x24, 0x00, 0x81, 0x10], &both[..]].concat()), [0x90, 0x00]);
}

/// Nothing in arguments and variables; and no host was told to talk.
fn look_at_hosts(pid: u32) {
    look_at_processes(pid);
    for host in descendants(pid).into_keys() {
        let variables = std::fs::read(format!("/proc/{host}/environ")).unwrap_or_default();
        let variables = String::from_utf8_lossy(&variables).into_owned();
        assert!(LOUD.iter().all(|(name, _)| !variables.contains(name)), "{host}: {variables}");
    }
}

/// Answers one question after the other.
fn answers(room: &mut Room, questions: &[(&str, &str)]) {
    for (id, answer) in questions {
        room.answer(id, answer);
    }
}

#[test]
fn marker_secrets_of_devices_are_found_nowhere_in_plain_lines() {
    let devices = Devices::new();
    let secrets = format!(
        "11111111\t123456\n11111111\t{WRONG_PIN}\n11111111\t{PIN}\n\
         11111111 new-pin\t{PIN}\n11111111 new-pin\t{NEW_PIN}\n11111111 new-pin\t{NEW_PIN}\n11111111 new-pin\t{PIN}\n\
         11111111 puk\t{WRONG_PUK}\n11111111 puk\t{PUK}\n\
         11111111 management-key\t{WRONG_MANAGEMENT_KEY}\n11111111 management-key\t{MANAGEMENT_KEY}\n\
         bob\t{WRONG_PIN}\nbob\t{PIN}\nbob new-pin\t{NEW_PIN}\nbob so-pin\t{WRONG_PUK}\nbob so-pin\t{PIN}\n"
    );
    let mut room = devices.room(vec!["tokens", "--plain"], &secrets);
    room.answer("tokens.token", "YubiKey/11111111");
    let twice = [("tokens.change-pin", "yes"), ("tokens.change-pin", "yes")];
    let unblocked = [("tokens.do", "unblock"), ("tokens.unblock", "yes"), ("tokens.unblock", "yes")];
    answers(&mut room, &[("tokens.do", "pin"), ("tokens.change-pin", "yes"), ("tokens.do", "pin")]);
    answers(&mut room, &twice);
    answers(&mut room, &unblocked);
    room.answer("tokens.do", "generate");
    for id in ["slot", "kind", "pin-policy", "touch-policy"] {
        room.answer(&format!("tokens.{id}"), "");
    }
    answers(
        &mut room,
        &[("tokens.management", "typed"), ("tokens.generate", "yes"), ("tokens.generate", "yes")],
    );
    room.answer("tokens.do", "other");
    room.answer("tokens.token", "bob");
    room.answer("tokens.do", "pin");
    answers(&mut room, &twice);
    answers(&mut room, &unblocked);
    room.prompt();
    look_at_hosts(room.child.id());
    let desk = crate::desk::leave(room);
    assert_eq!(desk.matches("Refused:").count(), 5, "{desk}");
    assert_eq!(
        (devices.card.pin_tries().pin, devices.card.pin_tries().puk),
        (3, 3),
        "all was right in the end"
    );

    let ceremony = plain_ceremony(&devices);
    assert_clean("the lines of the desk", desk.as_bytes());
    assert_clean("the lines of the ceremony", ceremony.as_bytes());
    devices.look_at_files();
    println!(
        "figure: secrecy: marker PIN, new PIN, PUK and management key of 2 devices, 0 found (plain lines, all logs on)"
    );
}

/// A YubiKey with the PIN of its last unlocking, a PKCS#11 token, a file; each hears something wrong first.
fn plain_ceremony(devices: &Devices) -> String {
    devices.hsm.generate("bob", NEW_PIN, KeyKind::P256, "02").unwrap();
    let (carol, online, export) = devices.material();
    let secrets = format!(
        "alice\t{WRONG_PIN}\nalice\t{PIN}\nbob\t{WRONG_PIN}\nbob\t{NEW_PIN}\ncarol\t{PASSPHRASE}!\ncarol\t{PASSPHRASE}\n"
    );
    let mut room = devices.room(vec!["new", "--plain"], &secrets);
    online.import(&mut room);
    for (name, token, key) in [("alice", "YubiKey/11111111", SLOT), ("bob", "bob", "02")] {
        answers(
            &mut room,
            &[("root-keys.add", "token"), ("root-keys.name", name), ("root-keys.token", token)],
        );
        answers(&mut room, &[("root-keys.key", key), ("root-keys.proof", "yes"), ("root-keys.proof", "yes")]);
    }
    add_file(&mut room, "carol", &carol);
    answers(&mut room, &[("root-keys.again", ""), ("root-keys.add", "done")]);
    room.review();
    look_at_hosts(room.child.id());
    answers(&mut room, &[("sign.key", "alice"), ("sign.key", "bob"), ("sign.key", "carol")]);
    room.answer("export.folder", export.to_str().unwrap());
    look_at_hosts(room.child.id());
    assert!(room.end().success(), "{}", room.transcript);
    assert_eq!(room.transcript.matches("Refused:").count(), 3, "{}", room.transcript);
    assert!(export.join("payload.json").exists() && export.join("root-keys.json").exists());
    room.transcript.clone()
}

#[test]
fn marker_secrets_of_devices_typed_on_the_full_screen_are_found_nowhere() {
    let devices = Devices::new();
    let desk = full_screen_desk(&devices);
    assert_eq!(
        (devices.card.pin_tries().pin, devices.card.pin_tries().puk),
        (3, 3),
        "all was right in the end"
    );
    devices.hsm.generate("bob", NEW_PIN, KeyKind::P256, "02").unwrap();
    let ceremony = full_screen_ceremony(&devices);
    for (place, received) in [("the desk", desk), ("the ceremony", ceremony)] {
        assert_clean(place, &received);
        assert_clean(&format!("{place}, without its control sequences"), &printed(&received));
    }
    devices.look_at_files();
    println!("figure: secrecy: the same typed on the full screen, 0 found in what the terminal received");
}

/// PIN, unlocking and key of the YubiKey, and the PIN of the token; something wrong is typed first each time.
fn full_screen_desk(devices: &Devices) -> Vec<u8> {
    let mut desk = Ceremony::begin(&devices.command(&["tokens"])).unwrap();
    desk.choose_token("YubiKey/11111111").unwrap();
    change_pin(&mut desk, "123456", PIN);
    desk.sees("11111111 has another PIN.").unwrap();
    change_pin(&mut desk, WRONG_PIN, NEW_PIN);
    desk.sees("The token says that the PIN is wrong.").unwrap();
    desk.answer("Change the PIN", "no").unwrap();
    desk.answer("What is done with it", "unblock").unwrap();
    for (puk, said) in [(WRONG_PUK, "PIN) is wrong."), (PUK, "has a new PIN and is not locked")] {
        desk.answer("Give this token a new PIN", "yes").unwrap();
        desk.give_secret("PUK of YubiKey", puk).unwrap();
        type_new_pin(&mut desk, NEW_PIN);
        desk.sees(said).unwrap();
    }
    generate(&mut desk);
    desk.answer("What is done with it", "other").unwrap();
    desk.choose_token("bob").unwrap();
    change_pin(&mut desk, PIN, NEW_PIN);
    desk.sees(" has another PIN.").unwrap();
    look_at_hosts(desk.terminal.pid());
    desk.answer("What is done with it", "other").unwrap();
    desk.answer("Which token", "done").unwrap();
    desk.read_to_the_end("Enter leaves").unwrap();
    desk.terminal.press(Key::Enter).unwrap();
    let ended = desk.terminal.end().unwrap();
    assert!(ended.status.success(), "{}", ended.screen);
    ended.received
}

fn change_pin(desk: &mut Ceremony, old: &str, new: &str) {
    desk.answer("What is done with it", "pin").unwrap();
    desk.answer("Change the PIN", "yes").unwrap();
    desk.give_secret("PIN of ", old).unwrap();
    type_new_pin(desk, new);
}

fn type_new_pin(desk: &mut Ceremony, new: &str) {
    desk.give_secret("New PIN for", new).unwrap();
    desk.give_secret("once more", new).unwrap();
}

fn generate(desk: &mut Ceremony) {
    desk.answer("What is done with it", "generate").unwrap();
    for question in ["Slot of the new key", "Kind of key", "wants its PIN", "wants a touch"] {
        desk.answer(question, "").unwrap();
    }
    desk.answer("What allows", "typed").unwrap();
    for (key, said) in [(WRONG_MANAGEMENT_KEY, "The management key is wrong"), (MANAGEMENT_KEY, "in slot 9c")]
    {
        desk.answer("Generate this key", "yes").unwrap();
        desk.give_secret("Management key of", key).unwrap();
        desk.sees(said).unwrap();
    }
}

/// The same three keys on the full screen.
fn full_screen_ceremony(devices: &Devices) -> Vec<u8> {
    let (carol, online, export) = devices.material();
    let command = devices.command(&["new", "--folder", export.to_str().unwrap()]);
    let mut ceremony = at_root_keys(&command, &online);
    for (have, name, label, key) in [(0, "alice", "YubiKey/11111111", SLOT), (1, "bob", "bob", "02")] {
        ceremony.add_key(have, name, Token { label, pin: WRONG_PIN }, key).unwrap();
        ceremony.sees("The token says that the PIN is wrong.").unwrap();
        ceremony.answer("Let the token sign a proof now", "yes").unwrap();
        ceremony.give_secret("PIN of token", NEW_PIN).unwrap();
    }
    ceremony.add_file(2, "carol", &carol, &format!("{PASSPHRASE}!")).unwrap();
    ceremony.answer("The passphrase again", "again").unwrap();
    ceremony.give_secret("Passphrase of", PASSPHRASE).unwrap();
    ceremony.answer("3 of at least", "done").unwrap();
    ceremony.review().unwrap();
    for (signed, name, asked, secret) in [
        (0, "alice", "PIN of token", NEW_PIN),
        (1, "bob", "PIN of token", NEW_PIN),
        (2, "carol", "Passphrase", PASSPHRASE),
    ] {
        ceremony.answer(&format!("Signed {signed} of 2 needed"), name).unwrap();
        ceremony.give_secret(asked, secret).unwrap();
        ceremony.sees(&format!("{name}: signed and verified")).unwrap();
        look_at_hosts(ceremony.terminal.pid());
    }
    ceremony.export("").unwrap();
    let ended = ceremony.leave().unwrap();
    assert!(ended.status.success(), "{}", ended.screen);
    ended.received
}
