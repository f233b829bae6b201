//! The picture of step 1: what was found.

use crate::machine::draft::Draft;
use crate::machine::finding::Finding;
use crate::machine::preflight::Preflight;

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreflightBoard {
    /// Nothing while the machine is being looked at.
    pub findings: Vec<FindingView>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// Its name.
    pub id: &'static str,
    /// What was seen.
    pub seen: String,
    /// Whether that is as it should be.
    pub verdict: Verdict,
}

/// Whether a finding is as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Fine,
    /// It is not, and this is the cure.
    Fix {
        /// What to do.
        cure: String,
    },
    /// It is not, and people go on in spite of it.
    Excepted {
        /// What to do, all the same.
        cure: String,
        /// Why they go on.
        reason: String,
    },
}

impl PreflightBoard {
    pub(super) fn of(state: &Preflight, draft: &Draft) -> PreflightBoard {
        if *state == Preflight::Looking {
            return PreflightBoard { findings: Vec::new() };
        }
        let view = |finding: &Finding| FindingView {
            id: finding.id,
            seen: finding.seen.clone(),
            verdict: verdict(draft, finding.id, finding.cure.clone()),
        };
        PreflightBoard { findings: draft.findings.iter().map(view).collect() }
    }
}

fn verdict(draft: &Draft, id: &str, cure: Option<String>) -> Verdict {
    let about = format!("preflight.{id}");
    let excepted = draft.exceptions.iter().find(|exception| exception.about == about);
    match (cure, excepted) {
        (None, _) => Verdict::Fine,
        (Some(cure), None) => Verdict::Fix { cure },
        (Some(cure), Some(exception)) => Verdict::Excepted { cure, reason: exception.reason.clone() },
    }
}
