//! A marker PIN and a marker passphrase are in no file, output, argument list or environment.

mod devices;
mod search;

use hardware_tests::softhsm::KeyKind;

use ceremony_tui::token::Request;
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Token;

use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, add_file, age_file, export_folder};
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;
use crate::tokens::add_token;
use crate::yubikey::host;
use search::{
    PASSPHRASE, PIN, WRONG_PIN, assert_clean, holds_marker, look_at_files, look_at_processes, printed, spaced,
};

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
    let signed = room.refused(host::sign("9c", &key), &[WRONG_PIN]);
    for refused in [signed, room.refused(change(), &[WRONG_PIN, PIN])] {
        assert_clean("a refusal", refused.as_bytes());
    }
    look_at_processes(std::process::id());
    look_at_files(room.folder.path());
    assert!(!room.bench.log().is_empty() && !holds_marker(room.bench.log().as_bytes()));
    // The library was loud, and the host itself says nothing.
    let output = std::fs::read_to_string(room.folder.path().join("host.output")).unwrap();
    let is_library = |line: &str| line.contains("winscard_clnt.c");
    assert!(!output.is_empty() && output.lines().all(is_library), "{output}");
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

/// The judge can fail: it finds the marker where it is.
#[test]
fn the_search_finds_a_marker_that_is_there() {
    assert!(holds_marker(format!("x{PIN}y").as_bytes()));
    assert!(holds_marker(PASSPHRASE.as_bytes()));
    assert!(holds_marker(hex::encode(PASSPHRASE).as_bytes()));
    assert!(
        holds_marker(format!("APDU: 00 20 00 80 08 {} FF", spaced(PIN)).as_bytes()),
        "as pcscd would log it"
    );
    assert!(!holds_marker(b"nothing"));
    let shown: String = PIN.chars().map(|digit| format!("\u{1b}[12;{digit}H{digit}\u{1b}[0m")).collect();
    assert!(!holds_marker(shown.as_bytes()) && holds_marker(&printed(shown.as_bytes())));
}
