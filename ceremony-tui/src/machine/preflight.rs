//! Step 1: is this machine fit to see keys? Each finding is fine, or has a cure, or is excepted with a typed reason.

use shared::time::UnixTime;

use super::draft::{Draft, Exception};
use super::event::{Effect, Event, Moment};
use super::facts::{Dumps, Facts, User};
use super::finding::{Finding, notes};
use super::question::Question;
use super::step::{Outcome, Turn};

/// Where the step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Preflight {
    /// The facts are being read.
    Looking,
    /// Findings that are not fine, the first of which is asked about.
    Excepting(Vec<&'static str>),
    /// Everything is fine or excepted; the wall clock is compared.
    Clock(UnixTime),
}

impl Preflight {
    /// What was found before stays until it is compared: a reason holds as long as its finding is the same.
    pub(super) fn enter() -> (Preflight, Vec<Effect>) {
        (Preflight::Looking, vec![Effect::LookAtMachine])
    }

    pub(super) fn question(&self) -> Option<Question> {
        match self {
            Preflight::Looking => None,
            Preflight::Excepting(open) => {
                let id = open.first()?;
                let text = format!("Reason for going on in spite of \"{id}\", or again to look again");
                Some(Question::text(format!("preflight.except.{id}"), text).or("again").of_consent())
            }
            Preflight::Clock(now) => Some(
                Question::yes_or_no(
                    "preflight.clock",
                    format!("Does a clock on the wall say the same ({} UTC)?", minute(*now)),
                    "the clocks agree",
                    "they do not; look again when this one is set",
                )
                .of_consent(),
            ),
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<Preflight> {
        match (self, event) {
            (Preflight::Looking, Event::LookedAtMachine(facts)) => judge(draft, &facts, moment),
            (Preflight::Excepting(_), Event::Answer(answer)) if answer == "again" => look_again(),
            (Preflight::Excepting(mut open), Event::Answer(reason)) => {
                let Some(about) = open.first().map(|id| about(id)) else {
                    return look_again();
                };
                match Exception::new(about, reason) {
                    Ok(exception) => draft.exceptions.push(exception),
                    Err(text) => return Turn::stay(Preflight::Excepting(open), [Effect::refused(text)]),
                }
                open.remove(0);
                let next =
                    if open.is_empty() { Preflight::Clock(moment.now) } else { Preflight::Excepting(open) };
                Turn::stay(next, [])
            }
            (Preflight::Clock(_), Event::Ticked) => Turn::stay(Preflight::Clock(moment.now), []),
            (Preflight::Clock(_), Event::Answer(answer)) if answer == "yes" => Turn::done(),
            (Preflight::Clock(_), Event::Answer(_)) => {
                let mut turn = look_again();
                let text = "The clocks differ. Set this machine's clock (date -u -s), then look again.";
                turn.effects.insert(0, Effect::warning(text));
                turn
            }
            (state, _) => Turn::stay(state, []),
        }
    }
}

fn look_again() -> Turn<Preflight> {
    let (state, effects) = Preflight::enter();
    Turn { outcome: Outcome::Stay(state), effects }
}

fn judge(draft: &mut Draft, facts: &Facts, moment: Moment) -> Turn<Preflight> {
    draft.lookout.survey(&facts.modules, &draft.options.modules);
    let before =
        std::mem::replace(&mut draft.findings, findings(facts, draft.options.build_date, moment.now));
    forget_what_changed(draft, &before);
    let effects: Vec<Effect> = draft.findings.iter().map(Finding::line).chain(notes(facts)).collect();
    let wrong = draft.findings.iter().filter(|finding| finding.cure.is_some());
    let open: Vec<&str> = wrong.map(|finding| finding.id).filter(|id| !is_excepted(draft, id)).collect();
    let next = if open.is_empty() { Preflight::Clock(moment.now) } else { Preflight::Excepting(open) };
    Turn::stay(next, effects)
}

fn about(id: &str) -> String {
    format!("preflight.{id}")
}

fn is_excepted(draft: &Draft, id: &str) -> bool {
    draft.exceptions.iter().any(|exception| exception.about == about(id))
}

/// A typed reason was given for what was seen then, and for nothing else.
fn forget_what_changed(draft: &mut Draft, before: &[Finding]) {
    let stays = |finding: &&Finding| finding.cure.is_some() && before.contains(finding);
    let kept: Vec<String> = draft.findings.iter().filter(stays).map(|finding| about(finding.id)).collect();
    draft
        .exceptions
        .retain(|exception| !exception.about.starts_with("preflight.") || kept.contains(&exception.about));
}

/// A time as clocks on walls say it: `2026-11-21 14:03`.
fn minute(time: UnixTime) -> String {
    const MINUTE: usize = "2026-11-21T14:03".len();
    let time = time.to_string();
    time.get(..MINUTE).unwrap_or(&time).replace('T', " ")
}

fn findings(facts: &Facts, build_date: Option<UnixTime>, now: UnixTime) -> Vec<Finding> {
    vec![network(facts), swap(facts), dumps(facts), user(facts), clock(build_date, now)]
}

fn network(facts: &Facts) -> Finding {
    let id = "network";
    if facts.interfaces_up.is_empty() {
        return Finding::fine(id, "no network interface is up.");
    }
    let names = facts.interfaces_up.join(", ");
    let is = if facts.interfaces_up.len() == 1 { "is" } else { "are" };
    let down: Vec<String> =
        facts.interfaces_up.iter().map(|name| format!("ip link set {name} down")).collect();
    let cure = format!("Pull the cable, or take it down: {}", down.join("; "));
    Finding::fix(id, format!("{names} {is} up."), cure)
}

fn swap(facts: &Facts) -> Finding {
    let id = "swap";
    if facts.swap.is_empty() {
        return Finding::fine(id, "no swap is in use.");
    }
    let seen = format!("{} is in use; memory may end up on a disk.", facts.swap.join(", "));
    Finding::fix(id, seen, "Switch it off: swapoff -a.")
}

fn dumps(facts: &Facts) -> Finding {
    let id = "core-dumps";
    match facts.dumps {
        Dumps::Off => Finding::fine(id, "this program leaves no core dump and cannot be traced."),
        Dumps::Possible => {
            let seen = "this program could leave a core dump.";
            Finding::fix(id, seen, "Set ulimit -c 0 and start it again.")
        }
    }
}

fn user(facts: &Facts) -> Finding {
    let id = "user";
    match facts.user {
        User::Ordinary => Finding::fine(id, "this program does not run as root."),
        User::Root => {
            let seen = "this program runs as root, so a PKCS#11 module could change what it shows.";
            Finding::fix(id, seen, "Start it as an ordinary user.")
        }
    }
}

fn clock(build_date: Option<UnixTime>, now: UnixTime) -> Finding {
    let id = "clock";
    match build_date {
        Some(built) if now < built => {
            let seen = format!("it says {now}, before this program was built ({built}).");
            Finding::fix(id, seen, "Set it: date -u -s.")
        }
        Some(built) => Finding::fine(id, format!("it says {now}, after this program was built ({built}).")),
        None => {
            let seen =
                format!("it says {now}; this build does not say its own date, so nothing checks that.");
            Finding::fine(id, seen)
        }
    }
}
