//! Step *Export* on media that are full, protected, pulled out or prepared; and a clock that is wrong.

use hardware_tests::medium::{Medium, with_media};

use crate::holders::{SECRETS, TwoHolders};
use crate::kept::Kept;
use crate::material::Online;
use crate::room::{Room, Setup};

/// Answers the question for the folder with this one: refused with a sentence, asked again, and nothing was written.
fn refused(holders: &mut TwoHolders, folder: &str, says: &str) {
    let kept = Kept::below(holders.folder.path());
    holders.room.answer("export.folder", folder);
    let said = holders.room.said();
    assert!(said.contains("Refused: ") && said.contains(says), "{folder} should say \"{says}\": {said}");
    assert!(!said.contains('\u{1b}'), "{folder} steers the terminal: {said:?}");
    assert_eq!(holders.room.prompt(), "export.folder", "asked again");
    kept.check(folder);
}

#[test]
fn an_export_to_a_medium_that_does_not_take_it_is_refused_until_one_does() {
    with_media(
        "bad_input::media::an_export_to_a_medium_that_does_not_take_it_is_refused_until_one_does",
        || {
            let mut holders = TwoHolders::reviewed();
            holders.room.answer("sign.key", "alice");
            holders.room.answer("sign.key", "bob");
            let (usb, root) = (holders.export.clone(), holders.folder.path().to_owned());
            let folder = usb.to_str().unwrap();
            let mut rows = 0;
            let mut row = |holders: &mut TwoHolders, folder: &str, says: &str| {
                refused(holders, folder, says);
                rows += 1;
            };

            let medium = Medium::mount(&usb).unwrap();
            medium.fill().unwrap();
            row(&mut holders, folder, "There is no room left to write");
            medium.make_room().unwrap();
            medium.protect().unwrap();
            row(&mut holders, folder, "Mount the medium writable");
            medium.unprotect().unwrap();
            let document = usb.join("payload.json");
            std::os::unix::fs::symlink(root.join("keys/alice.age"), &document).unwrap();
            row(&mut holders, folder, "is not a regular file");
            std::fs::remove_file(&document).unwrap();
            std::fs::create_dir(&document).unwrap();
            row(&mut holders, folder, "is not a regular file");
            std::fs::remove_dir(&document).unwrap();
            std::fs::write(&document, "{}").unwrap();
            row(&mut holders, folder, "exists already with other content");
            std::fs::remove_file(&document).unwrap();
            let steering = usb.join("a\u{1b}[2J\u{202e}.txt");
            std::fs::write(&steering, "-----BEGIN PRIVATE KEY-----").unwrap();
            row(&mut holders, folder, "holds the private key file");
            drop(medium);

            // Pulled out: its folder goes with it, as desktops mount media.
            std::fs::remove_dir(&usb).unwrap();
            row(&mut holders, folder, "does not exist");
            row(&mut holders, root.join("online-key.json").to_str().unwrap(), "is not a folder");
            row(&mut holders, root.join("keys").to_str().unwrap(), "holds the private key file");
            row(&mut holders, &format!("/{}", "x".repeat(300)), "It was not possible to open");
            row(&mut holders, "/proc/1/environ", "is not a folder");

            std::fs::create_dir(&usb).unwrap();
            holders.room.answer("export.folder", folder);
            assert!(holders.room.end().success(), "{}", holders.room.transcript);
            assert!(holders.payload().settings_pin().is_ok());
            println!("figure: bad input: {rows} rows in folders for the export");
        },
    )
    .unwrap();
}

#[test]
fn a_clock_before_the_program_was_built_is_a_finding_and_nothing_from_its_future_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let kept = Kept::below(folder.path());
    let environment =
        vec![("LD_PRELOAD", hardware_tests::clock::library().unwrap()), ("FAKETIME", "@2020-01-01 00:00:00")];
    let mut room = Room::enter(folder.path(), &Setup { environment, ..Setup::with_secrets(SECRETS) });
    room.pass_until("preflight.except.clock");
    let seen = room.transcript.clone();
    assert!(
        seen.contains("it says 2020-01-01T00:00:") && seen.contains("before this program was built"),
        "{seen}"
    );
    assert!(seen.contains("Set it: date -u -s."), "{seen}");
    let mut rows = 0;
    for answer in ["", "again"] {
        room.type_line(answer);
        room.pass_until("preflight.except.clock");
        rows += 1;
    }
    room.type_line("x");
    assert_eq!(room.prompt(), "preflight.except.clock", "one letter is no reason");
    room.type_line("the battery of the clock is empty");
    room.pass_until("online-key.file");
    room.type_line(online.path.to_str().unwrap());
    let said = room.said();
    assert!(said.contains("Compare the clocks of both machines"), "{said}");
    assert_eq!(room.prompt(), "online-key.file");
    kept.rows(rows + 2, "clocks");
}
