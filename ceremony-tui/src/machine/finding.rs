//! What the preflight found.

use super::event::Effect;
use super::facts::Facts;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) seen: String,
    /// What to do about it; nothing where it is as it should be.
    pub(super) cure: Option<String>,
}

impl Finding {
    pub(super) fn fine(id: &'static str, seen: impl Into<String>) -> Finding {
        Finding { id, seen: seen.into(), cure: None }
    }

    pub(super) fn fix(id: &'static str, seen: impl Into<String>, cure: impl Into<String>) -> Finding {
        Finding { id, seen: seen.into(), cure: Some(cure.into()) }
    }

    pub(super) fn line(&self) -> Effect {
        let Finding { id, seen, cure } = self;
        let said = match cure {
            None => Effect::plain(format!("ok   {id}: {seen}")),
            Some(cure) => Effect::warning(format!("fix  {id}: {seen} {cure}")),
        };
        said.pictured()
    }
}

/// What was set around the program. No finding that takes a reason: whoever set it on purpose goes on.
pub(super) fn notes(facts: &Facts) -> impl Iterator<Item = Effect> {
    variables(facts).into_iter().chain(passed_over(facts))
}

fn variables(facts: &Facts) -> Option<Effect> {
    let names = facts.variables.join(", ");
    let is = if facts.variables.len() == 1 { "is" } else { "are" };
    (!facts.variables.is_empty()).then(|| {
        let text = format!(
            "note environment: {names} {is} set, which may lead PINs or libraries elsewhere. Unless that is on \
             purpose, end the program, unset it and start again."
        );
        Effect::warning(text)
    })
}

/// Somebody else's word about which libraries root loads.
fn passed_over(facts: &Facts) -> Option<Effect> {
    let paths = facts.passed_over.join(", ");
    (!facts.passed_over.is_empty()).then(|| {
        let text = format!(
            "note modules: root runs this program, so no module that a user's configuration names is loaded ({paths}). \
             Start it as that user, or name the module itself."
        );
        Effect::warning(text)
    })
}
