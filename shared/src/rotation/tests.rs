use std::collections::BTreeSet;
use std::num::NonZeroU32;

use proptest::prelude::*;

use super::*;
use crate::bins::{BinCount, BinKind, Bins};
use crate::document::SignedDocument;
use crate::json::Json;
use crate::key::{Scheme, Signature};
use crate::root_draft::{KeySpelling, NamedKey, RootDraft};
use crate::settings::RepositorySettings;
use crate::software::SoftwareKey;
use crate::threshold::RoleKeysError;

const NOW: UnixTime = UnixTime(1_800_000_000);

fn key() -> SoftwareKey {
    SoftwareKey::generate(Scheme::Ed25519).unwrap()
}

fn named(name: &str, key: &SoftwareKey) -> NamedKey {
    NamedKey { name: name.to_owned(), key: key.public().clone() }
}

fn count(people: &BTreeSet<usize>) -> u32 {
    u32::try_from(people.len()).unwrap()
}

fn draft(version: Version, keys: &[&SoftwareKey], threshold: u32, online: &SoftwareKey) -> RootDraft {
    RootDraft {
        version,
        expires: Expiry::after_days(NOW, 365),
        threshold: NonZeroU32::new(threshold).unwrap(),
        root_keys: keys.iter().map(|key| named("person", key)).collect(),
        online_keys: vec![named("online", online)],
        settings: RepositorySettings::proposed(Bins {
            kind: BinKind::Succinct,
            count: BinCount::new(256).unwrap(),
        }),
        rehearsal: false,
        record: None,
        spelling: KeySpelling::Plain,
    }
}

fn sign(root: &mut Metadata<Root>, keys: &[&SoftwareKey]) {
    for key in keys {
        let sig = key.sign(root.document().signing_bytes()).unwrap();
        root.document_mut().add_signature(Signature { keyid: key.public().id().clone(), sig });
    }
}

#[test]
fn the_first_root_is_trusted_by_its_own_keys() {
    let (alice, bob, online) = (key(), key(), key());
    let mut root = draft(Version::ONE, &[&alice, &bob], 2, &online).to_metadata().unwrap();
    assert_eq!(check_first_root(&root, NOW), Err(RootError::Unsigned));
    sign(&mut root, &[&alice]);
    assert_eq!(check_first_root(&root, NOW).unwrap().missing(), 1);
    sign(&mut root, &[&bob]);
    assert!(check_first_root(&root, NOW).unwrap().is_met());
    assert!(matches!(check_first_root(&root, NOW.plus_days(365)), Err(RootError::Expired(_))));
}

#[test]
fn a_first_root_with_a_strangers_signature_is_refused() {
    let (alice, eve, online) = (key(), key(), key());
    let mut root = draft(Version::ONE, &[&alice], 1, &online).to_metadata().unwrap();
    sign(&mut root, &[&alice, &eve]);
    assert!(matches!(check_first_root(&root, NOW), Err(RootError::InvalidSignature(_))));
}

#[test]
fn a_draft_that_could_not_be_trusted_is_no_root() {
    let (alice, online) = (key(), key());
    let error = |draft: RootDraft| draft.to_metadata().unwrap_err().to_string();
    assert!(error(draft(Version::ONE, &[&alice], 2, &online)).contains("threshold is 2"));
    assert!(error(draft(Version::ONE, &[&alice, &alice], 1, &online)).contains("twice"));
    assert!(error(draft(Version::ONE, &[&alice, &online], 1, &online)).contains("online key"));
}

#[test]
fn an_online_key_under_another_id_has_no_vote_in_root_either() {
    let (alice, online) = (key(), key());
    let mut signed =
        draft(Version::ONE, &[&alice], 1, &online).to_metadata().unwrap().document().signed().clone();
    let Json::Object(members) = &mut signed else { unreachable!() };
    let online_json = online.public().to_json();
    members.get_mut("keys").unwrap().set("other", online_json);
    let role =
        Json::parse(format!(r#"{{"keyids":["{}","other"],"threshold":1}}"#, alice.public().id()).as_bytes());
    members.get_mut("roles").unwrap().set("root", role.unwrap());
    let mut root = Metadata::<Root>::from_document(SignedDocument::new(signed)).unwrap();
    sign(&mut root, &[&alice]);
    assert!(matches!(check_first_root(&root, NOW), Err(RootError::Keys(RoleKeysError::OnlineInRoot(_)))));
}

#[test]
fn versions_follow_each_other_without_gaps() {
    let (alice, online) = (key(), key());
    let root = |version| draft(Version::new(version).unwrap(), &[&alice], 1, &online).to_metadata().unwrap();
    for (from, to) in [(1, 1), (1, 3), (2, 1)] {
        assert!(
            matches!(check_succession(&root(from), &root(to)), Err(RootError::Version { .. })),
            "{from} to {to}"
        );
    }
    assert!(check_succession(&root(1), &root(2)).is_ok());
    assert!(matches!(check_first_root(&root(2), NOW), Err(RootError::Version { .. })));
}

#[test]
fn rstufs_spelling_keeps_ids_and_names() {
    let (alice, online) = (key(), key());
    let mut draft = draft(Version::ONE, &[&alice], 1, &online);
    let plain = draft.to_metadata().unwrap();
    draft.spelling = KeySpelling::Rstuf { online_uri: None };
    let spelled = draft.to_metadata().unwrap();
    let ids = |root: &Metadata<Root>| root.body().keys.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&plain), ids(&spelled));
    assert_eq!(spelled.body().name_of(alice.public().id()), "person");
    let key =
        spelled.document().signed().get("keys").unwrap().get(online.public().id().as_str()).unwrap().clone();
    assert_eq!(
        key.get("x-rstuf-online-key-uri").unwrap().as_str().unwrap(),
        format!("fn:{}", online.public().id())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A root takes effect exactly when enough of the old keys and enough of the new keys signed.
    #[test]
    fn a_root_follows_when_both_thresholds_are_met(
        old in prop::collection::btree_set(0_usize..6, 1..6),
        new in prop::collection::btree_set(0_usize..6, 1..6),
        signers in prop::collection::btree_set(0_usize..6, 0..6),
        (old_threshold, new_threshold) in (1_u32..6, 1_u32..6),
    ) {
        let people: Vec<SoftwareKey> = (0..6).map(|_| key()).collect();
        let online = key();
        let pick = |set: &BTreeSet<usize>| set.iter().map(|i| &people[*i]).collect::<Vec<_>>();
        let thresholds = (old_threshold.min(count(&old)), new_threshold.min(count(&new)));
        let current = draft(Version::ONE, &pick(&old), thresholds.0, &online).to_metadata().unwrap();
        let mut next =
            draft(Version::ONE.next(), &pick(&new), thresholds.1, &online).to_metadata().unwrap();
        sign(&mut next, &pick(&signers));
        let succession = check_succession(&current, &next).unwrap();
        let signed = |set: &BTreeSet<usize>| count(&signers.intersection(set).copied().collect());
        let expected = signed(&old) >= thresholds.0 && signed(&new) >= thresholds.1;
        prop_assert_eq!(succession.is_met(), expected);
    }
}

#[test]
fn a_first_root_carries_nothing_that_nobody_signed() {
    let (alice, online) = (key(), key());
    let mut root = draft(Version::ONE, &[&alice], 1, &online).to_metadata().unwrap();
    sign(&mut root, &[&alice]);
    let with = |entry: &str| {
        let text = String::from_utf8(root.document().to_bytes()).unwrap();
        let text = text.replacen("\"signatures\":[", &format!("\"signatures\":[{entry},"), 1);
        check_first_root(&Metadata::<Root>::parse(text.as_bytes()).unwrap(), NOW)
    };
    for entry in [r#"{"keyid":"ab","sig":"zz"}"#, r#"{"keyid":"ab","sig":"00","bundle":{}}"#] {
        assert_eq!(with(entry), Err(RootError::ForeignSignature("ab".to_owned())), "{entry}");
    }
    assert!(check_first_root(&root, NOW).unwrap().is_met());
}
