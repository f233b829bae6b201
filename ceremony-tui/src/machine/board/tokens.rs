//! The tokens that are here now, and why others cannot be seen.

use crate::machine::draft::{Draft, holders_on};
use crate::machine::seen::name_of;
use crate::token::{PinState, TokenInfo, TokenKind, Unusable};

/// What every host that is looked at shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens.
    pub tokens: Vec<SeenToken>,
    /// What is there and is no token for us.
    pub unusable: Vec<Unusable>,
    /// The hosts that could not be asked.
    pub troubles: Vec<Trouble>,
    /// The hosts that have not said anything yet.
    pub waiting: Vec<String>,
}

/// A token that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenToken {
    /// What people call it.
    pub name: String,
    /// Its maker and model, where its name does not say them.
    pub model: Option<String>,
    /// What it says about its PIN, where that is not as usual.
    pub pin: Option<String>,
    /// Whose key lies on it.
    pub used_by: Vec<String>,
    /// Whether two tokens say that they are this one.
    pub is_twice: bool,
}

/// A host that could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What people call it.
    pub host: String,
    /// What happened, and what to do.
    pub why: String,
}

impl Tokens {
    /// Nothing before somebody has wanted a token.
    pub(super) fn of(draft: &Draft) -> Option<Tokens> {
        let Draft { lookout, seen, .. } = draft;
        let waiting = lookout.hosts().into_iter().filter(|host| !seen.has_looked_at(host));
        let trouble = |(host, why): (_, &str)| Trouble { host: lookout.name_of(host), why: why.to_owned() };
        lookout.is_open().then(|| Tokens {
            tokens: seen.tokens().into_iter().map(|(_, token)| of_token(draft, token)).collect(),
            unusable: seen.unusable().cloned().collect(),
            troubles: seen.troubles().map(trouble).collect(),
            waiting: waiting.map(|host| lookout.name_of(&host)).collect(),
        })
    }
}

fn of_token(draft: &Draft, token: &TokenInfo) -> SeenToken {
    let model = format!("{} {}", token.manufacturer, token.model);
    SeenToken {
        name: name_of(token),
        model: (token.kind != TokenKind::YubiKey).then_some(model),
        pin: match token.pin {
            PinState::Fine => None,
            PinState::Low => Some("a wrong PIN was given before".to_owned()),
            PinState::Left(tries) => Some(format!("{tries} PIN tries left")),
            PinState::FinalTry => Some("LAST PIN TRY".to_owned()),
            PinState::Locked => Some("PIN LOCKED".to_owned()),
        },
        used_by: holders_on(draft, &token.id),
        is_twice: draft.seen.is_twice(&token.id),
    }
}
