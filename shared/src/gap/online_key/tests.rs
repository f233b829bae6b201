use super::*;
use crate::gap::RootKeyDocument;
use crate::key::Scheme;
use crate::software::SoftwareKey;

const NOW: UnixTime = UnixTime(1_800_000_000);

fn online(key: &SoftwareKey) -> OnlineKeyDocument {
    let proof = key.sign(&OnlineKeyDocument::statement(key.public().id(), NOW)).unwrap();
    OnlineKeyDocument { key: key.public().clone(), name: "online-1".into(), time: NOW, proof }
}

#[test]
fn a_document_survives_writing_and_reading_with_every_scheme() {
    for scheme in [Scheme::Ed25519, Scheme::EcdsaP256Sha256, Scheme::RsaPssSha256] {
        let document = online(&SoftwareKey::generate(scheme).unwrap());
        assert_eq!(OnlineKeyDocument::parse(&document.to_bytes()), Ok(document));
    }
}

#[test]
fn a_proof_of_another_key_time_or_purpose_does_not_hold() {
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let good = online(&key);
    let other = online(&SoftwareKey::generate(Scheme::Ed25519).unwrap());
    let root_proof = key.sign(&RootKeyDocument::statement(key.public().id(), NOW)).unwrap();
    for bad in [
        OnlineKeyDocument { proof: other.proof, ..good.clone() },
        OnlineKeyDocument { time: UnixTime(NOW.0 + 1), ..good.clone() },
        OnlineKeyDocument { proof: root_proof, ..good },
    ] {
        assert!(matches!(OnlineKeyDocument::parse(&bad.to_bytes()), Err(KeyDocumentError::Proof(_))));
    }
}

#[test]
fn a_root_key_is_no_online_key_and_keeps_its_attestation() {
    let key = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    let proof = key.sign(&RootKeyDocument::statement(key.public().id(), NOW)).unwrap();
    let attestation = vec!["-----BEGIN CERTIFICATE-----\n".to_owned()];
    let root =
        RootKeyDocument { key: key.public().clone(), name: "dora".into(), time: NOW, proof, attestation };
    assert_eq!(RootKeyDocument::parse(&root.to_bytes()), Ok(root.clone()));
    let error = OnlineKeyDocument::parse(&root.to_bytes()).unwrap_err();
    assert!(error.to_string().contains("This is no online-key.json"), "{error}");
    assert!(RootKeyDocument::parse(&online(&key).to_bytes()).is_err());
}

#[test]
fn age_is_counted_in_days_and_the_future_is_noticed() {
    let document = online(&SoftwareKey::generate(Scheme::Ed25519).unwrap());
    assert!(!document.is_old_at(NOW.plus_days(7)) && document.is_old_at(UnixTime(NOW.plus_days(7).0 + 1)));
    assert!(document.is_from_the_future_at(UnixTime(NOW.0 - 86_401)));
}
