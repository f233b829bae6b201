//! The question which key.

use shared::json::Json;
use shared::key::Key;

use crate::machine::question::{Choice, Question};
use crate::machine::seen::key_word;
use crate::machine::{pin, policy};
use crate::token::{TokenInfo, TokenKey};

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
