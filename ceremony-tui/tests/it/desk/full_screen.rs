//! The same on the full screen.

use hardware_tests::pcscd::Pcscd;
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::yubikey::YubiKey;
use shared::device::Firmware;

use crate::full_screen::program;

#[test]
fn a_new_yubikey_is_plugged_in_gets_a_pin_and_a_key_and_is_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let card = YubiKey::new(11_111_111, Firmware::new(5, 7, 1)).unwrap();
    let mut command = program(folder.path(), &["tokens"]);
    bench.tell(&mut command);
    command.env("SOFTHSM2_CONF", "/nonexistent");
    let mut desk = Ceremony::begin(&command).unwrap();
    desk.sees("No token is seen.").unwrap();
    bench.insert(&card).unwrap();
    desk.sees("11111111 was plugged in.").unwrap();
    desk.answer("Which token", "YubiKey/11111111").unwrap();
    desk.answer("What is done with it", "pin").unwrap();
    desk.answer("Change the PIN", "yes").unwrap();
    desk.give_secret("PIN of YubiKey 5.7.1 11111111", "123456").unwrap();
    desk.give_secret("New PIN for YubiKey", "654321").unwrap();
    desk.give_secret("once more", "654321").unwrap();
    desk.sees("11111111 has another PIN.").unwrap();
    desk.answer("What is done with it", "generate").unwrap();
    let questions = ["Slot of the new key", "Kind of key", "wants its PIN", "wants a touch", "What allows"];
    for question in questions {
        desk.answer(question, "").unwrap();
    }
    desk.answer("Generate this key", "yes").unwrap();
    desk.sees("generated a key (ECDSA on P-256) in slot 9c").unwrap();
    bench.remove(&card).unwrap();
    desk.sees("It was taken out.").unwrap();
    desk.answer("What is done with it", "other").unwrap();
    desk.answer("Which token", "done").unwrap();
    desk.read_to_the_end("Enter leaves").unwrap();
    desk.terminal.press(Key::Enter).unwrap();
    let ended = desk.terminal.end().unwrap();
    assert!(ended.status.success(), "{}", ended.screen);
    assert!(ended.screen.shows("generated a key (ECDSA on P-256) in slot 9c"), "{}", ended.screen);
    let received = String::from_utf8_lossy(&ended.received);
    assert!(["123456", "654321", "payload"].iter().all(|text| !received.contains(text)), "{received}");
}
