//! A public key on its way out: as PEM, or as `root-key.json` for a holder who will not be in the room.

use shared::attestation::{AttestationError, Certificate};
use shared::gap::RootKeyDocument;
use shared::key::Key;
use shared::text::quoted;
use shared::time::UnixTime;

use crate::machine::names;
use crate::machine::proof;
use crate::machine::question::{Choice, Question};
use crate::machine::seen::key_word;
use crate::token::{Answer, Attestation, KeyLocator, TokenInfo, TokenKey};

use super::known;

/// What is exported, as far as it is answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Export {
    asked: Asked,
    key: Option<(String, Key)>,
    name: Option<String>,
    /// Certificates in PEM, the key's own first.
    attestation: Vec<String>,
    /// When the proof was asked for.
    time: Option<UnixTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Key,
    Form,
    Name,
}

/// A file, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What an answer leads to.
pub(super) enum Next {
    Ask(Export),
    /// Only a signature is missing.
    Prove(Export),
    Write(Document),
    Refuse(Export, String),
}

impl Export {
    pub(super) fn begin() -> Export {
        Export { asked: Asked::Key, key: None, name: None, attestation: Vec::new(), time: None }
    }

    pub(super) fn before(self) -> Option<Export> {
        if self.name.is_some() {
            return Some(Export { name: None, attestation: Vec::new(), ..self });
        }
        let asked = match self.asked {
            Asked::Key => return None,
            Asked::Form => Asked::Key,
            Asked::Name => Asked::Form,
        };
        Some(Export { asked, ..self })
    }

    pub(super) fn question(&self, keys: &[TokenKey]) -> Question {
        match self.asked {
            Asked::Key => key_question(keys, usable(keys).map(|(key, _)| key)),
            Asked::Form => Question::choice("tokens.export", "What is written", forms()).or("document"),
            Asked::Name => Question::text("tokens.name", "Name of the key's holder, as root will say it"),
        }
    }

    pub(super) fn accept(self, answer: &str, keys: &[TokenKey]) -> Next {
        match (self.asked, &self.key) {
            (Asked::Key, _) => match usable(keys).find(|(key, _)| key_word(key, keys) == answer) {
                Some((key, public)) => {
                    let key = Some((key.id.clone(), public));
                    Next::Ask(Export { asked: Asked::Form, key, ..self })
                }
                None => Next::Refuse(self, "That key is not there any more. Choose another one.".to_owned()),
            },
            (Asked::Form, Some((_, public))) if answer == "pem" => match public.to_public_pem() {
                Ok(pem) => Next::Write(Document { name: "root-key.pem", bytes: pem.into_bytes() }),
                Err(error) => Next::Refuse(self, error.to_string()),
            },
            (Asked::Form, _) => Next::Ask(Export { asked: Asked::Name, ..self }),
            (Asked::Name, _) => match names::check_shape(answer) {
                Ok(()) => Next::Prove(Export { name: Some(answer.to_owned()), ..self }),
                Err(sentences) => Next::Refuse(self, sentences),
            },
        }
    }

    /// CKA_ID, or the PIV slot.
    pub(super) fn key_id(&self) -> &str {
        self.key.as_ref().map_or("", |(id, _)| id.as_str())
    }

    /// Whose key it is.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Both certificates go with the key, or neither.
    pub(super) fn with_attestation(
        mut self,
        attestation: &Attestation,
    ) -> (Export, Option<AttestationError>) {
        let chain = [&attestation.key_certificate, &attestation.device_certificate];
        let pem = chain.map(|der| Certificate::from_der(der).map(|certificate| certificate.to_pem()));
        let read: Result<Vec<String>, _> = pem.into_iter().collect();
        match read {
            Ok(attestation) => {
                self.attestation = attestation;
                (self, None)
            }
            Err(error) => (self, Some(error)),
        }
    }

    pub(super) fn is_attested(&self) -> bool {
        !self.attestation.is_empty()
    }

    /// What is signed as a proof, and where the key is.
    pub(super) fn statement(&mut self, token: &TokenInfo, now: UnixTime) -> Option<(KeyLocator, Vec<u8>)> {
        let (key_id, public) = self.key.clone()?;
        self.time = Some(now);
        let statement = RootKeyDocument::statement(public.id(), now);
        let locator = KeyLocator::Token { token: token.id.clone(), key_id, key: public.to_json() };
        Some((locator, statement))
    }

    /// The document, if the token's signature is a proof.
    pub(super) fn proved(self, answer: Answer) -> Result<Document, String> {
        let (Answer::Signature(proof), Some((_, key)), Some(time)) = (answer, self.key, self.time) else {
            return Err("The token gave no signature, so nothing is proved. Try again.".to_owned());
        };
        proof::check(&key, time, &proof)?;
        let name = self.name.unwrap_or_default();
        let document = RootKeyDocument { key, name, time, proof, attestation: self.attestation };
        Ok(Document { name: "root-key.json", bytes: document.to_bytes() })
    }

    pub(super) fn key_name(&self, token: &TokenInfo) -> String {
        match &self.key {
            Some((id, key)) => format!("{}, {}, key id {}", known::place(token, id), key.title(), key.id()),
            None => String::new(),
        }
    }
}

fn forms() -> Vec<Choice> {
    vec![
        Choice::new(
            "document",
            "root-key.json: with a proof that the token signs, and what it attests; for a holder who will not be in the \
             room",
        ),
        Choice::new("pem", "root-key.pem: the public key alone; no PIN is asked"),
    ]
}

/// Whether any key can be a root key.
pub(super) fn has_usable(keys: &[TokenKey]) -> bool {
    usable(keys).next().is_some()
}

/// The keys that can be root keys.
fn usable(keys: &[TokenKey]) -> impl Iterator<Item = (&TokenKey, Key)> {
    keys.iter().filter_map(|key| Some((key, Key::from_json(key.key.as_ref().ok()?).ok()?)))
}

/// Which key?
pub(super) fn key_question<'a>(all: &[TokenKey], offered: impl Iterator<Item = &'a TokenKey>) -> Question {
    let choice = |key: &TokenKey| {
        let parsed = key.key.as_ref().ok().and_then(|json| Key::from_json(json).ok());
        let kind = parsed.map_or_else(|| "key".to_owned(), |key| key.title().to_owned());
        Choice::new(key_word(key, all), format!("{kind} {}", quoted(&key.label)))
    };
    let choices: Vec<Choice> = offered.map(choice).collect();
    let only = match choices.as_slice() {
        [only] => Some(only.word.clone()),
        _ => None,
    };
    let question = Question::choice("tokens.key", "Which key", choices);
    only.into_iter().fold(question, Question::or)
}
