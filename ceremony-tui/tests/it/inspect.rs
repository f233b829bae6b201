//! `ceremony-tui inspect FILE` on each kind of document.

use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;

use shared::bins::{BinCount, BinKind, Bins};
use shared::json::Json;
use shared::key::{Key, Scheme};
use shared::names::Version;
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::RepositorySettings;
use shared::software::SoftwareKey;
use shared::time::Expiry;

use crate::holders::TwoHolders;
use crate::material::{Online, now};
use crate::room::BINARY;

fn inspect(file: &Path) -> (bool, String) {
    let output = Command::new(BINARY).arg("inspect").arg(file).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_payload_is_told_in_sentences_with_what_is_missing_and_its_digest() {
    let TwoHolders { mut room, export, folder: _folder, .. } = TwoHolders::reviewed();
    room.answer("sign.key", "alice");
    room.answer("sign.key", "done");
    room.answer("sign.incomplete", "yes");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    let (ok, said) = inspect(&export.join("payload.json"));
    assert!(ok, "{said}");
    let digest = room.document_digest();
    for sentence in [
        "This is a bootstrap payload",
        "Root is signed by all of alice, bob: 2 signatures.",
        "Nothing else is in the document.",
        "alice signed it, and the signature verifies.",
        "It has 1 of 2 signatures; missing: 1, from bob.",
        "Its settings are those that the holders of root sign.",
        &digest[..8].join(" "),
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
}

#[test]
fn an_online_key_is_described_without_its_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (ok, said) = inspect(&online.path);
    assert!(ok, "{said}");
    assert!(said.contains("public online key \"online-1\""), "{said}");
    assert!(!said.contains(&online.key.public().fingerprint().groups()[0]), "{said}");
}

/// The base point of P-384.
const P384: &str = "-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqofKIr6LBTeOscce8yCtdG4dO2KLp5uY\nWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3NhfeSpYmLG9dnpi/kpLcKfj0Hb0omhR8\n6doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f\n-----END PUBLIC KEY-----\n";

#[test]
fn a_key_that_some_clients_refuse_is_shown_with_a_warning_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let Online { key: online, .. } = Online::write(folder.path());
    let curious = Json::object([
        ("keytype", Json::from("ecdsa")),
        ("scheme", Json::from("ecdsa-sha2-nistp384")),
        ("keyval", Json::object([("public", Json::from(P384))])),
    ]);
    let named = |name: &str, key: Key| NamedKey { name: name.to_owned(), key };
    let draft = RootDraft {
        version: Version::ONE,
        expires: Expiry::after_days(now(), 365),
        threshold: NonZeroU32::MIN,
        root_keys: vec![named("carol", Key::from_json(&curious).unwrap())],
        online_keys: vec![named("online-1", online.public().clone())],
        settings: RepositorySettings::proposed(Bins {
            kind: BinKind::Succinct,
            count: BinCount::new(256).unwrap(),
        }),
        rehearsal: false,
        record: None,
        spelling: KeySpelling::Plain,
    };
    let file = folder.path().join("root.json");
    std::fs::write(&file, draft.to_metadata().unwrap().document().to_bytes()).unwrap();
    let (ok, said) = inspect(&file);
    assert!(ok && said.contains("carol: P-384, key id"), "{said}");
    let warning = "Warning: carol: Clients refuse a root that needs a key of the scheme ecdsa-sha2-nistp384 (ecdsa): tuf-js and tough.";
    assert!(said.contains(warning), "{said}");
}

#[test]
fn what_is_no_document_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.json");
    for (content, sentence) in [
        ("{\"a\":1}", "no document that crosses the gap"),
        ("{\"a\":1,\"a\":2}", "The document cannot be used."),
        ("", "The document cannot be used."),
    ] {
        std::fs::write(&file, content).unwrap();
        let (ok, said) = inspect(&file);
        assert!(!ok && said.contains(sentence), "{said}");
    }
    assert!(!inspect(&folder.path().join("missing")).0);
}

#[test]
fn a_key_is_generated_by_the_subcommand_and_opens_in_a_ceremony() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"exec "$1" key generate --out new.age --scheme ed25519 --pin-fd 3 3<"$2""#;
    let secrets = folder.path().join("secrets");
    std::fs::write(&secrets, "new.age\ta long passphrase\n").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", BINARY]).arg(&secrets).current_dir(folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("-----BEGIN PUBLIC KEY-----"), "{said}");
    let file = std::fs::read(folder.path().join("new.age")).unwrap();
    let passphrase = shared::software::sealed::Passphrase::from("a long passphrase".to_owned());
    let opened = shared::software::sealed::open_any(&file, &passphrase).unwrap();
    assert!(said.contains(opened.public().id().as_str()), "{said}");
    assert_eq!(opened.public().scheme(), Some(Scheme::Ed25519));
    assert_ne!(opened.public(), SoftwareKey::generate(Scheme::Ed25519).unwrap().public());
}
