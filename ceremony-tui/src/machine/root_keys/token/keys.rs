//! The keys of the token that was chosen: those that it shows to everybody, and those that it hides behind its PIN.

use shared::text::quoted;

use super::{Next, Pick, TokenKeyWay, at_tokens};
use crate::machine::event::Effect;
use crate::machine::pin;
use crate::machine::root_keys::Found;
use crate::machine::seen::name_of;
use crate::token::{Login, Request, TokenKey, TokenKind};

/// Whether it may have more keys than it has shown with this login. A PIV card shows all its keys to everybody.
pub(super) fn is_hiding(pick: &Pick, login: Login) -> bool {
    login == Login::None && pick.token.kind == TokenKind::Pkcs11
}

pub(super) fn list_keys(pick: Pick, login: Login, shown: Vec<TokenKey>) -> Next {
    let request = Request::Keys { token: pick.token.id.clone(), login };
    let effect = with_pin(&pick, request, login);
    Found::Stay(TokenKeyWay::ListingKeys { pick, login, shown }, vec![effect])
}

pub(super) fn keys_listed(pick: Pick, login: Login, keys: Vec<TokenKey>) -> Next {
    let unusable = |key: &TokenKey| {
        let reason = key.key.as_ref().err()?;
        Some(format!("  key {} {} cannot be used: {reason}", key.id, quoted(&key.label)))
    };
    let mut effects: Vec<Effect> = keys.iter().filter_map(unusable).map(Effect::plain).collect();
    let keys: Vec<TokenKey> = keys.into_iter().filter(|key| key.key.is_ok()).collect();
    if !keys.is_empty() {
        return Found::Stay(TokenKeyWay::Key { pick, keys, login }, effects);
    }
    if is_hiding(&pick, login) {
        return Found::Stay(TokenKeyWay::Hidden { pick }, effects);
    }
    effects.push(Effect::refused(format!(
        "The token {} holds no P-256, Ed25519 or RSA key. Generate one on it (ceremony-tui tokens), or choose another \
         token.",
        name_of(&pick.token)
    )));
    Found::Stay(at_tokens(pick.name), effects)
}

pub(super) fn with_pin(pick: &Pick, request: Request, login: Login) -> Effect {
    let need = || pin::need("root-keys.secret", &pick.name, &pick.token);
    let secrets = (login == Login::Secret).then(need).into_iter().collect();
    Effect::Ask { host: pick.host.clone(), request, secrets }
}
