//! Step 3: the key of the online service, and that it is really the service's.
//!
//! A proof inside the file shows that whoever wrote it holds the key; it does not show who that is. So a person
//! reads two groups of the fingerprint, chosen here, from the service's own screen. The fingerprint is never shown on
//! this side: what is shown could be copied.

use shared::gap::{ONLINE_KEY_MAX_AGE_DAYS, OnlineKeyDocument};
use shared::key::Key;

use super::compare::{Compared, Groups};
use super::draft::{Draft, Exception, OnlineKey};
use super::event::{Effect, Event, Moment};
use super::names;
use super::question::Question;
use super::step::Turn;

const LIMIT: u64 = 64 * 1024;
const DEFAULT_FILE: &str = "online-key.json";
pub(super) const AGE: &str = "online-key.age";

/// Where the step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ImportOnlineKey {
    /// A key was checked before: keep it?
    Keep(Box<OnlineKey>),
    /// Which file?
    File,
    /// The file is being read.
    Reading,
    /// A bare PEM has no name.
    Name(Box<Key>),
    /// The proof is old: why go on?
    OldProof(Box<OnlineKey>),
    /// Two groups from the service's screen.
    Comparing(Box<OnlineKey>, Groups),
}

impl ImportOnlineKey {
    pub(super) fn enter(draft: &mut Draft) -> (ImportOnlineKey, Vec<Effect>) {
        match &draft.online {
            Some(online) => (ImportOnlineKey::Keep(Box::new(online.clone())), Vec::new()),
            None => (begin(draft), Vec::new()),
        }
    }

    /// Whether "back" leaves the step.
    pub(super) fn is_at_beginning(&self) -> bool {
        matches!(self, ImportOnlineKey::Keep(_) | ImportOnlineKey::File)
    }

    pub(super) fn question(&self) -> Option<Question> {
        match self {
            ImportOnlineKey::Reading => None,
            ImportOnlineKey::Keep(online) => {
                let text = format!("Keep the online key \"{}\", which was compared before", online.name);
                let (yes, no) = ("it stays", "it is dropped, and a file is asked for");
                Some(Question::yes_or_no("online-key.keep", text, yes, no).or("yes"))
            }
            ImportOnlineKey::File => {
                let text = "File with the service's public key (online-key.json, or a public PEM)";
                Some(Question::text("online-key.file", text).or(DEFAULT_FILE))
            }
            ImportOnlineKey::Name(_) => {
                Some(Question::text("online-key.name", "Name of this online key").or("online-1"))
            }
            ImportOnlineKey::OldProof(_) => {
                let text = format!("Reason for taking a proof older than {ONLINE_KEY_MAX_AGE_DAYS} days");
                Some(Question::text("online-key.except.age", text).of_consent())
            }
            ImportOnlineKey::Comparing(_, groups) => {
                let number = groups.asked();
                // The service's screen has four groups in a row, without numbers.
                let (row, place) = ((number.saturating_sub(1)) / 4 + 1, number.saturating_sub(1) % 4 + 1);
                let text = format!(
                    "Group {number} of the fingerprint (row {row}, number {place} in it), as the SERVICE'S screen shows it"
                );
                Some(Question::text(format!("online-key.group.{number}"), text).of_consent())
            }
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<ImportOnlineKey> {
        match (self, event) {
            (ImportOnlineKey::Keep(_), Event::Answer(answer)) if answer == "yes" => Turn::done(),
            (ImportOnlineKey::Keep(_), Event::Answer(_)) => Turn::stay(begin(draft), []),
            (ImportOnlineKey::File, Event::Answer(path)) => {
                Turn::stay(ImportOnlineKey::Reading, [Effect::ReadFile { path, limit: LIMIT }])
            }
            (ImportOnlineKey::Reading, Event::FileRead(Ok(bytes))) => read(draft, &bytes, moment),
            (ImportOnlineKey::Reading, Event::FileRead(Err(sentences))) => refuse(sentences),
            (ImportOnlineKey::Name(key), Event::Answer(name)) => {
                if let Err(sentences) = names::check_new(draft, &name) {
                    return Turn::stay(ImportOnlineKey::Name(key), [Effect::refused(sentences)]);
                }
                let text =
                    "This key carries no proof that the service holds it. The groups still say whose it is.";
                let online = Box::new(OnlineKey { name, key: *key, proved: None });
                Turn::stay(compare(online, moment), [Effect::warning(text)])
            }
            (ImportOnlineKey::OldProof(online), Event::Answer(reason)) => {
                match Exception::new(AGE.to_owned(), reason) {
                    Ok(exception) => draft.exceptions.push(exception),
                    Err(text) => {
                        return Turn::stay(ImportOnlineKey::OldProof(online), [Effect::refused(text)]);
                    }
                }
                Turn::stay(compare(online, moment), [])
            }
            (ImportOnlineKey::Comparing(online, groups), Event::Answer(answer)) => {
                compared(draft, online, groups, &answer, moment)
            }
            (state, _) => Turn::stay(state, []),
        }
    }
}

fn begin(draft: &mut Draft) -> ImportOnlineKey {
    draft.online = None;
    draft.exceptions.retain(|exception| exception.about != AGE);
    ImportOnlineKey::File
}

fn refuse(sentences: String) -> Turn<ImportOnlineKey> {
    Turn::stay(ImportOnlineKey::File, [Effect::refused(sentences)])
}

fn compare(online: Box<OnlineKey>, moment: Moment) -> ImportOnlineKey {
    let groups = Groups::choose(&online.key.fingerprint().groups(), moment.dice);
    ImportOnlineKey::Comparing(online, groups)
}

fn read(draft: &Draft, bytes: &[u8], moment: Moment) -> Turn<ImportOnlineKey> {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("PRIVATE KEY-----") {
        return refuse(
            "This file holds a private key, and an online key never leaves its service. Ask the service's \
             operator for online-key.json."
                .to_owned(),
        );
    }
    if text.trim_start().starts_with("-----BEGIN") {
        return match Key::from_public_pem(&text) {
            Ok(key) => match check(draft, &key) {
                Ok(()) => Turn::stay(ImportOnlineKey::Name(Box::new(key)), []),
                Err(sentences) => refuse(sentences),
            },
            Err(error) => refuse(error.to_string()),
        };
    }
    let document = match OnlineKeyDocument::parse(bytes) {
        Ok(document) => document,
        Err(error) => return refuse(error.to_string()),
    };
    // The name comes from a medium, and it will stand in root and on this screen.
    match check(draft, &document.key).and_then(|()| names::check_new(draft, &document.name)) {
        Ok(()) => accept(document, moment),
        Err(sentences) => refuse(sentences),
    }
}

fn check(draft: &Draft, key: &Key) -> Result<(), String> {
    if key.scheme().is_none() {
        return Err(format!(
            "The service cannot sign with the scheme {}. Generate an Ed25519, P-256 or RSA key in its vault.",
            key.scheme_name()
        ));
    }
    match draft.holder_of(key) {
        None => Ok(()),
        Some(holder) => Err(format!(
            "This is the root key of {holder:?}, which can never be the online key. Take the service's own key."
        )),
    }
}

fn accept(document: OnlineKeyDocument, moment: Moment) -> Turn<ImportOnlineKey> {
    if document.is_from_the_future_at(moment.now) {
        return refuse(format!(
            "The proof is dated {}, which is not yet. Compare the clocks of both machines and export the key again.",
            document.time
        ));
    }
    let old = document.is_old_at(moment.now);
    let said = Effect::plain(format!(
        "The file holds the {} key \"{}\", with a proof of {} that its writer holds the private half.",
        document.key.scheme().map_or("online", |scheme| scheme.title()),
        document.name,
        document.time
    ));
    let online = Box::new(OnlineKey { name: document.name, key: document.key, proved: Some(document.time) });
    let next = if old { ImportOnlineKey::OldProof(online) } else { compare(online, moment) };
    Turn::stay(next, [said])
}

fn compared(
    draft: &mut Draft,
    online: Box<OnlineKey>,
    groups: Groups,
    answer: &str,
    moment: Moment,
) -> Turn<ImportOnlineKey> {
    match groups.answer(answer) {
        Compared::More(groups) => Turn::stay(ImportOnlineKey::Comparing(online, groups), []),
        Compared::NoGroup(groups) => {
            let said = Effect::refused(groups.no_group());
            Turn::stay(ImportOnlineKey::Comparing(online, groups), [said])
        }
        Compared::Same => {
            draft.online = Some(*online);
            Turn { effects: vec![Effect::plain("This is the key that the service shows.")], ..Turn::done() }
        }
        Compared::Different { number } => {
            let text = format!(
                "Group {number} of this file's key is not what was typed. Read the service's screen again; two other \
                 groups are asked. If they differ too, this file is not from that service: go back, and do not use it."
            );
            Turn::stay(compare(online, moment), [Effect::refused(text)])
        }
    }
}
