//! Payloads in RSTUF's format are read, and their signatures verify.

use shared::gap::{BootstrapPayload, PayloadError, SettingsPin, SignPayload, SignRequest, UpdatePayload};
use shared::json::Json;
use shared::metadata::{Metadata, Root};
use shared::rotation::{check_first_root, check_succession};
use shared::settings::SettingsError;
use shared::time::UnixTime;

fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/rstuf/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The day on which the payloads were made.
fn now() -> UnixTime {
    UnixTime::parse("2026-11-21T12:00:00Z").unwrap()
}

fn bootstrap(name: &str) -> BootstrapPayload {
    BootstrapPayload::parse(&data(name)).unwrap()
}

fn update(name: &str) -> Metadata<Root> {
    UpdatePayload::parse(&data(name)).unwrap().root
}

#[test]
fn the_signatures_of_every_bootstrap_payload_verify() {
    let cases = [
        ("example-payload.json", 256, 0),
        ("ceremony-1of2-bins256-handmade.json", 256, 0),
        ("ceremony-2of2-bins4.json", 4, 0),
        ("ceremony-2of2-bins256.json", 256, 0),
        ("ceremony-2of2-bins1024.json", 1024, 0),
        ("ceremony-2of2-bins16384.json", 16_384, 0),
        ("ceremony-2of3-bins256.json", 256, 0),
        ("ceremony-2of3-bins256-partly-signed.json", 256, 1),
    ];
    for (name, bins, missing) in cases {
        let payload = bootstrap(name);
        let tally = check_first_root(&payload.root, now()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(tally.missing(), missing, "{name}");
        assert!(tally.invalid.is_empty(), "{name}");
        assert_eq!(payload.settings.bins.count.get(), bins, "{name}");
        assert_eq!(payload.settings_pin(), Ok(SettingsPin::Unsigned), "{name}");
    }
}

#[test]
fn the_canonical_bytes_of_the_example_are_those_of_securesystemslib() {
    let payload = bootstrap("example-payload.json");
    assert_eq!(payload.root.document().signing_bytes(), data("root-v1.canonical.bin"));
}

#[test]
fn declared_key_ids_are_those_that_are_computed() {
    for name in ["example-payload.json", "ceremony-2of3-bins256.json"] {
        let payload = bootstrap(name);
        for (declared, key) in &payload.root.body().keys {
            assert_eq!(declared, key.id(), "{name}");
        }
        assert!(payload.root.body().key_names.len() >= 3, "{name}");
    }
}

#[test]
fn signatures_that_arrive_later_complete_the_root() {
    let mut root = bootstrap("ceremony-2of3-bins256-partly-signed.json").root;
    for name in ["metadata-sign-payload-root2-bootstrap.json", "metadata-sign-payload-root3-bootstrap.json"] {
        let payload = SignPayload::from_json(&Json::parse(&data(name)).unwrap()).unwrap();
        root.document_mut().add_signature(payload.signature);
    }
    let tally = check_first_root(&root, now()).unwrap();
    assert_eq!((tally.valid.len(), tally.is_met()), (3, true));
}

#[test]
fn a_fully_signed_update_follows_and_a_partly_signed_one_does_not_yet() {
    let current = bootstrap("ceremony-2of3-bins256.json").root;
    let full = check_succession(&current, &update("metadata-update-v2-fully-signed.json")).unwrap();
    assert!(full.is_met());
    let part = check_succession(&current, &update("metadata-update-v2-partly-signed.json")).unwrap();
    assert!(!part.is_met() && part.old.missing() == 1);
    let example =
        check_succession(&bootstrap("example-payload.json").root, &update("update-payload.json")).unwrap();
    assert_eq!((example.old.missing(), example.new.missing()), (1, 1));
}

#[test]
fn custom_delegations_are_refused_with_a_sentence() {
    let error = BootstrapPayload::parse(&data("ceremony-2of2-custom-delegations.json")).unwrap_err();
    assert_eq!(error, PayloadError::Settings(SettingsError::CustomDelegations));
    assert!(error.to_string().contains("hash bins"));
}

#[test]
fn a_payload_survives_reading_and_writing() {
    let payload = bootstrap("ceremony-2of3-bins256.json");
    let again = BootstrapPayload::parse(&payload.to_bytes()).unwrap();
    assert_eq!(again, payload);
    assert_eq!(Json::parse(&data("ceremony-2of3-bins256.json")).unwrap(), payload.to_json());
}

#[test]
fn an_update_carries_root_and_nothing_else() {
    let text = String::from_utf8(data("update-payload.json")).unwrap();
    let payload = UpdatePayload::parse(text.as_bytes()).unwrap();
    assert_eq!(UpdatePayload::parse(&payload.to_bytes()), Ok(payload));
    let more = text.replacen("\"root\":", "\"targets\":{},\"root\":", 1);
    assert_eq!(UpdatePayload::parse(more.as_bytes()), Err(PayloadError::BesideRoot));
}

#[test]
fn a_request_for_signatures_names_what_waits_and_what_is_trusted() {
    let request = SignRequest::parse(&data("sign-pending.json")).unwrap();
    assert_eq!(request.pending.keys().collect::<Vec<_>>(), ["root"]);
    let next = Metadata::<Root>::from_document(request.pending["root"].clone()).unwrap();
    let current = request.trusted_root.unwrap();
    assert!(!check_succession(&current, &next).unwrap().is_met());
    let payload = SignPayload::from_json(&Json::parse(&data("sign-payload.json")).unwrap()).unwrap();
    assert_eq!(payload.role, "root");
    let nothing = SignRequest::parse(br#"{"data":{"metadata":{}},"message":"x"}"#);
    assert_eq!(nothing, Err(PayloadError::NothingWaits));
}
