use proptest::prelude::*;

use super::*;
use crate::key::{Scheme, Signature};
use crate::software::SoftwareKey;

fn some_keys(count: usize) -> Vec<SoftwareKey> {
    (0..count).map(|_| SoftwareKey::generate(Scheme::Ed25519).unwrap()).collect()
}

fn table(keys: &[SoftwareKey]) -> BTreeMap<KeyId, Key> {
    keys.iter().map(|key| (key.public().id().clone(), key.public().clone())).collect()
}

fn role(keys: &[SoftwareKey], threshold: u32) -> RoleKeys {
    RoleKeys {
        keyids: keys.iter().map(|key| key.public().id().clone()).collect(),
        threshold: NonZeroU32::new(threshold).unwrap(),
    }
}

fn sign(document: &mut SignedDocument, key: &SoftwareKey) {
    let sig = key.sign(document.signing_bytes()).unwrap();
    document.add_signature(Signature { keyid: key.public().id().clone(), sig });
}

fn document() -> SignedDocument {
    SignedDocument::new(Json::object([("_type", Json::from("root"))]))
}

#[test]
fn one_key_under_two_ids_counts_once_and_the_role_is_refused() {
    let keys = some_keys(1);
    let mut table = table(&keys);
    let other = KeyId::parse("another-id").unwrap();
    table.insert(other.clone(), keys[0].public().clone());
    let mut role = role(&keys, 2);
    role.keyids.push(other.clone());
    let mut document = document();
    sign(&mut document, &keys[0]);
    let sig = keys[0].sign(document.signing_bytes()).unwrap();
    document.add_signature(Signature { keyid: other, sig });
    let tally = count_signatures(&document, &table, &role);
    assert_eq!((tally.valid.len(), tally.missing()), (1, 1));
    assert!(matches!(role.check(&table), Err(RoleKeysError::SameMaterial(..))));
}

#[test]
fn a_signature_by_a_key_without_a_vote_is_passed_over() {
    let keys = some_keys(2);
    let mut document = document();
    sign(&mut document, &keys[1]);
    let tally = count_signatures(&document, &table(&keys), &role(&keys[..1], 1));
    assert!(tally.valid.is_empty() && tally.invalid.is_empty() && !tally.is_met());
}

#[test]
fn a_placeholder_is_no_signature_and_a_wrong_one_is_named() {
    let keys = some_keys(2);
    let mut document = document();
    document.add_signature(Signature { keyid: keys[0].public().id().clone(), sig: Vec::new() });
    document.add_signature(Signature { keyid: keys[1].public().id().clone(), sig: vec![0; 64] });
    let tally = count_signatures(&document, &table(&keys), &role(&keys, 1));
    assert_eq!(tally.invalid.len(), 1);
    assert_eq!(&tally.invalid[0].0, keys[1].public().id());
}

#[test]
fn thresholds_that_cannot_be_reached_are_refused() {
    let keys = some_keys(2);
    assert_eq!(
        role(&keys, 3).check(&table(&keys)),
        Err(RoleKeysError::Unreachable { threshold: 3, keys: 2 })
    );
    assert!(role(&keys, 2).check(&table(&keys)).is_ok());
    assert!(matches!(role(&keys, 1).check(&BTreeMap::new()), Err(RoleKeysError::NoSuchKey(_))));
    let zero = Json::parse(br#"{"keyids":["a"],"threshold":0}"#).unwrap();
    assert_eq!(RoleKeys::from_json(&zero), Err(RoleKeysError::Field("threshold")));
    let twice = Json::parse(br#"{"keyids":["a","a"],"threshold":1}"#).unwrap();
    assert!(matches!(RoleKeys::from_json(&twice), Err(RoleKeysError::IdTwice(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whoever signs, in whatever order and how often: the count is the number of different
    /// listed keys whose signature verifies.
    #[test]
    fn the_count_is_the_number_of_different_listed_keys_that_signed(
        total in 1_usize..6,
        threshold in 1_u32..6,
        signers in prop::collection::vec((0_usize..8, any::<bool>()), 0..12),
    ) {
        let keys = some_keys(total);
        let strangers = some_keys(2);
        let mut document = document();
        let mut honest = BTreeMap::new();
        for (who, genuine) in signers {
            let key = keys.get(who).unwrap_or(&strangers[who % 2]);
            if genuine {
                sign(&mut document, key);
            } else {
                document.add_signature(Signature { keyid: key.public().id().clone(), sig: vec![1; 64] });
            }
            honest.insert(key.public().id().clone(), genuine && who < total);
        }
        let tally = count_signatures(&document, &table(&keys), &role(&keys, threshold));
        let expected = honest.values().filter(|counts| **counts).count();
        prop_assert_eq!(tally.valid.len(), expected);
        prop_assert_eq!(tally.is_met(), expected >= threshold as usize);
        prop_assert_eq!(tally.missing() as usize, (threshold as usize).saturating_sub(expected));
    }
}

#[test]
fn a_key_that_never_counts_is_refused_where_the_threshold_needs_it() {
    let mut keys = table(&some_keys(1));
    let fulcio =
        br#"{"keytype":"sigstore-oidc","scheme":"Fulcio","keyval":{"issuer":"https://i","identity":"a@b"}}"#;
    let fulcio = Key::from_json(&Json::parse(fulcio).unwrap()).unwrap();
    keys.insert(fulcio.id().clone(), fulcio);
    let role = |threshold| RoleKeys {
        keyids: keys.keys().cloned().collect(),
        threshold: NonZeroU32::new(threshold).unwrap(),
    };
    assert_eq!(role(1).check(&keys), Ok(()));
    assert_eq!(role(2).check(&keys), Err(RoleKeysError::Unreachable { threshold: 2, keys: 1 }));
}
