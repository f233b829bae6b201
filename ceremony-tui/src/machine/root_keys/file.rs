//! A root key in an encrypted file: one that exists, or one that is generated now.

use shared::key::Key;

use super::Found;
use crate::machine::draft::{Held, Possession, Reach, RootKey};
use crate::machine::event::{Effect, Event, Novelty, SecretNeed};
use crate::machine::provenance::Provenance;
use crate::machine::question::{Choice, Question};
use crate::token::{Answer, HostKind, KeyLocator, Login, Request, WireScheme};

/// How far the file is. What fails leads back to the last question, with what was typed as its default.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) enum FileKey {
    Path {
        name: String,
        path: Option<String>,
    },
    Inspecting {
        name: String,
        path: String,
    },
    Opening {
        name: String,
        path: String,
    },
    Scheme {
        name: String,
    },
    NewPath {
        name: String,
        scheme: WireScheme,
        path: Option<String>,
    },
    CheckingNew {
        name: String,
        scheme: WireScheme,
        path: String,
    },
    Generating {
        name: String,
        scheme: WireScheme,
        path: String,
    },
    /// The secret was none, or not the right one. Not a line: whoever begins to type it again would be read by all.
    Again(Box<FileKey>),
}

const SCHEMES: [(&str, &str, WireScheme); 3] = [
    ("ed25519", "short and fast; every client verifies it", WireScheme::Ed25519),
    ("ecdsa-p256", "what most hardware tokens hold; every client verifies it", WireScheme::EcdsaP256),
    ("rsa-pss", "RSA-PSS with 3072 bits; every client verifies it", WireScheme::RsaPss),
];

impl FileKey {
    /// Whose key it is.
    pub(super) fn name(&self) -> &str {
        match self {
            FileKey::Path { name, .. }
            | FileKey::Inspecting { name, .. }
            | FileKey::Opening { name, .. }
            | FileKey::Scheme { name }
            | FileKey::NewPath { name, .. }
            | FileKey::CheckingNew { name, .. }
            | FileKey::Generating { name, .. } => name,
            FileKey::Again(asked) => asked.name(),
        }
    }

    pub(super) fn question(&self) -> Option<Question> {
        match self {
            FileKey::Path { path, .. } => {
                let text = "Path of the key file (age, or encrypted PEM)";
                Some(with_default(Question::text("root-keys.file", text), path))
            }
            FileKey::Scheme { .. } => {
                let choices = SCHEMES.iter().map(|(word, meaning, _)| Choice::new(*word, *meaning)).collect();
                Some(Question::choice("root-keys.scheme", "Kind of key", choices).or(SCHEMES[0].0))
            }
            FileKey::NewPath { path, .. } => {
                let text = "Path of the new key file, on the medium that its holder keeps";
                Some(with_default(Question::text("root-keys.new-file", text), path))
            }
            FileKey::Again(asked) => {
                let choices = vec![
                    Choice::new("again", format!("ask for the passphrase of {} again", asked.path())),
                    Choice::new("other", "name another file"),
                ];
                Some(Question::choice("root-keys.again", "The passphrase again", choices).or("again"))
            }
            FileKey::Inspecting { .. }
            | FileKey::Opening { .. }
            | FileKey::CheckingNew { .. }
            | FileKey::Generating { .. } => None,
        }
    }

    pub(super) fn update(self, event: Event) -> Found<FileKey> {
        match (self, event) {
            (FileKey::Path { name, .. }, Event::Answer(path)) => {
                let request = Request::InspectKeyFile { path: path.clone() };
                Found::Stay(FileKey::Inspecting { name, path }, vec![ask(request, Vec::new())])
            }
            (FileKey::Inspecting { name, path }, Event::Asked(Ok(Answer::KeyFile(_)))) => {
                FileKey::Opening { name, path }.ask_for_secret()
            }
            (FileKey::Scheme { name }, Event::Answer(word)) => {
                let chosen = SCHEMES.iter().find(|(known, _, _)| *known == word);
                let scheme = chosen.map_or(WireScheme::Ed25519, |(_, _, scheme)| *scheme);
                Found::Stay(FileKey::NewPath { name, scheme, path: None }, Vec::new())
            }
            (FileKey::NewPath { name, scheme, .. }, Event::Answer(path)) => {
                let request = Request::CheckNewKeyFile { path: path.clone() };
                Found::Stay(FileKey::CheckingNew { name, scheme, path }, vec![ask(request, Vec::new())])
            }
            (FileKey::CheckingNew { name, scheme, path }, Event::Asked(Ok(Answer::Writable))) => {
                FileKey::Generating { name, scheme, path }.ask_for_secret()
            }
            (FileKey::Again(asked), Event::Answer(answer)) if answer == "again" => asked.ask_for_secret(),
            (FileKey::Again(asked), Event::Answer(_)) => Found::Stay(asked.path_question(), Vec::new()),
            (
                FileKey::Opening { name, path } | FileKey::Generating { name, path, .. },
                Event::Asked(Ok(Answer::Key(json))),
            ) => match Key::from_json(&json) {
                Ok(key) => Found::Key(Box::new(in_file(name, key, path))),
                Err(error) => Found::Refused(error.to_string()),
            },
            (state, Event::Asked(Err(error))) => {
                Found::Stay(state.last_question(), vec![Effect::refused(error.to_string())])
            }
            (state, Event::SecretNotGiven(reason)) => {
                Found::Stay(state.last_question(), vec![Effect::refused(reason)])
            }
            (state, _) => Found::Stay(state, Vec::new()),
        }
    }

    /// Asks for the passphrase, from its first round.
    fn ask_for_secret(self) -> Found<FileKey> {
        let (novelty, request) = match &self {
            FileKey::Generating { scheme, path, .. } => {
                (Novelty::New, Request::GenerateKeyFile { path: path.clone(), scheme: *scheme })
            }
            other => (Novelty::Known, Request::OpenKeyFile { path: other.path().to_owned() }),
        };
        let need = passphrase(self.name(), self.path(), novelty);
        Found::Stay(self, vec![ask(request, vec![need])])
    }

    fn last_question(self) -> FileKey {
        match self {
            asked @ (FileKey::Opening { .. } | FileKey::Generating { .. }) => FileKey::Again(Box::new(asked)),
            other => other.path_question(),
        }
    }

    fn path(&self) -> &str {
        match self {
            FileKey::Inspecting { path, .. }
            | FileKey::Opening { path, .. }
            | FileKey::CheckingNew { path, .. }
            | FileKey::Generating { path, .. } => path,
            FileKey::Path { path, .. } | FileKey::NewPath { path, .. } => path.as_deref().unwrap_or_default(),
            FileKey::Scheme { .. } => "",
            FileKey::Again(asked) => asked.path(),
        }
    }

    fn path_question(self) -> FileKey {
        match self {
            FileKey::Inspecting { name, path } | FileKey::Opening { name, path } => {
                FileKey::Path { name, path: Some(path) }
            }
            FileKey::CheckingNew { name, scheme, path } | FileKey::Generating { name, scheme, path } => {
                FileKey::NewPath { name, scheme, path: Some(path) }
            }
            asking @ (FileKey::Path { .. }
            | FileKey::Scheme { .. }
            | FileKey::NewPath { .. }
            | FileKey::Again(_)) => asking,
        }
    }
}

fn with_default(question: Question, default: &Option<String>) -> Question {
    match default {
        Some(default) => question.or(default.clone()),
        None => question,
    }
}

fn in_file(name: String, key: Key, path: String) -> RootKey {
    RootKey {
        name,
        key,
        held: Held::Here(Box::new(Reach {
            host: HostKind::Files,
            locator: KeyLocator::File { path },
            login: Login::Secret,
            on: None,
        })),
        // The file was opened: whoever did that can sign.
        possession: Possession::Proved,
        proof: None,
        provenance: Provenance::Software,
    }
}

fn passphrase(name: &str, path: &str, novelty: Novelty) -> SecretNeed {
    let what = match novelty {
        Novelty::New | Novelty::NewPin(_) => format!("New passphrase for {path}"),
        Novelty::Known | Novelty::Unlocking | Novelty::ManagementKey => format!("Passphrase of {path}"),
    };
    SecretNeed { id: "root-keys.secret", labels: vec![name.to_owned()], what, novelty, tries: None }
}

fn ask(request: Request, secrets: Vec<SecretNeed>) -> Effect {
    Effect::Ask { host: HostKind::Files, request, secrets }
}
