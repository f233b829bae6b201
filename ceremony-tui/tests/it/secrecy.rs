//! A marker PIN and a marker passphrase are in no file, output, argument list or environment.

use hardware_tests::softhsm::KeyKind;
use std::path::Path;

use crate::material::{Online, add_file, age_file, export_folder};
use crate::processes::descendants;
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;
use crate::tokens::add_token;

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
    room.answer("root-keys.file", "");
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    look_at_processes(&room);
    room.answer("sign.key", "carol");
    room.answer("export.folder", export.to_str().unwrap());
    look_at_processes(&room);
    assert!(room.end().success(), "{}", room.transcript);
    assert_eq!(room.transcript.matches("Refused:").count(), 2, "{}", room.transcript);
    assert_clean("the output", room.transcript.as_bytes());
    look_at_files(folder.path());
}

/// The judge can fail: it finds the marker where it is.
#[test]
fn the_search_finds_a_marker_that_is_there() {
    assert!(holds_marker(format!("x{PIN}y").as_bytes()));
    assert!(holds_marker(PASSPHRASE.as_bytes()));
    assert!(holds_marker(hex::encode(PASSPHRASE).as_bytes()));
    assert!(!holds_marker(b"nothing"));
}

fn look_at_processes(room: &Room) {
    let everybody = [vec![room.child.id()], descendants(room.child.id()).into_keys().collect()].concat();
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
