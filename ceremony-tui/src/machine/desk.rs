//! The desk where tokens are looked at and prepared: a list of all of them, one that was chosen, and what is done to it.
//!
//! Looking changes nothing. What changes a token is shown first, with what it costs, and is done after a "yes" to that
//! ([`token::Doing::Ready`]); the token is looked at once more before its PIN is asked, and nothing is ever tried again by
//! itself.

mod attest;
mod export;
mod job;
mod known;
mod new_key;
mod secret;
mod token;

use super::Touch;
use super::board::desk::{DeskBoard, Part};
use super::choose_token::{self, AGAIN, Look, MODULE, module_question, token_question};
use super::draft::Draft;
use super::event::{Effect, Event, Moment};
use super::facts::Facts;
use super::finding::notes;
use super::names::DONE;
use super::question::{Choice, Question};
use super::sentence::count;
use crate::token::HostKind;

use known::name_of;
use token::{AtToken, Went};

/// Where the desk stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) struct Desk {
    at: At,
}

#[derive(Debug, Clone, PartialEq)]
enum At {
    /// The machine under us is looked at, for its PKCS#11 modules.
    Machine,
    /// Hosts have not said yet what they show.
    Looking(Look),
    /// Which token, after this look?
    List(Look),
    /// Which other PKCS#11 module is looked at?
    Module,
    /// One token.
    Token(Box<AtToken>),
}

impl At {
    /// The list, after a look that meant no token in particular.
    fn list() -> At {
        At::List(Look::default())
    }
}

/// How a visit goes on.
#[derive(Debug)]
pub(in crate::machine) enum Visit {
    /// At the desk.
    Stay(Desk, Vec<Effect>),
    /// Nobody wants anything more of it.
    Over(Vec<Effect>),
}

/// The pictures of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    List,
    /// A token that is being read.
    Reading,
    Token,
    /// What is answered step by step, and shown as a whole before it is done.
    Plan,
    Ready,
    Attested,
}

impl Desk {
    /// In a flow of its own: which modules this machine has is looked for first.
    pub(in crate::machine) fn begin() -> (Desk, Vec<Effect>) {
        (Desk { at: At::Machine }, vec![Effect::LookAtMachine])
    }

    /// Where it is known already which modules this machine has.
    pub(in crate::machine) fn enter(draft: &mut Draft) -> (Desk, Vec<Effect>) {
        draft.lookout.open();
        looking_at(Look::around(draft))
    }

    /// The touch that a token waits for.
    pub(in crate::machine) fn touch(&self) -> Option<Touch> {
        match &self.at {
            At::Token(at) => at.touch(),
            At::Machine | At::Looking(_) | At::List(_) | At::Module => None,
        }
    }

    /// What is asked now.
    pub(in crate::machine) fn question(&self, draft: &Draft) -> Option<Question> {
        match &self.at {
            At::Machine | At::Looking(_) => None,
            At::List(look) => {
                let done = Choice::new(DONE, "nothing more is done to tokens");
                Some(token_question("tokens.token", draft, look, vec![done]))
            }
            At::Module => Some(module_question("tokens.module", draft)),
            At::Token(at) => at.question(draft),
        }
    }

    /// Takes an event in.
    pub(in crate::machine) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Visit {
        let before = (self.page(), self.board(draft));
        match self.step(draft, event, moment) {
            Visit::Stay(desk, effects) => desk.shown(draft, &before, effects),
            over @ Visit::Over(_) => over,
        }
    }

    /// One question back; nothing where that leaves the list.
    pub(in crate::machine) fn back(self, draft: &Draft) -> Option<(Desk, Vec<Effect>)> {
        let before = (self.page(), self.board(draft));
        let at = match self.at {
            At::Machine | At::Looking(_) | At::List(_) => return None,
            At::Module => At::list(),
            At::Token(at) => at.back().map_or_else(At::list, |at| At::Token(Box::new(at))),
        };
        match (Desk { at }).shown(draft, &before, Vec::new()) {
            Visit::Stay(desk, effects) => Some((desk, effects)),
            Visit::Over(_) => None,
        }
    }

    /// Those who have lines hear what a picture shows, when it is another one and somebody is asked.
    fn shown(self, draft: &Draft, before: &(Page, DeskBoard), mut effects: Vec<Effect>) -> Visit {
        let now = (self.page(), self.board(draft));
        let is_new = match now.0 {
            Page::Reading | Page::Plan => false,
            Page::Ready | Page::Attested => before.0 != now.0,
            Page::List | Page::Token => *before != now,
        };
        if is_new && self.question(draft).is_some() {
            effects.extend(now.1.notes());
        }
        Visit::Stay(self, effects)
    }

    fn step(self, draft: &mut Draft, event: Event, moment: Moment) -> Visit {
        match (self.at, event) {
            (At::Machine, Event::LookedAtMachine(facts)) => {
                draft.lookout.survey(&facts.modules, &draft.options.modules);
                let (desk, effects) = Desk::enter(draft);
                Visit::Stay(desk, network(&facts).into_iter().chain(notes(&facts)).chain(effects).collect())
            }
            (At::Looking(mut look), Event::TokensSeen(host, sight)) => {
                let effects = look.take(draft, &host, &sight);
                Visit::Stay(looking_at((look, Vec::new())).0, effects)
            }
            (At::List(_), Event::Answer(answer)) => chosen(draft, &answer),
            (At::Module, Event::Answer(text)) => module_named(draft, &text),
            (At::Token(at), event) => match at.update(draft, event, moment) {
                Went::On(at, effects) => Visit::Stay(Desk { at: At::Token(at) }, effects),
                Went::ToList(effects) => Visit::Stay(Desk { at: At::list() }, effects),
            },
            (at, _) => Visit::Stay(Desk { at }, Vec::new()),
        }
    }

    fn page(&self) -> Page {
        match &self.at {
            At::Machine | At::Looking(_) | At::List(_) | At::Module => Page::List,
            At::Token(at) => at.page(),
        }
    }

    /// The picture.
    pub(in crate::machine) fn board(&self, draft: &Draft) -> DeskBoard {
        match &self.at {
            At::Machine => looking(draft, &[]),
            At::Looking(look) => looking(draft, look.waiting()),
            At::List(_) | At::Module => list_board(draft),
            At::Token(at) => at.board(),
        }
    }
}

/// The picture of the end: what was done.
pub(in crate::machine) fn end_board(draft: &Draft) -> DeskBoard {
    let mut parts: Vec<Part> = draft.done_to_tokens.iter().map(Part::line).collect();
    if parts.is_empty() {
        parts.push(Part::line("Nothing was changed on any token."));
    }
    parts.push(Part::Gap);
    parts.push(Part::line(
        "Take the tokens out. Each holder keeps their own, and its PIN and PUK apart from it.",
    ));
    DeskBoard { heading: "What was done".to_owned(), aside: String::new(), parts }
}

fn chosen(draft: &mut Draft, answer: &str) -> Visit {
    let (desk, effects) = match answer {
        DONE => return Visit::Over(end_board(draft).notes()),
        MODULE => (Desk { at: At::Module }, Vec::new()),
        AGAIN => Desk::enter(draft),
        word => match choose_token::find(draft, word) {
            Ok((host, token)) => {
                let (at, effects) = AtToken::enter(host, token);
                (Desk { at: At::Token(Box::new(at)) }, effects)
            }
            Err(sentences) => (Desk { at: At::list() }, vec![Effect::refused(sentences)]),
        },
    };
    Visit::Stay(desk, effects)
}

/// Nothing is asked before all hosts have answered.
fn looking_at((look, effects): (Look, Vec<Effect>)) -> (Desk, Vec<Effect>) {
    let at = if look.waiting().is_empty() { At::List(look) } else { At::Looking(look) };
    (Desk { at }, effects)
}

fn module_named(draft: &mut Draft, text: &str) -> Visit {
    match choose_token::name_module(draft, text) {
        Ok(look) => {
            let (desk, effects) = looking_at(look);
            Visit::Stay(desk, effects)
        }
        Err(sentences) => Visit::Stay(Desk { at: At::Module }, vec![Effect::refused(sentences)]),
    }
}

/// PINs are typed here, so people hear what this machine is not fit for.
fn network(facts: &Facts) -> Option<Effect> {
    let interfaces = Some(facts.interfaces_up.join(", ")).filter(|names| !names.is_empty())?;
    Some(Effect::warning(format!(
        "This machine has a network ({interfaces}). Prepare tokens on the machine of the ceremony, which has none."
    )))
}

fn looking(draft: &Draft, waiting: &[HostKind]) -> DeskBoard {
    let names = waiting.iter().map(|host| Part::named("looking at", draft.lookout.name_of(host)));
    DeskBoard { heading: "Tokens".to_owned(), aside: String::new(), parts: names.collect() }
}

fn list_board(draft: &Draft) -> DeskBoard {
    let tokens = draft.seen.tokens();
    let mut parts: Vec<Part> =
        tokens.iter().map(|(_, token)| Part::named(name_of(token), known::short(token))).collect();
    if parts.is_empty() {
        parts.push(Part::line("No token is seen. Plug one in and look again."));
    }
    let unusable = draft.seen.unusable();
    parts.extend(unusable.map(|found| Part::warning(found.sentence())));
    let troubles = draft.seen.troubles();
    parts
        .extend(troubles.map(|(host, why)| Part::warning(format!("{}: {why}", draft.lookout.name_of(host)))));
    let here = count(tokens.len() as u64, "token");
    DeskBoard { heading: "Tokens".to_owned(), aside: format!("{here} here"), parts }
}
