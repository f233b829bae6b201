//! Keys and documents for tests.

use std::path::{Path, PathBuf};

use shared::gap::OnlineKeyDocument;
use shared::key::{Key, Scheme};
use shared::software::SoftwareKey;
use shared::software::sealed::{Passphrase, Work, seal};
use shared::time::UnixTime;

use crate::room::Room;

/// Writes an age key file that opens fast, and gives its path and public key.
pub(crate) fn age_file(folder: &Path, name: &str, passphrase: &str) -> (String, Key) {
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let path = write_age_file(folder, name, passphrase, &key);
    (path, key.public().clone())
}

pub(crate) fn write_age_file(folder: &Path, name: &str, passphrase: &str, key: &SoftwareKey) -> String {
    let keys = folder.join("keys");
    std::fs::create_dir_all(&keys).unwrap();
    let path = keys.join(format!("{name}.age"));
    let sealed = seal(key, &Passphrase::from(passphrase.to_owned()), Work::Factor(2)).unwrap();
    std::fs::write(&path, sealed).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The online key of a service, as it crosses the gap.
pub(crate) struct Online {
    pub(crate) key: SoftwareKey,
    pub(crate) path: PathBuf,
}

impl Online {
    pub(crate) fn write(folder: &Path) -> Online {
        let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
        let path = folder.join("online-key.json");
        std::fs::write(&path, document(&key, now()).to_bytes()).unwrap();
        Online { key, path }
    }

    /// Imports it, typing the groups as the service's screen shows them.
    pub(crate) fn import(&self, room: &mut Room) {
        room.pass_until("online-key.file");
        room.type_line(self.path.to_str().unwrap());
        type_fingerprint(room, self.key.public());
    }
}

/// Types the asked groups of this key's fingerprint.
pub(crate) fn type_fingerprint(room: &mut Room, key: &Key) {
    for _ in 0..2 {
        let asked = room.prompt();
        let number: usize = asked.strip_prefix("online-key.group.").expect(&asked).parse().unwrap();
        room.type_line(&key.fingerprint().groups()[number - 1]);
    }
}

pub(crate) fn document(key: &SoftwareKey, time: UnixTime) -> OnlineKeyDocument {
    let proof = key.sign(&OnlineKeyDocument::statement(key.public().id(), time)).unwrap();
    OnlineKeyDocument { key: key.public().clone(), name: "online-1".to_owned(), time, proof }
}

pub(crate) fn now() -> UnixTime {
    ceremony_tui::clock::now()
}

/// A folder for the export, without any key in it.
pub(crate) fn export_folder(folder: &Path) -> PathBuf {
    let export = folder.join("usb");
    std::fs::create_dir_all(&export).unwrap();
    export
}

/// Adds a key file that exists.
pub(crate) fn add_file(room: &mut Room, name: &str, path: &str) {
    room.answer("root-keys.add", "file");
    room.answer("root-keys.name", name);
    room.answer("root-keys.file", path);
}
