//! Choosing one of all tokens that are here, and naming another PKCS#11 module: the same where a root key is added and
//! where tokens are prepared. Both keep states of their own, and the names of their questions.

use super::draft::{Draft, holders_on};
use super::event::Effect;
use super::lookout::Lookout;
use super::pin;
use super::question::{Choice, Question};
use super::seen::{name_of, token_word};
use crate::token::module::Pkcs11Uri;
use crate::token::{HostKind, Refusal, Sight, TokenId, TokenInfo, TokenKind};

/// Another module is named.
pub(super) const MODULE: &str = "module";
/// Somebody looks again.
pub(super) const AGAIN: &str = "again";

/// A look at hosts, until all have answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Look {
    waiting: Vec<HostKind>,
    /// Hosts that somebody has just named: what they refuse is said, and they are forgotten.
    named: Vec<HostKind>,
    /// The token that a URI means.
    wanted: Option<Box<Pkcs11Uri>>,
}

impl Look {
    /// At every host that is looked at.
    pub(super) fn around(draft: &Draft) -> (Look, Vec<Effect>) {
        Look::default().at(draft.lookout.hosts())
    }

    fn at(self, hosts: Vec<HostKind>) -> (Look, Vec<Effect>) {
        let effects = hosts.iter().map(|host| Effect::LookAtTokens { host: host.clone() }).collect();
        (Look { waiting: hosts, ..self }, effects)
    }

    /// The hosts that have not answered yet.
    pub(super) fn waiting(&self) -> &[HostKind] {
        &self.waiting
    }

    /// Takes in what a host said, if it was asked. A module that somebody named and that failed is nobody's to wait for
    /// again.
    pub(super) fn take(&mut self, draft: &mut Draft, host: &HostKind, sight: &Sight) -> Vec<Effect> {
        if !self.waiting.contains(host) {
            return Vec::new();
        }
        self.waiting.retain(|waiting| waiting != host);
        match sight {
            Err(error) if self.named.contains(host) => {
                draft.lookout.forget(host);
                draft.seen.forget(host);
                vec![Effect::refused(error.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

/// Which token? `more` are answers besides.
pub(super) fn token_question(id: &str, draft: &Draft, look: &Look, more: Vec<Choice>) -> Question {
    let tokens: Vec<&TokenInfo> = draft.seen.tokens().into_iter().map(|(_, token)| token).collect();
    let mut choices: Vec<Choice> =
        tokens.iter().map(|token| Choice::new(token_word(token), meaning(draft, token))).collect();
    choices.push(Choice::new(AGAIN, "look again what is here"));
    choices.push(Choice::new(MODULE, "name another PKCS#11 module"));
    choices.extend(more);
    let text = if tokens.is_empty() { "Which token (insert one)" } else { "Which token" };
    let question = Question::choice(id, text, choices);
    let meant = look.wanted.as_deref().filter(|uri| **uri != Pkcs11Uri::default());
    let mut meant_tokens = tokens.iter().filter(|token| meant.is_none_or(|uri| uri.matches_token(token)));
    match (meant_tokens.next(), meant_tokens.next()) {
        (Some(only), None) => question.or(token_word(only)),
        // Nothing is chosen for anybody in a list that changes by itself.
        _ => question.unchosen(),
    }
}

fn meaning(draft: &Draft, token: &TokenInfo) -> String {
    let TokenInfo { id, model, manufacturer, .. } = token;
    let mut meaning = match token.kind {
        TokenKind::YubiKey => name_of(token),
        TokenKind::Pkcs11 => format!("{} serial {} ({manufacturer} {model})", id.label, id.serial),
    };
    let holders = holders_on(draft, id);
    if !holders.is_empty() {
        meaning.push_str(&format!(", used by {}", holders.join(", ")));
    }
    if draft.seen.is_twice(id) {
        meaning.push_str(" [TWO of this number are here: take one out]");
    }
    meaning + &pin::remark(token.pin)
}

/// Which other module?
pub(super) fn module_question(id: &str, draft: &Draft) -> Question {
    let question = Question::text(id, "Path of the PKCS#11 module, or a pkcs11: URI");
    match draft.lookout.another() {
        Some(module) => question.or(module),
        None => question,
    }
}

/// Looks at the modules that somebody named.
pub(super) fn name_module(draft: &mut Draft, text: &str) -> Result<(Look, Vec<Effect>), String> {
    let request = Lookout::read(text).map_err(|error| error.to_string())?;
    let hosts = draft.lookout.name(&request);
    if hosts.is_empty() {
        return Err(format!(
            "No module of this machine is called {text:?}. Type the whole path of the module."
        ));
    }
    let look = Look { named: hosts.clone(), wanted: Some(Box::new(request.wanted)), ..Look::default() };
    Ok(look.at(hosts))
}

/// The token with this word, and its host.
pub(super) fn find(draft: &Draft, word: &str) -> Result<(HostKind, TokenInfo), String> {
    let chosen = draft.seen.tokens().into_iter().find(|(_, token)| token_word(token) == word);
    let (host, token) = chosen.ok_or("That token is not there any more. Insert it and look again.")?;
    if draft.seen.is_twice(&token.id) {
        let TokenId { label, serial } = token.id.clone();
        return Err(Refusal::AmbiguousToken { label, serial }.to_string());
    }
    Ok((host.clone(), token.clone()))
}
