//! A ceremony with everything that goes wrong on the way: wrong PIN, wrong groups, steps back, help, sizes.

use hardware_tests::softhsm::KeyKind;
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::{Ceremony, Token};
use shared::gap::BootstrapPayload;
use shared::rotation::check_first_root;

use super::{import, program};
use crate::material::{Online, age_file, export_folder, now};
use crate::softhsm::SoftHsm;

#[test]
fn a_ceremony_with_every_detour_ends_with_its_payload() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", "111111", KeyKind::P256);
    let (bob, _) = age_file(folder.path(), "bob", "bob's passphrase");
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let mut command = program(folder.path(), &["new", "--folder", export.to_str().unwrap()]);
    let (name, value) = hsm.environment();
    command.env(name, value);
    let mut ceremony = Ceremony::begin(&command).unwrap();
    settings(&mut ceremony);
    online_key(&mut ceremony, &online);
    root_keys(&mut ceremony, &bob);
    review(&mut ceremony);
    sign(&mut ceremony);
    // Only signing can be gone back to now.
    ceremony.sees("Folder of the medium").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.answer("Signed 2 of 2 needed", "done").unwrap();
    ceremony.export("").unwrap();
    let ended = ceremony.leave().unwrap();
    assert_eq!((ended.status.code(), ended.left_over().len()), (Some(0), 0));
    let payload = BootstrapPayload::parse(&std::fs::read(export.join("payload.json")).unwrap()).unwrap();
    assert!(check_first_root(&payload.root, now()).unwrap().is_met());
}

/// A step back, and help.
fn settings(ceremony: &mut Ceremony) {
    ceremony.pass_until("Name of the repository").unwrap();
    ceremony.answer("Name of the repository", "a-first-name").unwrap();
    ceremony.sees("Days that root is valid").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.sees("Enter alone: a-first-name").unwrap();
    ceremony.help("Nothing is fixed before the review.").unwrap();
    ceremony.answer("Name of the repository", "acme-releases").unwrap();
    ceremony.answer("Days that root is valid", "999999").unwrap();
    // What was refused stays in the line, to be corrected.
    ceremony.sees("Refused: 999999 is not possible here.").unwrap();
    ceremony.terminal.press(Key::Control('u')).unwrap();
    ceremony.answer("Days that root is valid", "365").unwrap();
    ceremony.pass_until("File with the service's public key").unwrap();
}

/// A group that is not the service's.
fn online_key(ceremony: &mut Ceremony, online: &Online) {
    ceremony.answer("File with the service's public key", online.path.to_str().unwrap()).unwrap();
    ceremony.type_wrong_group("of the fingerprint").unwrap();
    ceremony.sees("is not what was typed. Read").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    import(ceremony, online);
}

/// A wrong PIN, and a passphrase that is cancelled.
fn root_keys(ceremony: &mut Ceremony, bob: &str) {
    let token = Token { label: "alice-p256", pin: "999999" };
    ceremony.add_token(0, "alice", token).unwrap();
    ceremony.sees("The token says that the PIN is wrong.").unwrap();
    ceremony.answer("Let the token sign a proof now", "yes").unwrap();
    ceremony.sees("a wrong PIN was given before").unwrap();
    ceremony.give_secret("PIN of token", "111111").unwrap();
    ceremony.answer("1 of at least", "file").unwrap();
    ceremony.answer("Name of the key's holder", "bob").unwrap();
    ceremony.answer("Path of the key file", bob).unwrap();
    ceremony.sees("not shown").unwrap();
    // Resized while the passphrase is typed; then taken back altogether.
    ceremony.terminal.type_text("bob's pass").unwrap();
    ceremony.terminal.resize(100, 30).unwrap();
    ceremony.terminal.wait_until("the new size", |screen| !screen.rows[29].is_empty()).unwrap();
    ceremony.terminal.resize(80, 24).unwrap();
    ceremony.terminal.wait_until("the old size", |screen| !screen.rows[23].is_empty()).unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.sees("No secret was given, so nothing was asked with it.").unwrap();
    ceremony.answer("The passphrase again", "again").unwrap();
    ceremony.give_secret("Passphrase of", "bob's passphrase").unwrap();
    ceremony.answer("2 of at least", "done").unwrap();
}

/// Too small in the middle of the review, a wrong group, and everybody agrees in the end.
fn review(ceremony: &mut Ceremony) {
    let before = ceremony.read_to_the_end("as it is read aloud").unwrap();
    ceremony.terminal.resize(79, 24).unwrap();
    ceremony.terminal.wait_until("it is too small", |screen| screen.flowing(0).contains("79x24")).unwrap();
    ceremony.terminal.resize(80, 24).unwrap();
    ceremony.terminal.wait_until("the same place", |screen| screen.rows[1..] == before.rows[1..]).unwrap();
    ceremony.type_wrong_group("as it is read aloud").unwrap();
    ceremony.sees("is not what was typed. Read both digests again").unwrap();
    ceremony.review().unwrap();
}

/// A holder who presses Escape instead of typing a PIN signs later.
fn sign(ceremony: &mut Ceremony) {
    ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    ceremony.sees("not shown").unwrap();
    ceremony.terminal.press(Key::Escape).unwrap();
    ceremony.sees("alice has not signed.").unwrap();
    ceremony.answer("Signed 0 of 2 needed", "bob").unwrap();
    ceremony.give_secret("Passphrase of", "bob's passphrase").unwrap();
    ceremony.answer("Signed 1 of 2 needed", "alice").unwrap();
    ceremony.give_secret("PIN of token", "111111").unwrap();
}
