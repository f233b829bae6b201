//! Step 6: the holders sign, one after the other. Each signature is verified at once over the reviewed bytes.

use shared::names::KeyId;

use super::draft::{Draft, RootKey, Tried};
use super::event::{Effect, Event, Moment, Novelty, SecretNeed};
use super::names::DONE;
use super::pin;
use super::question::{Choice, Question};
use super::review::agreed::Agreed;
use super::root_keys::place;
use super::seen::name_of;
use super::sentence;
use super::step::Turn;
use crate::token::{Answer, AskError, HostKind, KeyLocator, Listing, Login, Refusal, Request, TokenId};

/// Where the step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    /// Who signs next?
    Choose,
    /// Is the token there, and how many tries does it have?
    Looking(String),
    /// The token or file signs.
    Signing(String),
    /// Fewer signatures than needed: is that meant?
    Incomplete,
}

impl Sign {
    pub(super) fn enter() -> (Sign, Vec<Effect>) {
        (Sign::Choose, Vec::new())
    }

    pub(super) fn question(&self, draft: &Draft) -> Option<Question> {
        match self {
            Sign::Choose => Some(choose_question(draft)),
            Sign::Looking(_) | Sign::Signing(_) => None,
            Sign::Incomplete => Some(
                Question::yes_or_no(
                    "sign.incomplete",
                    "Export with fewer signatures than needed",
                    "the others sign later; the service waits for them",
                    "go on signing",
                )
                .of_consent(),
            ),
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<Sign> {
        match (self, event) {
            (Sign::Choose, Event::Answer(answer)) if answer == DONE => finish(draft),
            (Sign::Choose, Event::Answer(name)) => {
                draft.signer = Some(name.clone());
                begin(draft, &name)
            }
            (Sign::Looking(name), Event::Asked(Ok(Answer::Tokens(listing)))) => {
                looked(draft, &name, &listing)
            }
            (Sign::Signing(name), Event::Asked(Ok(Answer::Signature(sig)))) => {
                signed(draft, &name, sig, moment)
            }
            (Sign::Looking(name) | Sign::Signing(name), Event::Asked(Err(AskError::Interrupted))) => {
                let blinks = find(draft, &name).and_then(RootKey::wants_touch) == Some(true);
                let more = if blinks {
                    " The token may blink for some seconds before it can be asked again."
                } else {
                    ""
                };
                not_yet(&name, &format!("{}{more}", AskError::Interrupted))
            }
            (state @ (Sign::Looking(_) | Sign::Signing(_)), Event::Asked(Err(error))) => {
                state.failed(draft, &error)
            }
            (Sign::Signing(name), Event::SecretNotGiven(reason)) => not_yet(&name, &reason),
            (Sign::Incomplete, Event::Answer(answer)) if answer == "yes" => Turn::done(),
            (Sign::Incomplete, Event::Answer(_)) => Turn::stay(Sign::Choose, []),
            (state, _) => Turn::stay(state, []),
        }
    }

    /// The look or the signature has failed: what that tells of token and host is kept.
    fn failed(self, draft: &mut Draft, error: &AskError) -> Turn<Sign> {
        let is_look = matches!(self, Sign::Looking(_));
        let (Sign::Looking(name) | Sign::Signing(name)) = self else { return Turn::stay(self, []) };
        let root = find(draft, &name).cloned();
        if let Some(host) =
            root.as_ref().and_then(RootKey::reach).map(|reach| &reach.host).filter(|_| is_look)
        {
            draft.seen.miss(host, error);
        }
        if let Some(id) = root.as_ref().and_then(token_of) {
            draft.seen.hear(id, error);
        }
        refuse(draft, &name, &error.to_string())
    }

    /// The key that signs now.
    pub(super) fn signing<'a>(&self, draft: &'a Draft) -> Option<&'a RootKey> {
        match self {
            Sign::Signing(name) => find(draft, name),
            Sign::Choose | Sign::Looking(_) | Sign::Incomplete => None,
        }
    }

    /// Whether going back would throw signatures away.
    pub(super) fn holds_signatures(draft: &Draft) -> bool {
        draft.agreed.as_ref().is_some_and(|agreed| agreed.root().document().signatures().next().is_some())
    }
}

/// The hosts of the tokens that sign.
pub(super) fn watched(draft: &Draft) -> Vec<HostKind> {
    let mut hosts: Vec<HostKind> = Vec::new();
    for reach in draft.root_keys.iter().filter_map(RootKey::reach).filter(|reach| reach.on.is_some()) {
        if !hosts.contains(&reach.host) {
            hosts.push(reach.host.clone());
        }
    }
    hosts
}

/// The holder whose key is on this token and has not signed yet.
pub(super) fn waited_for<'a>(draft: &'a Draft, token: &TokenId) -> Option<&'a str> {
    let signed_by = signed_by(draft);
    let is_on_it = |root: &&RootKey| token_of(root) == Some(token) && !signed_by.contains(root.key.id());
    draft.root_keys.iter().find(is_on_it).map(|root| root.name.as_str())
}

/// The token that holds the key.
pub(super) fn token_of(root: &RootKey) -> Option<&TokenId> {
    match &root.reach()?.locator {
        KeyLocator::Token { token, .. } => Some(token),
        KeyLocator::File { .. } => None,
    }
}

/// The ids of the keys whose signatures verify. Each is verified again: ask once.
pub(super) fn signed_by(draft: &Draft) -> Vec<KeyId> {
    let tally = draft.agreed.as_ref().and_then(|agreed| agreed.tally().ok());
    tally.map(|tally| tally.valid).unwrap_or_default()
}

/// Everybody stays in the list: nobody's number becomes another one's after a signature.
fn choose_question(draft: &Draft) -> Question {
    let signed_by = signed_by(draft);
    let mut choices: Vec<Choice> = draft.root_keys.iter().map(|root| choice(root, &signed_by)).collect();
    choices.push(Choice::new(DONE, "nobody else signs now"));
    let signed = signed_by.len();
    let met = signed as u64 >= draft.threshold;
    let text = format!("Signed {signed} of {} needed. Who signs next, or done", draft.threshold);
    let mut open = choices.iter().filter(|choice| choice.closed.is_none());
    // Whoever tried last tries again; the next one's PIN is not theirs.
    let last = draft.signer.as_ref().and_then(|name| open.clone().find(|choice| choice.word == *name));
    let waiting = last.or_else(|| open.next()).filter(|_| !met);
    let default = waiting.map_or(DONE, |choice| choice.word.as_str()).to_owned();
    Question::choice("sign.key", text, choices).or(default)
}
fn choice(root: &RootKey, signed_by: &[KeyId]) -> Choice {
    let (name, place) = (root.name.as_str(), place(root));
    if signed_by.contains(root.key.id()) {
        let sentences = format!("{name} has signed already. Choose somebody who has not, or done.");
        return Choice::new(name, format!("{place}; signed")).closed(sentences);
    }
    if root.reach().is_none() {
        let sentences = format!(
            "{name} was named as absent, so nobody signs with that key here. If {name} has come: take the key off the \
             list of root keys and add it by token or file, before anybody signs. Otherwise choose somebody who is here."
        );
        return Choice::new(name, place).closed(sentences);
    }
    Choice::new(name, place)
}

fn find<'a>(draft: &'a Draft, name: &str) -> Option<&'a RootKey> {
    draft.root_keys.iter().find(|root| root.name == name)
}

fn begin(draft: &Draft, name: &str) -> Turn<Sign> {
    let Some((root, reach)) = find(draft, name).and_then(|root| Some((root, root.reach()?))) else {
        return Turn::stay(Sign::Choose, []);
    };
    match &reach.locator {
        KeyLocator::File { path } => {
            let need = SecretNeed {
                id: "sign.secret",
                labels: vec![root.name.clone()],
                what: format!("Passphrase of {path}"),
                novelty: Novelty::Known,
                tries: None,
            };
            ask_to_sign(draft, root, vec![need])
        }
        KeyLocator::Token { .. } => {
            let effect =
                Effect::Ask { host: reach.host.clone(), request: Request::Tokens, secrets: Vec::new() };
            Turn::stay(Sign::Looking(name.to_owned()), [effect])
        }
    }
}

/// The token's own word about its PIN, fresh, before a try is spent.
fn looked(draft: &mut Draft, name: &str, listing: &Listing) -> Turn<Sign> {
    let Some(root) = find(draft, name).cloned() else { return Turn::stay(Sign::Choose, []) };
    let (Some(reach), Some(wanted)) = (root.reach(), token_of(&root)) else {
        return Turn::stay(Sign::Choose, []);
    };
    // Whoever looks at the screen later sees what was seen now.
    draft.seen.take(reach.host.clone(), Ok(listing.clone()));
    let token = match listing.the_one(wanted) {
        Ok(only) => only,
        Err(Refusal::NoSuchToken { .. }) => return not_here(draft, &root, listing),
        Err(refusal) => return refuse(draft, name, &refusal.to_string()),
    };
    if let Err(sentences) = pin::check(token) {
        return refuse(draft, name, &sentences);
    }
    let need = (reach.login == Login::Secret).then(|| pin::need("sign.secret", name, token));
    ask_to_sign(draft, &root, need.into_iter().collect())
}

/// The token is not there, or cannot be used: what is there instead is named, so that nobody has to guess which one to
/// take out.
fn not_here(draft: &mut Draft, root: &RootKey, listing: &Listing) -> Turn<Sign> {
    let name = &root.name;
    let wanted = root.on().map(|on| name_of(&on.token));
    let wanted = wanted.unwrap_or_default();
    let others: Vec<String> = listing.tokens.iter().map(name_of).collect();
    let unusable = listing.unusable.iter().map(|what| format!(" {}", what.sentence()));
    let unusable: String = unusable.collect();
    let held = root.on().and_then(|on| draft.seen.why_held(&on.token));
    let text = match (held, others.as_slice()) {
        (Some(why), _) => format!("{name} has not signed. {why}"),
        (None, []) => format!(
            "{name} has not signed. The token {wanted} is not there; insert it and choose {name} again.{unusable}"
        ),
        (None, others) => format!(
            "{name} has not signed. The token {wanted} is not there; insert it and choose {name} again. Here is: {}.\
             {unusable}",
            others.join(", ")
        ),
    };
    draft.tried.push((name.clone(), Tried::NotHere));
    Turn::stay(Sign::Choose, [Effect::refused(text)])
}

/// Nobody refused anything: it was cancelled, and the holder is still waited for.
fn not_yet(name: &str, why: &str) -> Turn<Sign> {
    Turn::stay(Sign::Choose, [Effect::warning(format!("{name} has not signed. {why}"))])
}

/// There is no signature; the board and the people hear why.
fn refuse(draft: &mut Draft, name: &str, why: &str) -> Turn<Sign> {
    draft.tried.push((name.to_owned(), Tried::Refused(why.to_owned())));
    Turn::stay(Sign::Choose, [Effect::refused(format!("{name} has not signed. {why}"))])
}

fn ask_to_sign(draft: &Draft, root: &RootKey, secrets: Vec<SecretNeed>) -> Turn<Sign> {
    let (Some(agreed), Some(reach)) = (&draft.agreed, root.reach()) else {
        return Turn::stay(Sign::Choose, []);
    };
    let request = Request::Sign {
        key: reach.locator.clone(),
        message: agreed.signing_bytes().to_vec(),
        login: reach.login,
    };
    let effect = Effect::Ask { host: reach.host.clone(), request, secrets };
    Turn::stay(Sign::Signing(root.name.clone()), [effect])
}

fn signed(draft: &mut Draft, name: &str, sig: Vec<u8>, moment: Moment) -> Turn<Sign> {
    let Some(keyid) = find(draft, name).map(|root| root.key.id().clone()) else {
        return Turn::stay(Sign::Choose, []);
    };
    let Some(agreed) = &mut draft.agreed else { return Turn::stay(Sign::Choose, []) };
    if agreed.add_verified(&keyid, sig).is_err() {
        let why = "The signature that came back does not verify over the reviewed bytes, so it was thrown away. Try \
                   again, or use another key.";
        return refuse(draft, name, why);
    }
    draft.tried.push((name.to_owned(), Tried::Signed(moment.now)));
    let said = Effect::plain(format!("{name}: signed and verified over the reviewed bytes."));
    let signed_by = signed_by(draft);
    let waits = |root: &RootKey| root.reach().is_some() && !signed_by.contains(root.key.id());
    if draft.root_keys.iter().any(waits) {
        return Turn::stay(Sign::Choose, [said]);
    }
    // Everybody who is here has signed; those who are not may be needed.
    let mut turn = finish(draft);
    turn.effects.insert(0, said);
    turn
}

fn finish(draft: &Draft) -> Turn<Sign> {
    let Some(tally) = draft.agreed.as_ref().map(Agreed::tally).and_then(Result::ok) else {
        return Turn::stay(Sign::Choose, []);
    };
    if tally.is_met() {
        return Turn::done();
    }
    if tally.valid.is_empty() {
        let text = "Nobody has signed, and a root without a signature proves nothing. At least one holder must sign.";
        return Turn::stay(Sign::Choose, [Effect::refused(text)]);
    }
    let text = format!(
        "{} missing. The service takes the document and waits for them, and nothing is published \
         before they are there.",
        sentence::count(u64::from(tally.missing()), "signature")
    );
    Turn::stay(Sign::Incomplete, [Effect::warning(text)])
}
