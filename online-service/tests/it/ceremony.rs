//! A ceremony with keys in software, two of three.

use std::num::NonZeroU32;

use shared::bins::{BinCount, BinKind, Bins};
use shared::document::SignedDocument;
use shared::gap::{BootstrapPayload, OnlineKeyDocument};
use shared::json::Json;
use shared::key::{Scheme, Signature};
use shared::metadata::{Metadata, Root};
use shared::names::Version;
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::RepositorySettings;
use shared::software::SoftwareKey;
use shared::time::{Expiry, UnixTime};

use crate::service::Service;

/// What differs between ceremonies.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// How many bins.
    pub(crate) bins: u64,
    /// How targets delegates to them.
    pub(crate) kind: BinKind,
    /// How many of the three root keys sign.
    pub(crate) signatures: usize,
    /// Whether it is a rehearsal.
    pub(crate) rehearsal: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { bins: 4, kind: BinKind::Succinct, signatures: 2, rehearsal: false }
    }
}

/// A ceremony that was held.
pub(crate) struct Ceremony {
    keys: Vec<SoftwareKey>,
    /// The root, with the signatures that were made.
    pub(crate) root: Metadata<Root>,
    settings: RepositorySettings,
}

impl Ceremony {
    /// Holds a ceremony for the online key of a service.
    pub(crate) fn hold(service: &Service, options: &Options) -> Self {
        let exported = service.run(&["vault", "export-public"]);
        let online = OnlineKeyDocument::parse(exported.as_bytes()).unwrap();
        Self::hold_for(NamedKey { name: online.name, key: online.key }, options)
    }

    /// Holds a ceremony for any online key.
    pub(crate) fn hold_for(online: NamedKey, options: &Options) -> Self {
        let keys: Vec<SoftwareKey> =
            (0..3).map(|_| SoftwareKey::generate(Scheme::Ed25519).unwrap()).collect();
        let settings = settings(options);
        let named = |(index, key): (usize, &SoftwareKey)| NamedKey {
            name: format!("root-{index}"),
            key: key.public().clone(),
        };
        let draft = RootDraft {
            version: Version::ONE,
            expires: Expiry::after_days(now(), 365),
            threshold: NonZeroU32::new(2).unwrap(),
            root_keys: keys.iter().enumerate().map(named).collect(),
            online_keys: vec![online],
            settings,
            rehearsal: options.rehearsal,
            record: None,
            spelling: KeySpelling::Plain,
        };
        let mut ceremony = Self { keys, root: draft.to_metadata().unwrap(), settings };
        for index in 0..options.signatures {
            let signature = ceremony.signature(index);
            ceremony.root.document_mut().add_signature(signature);
        }
        ceremony
    }

    /// The signature of one root key over the root.
    pub(crate) fn signature(&self, index: usize) -> Signature {
        let key = &self.keys[index];
        let sig = key.sign(self.root.document().signing_bytes()).unwrap();
        Signature { keyid: key.public().id().clone(), sig }
    }

    /// The payload as the ceremony exports it.
    pub(crate) fn payload(&self) -> Vec<u8> {
        BootstrapPayload::new(self.settings, self.root.clone()).to_bytes()
    }

    /// The payload as a value, to be changed.
    pub(crate) fn payload_json(&self) -> Json {
        Json::parse(&self.payload()).unwrap()
    }

    /// A payload of another root, signed by the same people as it stands.
    pub(crate) fn payload_with_root(&self, change: impl FnOnce(&mut Json)) -> (Vec<u8>, String) {
        let mut signed = self.root.document().signed().clone();
        change(&mut signed);
        let mut document = SignedDocument::new(signed);
        for key in &self.keys[..2] {
            let sig = key.sign(document.signing_bytes()).unwrap();
            document.add_signature(Signature { keyid: key.public().id().clone(), sig });
        }
        let digest = document.digest().to_string();
        let mut payload = self.payload_json();
        payload.set("metadata", Json::object([("root", document.to_json())]));
        (payload.to_compact(), digest)
    }

    /// The document digest as it is read aloud.
    pub(crate) fn digest(&self) -> String {
        self.root.document().digest().to_string()
    }
}

fn settings(options: &Options) -> RepositorySettings {
    RepositorySettings::proposed(Bins { kind: options.kind, count: BinCount::new(options.bins).unwrap() })
}

/// The time of the machine.
#[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
pub(crate) fn now() -> UnixTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}
