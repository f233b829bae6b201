use super::*;
use crate::attestation::certificates_of;
use crate::attestation::tests::maker::{Bench, NOW, Plan, pem};
use crate::bins::{BinCount, BinKind, Bins};
use crate::gap::{KeyDocumentError, RootKeyDocument};
use crate::json::Json;
use crate::key::{Scheme, Signature};
use crate::metadata::{Metadata, Root};
use crate::names::Version;
use crate::root_draft::{KeySpelling, NamedKey, RootDraft};
use crate::settings::RepositorySettings;
use crate::software::SoftwareKey;
use crate::time::Expiry;

fn possession(key: &Key, sign: impl Fn(&[u8]) -> Vec<u8>) -> KeptPossession {
    KeptPossession { time: NOW, proof: sign(&RootKeyDocument::statement(key.id(), NOW)) }
}

fn on_yubikey(bench: &Bench) -> KeptKey {
    let key = Key::from_spki_der(&bench.key.spki()).unwrap();
    let chain = pem(&[&bench.key_der(), &bench.device_der(), &bench.branch_der()]);
    let place = KeptPlace::YubiKey {
        serial: Serial(12_345_678),
        firmware: Some(Firmware::new(5, 7, 1)),
        policy: Some(bench.attested().policy()),
    };
    KeptKey {
        name: "ann".into(),
        possession: Some(possession(&key, |statement| bench.key.sign(statement))),
        key,
        place,
        attestation: Some(KeptAttestation { certificates: certificates_of(&chain).unwrap() }),
        verdict: AttestationVerdict::Verified { anchor: bench.attested().anchor().digest() },
    }
}

fn in_software(name: &str, place: KeptPlace) -> KeptKey {
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    KeptKey {
        name: name.into(),
        possession: Some(possession(key.public(), |statement| key.sign(statement).unwrap())),
        key: key.public().clone(),
        place,
        attestation: None,
        verdict: AttestationVerdict::None { reason: "It is in a file.".into() },
    }
}

fn document(bench: &Bench) -> RootKeysDocument {
    let token = KeptPlace::Pkcs11 { label: "tuf-root".into(), serial: "31337".into() };
    RootKeysDocument {
        root: DocumentDigest::of_canonical(b"{}"),
        time: NOW,
        anchors: bench.anchors().roots().map(|(name, digest)| AnchorName { name, digest }).collect(),
        keys: vec![
            on_yubikey(bench),
            in_software("bob", KeptPlace::File),
            in_software("cem", token),
            in_software("dan", KeptPlace::Elsewhere),
        ],
    }
}

/// The document after somebody changed a member of its first key.
fn changed(
    document: &RootKeysDocument,
    member: &str,
    value: Json,
) -> Result<RootKeysDocument, RootKeysError> {
    let mut json = Json::parse(&document.to_bytes()).unwrap();
    let mut keys = json.get("keys").and_then(Json::as_array).unwrap().to_vec();
    keys[0].set(member, value);
    json.set("keys", Json::Array(keys));
    RootKeysDocument::parse(&json.to_pretty())
}

#[test]
fn a_document_survives_writing_and_reading() {
    let document = document(&Bench::new());
    assert_eq!(RootKeysDocument::parse(&document.to_bytes()), Ok(document.clone()));
    let refused = AttestationVerdict::Refused { reason: "No.".into() };
    let place = KeptPlace::YubiKey { serial: Serial(1), firmware: None, policy: None };
    let bare = KeptKey { possession: None, place, verdict: refused, ..document.keys[1].clone() };
    let bare = RootKeysDocument { keys: vec![bare], anchors: vec![], ..document };
    assert_eq!(RootKeysDocument::parse(&bare.to_bytes()), Ok(bare));
}

#[test]
fn an_attestation_is_judged_again_and_counts_with_its_proof() {
    let bench = Bench::new();
    let judge = |kept: &KeptKey| kept.judge(&Wanted::ROOT_KEY, &bench.anchors(), NOW);
    let kept = on_yubikey(&bench);
    assert!(matches!(judge(&kept), Ok(Judged::Proven(proven)) if proven.attested().key() == &kept.key));
    let unproven = KeptKey { possession: None, ..kept.clone() };
    assert!(matches!(judge(&unproven), Ok(Judged::Alone(attested)) if attested.key() == &kept.key));
    assert_eq!(judge(&in_software("bob", KeptPlace::File)), Ok(Judged::Nothing));
    let elsewhere = judge(&KeptKey { place: KeptPlace::Elsewhere, ..kept.clone() });
    assert!(matches!(elsewhere, Ok(Judged::Proven(_))), "no device was seen that could be another one");
    let another = KeptPlace::YubiKey { serial: Serial(1), firmware: None, policy: None };
    let refused = judge(&KeptKey { place: another, ..kept.clone() });
    assert!(matches!(refused, Err(RootKeysError::Attestation(Objection::Doubt(Doubt::OtherToken { .. })))));
    let other = KeptKey { key: in_software("bob", KeptPlace::File).key, ..kept.clone() };
    assert!(matches!(
        judge(&other),
        Err(RootKeysError::Attestation(Objection::Doubt(Doubt::OtherKey { .. })))
    ));
    let strangers = kept.judge(&Wanted::ROOT_KEY, &Bench::new().anchors(), NOW);
    assert!(matches!(strangers, Err(RootKeysError::Attestation(Objection::Attestation(_)))));
    let short =
        KeptAttestation { certificates: kept.attestation.clone().unwrap().certificates[..1].to_vec() };
    assert!(judge(&KeptKey { attestation: Some(short), ..kept }).is_err());
}

#[test]
fn a_document_that_somebody_changed_is_refused() {
    let document = document(&Bench::new());
    let other = in_software("dora", KeptPlace::File);
    let refused = |member: &str, value: Json| changed(&document, member, value).unwrap_err();
    assert!(matches!(refused("keyid", Json::from(other.key.id().as_str())), RootKeysError::OtherId { .. }));
    let proof = Json::object([
        ("time", Json::String(NOW.to_string())),
        ("proof", Json::String(hex::encode(other.possession.unwrap().proof))),
    ]);
    assert!(matches!(refused("possession", proof), RootKeysError::Proof(_)));
    let json = Json::parse(&document.to_bytes()).unwrap();
    let chain =
        json.get("keys").unwrap().as_array().unwrap()[0].get("attestation").unwrap().as_array().unwrap();
    let mut swapped = chain.to_vec();
    let digest = swapped[1].get("sha256").unwrap().clone();
    swapped[0].set("sha256", digest);
    assert_eq!(refused("attestation", Json::Array(swapped)), RootKeysError::Field("sha256"));
    let mut doubled = chain.to_vec();
    let text = doubled[0].get("pem").and_then(Json::as_str).unwrap().repeat(2);
    doubled[0].set("pem", Json::String(text));
    assert_eq!(refused("attestation", Json::Array(doubled)), RootKeysError::Field("pem"));
    for member in ["name", "key", "keyid", "place", "verdict", "attestation", "possession"] {
        assert!(changed(&document, member, Json::from(7_u32)).is_err(), "{member}");
    }
}

#[test]
fn texts_that_no_ceremony_writes_are_refused() {
    let document = document(&Bench::new());
    let refused = |member: &str, value: Json| changed(&document, member, value).unwrap_err();
    let long = |count| Json::String("x".repeat(count));
    assert!(changed(&document, "name", long(64)).is_ok());
    assert_eq!(refused("name", long(65)), RootKeysError::Field("name"));
    let place =
        |label, serial| Json::object([("kind", Json::from("pkcs11")), ("label", label), ("serial", serial)]);
    assert_eq!(refused("place", place(long(2001), long(1))), RootKeysError::Field("label"));
    assert_eq!(refused("place", place(long(1), long(2001))), RootKeysError::Field("serial"));
    let verdict = Json::object([("outcome", Json::from("none")), ("reason", long(2001))]);
    assert_eq!(refused("verdict", verdict), RootKeysError::Field("reason"));
    let anchor = AnchorName { name: "x".into(), digest: Bench::new().anchors().roots().next().unwrap().1 };
    for anchors in [vec![anchor.clone(); 65], vec![AnchorName { name: "x".repeat(2001), ..anchor }]] {
        assert!(
            RootKeysDocument::parse(&RootKeysDocument { anchors, ..document.clone() }.to_bytes()).is_err()
        );
    }
}

/// A key whose device's word about it ran out before now, in a document that says that it is older.
fn run_out(bench: &Bench, time: UnixTime, proven: UnixTime) -> RootKeysDocument {
    let validity = ["20241201000000Z", "20251201000000Z"];
    let key = Plan { validity, ..bench.key_plan() }.signed(&bench.key, &bench.device);
    let chain = certificates_of(&pem(&[&key, &bench.device_der(), &bench.branch_der()])).unwrap();
    let mut kept = on_yubikey(bench);
    let proof = bench.key.sign(&RootKeyDocument::statement(kept.key.id(), proven));
    kept.possession = Some(KeptPossession { time: proven, proof });
    kept.attestation = Some(KeptAttestation { certificates: chain });
    RootKeysDocument { time, keys: vec![kept], ..document(bench) }
}

#[test]
fn an_attestation_that_ran_out_is_told_apart_from_one_that_holds() {
    let bench = Bench::new();
    let judge = |document: &RootKeysDocument| {
        document.judge(&document.keys[0], &Wanted::ROOT_KEY, &bench.anchors(), NOW)
    };
    let [early, held, later] = ["2024-06-01T00:00:00Z", "2025-06-01T00:00:00Z", "2025-07-01T00:00:00Z"]
        .map(|text| UnixTime::parse(text).unwrap());
    assert!(matches!(judge(&document(&bench)), Ok(Held::Now(Judged::Proven(_)))));
    let document = run_out(&bench, later, held);
    let then = judge(&document);
    assert!(matches!(
        then,
        Ok(Held::Then { judged: Judged::Proven(_), today: AttestationError::Time { .. } })
    ));
    assert_eq!(document.attested_device(&document.keys[0], &bench.anchors(), NOW), Some(Serial(12_345_678)));
    let ran_out = |time, proven| {
        matches!(
            judge(&run_out(&bench, time, proven)),
            Err(RootKeysError::Attestation(Objection::Attestation(AttestationError::Time { .. })))
        )
    };
    assert!(ran_out(NOW, held), "the document is of today");
    assert!(ran_out(early, early), "it never held");
    assert!(ran_out(held, later), "the proof is newer than its document");
    assert!(ran_out(later, early), "the proof was made before it held");
    assert!(ran_out(UnixTime(NOW.0 + 1), held), "a document of the future");
}

#[test]
fn documents_of_another_kind_and_keys_that_come_twice_are_refused() {
    let mut twice = document(&Bench::new());
    let again = KeptKey { name: "again".into(), ..twice.keys[0].clone() };
    let id = again.key.id().clone();
    twice.keys.push(again);
    assert_eq!(RootKeysDocument::parse(&twice.to_bytes()), Err(RootKeysError::Twice(id)));
    for (member, value) in [("kind", Json::from("vestry-root-key")), ("version", Json::from(2_u32))] {
        let mut json = Json::parse(&document(&Bench::new()).to_bytes()).unwrap();
        json.set(member, value);
        assert_eq!(RootKeysDocument::parse(&json.to_pretty()), Err(RootKeysError::Kind), "{member}");
    }
    let mut many = Json::parse(&document(&Bench::new()).to_bytes()).unwrap();
    many.set("keys", Json::Array(vec![Json::Null; MOST_KEYS + 1]));
    assert_eq!(RootKeysDocument::parse(&many.to_pretty()), Err(RootKeysError::TooMany(MOST_KEYS + 1)));
}

#[test]
fn two_keys_on_one_yubikey_are_noticed() {
    let bench = Bench::new();
    let mut document = document(&bench);
    let check = |document: &RootKeysDocument| document.check_distinct_devices(&bench.anchors(), NOW);
    assert_eq!(check(&document), Ok(()));
    let place = KeptPlace::YubiKey { serial: Serial(12_345_678), firmware: None, policy: None };
    document.keys.push(in_software("dora", place));
    let serial = Serial(12_345_678);
    assert_eq!(check(&document), Err(Doubt::SameDevice { serial }));
    let token = KeptPlace::Pkcs11 { label: "tuf-root".into(), serial: "0".into() };
    for unsigned in [KeptPlace::File, token, KeptPlace::Elsewhere] {
        document.keys[0].place = unsigned;
        assert_eq!(check(&document), Err(Doubt::SameDevice { serial }), "what is attested counts");
    }
    document.keys[0].place = KeptPlace::YubiKey { serial: Serial(1), firmware: None, policy: None };
    assert_eq!(check(&document), Err(Doubt::SameDevice { serial }), "what is attested counts");
    document.keys[0].attestation = None;
    assert_eq!(check(&document), Ok(()), "nothing is attested");
}

/// A root of one key, with the signature that `sign` makes.
fn root(key: &Key, sign: impl Fn(&[u8]) -> Vec<u8>) -> Metadata<Root> {
    let online = SoftwareKey::generate(Scheme::Ed25519).unwrap().public().clone();
    let bins = Bins { kind: BinKind::Succinct, count: BinCount::recommended(100) };
    let named = |name: &str, key: &Key| NamedKey { name: name.into(), key: key.clone() };
    let draft = RootDraft {
        version: Version::ONE,
        expires: Expiry::after_days(NOW, 365),
        threshold: std::num::NonZeroU32::MIN,
        root_keys: vec![named("ann", key)],
        online_keys: vec![named("online", &online)],
        settings: RepositorySettings::proposed(bins),
        rehearsal: false,
        record: None,
        spelling: KeySpelling::Plain,
    };
    let mut root = draft.to_metadata().unwrap();
    let sig = sign(root.document().signing_bytes());
    root.document_mut().add_signature(Signature { keyid: key.id().clone(), sig });
    root
}

#[test]
fn a_signature_on_root_makes_an_attestation_count_and_a_strangers_does_not() {
    let bench = Bench::new();
    let attested = bench.attested();
    let signed = root(attested.key(), |bytes| bench.key.sign(bytes));
    assert!(Proven::by_root(attested.clone(), &signed).is_ok());
    let strangers = Bench::new();
    let forged = root(attested.key(), |bytes| strangers.key.sign(bytes));
    assert!(Proven::by_root(attested, &forged).is_err());
}

#[test]
fn the_document_of_an_absent_holder_is_judged_in_the_same_way() {
    let bench = Bench::new();
    let kept = on_yubikey(&bench);
    let KeptPossession { time, proof } = kept.possession.clone().unwrap();
    let chain = kept.attestation.unwrap().certificates;
    let attestation: Vec<String> = chain.iter().map(Certificate::to_pem).collect();
    let absent = RootKeyDocument { key: kept.key, name: "ann".into(), time, proof, attestation };
    let read = RootKeyDocument::parse(&absent.to_bytes()).unwrap();
    let proven = read.judge(&Wanted::ROOT_KEY, &bench.anchors(), NOW).unwrap();
    assert_eq!(proven.attested().serial(), Serial(12_345_678));
    let bare = RootKeyDocument { attestation: vec![], ..absent };
    assert!(matches!(
        bare.judge(&Wanted::ROOT_KEY, &bench.anchors(), NOW),
        Err(KeyDocumentError::Attestation(Objection::Attestation(_)))
    ));
}
