//! Alice and bob in the room, each with an age key file, and the document reviewed.

use std::path::PathBuf;

use shared::gap::BootstrapPayload;
use shared::key::Key;
use tempfile::TempDir;

use crate::material::{Online, add_file, age_file, export_folder};
use crate::room::{Room, Setup};

/// What `--pin-fd` holds for both.
pub(crate) const SECRETS: &str = "alice\talice's passphrase\nbob\tbob's passphrase\n";

/// A ceremony of two key files, both needed, up to the step *Sign*.
pub(crate) struct TwoHolders {
    // Before the folder: the program ends before its files vanish.
    pub(crate) room: Room,
    pub(crate) online: Online,
    pub(crate) alice: Key,
    pub(crate) export: PathBuf,
    pub(crate) folder: TempDir,
}

impl TwoHolders {
    pub(crate) fn reviewed() -> TwoHolders {
        TwoHolders::reviewed_with(SECRETS, &[])
    }

    pub(crate) fn reviewed_with(secrets: &str, more: &[&str]) -> TwoHolders {
        let folder = tempfile::tempdir().unwrap();
        let online = Online::write(folder.path());
        let (alice_file, alice) = age_file(folder.path(), "alice", "alice's passphrase");
        let (bob_file, _) = age_file(folder.path(), "bob", "bob's passphrase");
        let export = export_folder(folder.path());
        let mut arguments = vec!["new", "--plain", "--folder", export.to_str().unwrap()];
        arguments.extend(more);
        let mut room = Room::enter(folder.path(), &Setup { arguments, ..Setup::with_secrets(secrets) });
        online.import(&mut room);
        add_file(&mut room, "alice", &alice_file);
        add_file(&mut room, "bob", &bob_file);
        room.answer("root-keys.add", "done");
        room.review();
        TwoHolders { room, online, alice, export, folder }
    }

    pub(crate) fn payload(&self) -> BootstrapPayload {
        BootstrapPayload::parse(&std::fs::read(self.export.join("payload.json")).unwrap()).unwrap()
    }
}
