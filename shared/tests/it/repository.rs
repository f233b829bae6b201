//! A whole repository in memory, seen by the client-side verifier: the good one passes, and each
//! thing that a client would refuse is named.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use shared::bins::{BinCount, BinKind, Bins};
use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::{Scheme, Signature};
use shared::metadata::{Body, Common, MetaEntry, Snapshot, Targets, Timestamp};
use shared::names::Version;
use shared::repository::{MetadataSource, Report, SourceError, VerifyError, verify_repository};
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::RepositorySettings;
use shared::software::SoftwareKey;
use shared::target::{TargetInfo, TargetPath};
use shared::time::{Expiry, UnixTime};

const NOW: UnixTime = UnixTime(1_800_000_000);
const PATH: &str = "dir/file.tar.gz";

#[derive(Clone)]
struct Published(BTreeMap<String, Vec<u8>>);

impl MetadataSource for Published {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.0.get(name).cloned())
    }
}

struct Repository {
    root_key: SoftwareKey,
    online: SoftwareKey,
    files: Published,
    bins: Bins,
}

fn sign(body: &Json, key: &SoftwareKey) -> Vec<u8> {
    let mut document = SignedDocument::new(body.clone());
    let sig = key.sign(document.signing_bytes()).unwrap();
    document.add_signature(Signature { keyid: key.public().id().clone(), sig });
    document.to_bytes()
}

fn common(version: u64, days: u32) -> Common {
    Common { version: Version::new(version).unwrap(), expires: Expiry::after_days(NOW, days) }
}

impl Repository {
    fn new(kind: BinKind) -> Repository {
        let mut repository = Repository {
            root_key: SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap(),
            online: SoftwareKey::generate(Scheme::Ed25519).unwrap(),
            files: Published(BTreeMap::new()),
            bins: Bins { kind, count: BinCount::new(16).unwrap() },
        };
        repository.publish_root(1);
        repository.publish_targets();
        repository
    }

    fn put(&mut self, name: &str, body: &Json) {
        let bytes = sign(body, &self.online);
        self.files.0.insert(name.to_owned(), bytes);
    }

    fn publish_root(&mut self, version: u64) {
        let named =
            |name: &str, key: &SoftwareKey| NamedKey { name: name.to_owned(), key: key.public().clone() };
        let draft = RootDraft {
            version: Version::new(version).unwrap(),
            expires: Expiry::after_days(NOW, 365),
            threshold: NonZeroU32::MIN,
            root_keys: vec![named("alice", &self.root_key)],
            online_keys: vec![named("online", &self.online)],
            settings: RepositorySettings::proposed(self.bins),
            rehearsal: false,
            record: None,
            spelling: KeySpelling::Plain,
        };
        let root = draft.to_metadata().unwrap();
        let bytes = sign(root.document().signed(), &self.root_key);
        self.files.0.insert(format!("{version}.root.json"), bytes);
    }

    fn publish_targets(&mut self) {
        let path = TargetPath::new(PATH).unwrap();
        let info = TargetInfo {
            length: 3,
            hashes: BTreeMap::from([("sha256".to_owned(), "a".repeat(64))]),
            custom: None,
        };
        let mut meta = BTreeMap::from([("targets.json".to_owned(), MetaEntry::version(Version::ONE))]);
        for (index, name) in (0..).zip(self.bins.role_names()) {
            let mine = self.bins.index_of(&path) == index;
            let targets = mine.then(|| (path.clone(), info.clone())).into_iter().collect();
            let bin = Targets { common: common(1, 1), targets, delegations: None };
            self.put(&format!("1.{name}.json"), &bin.to_signed());
            meta.insert(format!("{name}.json"), MetaEntry::version(Version::ONE));
        }
        let delegations = Some(self.bins.delegations(&[self.online.public().clone()]));
        let targets = Targets { common: common(1, 365), targets: BTreeMap::new(), delegations };
        self.put("1.targets.json", &targets.to_signed());
        self.put("1.snapshot.json", &Snapshot { common: common(1, 1), meta }.to_signed());
        let snapshot = MetaEntry::version(Version::ONE);
        self.put("timestamp.json", &Timestamp { common: common(1, 1), snapshot }.to_signed());
    }

    /// Changes the signed part of a file and signs it again.
    fn edit(&mut self, name: &str, edit: impl FnOnce(&mut Json)) {
        let mut signed = SignedDocument::parse(&self.files.0[name]).unwrap().signed().clone();
        edit(&mut signed);
        self.put(name, &signed);
    }

    fn verify(&self) -> Result<Report, VerifyError> {
        verify_repository(&self.files, &self.files.0["1.root.json"], NOW)
    }
}

#[test]
fn a_good_repository_passes_with_either_kind_of_bins() {
    for kind in [BinKind::Succinct, BinKind::Prefix] {
        let mut repository = Repository::new(kind);
        repository.publish_root(2);
        let report = repository.verify().unwrap();
        assert_eq!(
            (report.root.get(), report.delegated_roles, report.listed_targets),
            (2, 16, 1),
            "{kind:?}"
        );
        assert_eq!(report.first_expiry.1, Expiry::after_days(NOW, 1));
    }
}

#[test]
fn a_changed_byte_of_any_signed_file_is_found() {
    let good = Repository::new(BinKind::Succinct);
    for name in good.files.0.keys() {
        let mut files = good.files.clone();
        let text = String::from_utf8(files.0[name].clone()).unwrap();
        files.0.insert(name.clone(), text.replacen("1.0.31", "1.0.30", 1).into_bytes());
        let result = verify_repository(&files, &good.files.0["1.root.json"], NOW);
        // The trusted root is the client's own copy, not the published one.
        assert_eq!(result.is_err(), name != "1.root.json", "{name}: {result:?}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let good = Repository::new(BinKind::Prefix);
    for name in good.files.0.keys().filter(|name| *name != "1.root.json") {
        let mut files = good.files.clone();
        files.0.remove(name);
        let result = verify_repository(&files, &good.files.0["1.root.json"], NOW);
        assert_eq!(result, Err(VerifyError::Missing(name.clone())));
    }
}

#[test]
fn what_expired_is_named() {
    let good = Repository::new(BinKind::Succinct);
    let later = UnixTime(NOW.0 + 86_400);
    let result = verify_repository(&good.files, &good.files.0["1.root.json"], later);
    assert!(matches!(result, Err(VerifyError::Expired { name, .. }) if name == "timestamp.json"));
}

#[test]
fn a_root_that_its_predecessor_did_not_sign_is_refused() {
    let mut repository = Repository::new(BinKind::Succinct);
    let trusted = repository.files.0["1.root.json"].clone();
    repository.root_key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    repository.publish_root(2);
    let result = verify_repository(&repository.files, &trusted, NOW);
    assert_eq!(result, Err(VerifyError::Signatures("2.root.json".into())));
}

#[test]
fn versions_that_snapshot_does_not_list_are_refused() {
    let mut repository = Repository::new(BinKind::Succinct);
    repository.edit("1.bins-0.json", |signed| signed.set("version", Json::from(2_u32)));
    assert!(matches!(repository.verify(), Err(VerifyError::OtherVersion { .. })));
    let mut repository = Repository::new(BinKind::Succinct);
    repository.edit("1.snapshot.json", |signed| {
        let Json::Object(members) = signed else { panic!("no object") };
        let Some(Json::Object(meta)) = members.get_mut("meta") else { panic!("no meta") };
        meta.remove("bins-3.json");
    });
    assert_eq!(repository.verify(), Err(VerifyError::NotListed("bins-3.json".into())));
}

#[test]
fn a_target_in_a_bin_that_may_not_speak_for_it_is_found() {
    let mut repository = Repository::new(BinKind::Succinct);
    let path = TargetPath::new(PATH).unwrap();
    let wrong = repository.bins.role_name((repository.bins.index_of(&path) + 1) % 16);
    let right = repository.bins.role_name(repository.bins.index_of(&path));
    let targets = SignedDocument::parse(&repository.files.0[&format!("1.{right}.json")]).unwrap();
    let targets = targets.signed().get("targets").unwrap().clone();
    repository.edit(&format!("1.{wrong}.json"), |signed| signed.set("targets", targets));
    assert!(matches!(repository.verify(), Err(VerifyError::NotDelegated { .. })));
}

#[test]
fn listed_lengths_and_hashes_are_checked() {
    let mut repository = Repository::new(BinKind::Succinct);
    repository.edit("timestamp.json", |signed| {
        let meta = br#"{"snapshot.json":{"version":1,"length":5}}"#;
        signed.set("meta", Json::parse(meta).unwrap());
    });
    assert_eq!(repository.verify(), Err(VerifyError::OtherBytes("1.snapshot.json".into())));
}
