//! A root key on a token: which token of all that are here, which key, and a proof that the token signs.

mod ask;
mod fresh;
mod keys;
mod proof;

use shared::attestation::{AttestedUse, UsedDevice};
use shared::key::Key;
use shared::time::UnixTime;

use super::{Found, admit};
use crate::machine::attestation;
use crate::machine::choose_token::{self, AGAIN, Look, MODULE, module_question, token_question};
use crate::machine::draft::{Draft, Held, OnToken, Possession, Reach, RootKey};
use crate::machine::event::{Effect, Event, Moment};
use crate::machine::provenance::{self, Provenance};
use crate::machine::question::Question;
use crate::machine::{pin, policy};
use crate::token::{
    Answer, AskError, Attestation, HostKind, KeyLocator, Login, Refusal, Request, Sight, TokenInfo, TokenKey,
};

use ask::{LOGIN, find_key, key_question};
use fresh::{Then, look_again, looked};
use keys::{keys_listed, list_keys};
use proof::{proof_question, proved};

/// How far the token is. What fails leads back to the last question; a PIN is never tried again by itself.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) enum TokenKeyWay {
    Token {
        name: String,
        look: Look,
    },
    Module {
        name: String,
    },
    /// The token tells about its PIN, before that is asked.
    Looking {
        pick: Pick,
        then: Then,
    },
    /// `shown` are the keys that it shows to everybody.
    ListingKeys {
        pick: Pick,
        login: Login,
        shown: Vec<TokenKey>,
    },
    Hidden {
        pick: Pick,
    },
    Key {
        pick: Pick,
        keys: Vec<TokenKey>,
        login: Login,
    },
    Attesting {
        pick: Pick,
        root: RootKey,
    },
    Proof {
        pick: Pick,
        root: RootKey,
    },
    Proving {
        pick: Pick,
        root: RootKey,
        time: UnixTime,
    },
}

/// The token that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) struct Pick {
    name: String,
    host: HostKind,
    token: TokenInfo,
}

type Next = Found<TokenKeyWay>;

impl TokenKeyWay {
    /// Begins to look at all hosts.
    pub(super) fn enter(draft: &mut Draft, name: String) -> (TokenKeyWay, Vec<Effect>) {
        draft.lookout.open();
        let (look, effects) = Look::around(draft);
        (TokenKeyWay::Token { name, look }, effects)
    }

    /// Whose key it is.
    pub(super) fn name(&self) -> &str {
        match self {
            TokenKeyWay::Token { name, .. } | TokenKeyWay::Module { name } => name,
            other => other.pick().map_or("", |pick| &pick.name),
        }
    }

    /// The key that proves itself now.
    pub(in crate::machine) fn proving(&self) -> Option<&RootKey> {
        match self {
            TokenKeyWay::Proving { root, .. } => Some(root),
            _ => None,
        }
    }

    /// Whether one of all tokens is chosen now.
    pub(in crate::machine) fn chooses_token(&self) -> bool {
        matches!(self, TokenKeyWay::Token { .. })
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match self {
            TokenKeyWay::Token { look, .. } => {
                Some(token_question("root-keys.token", draft, look, Vec::new()))
            }
            TokenKeyWay::Module { .. } => Some(module_question("root-keys.module", draft)),
            TokenKeyWay::Hidden { .. } => {
                let text = "The token shows no key for a root without its PIN. Log in and look again";
                Some(
                    Question::yes_or_no("root-keys.login", text, "ask for the PIN", "choose another token")
                        .or("yes"),
                )
            }
            TokenKeyWay::Key { pick, keys, login } => Some(key_question(pick, keys, *login)),
            TokenKeyWay::Proof { pick, root } => Some(proof_question(&pick.token, root)),
            TokenKeyWay::Looking { .. }
            | TokenKeyWay::ListingKeys { .. }
            | TokenKeyWay::Attesting { .. }
            | TokenKeyWay::Proving { .. } => None,
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Next {
        match (self, event) {
            (TokenKeyWay::Token { name, look }, Event::TokensSeen(host, sight)) => {
                seen(draft, name, look, &host, &sight)
            }
            (TokenKeyWay::Token { name, .. }, Event::Answer(answer)) => token_chosen(draft, name, &answer),
            (TokenKeyWay::Module { name }, Event::Answer(text)) => module_named(draft, name, &text),
            (TokenKeyWay::Looking { pick, then }, Event::Asked(Ok(Answer::Tokens(listing)))) => {
                looked(draft, pick, then, listing, moment.now)
            }
            (TokenKeyWay::ListingKeys { pick, login, .. }, Event::Asked(Ok(Answer::Keys(keys)))) => {
                keys_listed(pick, login, keys)
            }
            (TokenKeyWay::Hidden { pick }, Event::Answer(answer)) if answer == "yes" => {
                look_again(pick, Then::List { shown: Vec::new() })
            }
            (TokenKeyWay::Hidden { pick }, Event::Answer(_)) => Found::Stay(at_tokens(pick.name), Vec::new()),
            (TokenKeyWay::Key { pick, keys, .. }, Event::Answer(answer)) if answer == LOGIN => {
                look_again(pick, Then::List { shown: keys })
            }
            (TokenKeyWay::Key { pick, keys, .. }, Event::Answer(answer)) => {
                key_chosen(draft, pick, &keys, &answer)
            }
            (TokenKeyWay::Attesting { pick, root }, Event::Asked(Ok(Answer::Attestation(answer)))) => {
                attested(draft, pick, root, Ok(answer), moment.now)
            }
            (TokenKeyWay::Attesting { pick, root }, Event::Asked(Err(AskError::Refused(refusal)))) => {
                attested(draft, pick, root, Err(refusal), moment.now)
            }
            (TokenKeyWay::Proof { pick, root }, Event::Answer(answer)) if answer == "no" => {
                match attestation::check_without_proof(draft) {
                    Ok(()) => Found::Key(Box::new(root)),
                    Err(sentences) => refused_at(TokenKeyWay::Proof { pick, root }, sentences),
                }
            }
            (TokenKeyWay::Proof { pick, root }, Event::Answer(_)) => {
                look_again(pick, Then::Prove(Box::new(root)))
            }
            (TokenKeyWay::Proving { root, time, .. }, Event::Asked(Ok(Answer::Signature(proof)))) => {
                proved(root, time, proof)
            }
            (state, Event::Asked(Err(error))) => {
                if let TokenKeyWay::Looking { pick, .. } = &state {
                    draft.seen.miss(&pick.host, &error);
                }
                if let Some(pick) = state.pick() {
                    draft.seen.hear(&pick.token.id, &error);
                }
                refused_at(state.last_question(), error.to_string())
            }
            (state, Event::SecretNotGiven(reason)) => refused_at(state.last_question(), reason),
            (state, _) => Found::Stay(state, Vec::new()),
        }
    }

    fn last_question(self) -> TokenKeyWay {
        match self {
            TokenKeyWay::ListingKeys { pick, login: Login::None, .. }
            | TokenKeyWay::Attesting { pick, .. } => at_tokens(pick.name),
            TokenKeyWay::ListingKeys { pick, shown, .. } => Then::List { shown }.question(pick),
            TokenKeyWay::Looking { pick, then } => then.question(pick),
            TokenKeyWay::Proving { pick, root, .. } => TokenKeyWay::Proof { pick, root },
            asking => asking,
        }
    }

    fn pick(&self) -> Option<&Pick> {
        match self {
            TokenKeyWay::Token { .. } | TokenKeyWay::Module { .. } => None,
            TokenKeyWay::Looking { pick, .. }
            | TokenKeyWay::ListingKeys { pick, .. }
            | TokenKeyWay::Hidden { pick }
            | TokenKeyWay::Key { pick, .. }
            | TokenKeyWay::Attesting { pick, .. }
            | TokenKeyWay::Proof { pick, .. }
            | TokenKeyWay::Proving { pick, .. } => Some(pick),
        }
    }
}

fn at_tokens(name: String) -> TokenKeyWay {
    TokenKeyWay::Token { name, look: Look::default() }
}

fn refused_at(state: TokenKeyWay, sentences: impl Into<String>) -> Next {
    Found::Stay(state, vec![Effect::refused(sentences)])
}

/// A host was looked at. Once all were, whoever reads lines hears what there is besides tokens.
fn seen(draft: &mut Draft, name: String, mut look: Look, host: &HostKind, sight: &Sight) -> Next {
    let was_waiting = !look.waiting().is_empty();
    let mut effects = look.take(draft, host, sight);
    if was_waiting && look.waiting().is_empty() {
        effects.extend(besides(draft));
    }
    Found::Stay(TokenKeyWay::Token { name, look }, effects)
}

fn besides(draft: &Draft) -> Vec<Effect> {
    let unusable = draft.seen.unusable();
    let mut lines: Vec<String> =
        unusable.map(|what| format!("  {} cannot be used: {}", what.place, what.reason)).collect();
    let name_of = |host| draft.lookout.name_of(host);
    lines.extend(draft.seen.troubles().map(|(host, why)| format!("  {}: {why}", name_of(host))));
    if draft.seen.tokens().is_empty() {
        lines.push("No token is here. Insert one and look again, or name its PKCS#11 module.".to_owned());
    }
    lines.into_iter().map(|line| Effect::plain(line).pictured()).collect()
}

fn token_chosen(draft: &mut Draft, name: String, answer: &str) -> Next {
    match answer {
        MODULE => Found::Stay(TokenKeyWay::Module { name }, Vec::new()),
        AGAIN => {
            let (look, effects) = Look::around(draft);
            Found::Stay(TokenKeyWay::Token { name, look }, effects)
        }
        word => match choose_token::find(draft, word) {
            Ok((host, token)) => list_keys(Pick { name, host, token }, Login::None, Vec::new()),
            Err(sentences) => refused_at(at_tokens(name), sentences),
        },
    }
}

fn module_named(draft: &mut Draft, name: String, text: &str) -> Next {
    match choose_token::name_module(draft, text) {
        Ok((look, effects)) => Found::Stay(TokenKeyWay::Token { name, look }, effects),
        Err(sentences) => refused_at(TokenKeyWay::Module { name }, sentences),
    }
}

fn key_chosen(draft: &Draft, pick: Pick, keys: &[TokenKey], answer: &str) -> Next {
    let Some((chosen, json)) = find_key(keys, answer) else {
        return Found::Refused("That key is not there any more. Try again.".to_owned());
    };
    let key = match Key::from_json(json) {
        Ok(key) => key,
        Err(error) => return Found::Refused(error.to_string()),
    };
    // Before the PIN: nobody should spend a try on a key that is refused anyway.
    let admitted = admit(draft, &pick.name, &key)
        .and_then(|()| attestation::voting_device(&pick.token))
        .and_then(|device| attestation::check_device(draft, &pick.name, device));
    if let Err(sentences) = admitted {
        return Found::Refused(sentences);
    }
    let TokenKey { id, policy, origin, mut warnings, .. } = chosen.clone();
    match policy::judge(&key, &pick.token, policy, origin) {
        Ok(more) => warnings.extend(more),
        Err(sentences) => return Found::Refused(sentences),
    }
    let token = pick.token.id.clone();
    let locator = KeyLocator::Token { token: token.clone(), key_id: id.clone(), key: json.clone() };
    let reach = Reach {
        host: pick.host.clone(),
        locator,
        login: pin::login_of(&pick.token),
        on: Some(OnToken { token: pick.token.clone(), policy, origin }),
    };
    let root = RootKey {
        name: pick.name.clone(),
        key,
        held: Held::Here(Box::new(reach)),
        possession: Possession::NotYet,
        proof: None,
        provenance: Provenance::Unchecked,
    };
    warnings.extend(attestation::unmatched_card(&pick.host, &pick.token));
    let mut effects: Vec<Effect> = warnings.into_iter().map(Effect::warning).collect();
    if !attestation::is_asked(&pick.token) {
        return with_provenance(draft, pick, root, effects);
    }
    let request = Request::Attestation { token, key_id: id };
    effects.push(Effect::Ask { host: pick.host.clone(), request, secrets: Vec::new() });
    Found::Stay(TokenKeyWay::Attesting { pick, root }, effects)
}

fn attested(
    draft: &Draft,
    pick: Pick,
    root: RootKey,
    answer: Result<Attestation, Refusal>,
    now: UnixTime,
) -> Next {
    let device = match attestation::shown_serial(&pick.token) {
        Ok(serial) => UsedDevice::Shows(serial),
        Err(sentences) => return Found::Refused(sentences),
    };
    let used = AttestedUse { key: &root.key, device };
    let provenance = provenance::judged(answer, used, &draft.options.attestation.anchors, now);
    with_provenance(draft, pick, RootKey { provenance, ..root }, Vec::new())
}

/// Where the key comes from is known: what is refused for that is refused before the PIN.
fn with_provenance(draft: &Draft, pick: Pick, root: RootKey, mut effects: Vec<Effect>) -> Next {
    if let Err(sentences) = attestation::admit(draft, &root) {
        return Found::Refused(sentences);
    }
    effects.extend(root.provenance.said(&root.name));
    Found::Stay(TokenKeyWay::Proof { pick, root }, effects)
}
