//! Step 4: the keys of root. Each is another key, and its holder shows that the private half is here.

mod document;
mod file;
mod token;

use std::path::Path;

use shared::device::Weakness;
use shared::key::Key;

use super::attestation;
use super::board::desk::DeskBoard;
use super::desk::{Desk, Visit};
use super::draft::{Draft, Possession, RootKey};
use super::event::{Effect, Event, Moment};
use super::names;
use super::provenance::Provenance;
use super::question::{Choice, Question};
use super::seen::name_of;
use super::sentence;
use super::step::Turn;
use crate::token::{KeyLocator, TokenKind};

use document::DocumentKey;
use file::FileKey;
use token::TokenKeyWay;

/// Where the step stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RootKeys {
    /// What next?
    Choose,
    /// Which key is taken off the list?
    Remove,
    /// What is the key that comes now called?
    Name(Way),
    /// A key in a file.
    File(FileKey),
    /// A key on a token.
    Token(Box<TokenKeyWay>),
    /// A key whose holder is not in the room.
    Document(DocumentKey),
    /// Tokens are looked at and prepared.
    Desk(Desk),
}

/// Where the next key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    ExistingFile,
    NewFile,
    Token,
}

/// What became of one key on its way into the list.
#[derive(Debug)]
pub(super) enum Found<S> {
    /// The way goes on.
    Stay(S, Vec<Effect>),
    /// The key is known.
    Key(Box<RootKey>),
    /// It leads nowhere.
    Refused(String),
}

impl RootKeys {
    pub(super) fn enter(draft: &Draft) -> (RootKeys, Vec<Effect>) {
        (RootKeys::Choose, list(draft))
    }

    /// Whose key is being added.
    pub(super) fn coming(&self) -> Option<&str> {
        match self {
            RootKeys::Choose
            | RootKeys::Remove
            | RootKeys::Name(_)
            | RootKeys::Document(_)
            | RootKeys::Desk(_) => None,
            RootKeys::File(way) => Some(way.name()),
            RootKeys::Token(way) => Some(way.name()),
        }
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match self {
            RootKeys::Choose => Some(choose_question(draft)),
            RootKeys::Remove => {
                let keys = draft.root_keys.iter();
                let choices = keys.map(|root| Choice::new(root.name.as_str(), describe(root))).collect();
                // Of consent: no answer is chosen before somebody chooses it.
                Some(
                    Question::choice("root-keys.remove", "Which key is taken off the list", choices)
                        .of_consent(),
                )
            }
            RootKeys::Name(_) => {
                Some(Question::text("root-keys.name", "Name of the key's holder, as root will say it"))
            }
            RootKeys::File(way) => way.question(),
            RootKeys::Token(way) => way.question(draft),
            RootKeys::Document(way) => way.question(),
            RootKeys::Desk(desk) => desk.question(draft),
        }
    }

    /// The picture of lines and values, where there is one instead of the list.
    pub(super) fn desk_board(&self, draft: &Draft) -> Option<DeskBoard> {
        match self {
            RootKeys::Desk(desk) => Some(desk.board(draft)),
            RootKeys::Document(way) => way.board(),
            _ => None,
        }
    }

    /// One question back at the desk; nothing anywhere else, and where that leaves the desk.
    pub(super) fn before(&self, draft: &Draft) -> Option<(RootKeys, Vec<Effect>)> {
        let RootKeys::Desk(desk) = self else { return None };
        desk.clone().back(draft).map(|(desk, effects)| (RootKeys::Desk(desk), effects))
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<RootKeys> {
        match (self, event) {
            (RootKeys::Choose, Event::Answer(answer)) => choose(draft, &answer),
            (RootKeys::Remove, Event::Answer(name)) => {
                draft.root_keys.retain(|root| root.name != name);
                let said = format!("{name} was taken off the list. The key itself is where it was.");
                let effects = list(draft).into_iter().chain([Effect::plain(said)]).collect::<Vec<_>>();
                Turn::stay(RootKeys::Choose, effects)
            }
            (RootKeys::Name(way), Event::Answer(name)) => match names::check_new(draft, &name) {
                Ok(()) => begin(draft, way, name),
                Err(sentences) => Turn::stay(RootKeys::Name(way), [Effect::refused(sentences)]),
            },
            (RootKeys::File(way @ FileKey::NewPath { .. }), Event::Answer(path)) if travels(draft, &path) => {
                let text = format!(
                    "{path} lies in the folder that the payload is exported to, and no private key may travel with it. \
                     Name a file on the medium that its holder keeps."
                );
                Turn::stay(RootKeys::File(way), [Effect::refused(text)])
            }
            (RootKeys::File(way), event) => settle(draft, way.update(event), RootKeys::File),
            (RootKeys::Token(way), event) => {
                let found = way.update(draft, event, moment);
                settle(draft, found, |way| RootKeys::Token(Box::new(way)))
            }
            (RootKeys::Document(way), event) => {
                let found = way.update(draft, event, moment);
                settle(draft, found, RootKeys::Document)
            }
            (RootKeys::Desk(desk), event) => match desk.update(draft, event, moment) {
                Visit::Stay(desk, effects) => Turn::stay(RootKeys::Desk(desk), effects),
                Visit::Over(_) => Turn::stay(RootKeys::Choose, list(draft)),
            },
            (state, _) => Turn::stay(state, []),
        }
    }
}

/// Whether a file would lie on the medium of the payload: the export refuses such a medium, when everybody has signed.
fn travels(draft: &Draft, path: &str) -> bool {
    draft.options.folder.as_ref().is_some_and(|folder| Path::new(path).starts_with(folder))
}

fn begin(draft: &mut Draft, way: Way, name: String) -> Turn<RootKeys> {
    match way {
        Way::ExistingFile => Turn::stay(RootKeys::File(FileKey::Path { name, path: None }), []),
        Way::NewFile => Turn::stay(RootKeys::File(FileKey::Scheme { name }), []),
        Way::Token => {
            let (state, effects) = TokenKeyWay::enter(draft, name);
            Turn::stay(RootKeys::Token(Box::new(state)), effects)
        }
    }
}

fn choose_question(draft: &Draft) -> Question {
    let mut choices = vec![
        Choice::new("file", "add a key from an encrypted key file"),
        Choice::new("generate", "generate a key into a new encrypted key file, and add it"),
        Choice::new("token", "add a key on a token (YubiKey or PKCS#11)"),
        Choice::new("document", "take root-key.json of an absent holder"),
    ];
    choices.push(Choice::new("tokens", "look at tokens and prepare them, and come back"));
    if !draft.root_keys.is_empty() {
        choices.push(Choice::new("remove", "take a key off the list"));
        choices.push(Choice::new("done", "these are all keys"));
    }
    let have = draft.root_keys.len();
    let or_done = if have == 0 { "" } else { ", or done" };
    let text =
        format!("{have} of at least {} root keys are on the list. Add a key{or_done}", draft.threshold);
    let question = Question::choice("root-keys.add", text, choices);
    if have as u64 >= draft.threshold.max(1) { question.or("done") } else { question }
}

fn choose(draft: &mut Draft, answer: &str) -> Turn<RootKeys> {
    if matches!(answer, "file" | "generate")
        && let Err(sentences) = attestation::check_files(draft)
    {
        return Turn::stay(RootKeys::Choose, [Effect::refused(sentences)]);
    }
    match answer {
        "file" => Turn::stay(RootKeys::Name(Way::ExistingFile), []),
        "generate" => Turn::stay(RootKeys::Name(Way::NewFile), []),
        "token" => Turn::stay(RootKeys::Name(Way::Token), []),
        "document" => Turn::stay(RootKeys::Document(DocumentKey::begin()), []),
        "tokens" => {
            let (desk, effects) = Desk::enter(draft);
            Turn::stay(RootKeys::Desk(desk), effects)
        }
        "remove" => Turn::stay(RootKeys::Remove, []),
        _ => finish(draft),
    }
}

/// The end of the step: the threshold must be reachable, and people hear what losing keys would mean.
fn finish(draft: &Draft) -> Turn<RootKeys> {
    let keys = draft.root_keys.len() as u64;
    if draft.threshold > keys {
        let text = format!(
            "The threshold is {}, but the list holds {}, so no root could ever be signed. Add keys, or go back to the \
             settings and lower the threshold.",
            draft.threshold,
            sentence::count(keys, "key")
        );
        return Turn::stay(RootKeys::Choose, [Effect::refused(text)]);
    }
    let Some(short) = short_of(draft) else {
        return Turn { effects: what_if(draft.threshold, keys), ..Turn::done() };
    };
    if draft.root_keys.iter().all(|root| root.reach().is_none()) {
        let text =
            "No key on the list is in the room, so nobody could sign. Add the key of somebody who is here.";
        return Turn::stay(RootKeys::Choose, [Effect::refused(text)]);
    }
    let mut effects = what_if(draft.threshold, keys);
    effects.push(Effect::warning(short).pictured());
    Turn { effects, ..Turn::done() }
}

/// What follows where fewer holders are in the room than signatures are needed.
pub(super) fn short_of(draft: &Draft) -> Option<String> {
    let here = draft.root_keys.iter().filter(|root| root.reach().is_some()).count() as u64;
    let absent = draft.root_keys.len() as u64 - here;
    (absent > 0 && here < draft.threshold).then(|| {
        format!(
            "{} can be made in this room, and {} are needed. The payload leaves with fewer, and the service publishes \
             nothing before the others have signed, for which this program has no way: have more holders here, or \
             lower the threshold.",
            sentence::count(here, "signature"),
            draft.threshold
        )
    })
}

fn what_if(threshold: u64, keys: u64) -> Vec<Effect> {
    let spare = keys - threshold;
    let lost = match spare {
        0 => Effect::warning(sentence::EVERY_KEY_IS_NEEDED),
        1 => Effect::plain("If one key is lost, the others can replace it. Losing two ends this root."),
        _ => Effect::plain(format!("Up to {spare} keys can be lost and replaced by the others.")),
    };
    let stolen = match threshold {
        1 => Effect::warning(sentence::ONE_KEY_IS_ENOUGH),
        _ => Effect::plain(format!("A thief needs {threshold} keys to sign a root.")),
    };
    vec![lost.pictured(), stolen.pictured()]
}

/// A key that was found enters the list, unless it is one that may not.
fn settle<S>(draft: &mut Draft, found: Found<S>, wrap: fn(S) -> RootKeys) -> Turn<RootKeys> {
    match found {
        Found::Stay(state, effects) => Turn::stay(wrap(state), effects),
        Found::Refused(sentences) => Turn::stay(RootKeys::Choose, [Effect::refused(sentences)]),
        Found::Key(root) => {
            match admit(draft, &root.name, &root.key).and_then(|()| attestation::enter(draft, &root)) {
                Err(sentences) => Turn::stay(RootKeys::Choose, [Effect::refused(sentences)]),
                Ok(()) => {
                    draft.root_keys.push(*root);
                    Turn::stay(RootKeys::Choose, list(draft))
                }
            }
        }
    }
}

/// Whether this key may be a root key: usable, not here yet under any name, and not the service's.
///
/// Root's own rules say the same once more when the document is made; here the person who holds the key hears it.
fn admit(draft: &Draft, name: &str, key: &Key) -> Result<(), String> {
    names::check_new(draft, name)?;
    if draft.is_online_key(key) {
        return Err(format!(
            "The key offered as {name:?} is the online key of the service, which can never be a root key. Use a key \
             that stays offline."
        ));
    }
    if let Some(holder) = draft.holder_of(key) {
        return Err(format!(
            "The key offered as {name:?} is the same key as {holder:?}, and one key counts once. Use another key, or take \
             that one off the list first."
        ));
    }
    if key.scheme().is_none() {
        return Err(format!(
            "Keys of the scheme {} are not offered for root. Use a P-256, Ed25519 or RSA key.",
            key.scheme_name()
        ));
    }
    if let Some(weakness) = Weakness::of_key(key).filter(|weakness| weakness.is_fatal()) {
        return Err(weakness.to_string());
    }
    Ok(())
}

fn list(draft: &Draft) -> Vec<Effect> {
    let line = |root: &RootKey| Effect::plain(format!("  {}: {}", root.name, describe(root))).pictured();
    draft.root_keys.iter().map(line).collect()
}

fn describe(root: &RootKey) -> String {
    let kind = root.key.scheme().map_or("key", |scheme| scheme.title());
    let id = sentence::short_id(&root.key);
    format!("{kind} {id}, {}, {}", place(root), standing(root))
}

/// What was proved, and what its device says of it.
fn standing(root: &RootKey) -> String {
    let words = root.provenance.words();
    match (root.possession, &root.provenance) {
        (Possession::Proved, _) => format!("its holder proved it, {words}"),
        (Possession::ProvedThen(time), _) => format!("its holder proved it on {time}, {words}"),
        // It says itself that it is not proved.
        (Possession::NotYet, Provenance::Attested(_)) => words,
        (Possession::NotYet, _) => format!("not proved yet, {words}"),
    }
}

pub(super) fn place(root: &RootKey) -> String {
    let Some(reach) = root.reach() else { return "not in the room".to_owned() };
    match &reach.locator {
        KeyLocator::File { path } => format!("key file {path}"),
        KeyLocator::Token { token, key_id, .. } => match &reach.on {
            Some(on) if on.token.kind == TokenKind::YubiKey => format!("{} {key_id}", name_of(&on.token)),
            _ => format!("token {} ({})", token.label, token.serial),
        },
    }
}
