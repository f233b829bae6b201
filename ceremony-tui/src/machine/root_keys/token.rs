//! A root key on a token: which module, which token, which key, and a proof that the token signs.

use shared::key::Key;
use shared::time::UnixTime;

use super::{Found, admit};
use crate::machine::draft::{Draft, Possession, RootKey};
use crate::machine::event::{Effect, Event, Moment};
use crate::machine::pin;
use crate::machine::question::{Choice, Question};
use crate::token::{Answer, AskError, HostKind, KeyLocator, Login, Refusal, Request, TokenInfo, TokenKey};

/// How far the token is. What fails leads back to the last question; a PIN is never tried again by itself.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) enum TokenKeyWay {
    Module { name: String },
    ListingTokens { name: String, module: String },
    Token { name: String, module: String, tokens: Vec<TokenInfo> },
    ListingKeys { pick: Pick, login: Login },
    Hidden { pick: Pick },
    Key { pick: Pick, keys: Vec<TokenKey> },
    Proof { pick: Pick, root: RootKey },
    Proving { pick: Pick, root: RootKey, statement: Vec<u8> },
}

/// The token that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) struct Pick {
    name: String,
    module: String,
    token: TokenInfo,
}

impl TokenKeyWay {
    /// Whose key it is.
    pub(super) fn name(&self) -> &str {
        match self {
            TokenKeyWay::Module { name }
            | TokenKeyWay::ListingTokens { name, .. }
            | TokenKeyWay::Token { name, .. } => name,
            TokenKeyWay::ListingKeys { pick, .. }
            | TokenKeyWay::Hidden { pick }
            | TokenKeyWay::Key { pick, .. }
            | TokenKeyWay::Proof { pick, .. }
            | TokenKeyWay::Proving { pick, .. } => &pick.name,
        }
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match self {
            TokenKeyWay::Module { .. } => {
                let question = Question::text("root-keys.module", "Path of the PKCS#11 module");
                Some(match &draft.module {
                    Some(module) => question.or(module.clone()),
                    None => question,
                })
            }
            TokenKeyWay::Token { tokens, .. } => Some(token_question(tokens)),
            TokenKeyWay::Hidden { .. } => {
                let text = "The token shows no key without its PIN. Log in and look again";
                Some(
                    Question::yes_or_no("root-keys.login", text, "ask for the PIN", "choose another key")
                        .or("yes"),
                )
            }
            TokenKeyWay::Key { keys, .. } => Some(key_question(keys)),
            TokenKeyWay::Proof { .. } => {
                let text = "Let the token sign a proof now that it holds the key";
                Some(
                    Question::yes_or_no(
                        "root-keys.proof",
                        text,
                        "ask for the PIN",
                        "it proves it by signing root",
                    )
                    .or("yes"),
                )
            }
            TokenKeyWay::ListingTokens { .. }
            | TokenKeyWay::ListingKeys { .. }
            | TokenKeyWay::Proving { .. } => None,
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Found<TokenKeyWay> {
        match (self, event) {
            (TokenKeyWay::Module { name }, Event::Answer(module)) => list_tokens(name, module),
            (TokenKeyWay::ListingTokens { name, module }, Event::Asked(Ok(Answer::Tokens(listing)))) => {
                tokens_listed(draft, name, module, listing.tokens)
            }
            (TokenKeyWay::Token { name, module, tokens }, Event::Answer(answer)) => {
                match tokens.into_iter().find(|token| token_word(token) == answer) {
                    Some(token) => list_keys(Pick { name, module, token }, Login::None),
                    None => refused_at(
                        TokenKeyWay::Module { name },
                        "That token is not there any more. Insert it and try again.",
                    ),
                }
            }
            (TokenKeyWay::ListingKeys { pick, login }, Event::Asked(Ok(Answer::Keys(keys)))) => {
                keys_listed(pick, login, keys)
            }
            (TokenKeyWay::Hidden { pick }, Event::Answer(answer)) if answer == "yes" => {
                let login = pin::login_of(&pick.token);
                list_keys(pick, login)
            }
            (TokenKeyWay::Hidden { .. }, Event::Answer(_)) => {
                Found::Refused("The token shows no key without its PIN. Choose another key.".to_owned())
            }
            (TokenKeyWay::Key { pick, keys }, Event::Answer(answer)) => {
                key_chosen(draft, pick, &keys, &answer)
            }
            (TokenKeyWay::Proof { root, .. }, Event::Answer(answer)) if answer == "no" => {
                Found::Key(Box::new(root))
            }
            (TokenKeyWay::Proof { pick, root }, Event::Answer(_)) => prove(pick, root, moment.now),
            (TokenKeyWay::Proving { root, statement, .. }, Event::Asked(Ok(Answer::Signature(proof)))) => {
                proved(root, &statement, &proof)
            }
            (state, Event::Asked(Err(error))) => refused_at(state.last_question(&error), error.to_string()),
            (state, Event::SecretNotGiven(reason)) => {
                refused_at(state.last_question(&AskError::Interrupted), reason)
            }
            (state, _) => Found::Stay(state, Vec::new()),
        }
    }

    fn last_question(self, error: &AskError) -> TokenKeyWay {
        match self {
            TokenKeyWay::ListingTokens { name, .. } => TokenKeyWay::Module { name },
            TokenKeyWay::ListingKeys { pick, login: Login::None } => TokenKeyWay::Module { name: pick.name },
            TokenKeyWay::ListingKeys { pick, .. } => TokenKeyWay::Hidden { pick: pick.after(error) },
            TokenKeyWay::Proving { pick, root, .. } => TokenKeyWay::Proof { pick: pick.after(error), root },
            asking => asking,
        }
    }
}

impl Pick {
    /// What the token says about its PIN after a wrong one stands in the next prompt.
    fn after(mut self, error: &AskError) -> Pick {
        if let AskError::Refused(Refusal::WrongPin { state }) = error {
            self.token.pin = *state;
        }
        self
    }
}

fn refused_at(state: TokenKeyWay, sentences: impl Into<String>) -> Found<TokenKeyWay> {
    Found::Stay(state, vec![Effect::refused(sentences)])
}

fn list_tokens(name: String, module: String) -> Found<TokenKeyWay> {
    if !module.starts_with('/') {
        let text = format!(
            "{module:?} is not an absolute path. Type the whole path of the module, such as \
             /usr/lib/softhsm/libsofthsm2.so."
        );
        return refused_at(TokenKeyWay::Module { name }, text);
    }
    let ask = ask(&module, Request::Tokens);
    Found::Stay(TokenKeyWay::ListingTokens { name, module }, vec![ask])
}

fn tokens_listed(
    draft: &mut Draft,
    name: String,
    module: String,
    tokens: Vec<TokenInfo>,
) -> Found<TokenKeyWay> {
    draft.tokens = Some((module.clone(), tokens.clone()));
    if tokens.is_empty() {
        let text = format!("{module} sees no token. Insert one and try again.");
        return refused_at(TokenKeyWay::Module { name }, text);
    }
    // Only now: a module that failed is nobody's default.
    draft.module = Some(module.clone());
    Found::Stay(TokenKeyWay::Token { name, module, tokens }, Vec::new())
}

fn list_keys(pick: Pick, login: Login) -> Found<TokenKeyWay> {
    if let Err(sentences) = pin::check(&pick.token)
        && login == Login::Secret
    {
        return Found::Refused(sentences);
    }
    let request = Request::Keys { token: pick.token.id.clone(), login };
    let effect = with_pin(&pick, request, login);
    Found::Stay(TokenKeyWay::ListingKeys { pick, login }, vec![effect])
}

fn keys_listed(pick: Pick, login: Login, keys: Vec<TokenKey>) -> Found<TokenKeyWay> {
    if keys.is_empty() && login == Login::None {
        return Found::Stay(TokenKeyWay::Hidden { pick }, Vec::new());
    }
    let unusable = |key: &TokenKey| {
        let reason = key.key.as_ref().err()?;
        Some(Effect::plain(format!("  key {} \"{}\" cannot be used: {reason}.", key.id, key.label)))
    };
    let effects = keys.iter().filter_map(unusable).collect();
    let keys: Vec<TokenKey> = keys.into_iter().filter(|key| key.key.is_ok()).collect();
    if keys.is_empty() {
        let label = &pick.token.id.label;
        return Found::Refused(format!(
            "The token {label} holds no P-256, Ed25519 or RSA key. Generate one on it, or use another token."
        ));
    }
    Found::Stay(TokenKeyWay::Key { pick, keys }, effects)
}

fn key_chosen(draft: &Draft, pick: Pick, keys: &[TokenKey], answer: &str) -> Found<TokenKeyWay> {
    let chosen = keys.iter().find(|key| key_word(key, keys) == answer);
    let Some((TokenKey { id, .. }, json)) = chosen.and_then(|key| Some((key, key.key.as_ref().ok()?))) else {
        return Found::Refused("That key is not there any more. Try again.".to_owned());
    };
    let key = match Key::from_json(json) {
        Ok(key) => key,
        Err(error) => return Found::Refused(error.to_string()),
    };
    // Before the PIN: nobody should spend a try on a key that is refused anyway.
    if let Err(sentences) = admit(draft, &pick.name, &key) {
        return Found::Refused(sentences);
    }
    let locator = KeyLocator::Token { token: pick.token.id.clone(), key_id: id.clone(), key: json.clone() };
    let root = RootKey {
        name: pick.name.clone(),
        key,
        host: HostKind::Pkcs11 { module: pick.module.clone() },
        locator,
        login: pin::login_of(&pick.token),
        possession: Possession::NotYet,
    };
    Found::Stay(TokenKeyWay::Proof { pick, root }, Vec::new())
}

/// What a proof signs. It never begins with `{`, so it can never be taken for metadata.
fn statement(key: &Key, now: UnixTime) -> Vec<u8> {
    format!("vestry-root-key-v1\n{}\n{now}\n", key.id()).into_bytes()
}

fn prove(pick: Pick, root: RootKey, now: UnixTime) -> Found<TokenKeyWay> {
    if let Err(sentences) = pin::check(&pick.token) {
        return Found::Refused(sentences);
    }
    let statement = statement(&root.key, now);
    let request = Request::Sign { key: root.locator.clone(), message: statement.clone(), login: root.login };
    let effect = with_pin(&pick, request, root.login);
    Found::Stay(TokenKeyWay::Proving { pick, root, statement }, vec![effect])
}

fn proved(root: RootKey, statement: &[u8], proof: &[u8]) -> Found<TokenKeyWay> {
    match root.key.verify(statement, proof) {
        Ok(()) => Found::Key(Box::new(RootKey { possession: Possession::Proved, ..root })),
        Err(_) => Found::Refused(
            "The token signed, but its public key does not verify that signature. Do not use this key; choose another."
                .to_owned(),
        ),
    }
}

fn with_pin(pick: &Pick, request: Request, login: Login) -> Effect {
    let need = || pin::need("root-keys.secret", &pick.name, &pick.token);
    let secrets = (login == Login::Secret).then(need).into_iter().collect();
    Effect::Ask { host: HostKind::Pkcs11 { module: pick.module.clone() }, request, secrets }
}

fn ask(module: &str, request: Request) -> Effect {
    Effect::Ask { host: HostKind::Pkcs11 { module: module.to_owned() }, request, secrets: Vec::new() }
}

fn token_question(tokens: &[TokenInfo]) -> Question {
    let choice = |token: &TokenInfo| {
        let TokenInfo { id, model, manufacturer, .. } = token;
        let meaning =
            format!("{} serial {} ({manufacturer} {model}){}", id.label, id.serial, pin::remark(token.pin));
        Choice::new(token_word(token), meaning)
    };
    let question = Question::choice("root-keys.token", "Which token", tokens.iter().map(choice).collect());
    match tokens {
        [only] => question.or(token_word(only)),
        _ => question,
    }
}

/// Label and serial number: two tokens may share a label.
fn token_word(token: &TokenInfo) -> String {
    format!("{}/{}", token.id.label, token.id.serial)
}

fn key_question(keys: &[TokenKey]) -> Question {
    let choice = |key: &TokenKey| {
        let kind = key.key.as_ref().ok().and_then(|json| Key::from_json(json).ok());
        let kind = kind.and_then(|key| key.scheme()).map_or("key", |scheme| scheme.title());
        Choice::new(key_word(key, keys), format!("{kind} \"{}\"", key.label))
    };
    let question = Question::choice("root-keys.key", "Which key", keys.iter().map(choice).collect());
    match keys {
        [only] => question.or(key_word(only, keys)),
        _ => question,
    }
}

/// The key's id, with its label where the token uses one id twice.
fn key_word(key: &TokenKey, keys: &[TokenKey]) -> String {
    let twice = keys.iter().filter(|other| other.id == key.id).count() > 1;
    if twice || key.id.is_empty() { format!("{}/{}", key.id, key.label) } else { key.id.clone() }
}
