//! Step 1: findings, each with its cure or the reason for going on.

use crate::machine::{FindingView, PreflightBoard, Verdict};

use super::{Ink, Page};

pub(super) fn page(board: &PreflightBoard, width: usize) -> Page {
    let mut page = Page::new("Is this machine fit to see keys?", width).with_aside(&state(board));
    for finding in &board.findings {
        add(&mut page, finding);
    }
    page
}

fn state(board: &PreflightBoard) -> String {
    let open = board.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Fix { .. })).count();
    match (board.findings.is_empty(), open) {
        (true, _) => String::new(),
        (false, 0) => "nothing to fix".to_owned(),
        (false, open) => format!("{open} to fix"),
    }
}

fn add(page: &mut Page, finding: &FindingView) {
    let (word, ink) = match &finding.verdict {
        Verdict::Fine => ("ok", Ink::Good),
        Verdict::Fix { .. } => ("fix", Ink::Wrong),
        Verdict::Excepted { .. } => ("excepted", Ink::Caution),
    };
    let label = format!("{word:<9} {:<11} ", finding.id);
    page.labelled(ink, &label, Ink::Plain, &finding.seen);
    let below = |page: &mut Page, what: &str, text: &str| {
        page.labelled(Ink::Plain, &" ".repeat(label.len()), Ink::Strong, &format!("{what}: {text}"));
    };
    match &finding.verdict {
        Verdict::Fine => {}
        Verdict::Fix { cure } => below(page, "Cure", cure),
        Verdict::Excepted { reason, .. } => below(page, "Reason", reason),
    }
}
