//! The question which key.

use shared::json::Json;
use shared::key::Key;
use shared::text::quoted;

use super::Pick;
use super::keys::is_hiding;
use crate::machine::question::{Choice, Question};
use crate::machine::seen::key_word;
use crate::machine::{pin, policy};
use crate::token::{Login, TokenInfo, TokenKey};

/// Answers for the keys that a token shows only after its PIN. No key id in hexadecimal reads so.
pub(super) const LOGIN: &str = "login";

/// Which of the keys that it shows with this login.
pub(super) fn key_question(pick: &Pick, keys: &[TokenKey], login: Login) -> Question {
    let choice = |key: &TokenKey| Choice::new(key_word(key, keys), describe(&pick.token, key));
    let mut choices: Vec<Choice> = keys.iter().map(choice).collect();
    choices.extend(
        is_hiding(pick, login).then(|| Choice::new(LOGIN, "ask for the PIN, and list hidden keys too")),
    );
    let question = Question::choice("root-keys.key", "Which key", choices);
    match keys {
        [only] => question.or(key_word(only, keys)),
        _ => question,
    }
}

/// Its kind, what it asks for, where it comes from, and what is known against it.
fn describe(token: &TokenInfo, key: &TokenKey) -> String {
    let public = key.key.as_ref().ok().and_then(|json| Key::from_json(json).ok());
    let kind = public.as_ref().and_then(Key::scheme).map_or("key", |scheme| scheme.title());
    let mut parts = vec![format!("{kind} {}", quoted(&key.label))];
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
