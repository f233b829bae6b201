//! Reads the dependency tree of a package and compares it with a rule.

use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

use super::Violation;
use super::rules::{CrateRule, Exception, Rule};
use crate::{command, surroundings};

/// A crate in a tree, and the features that are on.
#[derive(Debug, PartialEq, Eq)]
struct TreeCrate {
    name: String,
    features: Vec<String>,
}

/// What of the tree breaks the rule, and what would but is excused.
#[derive(Default)]
pub(crate) struct Findings {
    /// What breaks the rule.
    pub(crate) violations: Vec<Violation>,
    /// What is excused, with the reason.
    pub(crate) excused: Vec<String>,
}

/// Compares the tree with the rule.
pub(crate) fn examine(root: &Path, rule: &Rule, crates: &CrateRule) -> Result<Findings> {
    let mut findings = Findings::default();
    for found in parse(&cargo_tree(root, crates.package)?)? {
        if crates.crates.contains(&found.name.as_str()) {
            findings.violations.push(violation(rule, crates.package, &found.name));
        }
        for feature in found.features.iter().filter(|feature| crates.features.contains(&feature.as_str())) {
            let what = format!("{} with feature {feature}", found.name);
            match crates.exceptions.iter().find(|exception| exception.name == found.name) {
                Some(Exception { reason, .. }) => findings.excused.push(format!("{what}: {reason}")),
                None => findings.violations.push(violation(rule, crates.package, &what)),
            }
        }
    }
    findings.violations.dedup();
    findings.excused.sort();
    findings.excused.dedup();
    Ok(findings)
}

/// Does this workspace have the package at all?
pub(crate) fn applies(root: &Path, crates: &CrateRule) -> bool {
    root.join(crates.package).join("Cargo.toml").is_file()
}

fn violation(rule: &Rule, package: &str, what: &str) -> Violation {
    Violation {
        rule: rule.name,
        reason: rule.reason,
        place: format!("cargo tree -p {package}"),
        what: what.to_owned(),
    }
}

fn cargo_tree(root: &Path, package: &str) -> Result<String> {
    let cargo = surroundings::variable("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.current_dir(root);
    tree.args([
        "tree",
        "--locked",
        "-e",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}|{f}",
        "-p",
        package,
    ]);
    command::output(&mut tree)
}

/// Lines read `name v1.2.3 (…)|feature,feature`, with ` (*)` behind what was shown before.
fn parse(text: &str) -> Result<Vec<TreeCrate>> {
    let mut crates = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Some((package, features)) = line.split_once('|') else { bail!("cargo tree printed: {line}") };
        let name = package.split(' ').next().unwrap_or_default().to_owned();
        let features = features.trim_end_matches(" (*)").split(',').filter(|f| !f.is_empty());
        crates.push(TreeCrate { name, features: features.map(str::to_owned).collect() });
    }
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_tree_are_read() {
        let tree =
            parse("mio v1.0.4|default,net\nserde v1.0.2 (proc-macro)|\n\nmio v1.0.4|default,net (*)\n")
                .unwrap();
        assert_eq!(
            tree[0],
            TreeCrate { name: "mio".to_owned(), features: vec!["default".to_owned(), "net".to_owned()] }
        );
        assert_eq!(tree[1].features, Vec::<String>::new());
        assert_eq!(tree[2], tree[0]);
        assert!(parse("no bar here").is_err());
    }
}
