//! One token that was chosen, and how far what is done to it is.

mod act;

use shared::device::TouchPolicy;

use super::Page;
use super::export::{self, Document, Export};
use super::job::Job;
use super::known::{self, name_of};
use super::new_key::Plan;
use crate::machine::Touch;
use crate::machine::board::desk::{DeskBoard, Part};
use crate::machine::choose_token::AGAIN;
use crate::machine::draft::Draft;
use crate::machine::event::Effect;
use crate::machine::question::{Choice, Question};
use crate::machine::sentence::count;
use crate::token::{HostKind, Login, Request, TokenInfo, TokenKey, TokenKind};

/// A token, and what is done to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AtToken {
    host: HostKind,
    token: TokenInfo,
    presence: Presence,
    keys: Keys,
    doing: Doing,
}

/// Whether it is plugged in, as far as somebody has looked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Presence {
    Here,
    /// It is, and cannot be used now, because of this.
    Held(String),
    Gone,
}

/// What it has shown of its keys.
#[derive(Debug, Clone, PartialEq)]
enum Keys {
    NotYet,
    Shown(Vec<TokenKey>),
    /// It could not be asked, with two sentences.
    Refused(String),
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doing {
    /// Its keys are read.
    Reading,
    /// What next?
    Choose,
    /// A new key is described.
    NewKey(Plan),
    /// What is exported is described.
    Export(Export),
    /// Which key's attestation?
    Attesting,
    /// What it costs is shown. Nothing was done yet.
    Ready(Job),
    /// It was agreed to; the token is looked at once more.
    Looking(Job),
    /// The token does it.
    Working(Job),
    /// What was attested is shown.
    Attested(Vec<Part>),
    /// Where is this written?
    Folder(Document),
    /// It is being written.
    Writing(Document),
}

/// How it goes on.
pub(super) enum Went {
    On(Box<AtToken>, Vec<Effect>),
    ToList(Vec<Effect>),
}

impl AtToken {
    pub(super) fn enter(host: HostKind, token: TokenInfo) -> (AtToken, Vec<Effect>) {
        let (presence, keys) = (Presence::Here, Keys::NotYet);
        AtToken { host, token, presence, keys, doing: Doing::Choose }.read_keys()
    }

    fn read_keys(self) -> (AtToken, Vec<Effect>) {
        let request = Request::Keys { token: self.token.id.clone(), login: Login::None };
        let effect = Effect::Ask { host: self.host.clone(), request, secrets: Vec::new() };
        (AtToken { doing: Doing::Reading, ..self }, vec![effect])
    }

    fn on(self, doing: Doing, effects: impl IntoIterator<Item = Effect>) -> Went {
        Went::On(Box::new(AtToken { doing, ..self }), effects.into_iter().collect())
    }

    fn refuse(self, doing: Doing, sentences: impl Into<String>) -> Went {
        self.on(doing, [Effect::refused(sentences)])
    }

    fn shown(&self) -> &[TokenKey] {
        match &self.keys {
            Keys::Shown(keys) => keys,
            Keys::NotYet | Keys::Refused(_) => &[],
        }
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match &self.doing {
            Doing::Reading | Doing::Looking(_) | Doing::Working(_) | Doing::Writing(_) => None,
            Doing::Choose => Some(self.what_next()),
            Doing::NewKey(plan) => plan.question(&self.token, self.shown()),
            Doing::Export(export) => Some(export.question(self.shown())),
            Doing::Attesting => Some(export::key_question(self.shown(), self.shown().iter())),
            Doing::Ready(job) => job.question(),
            Doing::Attested(_) => Some(
                Question::choice("tokens.attestation", "Seen", vec![Choice::new(BACK, "back to the token")])
                    .or(BACK),
            ),
            Doing::Folder(document) => {
                let text = format!("Folder that {} is written to", document.name);
                let question = Question::text("tokens.folder", text);
                Some(match &draft.options.folder {
                    Some(folder) => question.or(folder.clone()),
                    None => question,
                })
            }
        }
    }

    pub(super) fn touch(&self) -> Option<Touch> {
        let Doing::Working(Job::Prove(export)) = &self.doing else { return None };
        let policy = self.shown().iter().find(|key| key.id == export.key_id())?.policy?;
        let is_wanted = policy.touch != TouchPolicy::Never;
        is_wanted.then(|| Touch { holder: export.name().to_owned(), token: name_of(&self.token) })
    }

    fn what_next(&self) -> Question {
        let is_card = self.token.kind == TokenKind::YubiKey;
        let has_keys = !self.shown().is_empty();
        let unlock = known::what_unlocks(&self.token);
        let offers = [
            (GENERATE, "generate a key on the token".to_owned(), matches!(self.keys, Keys::Shown(_))),
            (EXPORT, "write a public key to a medium".to_owned(), export::has_usable(self.shown())),
            (ATTESTATION, "show where a key comes from".to_owned(), has_keys && is_card),
            (LOGIN, "ask for the PIN and show hidden keys too".to_owned(), !is_card),
            (PIN, "change the PIN".to_owned(), true),
            (UNBLOCK, format!("give it a new PIN by {unlock}"), true),
            (IDENTIFY, "let its light flicker".to_owned(), self.token.traits.has_light),
        ];
        let mut choices: Vec<Choice> = offers
            .into_iter()
            .filter(|(_, _, is_offered)| *is_offered && self.presence == Presence::Here)
            .map(|(word, meaning, _)| Choice::new(word, meaning))
            .collect();
        choices.push(Choice::new(AGAIN, "read the token again"));
        choices.push(Choice::new(OTHER, "back to all tokens"));
        Question::choice("tokens.do", "What is done with it", choices)
    }

    /// One question back; nothing where that leads to the list.
    pub(super) fn back(self) -> Option<AtToken> {
        let doing = match self.doing {
            Doing::Choose => return None,
            Doing::NewKey(plan) | Doing::Ready(Job::Generate(plan)) => {
                plan.before().map_or(Doing::Choose, Doing::NewKey)
            }
            Doing::Export(export) | Doing::Ready(Job::Prove(export) | Job::AttestFor(export)) => {
                export.before().map_or(Doing::Choose, Doing::Export)
            }
            _ => Doing::Choose,
        };
        Some(AtToken { doing, ..self })
    }

    pub(super) fn page(&self) -> Page {
        match &self.doing {
            Doing::Reading => Page::Reading,
            Doing::NewKey(_) => Page::Plan,
            Doing::Ready(job) | Doing::Looking(job) | Doing::Working(job) if job.question().is_some() => {
                Page::Ready
            }
            Doing::Attested(_) => Page::Attested,
            _ => Page::Token,
        }
    }

    pub(super) fn board(&self) -> DeskBoard {
        match &self.doing {
            Doing::NewKey(plan) => DeskBoard {
                heading: format!("A new key on {}", name_of(&self.token)),
                aside: String::new(),
                parts: plan.parts(),
            },
            Doing::Ready(job) | Doing::Looking(job) | Doing::Working(job) if job.question().is_some() => {
                job.board(&self.token)
            }
            Doing::Attested(parts) => DeskBoard {
                heading: format!("What {} attests", name_of(&self.token)),
                aside: String::new(),
                parts: parts.clone(),
            },
            _ => self.details(),
        }
    }

    fn details(&self) -> DeskBoard {
        let mut parts = Vec::new();
        match &self.presence {
            Presence::Here => {}
            Presence::Held(why) => parts.push(Part::warning(format!("It cannot be used now. {why}"))),
            Presence::Gone => {
                parts.push(Part::warning("It was taken out. Put it back, or choose another token."));
            }
        }
        parts.push(Part::named("PIN tries", known::pin(&self.token)));
        parts.extend(known::locked_pin(&self.token));
        parts.extend(known::factory_values(&self.token));
        let aside = match &self.keys {
            Keys::NotYet => "its keys are being read".to_owned(),
            Keys::Refused(_) => "its keys could not be read".to_owned(),
            Keys::Shown(keys) => count(keys.len() as u64, "key"),
        };
        match &self.keys {
            Keys::NotYet => {}
            Keys::Refused(sentences) => parts.push(Part::warning(sentences.as_str())),
            Keys::Shown(keys) if keys.is_empty() => parts.push(Part::line("It shows no key.")),
            Keys::Shown(keys) => parts.extend(keys.iter().flat_map(|key| known::key(&self.token, key))),
        }
        parts.push(Part::Gap);
        parts.extend(known::details(&self.token));
        DeskBoard { heading: name_of(&self.token), aside, parts }
    }
}

const GENERATE: &str = "generate";
const EXPORT: &str = "export";
const ATTESTATION: &str = "attestation";
const LOGIN: &str = "login";
const PIN: &str = "pin";
const UNBLOCK: &str = "unblock";
const IDENTIFY: &str = "identify";
const OTHER: &str = "other";
const BACK: &str = "back";
