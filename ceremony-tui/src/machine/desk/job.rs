//! Something that a token is asked to do: what it costs, which question agrees to it, and what the token is asked.

use shared::time::UnixTime;

use crate::machine::board::desk::{DeskBoard, Part};
use crate::machine::event::{Effect, SecretNeed};
use crate::machine::pin;
use crate::machine::question::Question;
use crate::token::{Authority, HostKind, Login, Request, TokenInfo, TokenKey, TokenKind};

use super::export::Export;
use super::known::{self, name_of};
use super::new_key::Plan;
use super::secret;

/// Something that a token is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Job {
    /// Show the keys that only a PIN shows.
    ShowHidden,
    /// Generate a key.
    Generate(Plan),
    /// Change the PIN.
    ChangePin,
    /// Give it a new PIN by the PUK, or by the security officer's PIN.
    UnblockPin,
    /// Let its light flicker.
    Identify,
    /// Show where this key comes from.
    Attest(TokenKey),
    /// The same, to be exported.
    AttestFor(Export),
    /// Sign that it holds the key.
    Prove(Export),
}

/// Whether a job needs what is known about the PIN, fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    /// A wrong PIN costs a try: the count is read first, and a locked token is not asked.
    Pin,
    /// The same of what unlocks the PIN.
    Unlocking,
    /// The token has to be there.
    Presence,
}

impl Job {
    /// What agrees to it, after what it costs was shown. Only what costs nothing needs no question.
    pub(super) fn question(&self) -> Option<Question> {
        let consent = |id: &str, text: &str, yes: &str| {
            Question::yes_or_no(id, text, yes, "nothing is changed").of_consent()
        };
        match self {
            Job::Generate(_) => {
                Some(consent("tokens.generate", "Generate this key", "the token generates it now"))
            }
            Job::ChangePin => {
                Some(consent("tokens.change-pin", "Change the PIN", "the old and the new one are asked"))
            }
            Job::UnblockPin => {
                Some(consent("tokens.unblock", "Give this token a new PIN", "what unlocks it is asked"))
            }
            Job::Prove(_) | Job::AttestFor(_) => Some(
                Question::yes_or_no(
                    "tokens.proof",
                    "Let the token sign the proof",
                    "the PIN is asked",
                    "write nothing",
                )
                .or("yes"),
            ),
            Job::ShowHidden | Job::Identify | Job::Attest(_) => None,
        }
    }

    /// What it does and what it costs.
    pub(super) fn board(&self, token: &TokenInfo) -> DeskBoard {
        let name = name_of(token);
        let (heading, parts) = match self {
            Job::Generate(plan) => (format!("A new key on {name}"), plan.costs(token)),
            Job::ChangePin => (format!("Another PIN for {name}"), change_pin(token)),
            Job::UnblockPin => (format!("Unlock {name}"), unblock(token)),
            Job::Prove(export) | Job::AttestFor(export) => {
                (format!("A proof of {name}"), prove(export, token))
            }
            Job::ShowHidden | Job::Identify | Job::Attest(_) => (name, Vec::new()),
        };
        DeskBoard { heading, aside: String::new(), parts }
    }

    pub(super) fn fresh(&self) -> Fresh {
        match self {
            Job::ShowHidden | Job::ChangePin | Job::Prove(_) => Fresh::Pin,
            Job::Generate(plan) if plan.authority() == Authority::Pin => Fresh::Pin,
            Job::UnblockPin => Fresh::Unlocking,
            Job::Generate(_) | Job::Identify | Job::Attest(_) | Job::AttestFor(_) => Fresh::Presence,
        }
    }

    /// What the token is asked, with the secrets that go with it. `None` where a job has nothing to ask for.
    pub(super) fn ask(&mut self, host: &HostKind, token: &TokenInfo, now: UnixTime) -> Option<Effect> {
        let id = token.id.clone();
        let login = pin::login_of(token);
        let by_login = || if login == Login::Secret { vec![secret::pin(token)] } else { Vec::new() };
        let (request, secrets) = match self {
            Job::ShowHidden => (Request::Keys { token: id, login }, by_login()),
            Job::Generate(plan) => {
                let authority = plan.authority();
                (Request::GenerateKey { token: id, key: plan.new_key()?, authority }, of(authority, token))
            }
            Job::ChangePin => {
                (Request::ChangePin { token: id }, vec![secret::pin(token), secret::new_pin(token)])
            }
            Job::UnblockPin => {
                (Request::UnblockPin { token: id }, vec![secret::unlocking(token), secret::new_pin(token)])
            }
            Job::Identify => (Request::Identify { token: id }, Vec::new()),
            Job::Attest(key) => (Request::Attestation { token: id, key_id: key.id.clone() }, Vec::new()),
            Job::AttestFor(export) => {
                (Request::Attestation { token: id, key_id: export.key_id().to_owned() }, Vec::new())
            }
            Job::Prove(export) => {
                let (key, message) = export.statement(token, now)?;
                (Request::Sign { key, message, login }, by_login())
            }
        };
        Some(Effect::Ask { host: host.clone(), request, secrets })
    }

    /// Whether it changes the token.
    pub(super) fn changes(&self) -> bool {
        match self {
            Job::Generate(_) | Job::ChangePin | Job::UnblockPin => true,
            Job::ShowHidden | Job::Identify | Job::Attest(_) | Job::AttestFor(_) | Job::Prove(_) => false,
        }
    }

    /// Whether it wants a PIN from the keyboard, which a token with a pad of its own does not take.
    pub(super) fn types_pin(&self) -> bool {
        match self {
            Job::ChangePin | Job::UnblockPin => true,
            Job::Generate(plan) => plan.authority() == Authority::Pin,
            Job::ShowHidden | Job::Identify | Job::Attest(_) | Job::AttestFor(_) | Job::Prove(_) => false,
        }
    }
}

fn of(authority: Authority, token: &TokenInfo) -> Vec<SecretNeed> {
    match authority {
        Authority::Pin => vec![secret::pin(token)],
        Authority::ManagementKey => vec![secret::management_key(token)],
        Authority::FactoryManagementKey => Vec::new(),
    }
}

fn change_pin(token: &TokenInfo) -> Vec<Part> {
    vec![
        Part::named("PIN tries", known::pin(token)),
        Part::Gap,
        Part::line(
            "The PIN as it is opens the change; a wrong one costs a try, and the last one locks the token.",
        ),
        Part::line(length(token)),
        Part::line(
            "The new one is typed twice. Nobody can read it from the token: whoever forgets it needs what unlocks it.",
        ),
        Part::line("The keys stay as they are."),
    ]
}

fn unblock(token: &TokenInfo) -> Vec<Part> {
    let cost = match token.kind {
        TokenKind::YubiKey => [
            "The PUK gives the token a new PIN, whether or not the old one is locked.",
            "Wrong PUKs are counted, three from the factory. After the last one the PIN can never be unlocked, and with a \
             locked PIN the keys are lost.",
        ],
        TokenKind::Pkcs11 => [
            "The security officer's PIN gives the token a new PIN, whether or not the old one is locked.",
            "Many tokens count wrong security officer's PINs, and after the last one nobody can unlock them.",
        ],
    };
    let (name, unknown) = match token.kind {
        TokenKind::YubiKey => ("PUK tries", "this firmware does not say how many are left"),
        TokenKind::Pkcs11 => ("officer's tries", "the token does not say"),
    };
    let tries = token.traits.unlocking.map_or_else(|| unknown.to_owned(), known::tries);
    let mut parts = vec![Part::named(name, tries), Part::named("PIN tries", known::pin(token)), Part::Gap];
    parts.extend(cost.map(Part::line));
    parts.push(Part::line(length(token)));
    parts.push(Part::line("The keys stay as they are."));
    parts
}

fn length(token: &TokenInfo) -> String {
    let length = secret::new_pin_length(token);
    match token.kind {
        TokenKind::YubiKey => format!("A new PIN has {length}; digits are the best choice."),
        TokenKind::Pkcs11 if length.most.is_none() => {
            format!("A new PIN has {length}; the token may want more.")
        }
        TokenKind::Pkcs11 => format!("A new PIN has {length}."),
    }
}

fn prove(export: &Export, token: &TokenInfo) -> Vec<Part> {
    vec![
        Part::named("key", export.key_name(token)),
        Part::named("PIN tries", known::pin(token)),
        Part::Gap,
        Part::line(
            "The token signs a statement with the key's id and the time. It begins with words, so it is no metadata.",
        ),
        Part::line("It costs the PIN, and a touch where the key wants one. Nothing changes on the token."),
    ]
}
