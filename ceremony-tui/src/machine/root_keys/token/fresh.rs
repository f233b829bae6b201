//! The token's own word about its PIN, fresh, before a try is spent.

use shared::time::UnixTime;

use super::keys::list_keys;
use super::proof::prove;
use super::{Next, Pick, TokenKeyWay, refused_at};
use crate::machine::draft::{Draft, RootKey};
use crate::machine::event::Effect;
use crate::machine::pin;
use crate::machine::root_keys::Found;
use crate::token::{Listing, Login, Request, TokenKey};

/// What the PIN is for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) enum Then {
    /// Listing the hidden keys too; these are shown without it.
    List { shown: Vec<TokenKey> },
    /// Proving that the token holds this key.
    Prove(Box<RootKey>),
}

impl Then {
    /// The question that it was the answer to.
    pub(super) fn question(self, pick: Pick) -> TokenKeyWay {
        match self {
            Then::List { shown } if shown.is_empty() => TokenKeyWay::Hidden { pick },
            Then::List { shown } => TokenKeyWay::Key { pick, keys: shown, login: Login::None },
            Then::Prove(root) => TokenKeyWay::Proof { pick, root: *root },
        }
    }
}

pub(super) fn look_again(pick: Pick, then: Then) -> Next {
    let effect = Effect::Ask { host: pick.host.clone(), request: Request::Tokens, secrets: Vec::new() };
    Found::Stay(TokenKeyWay::Looking { pick, then }, vec![effect])
}

pub(super) fn looked(draft: &mut Draft, pick: Pick, then: Then, listing: Listing, now: UnixTime) -> Next {
    let found = listing.the_one(&pick.token.id).cloned();
    draft.seen.take(pick.host.clone(), Ok(listing));
    let token = match found {
        Ok(token) => token,
        Err(refusal) => {
            let why = draft.seen.why_held(&pick.token).unwrap_or_else(|| refusal.to_string());
            return refused_at(then.question(pick), why);
        }
    };
    let pick = Pick { token, ..pick };
    match (pin::check(&pick.token), then) {
        // The keys that it shows to everybody can be taken all the same.
        (Err(sentences), then @ Then::List { .. }) => refused_at(then.question(pick), sentences),
        (Err(sentences), Then::Prove(_)) => Found::Refused(sentences),
        (Ok(()), Then::List { shown }) => {
            let login = pin::login_of(&pick.token);
            list_keys(pick, login, shown)
        }
        (Ok(()), Then::Prove(root)) => prove(pick, *root, now),
    }
}
