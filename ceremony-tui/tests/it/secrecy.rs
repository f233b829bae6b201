//! A marker PIN and a marker passphrase are in no file, output, argument list or environment.

use hardware_tests::softhsm::KeyKind;
use std::path::Path;

use ceremony_tui::token::Request;
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Token;

use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, add_file, age_file, export_folder};
use crate::processes::descendants;
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;
use crate::tokens::add_token;
use crate::yubikey::host;

const PIN: &str = "73519064";
const PASSPHRASE: &str = "marker-passphrase-8841-quokka";

#[test]
fn marker_secrets_are_found_nowhere_at_the_highest_log_level() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", PIN, KeyKind::P256);
    let (carol, _) = age_file(folder.path(), "carol", PASSPHRASE);
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    // Also wrong ones: what is refused must not be repeated either.
    let secrets = format!("alice\t{PIN}9\nalice\t{PIN}\ncarol\t{PASSPHRASE}!\ncarol\t{PASSPHRASE}\n");
    let environment = vec![hsm.environment(), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(&secrets) });
    online.import(&mut room);
    add_token(&mut room, "alice", "alice-p256");
    room.answer("root-keys.proof", "yes");
    add_file(&mut room, "carol", &carol);
    room.answer("root-keys.again", "");
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    look_at_processes(room.child.id());
    room.answer("sign.key", "carol");
    room.answer("export.folder", export.to_str().unwrap());
    look_at_processes(room.child.id());
    assert!(room.end().success(), "{}", room.transcript);
    assert_eq!(room.transcript.matches("Refused:").count(), 2, "{}", room.transcript);
    assert_clean("the output", room.transcript.as_bytes());
    look_at_files(folder.path());
}

/// What the host, the smart card service and the card's room write, at the highest level each has without printing
/// what goes over the wire on purpose (`pcscd --apdu`).
#[test]
fn marker_pins_of_a_yubikey_are_found_nowhere_at_the_highest_log_level() {
    let card = host::usual_card();
    let room = host::Room::with(&card);
    let key = room.key();
    let change = || Request::ChangePin { token: host::token() };
    assert!(room.ask(change(), &[host::PIN, PIN]).is_ok());
    room.signs_with(PIN, &key);
    let wrong: String = PIN.chars().rev().collect();
    for refused in [room.refused(host::sign("9c", &key), &[&wrong]), room.refused(change(), &[&wrong, PIN])] {
        assert!(!refused.contains(&wrong) && !refused.contains(PIN), "{refused}");
    }
    look_at_processes(std::process::id());
    look_at_files(room.folder.path());
    assert!(!room.bench.log().is_empty() && !holds_marker(room.bench.log().as_bytes()));
    assert!(std::fs::read(room.folder.path().join("host.output")).unwrap().is_empty(), "a host says nothing");
}

/// The terminal's emulator keeps every byte that it ever received.
#[test]
fn marker_secrets_typed_on_the_full_screen_never_come_back_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", PIN, KeyKind::P256);
    let (carol, _) = age_file(folder.path(), "carol", PASSPHRASE);
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let mut command = program(folder.path(), &["new", "--folder", export.to_str().unwrap()]);
    command.envs([hsm.environment(), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")]);
    let mut ceremony = at_root_keys(&command, &online);
    // Also wrong ones: what is refused must not be repeated either.
    let token = Token { label: "alice-p256", pin: &format!("{PIN}9") };
    ceremony.add_token(0, "alice", token).unwrap();
    ceremony.answer("Let the token sign a proof now", "yes").unwrap();
    ceremony.give_secret("a wrong PIN was given before", PIN).unwrap();
    ceremony.add_file(1, "carol", &carol, &format!("{PASSPHRASE}!")).unwrap();
    ceremony.answer("The passphrase again", "again").unwrap();
    ceremony.give_secret("Passphrase of", PASSPHRASE).unwrap();
    ceremony.answer("2 of at least", "done").unwrap();
    ceremony.review().unwrap();
    ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    ceremony.give_secret("PIN of token", PIN).unwrap();
    look_at_processes(ceremony.terminal.pid());
    ceremony.answer("Signed 1 of 2 needed", "carol").unwrap();
    // Drawn anew in the middle of the secret, and stopped there by somebody who goes on again.
    ceremony.sees("not shown").unwrap();
    ceremony.terminal.type_text(PASSPHRASE).unwrap();
    ceremony.terminal.resize(120, 40).unwrap();
    ceremony.terminal.wait_until("the new size", |screen| !screen.rows[39].is_empty()).unwrap();
    ceremony.terminal.press(Key::Control('c')).unwrap();
    ceremony.terminal.wait_for("y stop").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.give_secret("Passphrase of", PASSPHRASE).unwrap();
    ceremony.export("").unwrap();
    look_at_processes(ceremony.terminal.pid());
    let ended = ceremony.leave().unwrap();
    assert!(ended.status.success(), "{}", ended.screen);
    assert_clean("the terminal", &ended.received);
    assert_clean("the terminal, without its control sequences", &printed(&ended.received));
    look_at_files(folder.path());
}

/// What is left without control sequences: a secret that is shown key by key is one word again.
fn printed(received: &[u8]) -> Vec<u8> {
    let mut printed = Vec::new();
    let mut rest = received;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == 0x1b {
            let end = after.iter().skip(1).position(|byte| (0x40..=0x7e).contains(byte));
            rest = end.and_then(|end| after.get(end + 2..)).unwrap_or_default();
        } else {
            printed.push(*byte);
        }
    }
    printed
}

/// The judge can fail: it finds the marker where it is.
#[test]
fn the_search_finds_a_marker_that_is_there() {
    assert!(holds_marker(format!("x{PIN}y").as_bytes()));
    assert!(holds_marker(PASSPHRASE.as_bytes()));
    assert!(holds_marker(hex::encode(PASSPHRASE).as_bytes()));
    assert!(!holds_marker(b"nothing"));
    let shown: String = PIN.chars().map(|digit| format!("\u{1b}[12;{digit}H{digit}\u{1b}[0m")).collect();
    assert!(!holds_marker(shown.as_bytes()) && holds_marker(&printed(shown.as_bytes())));
}

fn look_at_processes(pid: u32) {
    let everybody = [vec![pid], descendants(pid).into_keys().collect()].concat();
    for pid in everybody {
        for file in ["cmdline", "environ", "comm"] {
            let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            assert_clean(&format!("/proc/{pid}/{file}"), &bytes);
        }
    }
}

fn look_at_files(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            look_at_files(&path);
        } else if kind.is_file() {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

fn assert_clean(place: &str, bytes: &[u8]) {
    assert!(!holds_marker(bytes), "a marker secret is in {place}");
}

fn holds_marker(bytes: &[u8]) -> bool {
    [PIN, PASSPHRASE].iter().any(|marker| {
        let spellings = [marker.as_bytes().to_vec(), hex::encode(marker).into_bytes()];
        spellings
            .iter()
            .any(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling.as_slice()))
    })
}
