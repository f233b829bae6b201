//! `cargo xtask layers`: fails when a part knows what it may not know.
//!
//! The rules are data in [`rules`]. A rule looks either at a dependency tree, as cargo prints it, or at the
//! paths that source files name outside tests. `tests/layers` holds a small tree for every rule that breaks it.

mod lexer;
mod mentions;
pub(crate) mod rules;
mod sources;
mod tests_removed;
mod tree;
mod use_tree;

use anyhow::{Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::checkout::Checkout;
use rules::{Check, RULES};

/// Options of `layers`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Check another source tree; rules about parts that it does not have are left out
    #[arg(long)]
    root: Option<PathBuf>,
    /// Print the names of the rules and end
    #[arg(long)]
    list: bool,
}

/// Where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    rule: &'static str,
    reason: &'static str,
    place: String,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, reason, place, what } = self;
        write!(f, "{rule}: {place}: {what}\n    {reason}")
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        RULES.iter().for_each(|rule| println!("{}", rule.name));
        return Ok(());
    }
    let report = match &options.root {
        Some(root) => check(root)?,
        None => check(Checkout::find()?.root())?,
    };
    report.violations.iter().for_each(|violation| println!("{violation}"));
    if !report.violations.is_empty() {
        bail!("{} layer violations. Move the code to the layer that may know this.", report.violations.len());
    }
    if options.root.is_none() && !report.idle.is_empty() {
        bail!("these layer rules guard nothing, so a folder was renamed: {}", report.idle.join(", "));
    }
    if options.root.is_none() && !report.without_files.is_empty() {
        bail!("no source file lies where these layer rules look: {}", report.without_files.join(", "));
    }
    report.excused.iter().for_each(|excuse| println!("layers: excused: {excuse}"));
    println!("layers: {} rules hold in {} source files", RULES.len() - report.idle.len(), report.files);
    Ok(())
}

#[derive(Default)]
struct Report {
    violations: Vec<Violation>,
    /// Rules that found nothing to look at.
    idle: Vec<&'static str>,
    /// Areas of rules in which no file lies.
    without_files: Vec<String>,
    /// What the rules' exceptions covered.
    excused: Vec<String>,
    files: usize,
}

fn check(root: &Path) -> Result<Report> {
    let files = sources::read_all(root)?;
    let mut report = Report { files: files.len(), ..Report::default() };
    for rule in RULES {
        let looked_at = match &rule.check {
            Check::Crates(crates) if !tree::applies(root, crates) => 0,
            Check::Crates(crates) => {
                let findings = tree::examine(root, rule, crates)?;
                report.violations.extend(findings.violations);
                report.excused.extend(findings.excused);
                1
            }
            Check::Sources(sources) => {
                let (broken, guarded) = sources::broken(&files, rule, sources);
                report.violations.extend(broken);
                let empty = sources::without_files(&files, sources).into_iter();
                report.without_files.extend(empty.map(|area| format!("{} ({})", area, rule.name)));
                guarded
            }
        };
        if looked_at == 0 {
            report.idle.push(rule.name);
        }
    }
    Ok(report)
}
