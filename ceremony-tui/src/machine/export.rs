//! Step 7: the document leaves the room, and everybody hears what comes next.

use shared::gap::BootstrapPayload;
use shared::rotation::check_first_root;
use shared::threshold::Tally;
use shared::time::UnixTime;

use super::draft::Draft;
use super::event::{Effect, Event, Exported, Moment, NextDocument};
use super::kept;
use super::question::Question;
use super::review::agreed::Agreed;
use super::sentence;
use super::step::{Outcome, Step, Turn};

/// The name that the service's operators expect.
pub(super) const FILE_NAME: &str = "payload.json";

/// What lies beside it, for whoever asks later about the keys. It is written first: wherever the payload is, this is too,
/// even if the program was ended in between, and nothing can be written later, when everybody has gone.
pub(super) const KEYS_FILE_NAME: &str = "root-keys.json";

/// Where the step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Export {
    /// Which folder?
    Folder,
    /// What is known about the keys is being written into this folder.
    WritingKeys(String),
    /// That is there, and the payload is being written beside it.
    Writing(Exported),
}

impl Export {
    pub(super) fn enter() -> (Export, Vec<Effect>) {
        (Export::Folder, Vec::new())
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match self {
            Export::Writing(_) | Export::WritingKeys(_) => None,
            Export::Folder => {
                let text = "Folder of the medium that carries the payload to the service";
                let question = Question::text("export.folder", text);
                Some(match &draft.options.folder {
                    Some(folder) => question.or(folder.clone()),
                    None => question,
                })
            }
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<Export> {
        match (self, event) {
            // Nothing is written for a payload that the service would refuse.
            (Export::Folder, Event::Answer(folder)) => match both(draft, moment.now) {
                Ok((keys, payload)) => {
                    let next = Some(NextDocument { name: FILE_NAME, bytes: payload });
                    let place = folder.clone();
                    let effect = Effect::Export { folder: place, name: KEYS_FILE_NAME, bytes: keys, next };
                    Turn::stay(Export::WritingKeys(folder), [effect])
                }
                Err(sentences) => Turn::again(Step::Review, [Effect::refused(sentences)]),
            },
            (Export::WritingKeys(folder), Event::Exported(Ok(keys))) => match payload(draft, moment.now) {
                Ok(bytes) => {
                    let effect = Effect::Export { folder, name: FILE_NAME, bytes, next: None };
                    Turn::stay(Export::Writing(keys), [effect])
                }
                Err(sentences) => Turn::again(Step::Review, [Effect::refused(sentences)]),
            },
            (Export::Writing(keys), Event::Exported(Ok(payload))) => {
                let effects = end(draft, &payload, &keys, moment.now);
                draft.exported = Some((payload, moment.now));
                draft.exported_keys = Some(keys);
                Turn { outcome: Outcome::Done, effects }
            }
            (Export::WritingKeys(_), Event::Exported(Err(sentences))) => {
                Turn::stay(Export::Folder, [Effect::refused(sentences)])
            }
            (Export::Writing(keys), Event::Exported(Err(sentences))) => {
                let text = format!("{} is written, but {FILE_NAME} beside it is not. {sentences}", keys.path);
                Turn::stay(Export::Folder, [Effect::refused(text)])
            }
            (state, _) => Turn::stay(state, []),
        }
    }
}

/// What is known about the keys, and the payload.
fn both(draft: &Draft, now: UnixTime) -> Result<(Vec<u8>, Vec<u8>), String> {
    let payload = payload(draft, now)?;
    Ok((root_keys(draft)?, payload))
}

/// The payload, if the service will take it: the same check that the service makes.
fn payload(draft: &Draft, now: UnixTime) -> Result<Vec<u8>, String> {
    let agreed = draft.agreed.as_ref().ok_or("There is no agreed document. Review it again.")?;
    check_first_root(agreed.root(), now).map_err(|error| error.to_string())?;
    let settings = draft.settings().map_err(|error| error.to_string())?;
    Ok(BootstrapPayload::new(settings, agreed.root().clone()).to_bytes())
}

/// What this ceremony knows about the keys. It says the same whenever it is written.
fn root_keys(draft: &Draft) -> Result<Vec<u8>, String> {
    let agreed = draft.agreed.as_ref().ok_or("There is no agreed document. Review it again.")?;
    let made = draft.reviewed.last().map(|(_, made)| *made);
    let made = made.ok_or("There is no reviewed document. Review it again.")?;
    Ok(kept::document(draft, agreed.root(), made))
}

fn end(draft: &Draft, exported: &Exported, keys: &Exported, now: UnixTime) -> Vec<Effect> {
    let Some(agreed) = &draft.agreed else { return Vec::new() };
    let mut effects = vec![Effect::heading("The ceremony is complete.")];
    effects.extend(what_exists(agreed, exported).into_iter().map(Effect::plain));
    effects.extend(missing(draft, agreed));
    effects.push(Effect::plain(about_keys(keys)));
    effects.extend(what_next(agreed, now).into_iter().map(Effect::plain));
    effects.into_iter().map(Effect::pictured).collect()
}

fn what_exists(agreed: &Agreed, exported: &Exported) -> Vec<String> {
    let Exported { path, file_digest, was_there } = exported;
    let how =
        if *was_there { "was there already with these very bytes" } else { "was written and read back" };
    let mut lines = vec![
        format!("{path} {how}; its file digest is SHA-256 {file_digest}."),
        "Document digest of the root in it; the service must show the same:".to_owned(),
    ];
    lines.extend(sentence::digest_lines(&agreed.digest()).map(|line| format!("  {line}")));
    lines
}

/// What the second file is for.
pub(super) fn about_keys(keys: &Exported) -> String {
    let Exported { path, file_digest, .. } = keys;
    format!(
        "{path} says where each root key lives and what its device attests; its SHA-256 is {file_digest}."
    )
}

fn missing(draft: &Draft, agreed: &Agreed) -> Vec<Effect> {
    let Ok(tally) = agreed.tally() else { return Vec::new() };
    if tally.is_met() {
        let count = sentence::count(tally.valid.len() as u64, "signature");
        return vec![Effect::plain(format!("It carries {count}; the threshold is {}.", tally.threshold))];
    }
    vec![Effect::warning(format!(
        "It carries {} of {} signatures: the service will wait in the state signing for {} more, from {}.",
        tally.valid.len(),
        tally.threshold,
        tally.missing(),
        sentence::from_whom(tally.missing().into(), &absent(draft, &tally))
    ))]
}

/// Who has not signed.
pub(super) fn absent(draft: &Draft, tally: &Tally) -> Vec<String> {
    let unsigned = draft.root_keys.iter().filter(|root| !tally.valid.contains(root.key.id()));
    unsigned.map(|root| root.name.clone()).collect()
}

/// What is typed on the service, where the document arrives.
pub(super) fn bootstrap_command(agreed: &Agreed) -> String {
    format!(
        "online-service --config vestry.toml bootstrap {FILE_NAME} --expect \"{}\" --token-file admin.token",
        agreed.digest()
    )
}

fn what_next(agreed: &Agreed, now: UnixTime) -> Vec<String> {
    let again = sentence::sign_again_before(agreed.root().expires(), now).to_string();
    let day = again.split('T').next().unwrap_or_default().to_owned();
    vec![
        "Next, on the service, with the digest typed from paper and never copied from the medium:".to_owned(),
        format!("  {}", bootstrap_command(agreed)),
        format!("Sign the next root before {day}; this one is valid until {}.", agreed.root().expires()),
        "Lock away every token and key file. They do not travel with the payload.".to_owned(),
    ]
}
