//! The questions which token and which key.

use shared::json::Json;
use shared::key::Key;

use crate::machine::draft::{Draft, holders_on};
use crate::machine::question::{Choice, Question};
use crate::machine::seen::{key_word, name_of, token_word};
use crate::machine::{pin, policy};
use crate::token::module::Pkcs11Uri;
use crate::token::{TokenInfo, TokenKey, TokenKind};

/// Another module is named.
pub(super) const MODULE: &str = "module";
/// Somebody looks again.
pub(super) const AGAIN: &str = "again";

/// Every token of every host.
pub(super) fn token_question(draft: &Draft, wanted: Option<&Pkcs11Uri>) -> Question {
    let tokens: Vec<&TokenInfo> = draft.seen.tokens().into_iter().map(|(_, token)| token).collect();
    let mut choices: Vec<Choice> =
        tokens.iter().map(|token| Choice::new(token_word(token), meaning(draft, token))).collect();
    choices.push(Choice::new(AGAIN, "look again what is here"));
    choices.push(Choice::new(MODULE, "name another PKCS#11 module"));
    let text = if tokens.is_empty() { "Which token (insert one)" } else { "Which token" };
    let question = Question::choice("root-keys.token", text, choices);
    let meant = wanted.filter(|uri| **uri != Pkcs11Uri::default());
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

pub(super) fn key_question(token: &TokenInfo, keys: &[TokenKey]) -> Question {
    let choice = |key: &TokenKey| Choice::new(key_word(key, keys), describe(token, key));
    let question = Question::choice("root-keys.key", "Which key", keys.iter().map(choice).collect());
    match keys {
        [only] => question.or(key_word(only, keys)),
        _ => question,
    }
}

/// Its kind, what it asks for, where it comes from, and what is known against it.
fn describe(token: &TokenInfo, key: &TokenKey) -> String {
    let public = key.key.as_ref().ok().and_then(|json| Key::from_json(json).ok());
    let kind = public.as_ref().and_then(Key::scheme).map_or("key", |scheme| scheme.title());
    let mut parts = vec![format!("{kind} \"{}\"", key.label)];
    parts.extend(key.policy.map(|policy| policy::words(Some(policy), pin::login_of(token)).to_owned()));
    let remarks = public.map(|public| policy::remarks(&public, token, key.origin)).unwrap_or_default();
    parts.extend(remarks.into_iter().map(str::to_owned));
    parts.join(", ")
}

/// The key with this word, and its public half.
pub(super) fn find_key<'a>(keys: &'a [TokenKey], word: &str) -> Option<(&'a TokenKey, &'a Json)> {
    let chosen = keys.iter().find(|key| key_word(key, keys) == word)?;
    Some((chosen, chosen.key.as_ref().ok()?))
}
