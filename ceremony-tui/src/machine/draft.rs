//! What the people in the room have decided so far.

use std::num::NonZeroU32;

use shared::bins::{BinCount, BinKind, Bins};
use shared::device::{KeyPolicy, Origin, Serial, TouchPolicy};
use shared::gap::KeptPossession;
use shared::key::Key;
use shared::metadata::{Metadata, MetadataError, Root};
use shared::names::Version;
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::{Days, RepositorySettings, SettingsError};
use shared::time::{Expiry, UnixTime};

use super::event::Exported;
use super::finding::Finding;
use super::lookout::Lookout;
use super::provenance::{AttestationRules, Provenance};
use super::review::agreed::Agreed;
use super::seen::{Seen, device_of};
use super::setting::Setting;
use crate::token::module::ModuleRequest;
use crate::token::{HostKind, KeyLocator, Login, TokenId, TokenInfo};

/// What was given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder to export to, unless another one is typed.
    pub folder: Option<String>,
    /// Whose spelling of key names is written.
    pub spelling: KeySpelling,
    /// When this program was built.
    pub build_date: Option<UnixTime>,
    /// Further PKCS#11 modules.
    pub modules: Vec<ModuleRequest>,
    /// What is asked of devices.
    pub attestation: AttestationRules,
}

/// Everything decided so far. Signatures are not here: they belong to a reviewed document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) options: Options,
    pub(super) repository: String,
    pub(super) root_days: u64,
    pub(super) targets_days: u64,
    pub(super) snapshot_days: u64,
    pub(super) timestamp_days: u64,
    pub(super) bins_days: u64,
    pub(super) threshold: u64,
    pub(super) artifacts: u64,
    pub(super) bin_kind: BinKind,
    pub(super) bin_count: u64,
    /// The settings that people have answered; the others are proposals.
    pub(super) decided: Vec<Setting>,
    pub(super) online: Option<OnlineKey>,
    pub(super) root_keys: Vec<RootKey>,
    pub(super) exceptions: Vec<Exception>,
    /// Where tokens are looked for.
    pub(super) lookout: Lookout,
    /// What is plugged in, as far as somebody has looked.
    pub(super) seen: Seen,
    /// What was done to tokens and exported from them, in sentences.
    pub(super) done_to_tokens: Vec<String>,
    /// What was found before any key appeared.
    pub(super) findings: Vec<Finding>,
    /// Attempts to sign the agreed document, in order.
    pub(super) tried: Vec<(String, Tried)>,
    /// Who was chosen last to sign.
    pub(super) signer: Option<String>,
    /// The payload on its medium, and when it was written.
    pub(super) exported: Option<(Exported, UnixTime)>,
    /// What is known about the keys, beside it.
    pub(super) exported_keys: Option<Exported>,
    /// Every document that was reviewed, and when it was made; the last one is the one that counts.
    pub(super) reviewed: Vec<(Metadata<Root>, UnixTime)>,
    /// The document that everybody agreed to, with the signatures so far. Any step before Sign forgets it.
    pub(super) agreed: Option<Agreed>,
}

/// The key of the online service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnlineKey {
    pub(super) name: String,
    pub(super) key: Key,
    /// When the service proved that it holds the key; a bare PEM proves nothing.
    pub(super) proved: Option<UnixTime>,
}

/// A root key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RootKey {
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) held: Held,
    pub(super) possession: Possession,
    /// The proof of possession, where one was signed.
    pub(super) proof: Option<KeptPossession>,
    /// What is known about where it comes from.
    pub(super) provenance: Provenance,
}

/// Where the private half of a root key is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    /// In the room.
    Here(Box<Reach>),
    /// Its holder is not in the room.
    Elsewhere {
        /// The YubiKey that its certificates name, whether or not they are enough for a root key.
        device: Option<Serial>,
    },
}

/// The way to a private half that is in the room.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reach {
    pub(super) host: HostKind,
    pub(super) locator: KeyLocator,
    pub(super) login: Login,
    /// What the token said when the key was chosen.
    pub(super) on: Option<OnToken>,
}

/// A key on a token, as the token described it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OnToken {
    pub(super) token: TokenInfo,
    pub(super) policy: Option<KeyPolicy>,
    pub(super) origin: Option<Origin>,
}

impl RootKey {
    /// The way to its private half; nothing where its holder is not in the room.
    pub(super) fn reach(&self) -> Option<&Reach> {
        match &self.held {
            Held::Here(reach) => Some(reach),
            Held::Elsewhere { .. } => None,
        }
    }

    /// What the token said when the key was chosen.
    pub(super) fn on(&self) -> Option<&OnToken> {
        self.reach()?.on.as_ref()
    }

    /// The YubiKey that it is on: the attested one, or where nothing is attested the one that the token says it is.
    pub(super) fn device(&self) -> Option<Serial> {
        match (self.provenance.attested(), &self.held) {
            (Some(attested), _) => Some(attested.serial()),
            (None, Held::Here(reach)) => device_of(&reach.on.as_ref()?.token),
            (None, Held::Elsewhere { device }) => *device,
        }
    }

    /// Whether its token waits for a finger before it signs, where the token said so.
    pub(super) fn wants_touch(&self) -> Option<bool> {
        let policy = self.on()?.policy?;
        Some(policy.touch != TouchPolicy::Never)
    }
}

/// Whether the holder has shown that the private half is in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Possession {
    /// The key file was opened, or the token signed a proof in this room.
    Proved,
    /// Whoever wrote its document had it then.
    ProvedThen(UnixTime),
    /// Only the public half was seen.
    NotYet,
}

/// How an attempt to sign ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tried {
    /// The signature verifies; seen at this time.
    Signed(UnixTime),
    /// The token was not plugged in, or could not be used.
    NotHere,
    /// There is no signature, and these sentences say why.
    Refused(String),
}

/// Something that is not as it should be, and why the people go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) about: String,
    pub(super) reason: String,
}

/// Answers of other questions: whoever types one of them gave no reason.
const NO_REASONS: [&str; 8] = ["done", "help", "quit", "back", "yes", "no", "again", "none"];

impl Exception {
    pub(super) fn new(about: String, reason: String) -> Result<Exception, String> {
        let word = reason.trim_start_matches(':').to_lowercase();
        if word.chars().count() < 3 || NO_REASONS.contains(&word.as_str()) {
            return Err("That is no reason. Type why it is safe to go on.".to_owned());
        }
        Ok(Exception { about, reason })
    }
}

impl Draft {
    pub(super) fn new(options: Options) -> Draft {
        let artifacts = 10_000;
        let bins = Bins { kind: BinKind::Succinct, count: BinCount::recommended(artifacts) };
        let proposed = RepositorySettings::proposed(bins);
        Draft {
            options,
            repository: String::new(),
            root_days: proposed.root.get().into(),
            targets_days: proposed.targets.get().into(),
            snapshot_days: proposed.snapshot.get().into(),
            timestamp_days: proposed.timestamp.get().into(),
            bins_days: proposed.bin.get().into(),
            threshold: 2,
            artifacts,
            bin_kind: bins.kind,
            bin_count: bins.count.get().into(),
            decided: Vec::new(),
            online: None,
            root_keys: Vec::new(),
            exceptions: Vec::new(),
            lookout: Lookout::default(),
            seen: Seen::default(),
            done_to_tokens: Vec::new(),
            findings: Vec::new(),
            tried: Vec::new(),
            signer: None,
            exported: None,
            exported_keys: None,
            reviewed: Vec::new(),
            agreed: None,
        }
    }

    /// The name of the root key with the same material, whatever it is called.
    pub(super) fn holder_of(&self, key: &Key) -> Option<&str> {
        let same = |root: &&RootKey| root.key.material() == key.material();
        self.root_keys.iter().find(same).map(|root| root.name.as_str())
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        // Names that only differ in case are one name to whoever reads them aloud.
        let alike = |other: &str| other.to_lowercase() == name.to_lowercase();
        self.root_keys.iter().any(|root| alike(&root.name))
            || self.online.as_ref().is_some_and(|online| alike(&online.name))
    }

    pub(super) fn is_online_key(&self, key: &Key) -> bool {
        self.online.as_ref().is_some_and(|online| online.key.material() == key.material())
    }

    /// Whether an RSTUF deployment will be bootstrapped: then no signature covers the settings.
    pub(super) fn is_for_rstuf(&self) -> bool {
        matches!(self.options.spelling, KeySpelling::Rstuf { .. })
    }

    /// The settings as they will stand in root and in the payload.
    pub(super) fn settings(&self) -> Result<RepositorySettings, DraftError> {
        let bins = Bins { kind: self.bin_kind, count: BinCount::new(self.bin_count)? };
        Ok(RepositorySettings {
            root: Days::new(self.root_days)?,
            timestamp: Days::new(self.timestamp_days)?,
            snapshot: Days::new(self.snapshot_days)?,
            targets: Days::new(self.targets_days)?,
            bin: Days::new(self.bins_days)?,
            bins,
        })
    }

    /// Root version 1 as decided, valid from `now`.
    pub(super) fn root(&self, now: UnixTime) -> Result<Metadata<Root>, DraftError> {
        let online = self.online.as_ref().ok_or(DraftError::NoOnlineKey)?;
        let named = |name: &String, key: &Key| NamedKey { name: name.clone(), key: key.clone() };
        let threshold = u32::try_from(self.threshold).ok().and_then(NonZeroU32::new);
        let settings = self.settings()?;
        let draft = RootDraft {
            version: Version::ONE,
            expires: Expiry::after_days(now, settings.root.get()),
            threshold: threshold.ok_or(DraftError::Threshold)?,
            root_keys: self.root_keys.iter().map(|root| named(&root.name, &root.key)).collect(),
            online_keys: vec![named(&online.name, &online.key)],
            settings,
            rehearsal: false,
            record: None,
            spelling: self.options.spelling.clone(),
        };
        Ok(draft.to_metadata()?)
    }
}

/// The holders whose keys lie on this token.
pub(super) fn holders_on(draft: &Draft, wanted: &TokenId) -> Vec<String> {
    let on_it = |root: &&RootKey| {
        let locator = root.reach().map(|reach| &reach.locator);
        matches!(locator, Some(KeyLocator::Token { token, .. }) if token == wanted)
    };
    draft.root_keys.iter().filter(on_it).map(|root| root.name.clone()).collect()
}

/// The decisions do not make a root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// No online key yet.
    #[error("There is no online key yet. Go back to the online key and add it.")]
    NoOnlineKey,
    /// An impossible threshold.
    #[error("The threshold is not a number of signatures. Go back to the settings and type it again.")]
    Threshold,
    /// Impossible settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An impossible number of bins.
    #[error(transparent)]
    Bins(#[from] shared::bins::BinCountError),
    /// The rules of root.
    #[error(transparent)]
    Root(#[from] MetadataError),
}
