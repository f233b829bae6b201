//! The key of a holder who is not in the room, from `root-key.json`: what its proof and its certificates are worth, and
//! whether everybody here takes it. Its private half is elsewhere, so nobody signs with it in this room.

use shared::attestation::{Anchors, Attested, Wanted, certificates_of};
use shared::device::{Origin, Weakness};
use shared::gap::{KeptPossession, RootKeyDocument};
use shared::time::UnixTime;

use super::{Found, admit};
use crate::machine::attestation;
use crate::machine::board::desk::{DeskBoard, Part};
use crate::machine::draft::{Draft, Held, Possession, RootKey};
use crate::machine::event::{Effect, Event, Moment};
use crate::machine::names;
use crate::machine::provenance::Provenance;
use crate::machine::question::Question;
use crate::machine::sentence::count;

const LIMIT: u64 = 64 * 1024;
const DEFAULT_FILE: &str = "root-key.json";

/// How far the document is. What fails leads back to the path, with what was typed as its default.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) enum DocumentKey {
    /// Which file?
    Path { path: String },
    /// It is being read.
    Reading { path: String },
    /// What it holds is shown, as known at this time.
    Shown { root: Box<RootKey>, at: UnixTime },
}

type Next = Found<DocumentKey>;

impl DocumentKey {
    pub(super) fn begin() -> DocumentKey {
        DocumentKey::Path { path: DEFAULT_FILE.to_owned() }
    }

    pub(super) fn question(&self) -> Option<Question> {
        match self {
            DocumentKey::Path { path } => {
                let text = "Path of the root-key.json that the absent holder exported";
                Some(Question::text("root-keys.document", text).or(path.clone()))
            }
            DocumentKey::Reading { .. } => None,
            DocumentKey::Shown { root, at } => {
                let text = match root.possession {
                    Possession::ProvedThen(time) => {
                        format!("Take this key, with a proof {}", how_old(time, *at))
                    }
                    Possession::Proved | Possession::NotYet => "Take this key".to_owned(),
                };
                let (yes, no) = ("root will list it", "name another file");
                Some(Question::yes_or_no("root-keys.absent", text, yes, no).of_consent())
            }
        }
    }

    /// What is agreed to.
    pub(super) fn board(&self) -> Option<DeskBoard> {
        match self {
            DocumentKey::Shown { root, .. } => Some(board(root)),
            DocumentKey::Path { .. } | DocumentKey::Reading { .. } => None,
        }
    }

    pub(super) fn update(self, draft: &Draft, event: Event, moment: Moment) -> Next {
        match (self, event) {
            (DocumentKey::Path { .. }, Event::Answer(path)) => {
                let effect = Effect::ReadFile { path: path.clone(), limit: LIMIT };
                Found::Stay(DocumentKey::Reading { path }, vec![effect])
            }
            (DocumentKey::Reading { path }, Event::FileRead(read)) => {
                match read.and_then(|bytes| understood(draft, &bytes, moment.now)) {
                    Err(sentences) => {
                        Found::Stay(DocumentKey::Path { path }, vec![Effect::refused(sentences)])
                    }
                    Ok(root) => {
                        let effects = board(&root).notes();
                        Found::Stay(DocumentKey::Shown { root: Box::new(root), at: moment.now }, effects)
                    }
                }
            }
            (DocumentKey::Shown { root, .. }, Event::Answer(answer)) if answer == "yes" => Found::Key(root),
            (DocumentKey::Shown { .. }, Event::Answer(_)) => Found::Stay(DocumentKey::begin(), Vec::new()),
            (state, _) => Found::Stay(state, Vec::new()),
        }
    }
}

/// The key of the document, if it may be a root key of this ceremony.
fn understood(draft: &Draft, bytes: &[u8], now: UnixTime) -> Result<RootKey, String> {
    check_form(bytes)?;
    let document = RootKeyDocument::parse(bytes).map_err(|error| error.to_string())?;
    if document.is_from_the_future_at(now) {
        return Err(format!(
            "The proof is dated {}, which is not yet. Compare the clocks of both machines and export the key again.",
            document.time
        ));
    }
    names::check_shape(&document.name)?;
    if draft.has_name(&document.name) {
        return Err(format!(
            "The document names its holder {:?}, and that name is taken already. Let its holder export the key under \
             another name.",
            document.name
        ));
    }
    admit(draft, &document.name, &document.key)?;
    let root = absent(document, &draft.options.attestation.anchors, now);
    attestation::admit(draft, &root)?;
    Ok(root)
}

/// What is no such document at a glance, with what to do with it instead.
fn check_form(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("PRIVATE KEY-----") || text.starts_with("age-encryption.org/") {
        return Err(
            "This file holds a private key, which signs here with its holder in the room. Choose file instead of \
             document, or ask the absent holder for root-key.json."
                .to_owned(),
        );
    }
    if text.trim_start().starts_with("-----BEGIN") {
        return Err(
            "A public key in PEM carries no proof that anybody holds its private half. Ask its holder for \
             root-key.json (ceremony-tui tokens: export, document)."
                .to_owned(),
        );
    }
    Ok(())
}

fn absent(document: RootKeyDocument, anchors: &Anchors, now: UnixTime) -> RootKey {
    // Of whatever use the key is, its device has one vote.
    let device = document.judge(&Wanted::ANYTHING, anchors, now).ok();
    let provenance = provenance(&document, anchors, now);
    let RootKeyDocument { key, name, time, proof, .. } = document;
    RootKey {
        name,
        key,
        held: Held::Elsewhere { device: device.map(|proven| proven.attested().serial()) },
        possession: Possession::ProvedThen(time),
        proof: Some(KeptPossession { time, proof }),
        provenance,
    }
}

/// The same judgement as of a token's answer, with the proof of the document's own time.
fn provenance(document: &RootKeyDocument, anchors: &Anchors, now: UnixTime) -> Provenance {
    if document.attestation.is_empty() {
        let reason =
            "Its root-key.json carries no attestation, so nobody knows which device it is on.".to_owned();
        return Provenance::NotAttested { reason };
    }
    match document.judge(&Wanted::ROOT_KEY, anchors, now) {
        Ok(proven) => Provenance::Proven(Box::new(proven)),
        Err(error) => Provenance::Refused {
            reason: error.to_string(),
            certificates: certificates_of(&document.attestation.concat()).unwrap_or_default(),
        },
    }
}

fn board(root: &RootKey) -> DeskBoard {
    let mut parts = vec![
        Part::named("holder", root.name.as_str()),
        Part::named("key id", root.key.id().to_string()),
        Part::named("kind", root.key.title()),
    ];
    if let Possession::ProvedThen(time) = root.possession {
        parts.push(Part::named("proof", format!("of {time}; it verifies")));
    }
    match &root.provenance {
        Provenance::Proven(proven) => parts.extend(attested_parts(proven.attested())),
        other => parts.extend(other.said(&root.name).and_then(Part::of)),
    }
    parts.extend(root.key.warning().map(Part::warning));
    parts.push(Part::Gap);
    parts.push(Part::line(format!(
        "The proof shows that whoever wrote this file held the key, not who that is. Compare the key id with what {} \
         tells another way, by voice or on paper.",
        root.name
    )));
    parts.push(Part::line("Nobody can sign with this key in this room."));
    DeskBoard { heading: "A holder who is not in the room".to_owned(), aside: String::new(), parts }
}

fn attested_parts(attested: &Attested) -> Vec<Part> {
    let policy = attested.policy();
    let device =
        format!("YubiKey {}, firmware {}, slot {}", attested.serial(), attested.firmware(), attested.slot());
    let mut parts = vec![
        Part::named("generated on", device),
        Part::named("policy", format!("{} and {}", policy.pin, policy.touch)),
        Part::named("vouched by", attested.anchor().name()),
    ];
    let weakness = Weakness::on_yubikey(attested.key(), attested.firmware(), Some(Origin::Generated));
    parts.extend(weakness.map(|weakness| Part::warning(weakness.to_string())));
    parts
}

/// How old a proof is; a clock may be a little wrong.
fn how_old(time: UnixTime, at: UnixTime) -> String {
    match u64::try_from(at.days_since(time)) {
        _ if time > at => "dated ahead of the clock here".to_owned(),
        Ok(days) if days > 0 => format!("{} old", count(days, "day")),
        _ => "less than a day old".to_owned(),
    }
}
