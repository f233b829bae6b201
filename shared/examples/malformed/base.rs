//! The good documents that the malformed ones are made of. Ed25519 signs the same bytes alike each time, so all of this
//! is the same whenever it is made.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use shared::bins::{BinCount, BinKind, Bins};
use shared::document::SignedDocument;
use shared::gap::{BootstrapPayload, OnlineKeyDocument};
use shared::json::Json;
use shared::key::Signature;
use shared::metadata::{Body, Common, MetaEntry, Metadata, Root, Snapshot, Targets, Timestamp};
use shared::names::Version;
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::RepositorySettings;
use shared::software::SoftwareKey;
use shared::target::{TargetInfo, TargetPath};
use shared::time::{Expiry, UnixTime};

/// When everything was made: 2027-01-15.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);
/// Long after everybody who reads this.
const DAYS: u32 = 36_000;

/// A key that everybody knows, by a number.
pub(crate) fn key(number: u8) -> SoftwareKey {
    let mut pkcs8 = hex::decode("302e020100300506032b657004220420").unwrap();
    pkcs8.extend([number; 32]);
    SoftwareKey::from_pkcs8_der(&pkcs8).unwrap()
}

/// The holders of root, both needed.
pub(crate) const ALICE: u8 = 1;
pub(crate) const BOB: u8 = 2;
/// The key of the service.
pub(crate) const ONLINE: u8 = 3;
/// Nobody's key.
pub(crate) const STRANGER: u8 = 4;

fn settings() -> RepositorySettings {
    RepositorySettings::proposed(bins())
}

fn bins() -> Bins {
    Bins { kind: BinKind::Succinct, count: BinCount::new(2).unwrap() }
}

/// The signed part of a good root.
pub(crate) fn root_signed() -> Json {
    let named = |name: &str, number| NamedKey { name: name.to_owned(), key: key(number).public().clone() };
    let draft = RootDraft {
        version: Version::ONE,
        expires: Expiry::after_days(NOW, DAYS),
        threshold: NonZeroU32::new(2).unwrap(),
        root_keys: vec![named("alice", ALICE), named("bob", BOB)],
        online_keys: vec![named("online", ONLINE)],
        settings: settings(),
        rehearsal: false,
        record: None,
        spelling: KeySpelling::Plain,
    };
    draft.to_metadata().unwrap().document().signed().clone()
}

/// A document with the signatures of these keys.
pub(crate) fn sign(signed: Json, signers: &[u8]) -> SignedDocument {
    let mut document = SignedDocument::new(signed);
    for signer in signers {
        let signature = signature(&document, *signer);
        document.add_signature(signature);
    }
    document
}

/// The signature of a key over a document.
pub(crate) fn signature(document: &SignedDocument, signer: u8) -> Signature {
    let key = key(signer);
    Signature { keyid: key.public().id().clone(), sig: key.sign(document.signing_bytes()).unwrap() }
}

/// A good root, signed by both holders.
pub(crate) fn root() -> Vec<u8> {
    sign(root_signed(), &[ALICE, BOB]).to_bytes()
}

/// A root that was changed before both signed it.
pub(crate) fn root_with(change: impl FnOnce(&mut Json)) -> Vec<u8> {
    let mut signed = root_signed();
    change(&mut signed);
    sign(signed, &[ALICE, BOB]).to_bytes()
}

/// The text of a good root with one thing replaced.
pub(crate) fn root_text(from: &str, to: &str) -> Vec<u8> {
    replaced(&root(), from, to)
}

/// A text with one thing replaced, which must be there.
pub(crate) fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replacen(from, to, 1).into_bytes()
}

/// Changes a member of an object.
pub(crate) fn member(value: &mut Json, name: &str, change: impl FnOnce(&mut Json)) {
    let mut inner = value.get(name).unwrap().clone();
    change(&mut inner);
    value.set(name, inner);
}

/// Takes a member out of an object.
pub(crate) fn remove(value: &mut Json, name: &str) {
    let mut members = value.as_object().unwrap().clone();
    members.remove(name).unwrap();
    *value = Json::Object(members);
}

/// A good payload.
pub(crate) fn payload() -> Vec<u8> {
    let root = Metadata::<Root>::parse(&root()).unwrap();
    BootstrapPayload::new(settings(), root).to_json().to_compact()
}

/// A good document with the online key.
pub(crate) fn online_key() -> Vec<u8> {
    let key = key(ONLINE);
    let proof = key.sign(&OnlineKeyDocument::statement(key.public().id(), NOW)).unwrap();
    OnlineKeyDocument { key: key.public().clone(), name: "online".to_owned(), time: NOW, proof }.to_bytes()
}

/// A path that falls into the bin 0, and one that falls into the bin 1.
pub(crate) fn paths() -> [TargetPath; 2] {
    [TargetPath::new("a/file2.tar.gz").unwrap(), TargetPath::new("file1.tar.gz").unwrap()]
}

fn common() -> Common {
    Common { version: Version::ONE, expires: Expiry::after_days(NOW, DAYS) }
}

/// The signed parts of a good repository with two bins, by file name.
pub(crate) fn published_signed() -> BTreeMap<&'static str, Json> {
    let info = TargetInfo {
        length: 3,
        hashes: BTreeMap::from([("sha256".to_owned(), "a".repeat(64))]),
        custom: None,
    };
    let [in_zero, in_one] = paths();
    let bin = |path: TargetPath| {
        Targets { common: common(), targets: BTreeMap::from([(path, info.clone())]), delegations: None }
            .to_signed()
    };
    let delegations = Some(bins().delegations(&[key(ONLINE).public().clone()]));
    let listed = |name: &str| (name.to_owned(), MetaEntry::version(Version::ONE));
    let meta = ["targets.json", "bins-0.json", "bins-1.json"].map(listed);
    let targets = Targets { common: common(), targets: BTreeMap::new(), delegations };
    BTreeMap::from([
        ("1.bins-0.json", bin(in_zero)),
        ("1.bins-1.json", bin(in_one)),
        ("1.targets.json", targets.to_signed()),
        ("1.snapshot.json", Snapshot { common: common(), meta: BTreeMap::from(meta) }.to_signed()),
        (
            "timestamp.json",
            Timestamp { common: common(), snapshot: MetaEntry::version(Version::ONE) }.to_signed(),
        ),
    ])
}

/// The files of that repository.
pub(crate) fn repository() -> BTreeMap<String, Vec<u8>> {
    let signed = published_signed();
    let files =
        signed.into_iter().map(|(name, signed)| (name.to_owned(), sign(signed, &[ONLINE]).to_bytes()));
    files.collect()
}
