//! Whole ceremonies with key files.

use shared::gap::SettingsPin;
use shared::json::Json;
use shared::metadata::TopRole;
use shared::rotation::check_first_root;

use crate::holders::{SECRETS, TwoHolders};
use crate::material::{Online, export_folder, now};
use crate::room::{Room, Setup};

#[test]
fn two_key_files_make_a_payload_that_the_service_accepts() {
    let mut holders = TwoHolders::reviewed();
    let room = &mut holders.room;
    room.answer("sign.key", "alice");
    room.answer("sign.key", "bob");
    room.answer("export.folder", holders.export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);

    let payload = holders.payload();
    assert_eq!(payload.settings_pin(), Ok(SettingsPin::Signed));
    let tally = check_first_root(&payload.root, now()).unwrap();
    assert!(tally.is_met() && tally.valid.len() == 2);
    assert_eq!(payload.settings.bins.count.get(), 256);
    let (keyid, _) = payload.root.body().keys_of(TopRole::Timestamp).next().unwrap();
    assert_eq!(keyid, holders.online.key.public().id());
    let digest = payload.root.document().digest().to_string();
    assert!(
        holders.room.transcript.contains(&format!(
            "online-service --config vestry.toml bootstrap payload.json --expect \"{digest}\" --token-file admin.token"
        ))
    );
    assert!(holders.room.transcript.contains("The ceremony is complete."));
}

#[test]
fn fewer_signatures_than_the_threshold_are_exported_and_said() {
    let mut holders = TwoHolders::reviewed();
    let room = &mut holders.room;
    room.answer("sign.key", "done");
    assert!(room.said().contains("At least one holder must sign."));
    room.answer("sign.key", "bob");
    room.answer("sign.key", "done");
    room.answer("sign.incomplete", "yes");
    room.answer("export.folder", holders.export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    assert!(room.transcript.contains("It carries 1 of 2 signatures"));
    assert_eq!(check_first_root(&holders.payload().root, now()).unwrap().missing(), 1);
}

#[test]
fn a_key_is_generated_here_and_signs() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("settings.threshold");
    room.type_line("1");
    online.import(&mut room);
    room.answer("root-keys.add", "generate");
    room.answer("root-keys.name", "alice");
    room.answer("root-keys.scheme", "ecdsa-p256");
    room.answer("root-keys.new-file", "alice.age");
    room.answer("root-keys.add", "done");
    room.review();
    room.answer("sign.key", "alice");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder.path().join("alice.age")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_payload_for_rstuf_has_the_shape_of_a_recorded_one_and_the_review_says_what_it_lacks() {
    let mut holders = TwoHolders::reviewed_with(SECRETS, &["--rstuf"]);
    let room = &mut holders.room;
    room.answer("sign.key", "");
    room.answer("sign.key", "");
    room.answer("export.folder", "");
    assert!(room.end().success(), "{}", room.transcript);
    let text = std::fs::read_to_string(holders.export.join("payload.json")).unwrap();
    let payload = Json::parse(text.as_bytes()).unwrap();
    let keys =
        payload.get("metadata").unwrap().get("root").unwrap().get("signed").unwrap().get("keys").unwrap();
    let name = keys.get(holders.alice.id().as_str()).unwrap().get("x-rstuf-key-name").unwrap();
    assert_eq!(name.as_str(), Some("alice"));
    let online_id = holders.online.key.public().id().as_str();
    let uri = keys.get(online_id).unwrap().get("x-rstuf-online-key-uri").unwrap();
    assert_eq!(uri.as_str(), Some(format!("fn:{online_id}").as_str()));
    assert_eq!(shape(&payload), shape(&recorded()));
    let said = &holders.room.transcript;
    assert!(said.contains("RSTUF's form has no signed settings"), "{said}");
    assert!(said.contains("nobody signs the settings"), "{said}");
}

/// A payload that RSTUF's own command line made.
fn recorded() -> Json {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/tests/data/rstuf/ceremony-2of2-bins256.json");
    Json::parse(&std::fs::read(file).unwrap()).unwrap()
}

/// Members and types without values. What is listed, under key ids or in an array, is one of each kind.
fn shape(value: &Json) -> Json {
    let kinds = |values: Vec<&Json>| {
        let mut kinds: Vec<Json> = Vec::new();
        for kind in values.into_iter().map(shape) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.sort_by_key(Json::canonical);
        Json::Array(kinds)
    };
    match value {
        Json::Object(members) if members.keys().all(|name| name.len() == 64) => {
            kinds(members.values().collect())
        }
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.clone(), shape(member))).collect())
        }
        Json::Array(elements) => kinds(elements.iter().collect()),
        other => Json::from(other.kind()),
    }
}

#[test]
fn a_ceremony_for_rstuf_refuses_bins_that_rstuf_cannot_make() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup { arguments: vec!["new", "--plain", "--rstuf"], ..Setup::with_secrets(SECRETS) };
    let mut room = Room::enter(folder.path(), &setup);
    room.pass_until("settings.bins");
    room.type_line("prefix");
    assert_eq!(room.prompt(), "settings.bins");
    assert!(room.said().contains("\"prefix\" is not one of the answers"), "{}", room.transcript);
}

#[test]
fn back_returns_to_earlier_answers_and_help_explains() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("settings.repository");
    room.type_line("first-name");
    room.answer("settings.root-days", ":back");
    room.answer("settings.repository", ":help");
    assert!(room.said().contains("Nothing is fixed before the review."));
    assert!(room.transcript.ends_with("(first-name): "));
}

#[test]
fn the_end_of_standard_input_stops_cleanly_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("settings.threshold");
    room.close_input();
    assert_eq!(room.end().code(), Some(1));
    assert!(room.transcript.contains("Stopped. No payload was written"), "{}", room.transcript);
    assert!(!folder.path().join("payload.json").exists());
}
