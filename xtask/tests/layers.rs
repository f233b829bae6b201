//! Every layer rule is shown to catch a small tree that breaks it, and to leave a clean tree alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layers")
}

fn layers(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("layers").args(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn rules() -> Vec<String> {
    printed(&layers(&["--list"])).lines().map(str::to_owned).collect()
}

/// The rules that a sample breaks: the reasons, which follow each line, are indented.
fn broken_rules(sample: &str) -> Vec<String> {
    let output = layers(&["--root", samples().join(sample).to_str().unwrap()]);
    assert!(!output.status.success(), "{sample} is not caught");
    let mut names: Vec<String> = printed(&output)
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    names.dedup();
    names
}

#[test]
fn every_rule_catches_its_sample_and_no_other_rule_does() {
    for rule in rules() {
        assert_eq!(broken_rules(&rule), [rule.as_str()], "sample of {rule}");
    }
}

#[test]
fn every_sample_belongs_to_a_rule() {
    let mut names = rules();
    names.push("clean".to_owned());
    for entry in samples().read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&name), "no rule is called {name}");
    }
}

#[test]
fn a_clean_tree_passes() {
    let output = layers(&["--root", samples().join("clean").to_str().unwrap()]);
    assert!(output.status.success(), "{}", printed(&output));
}

#[test]
fn a_violation_names_the_line_the_path_and_the_reason() {
    let output = layers(&["--root", samples().join("ceremony-tui-sources").to_str().unwrap()]);
    let text = printed(&output);
    assert!(text.contains("ceremony-tui/src/upload.rs:4: std::net::TcpStream::connect"), "{text}");
    assert!(text.contains("reaches no network"), "{text}");
}
