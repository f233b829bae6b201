//! Tells the program its build date: `SOURCE_DATE_EPOCH`, or the commit's time, never the build clock.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-changed=../.git/HEAD");
    println!("cargo::rerun-if-changed=../.git/logs/HEAD");
    println!("cargo::rerun-if-changed=build.rs");
    if let Some(seconds) = from_environment().or_else(from_commit) {
        println!("cargo::rustc-env=VESTRY_BUILD_DATE={seconds}");
    }
}

#[expect(clippy::disallowed_methods, reason = "SOURCE_DATE_EPOCH is how reproducible builds say their date")]
fn from_environment() -> Option<i64> {
    std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()
}

fn from_commit() -> Option<i64> {
    let output = Command::new("git").args(["log", "-1", "--format=%ct"]).output().ok()?;
    if !output.status.success() {
        return None;
    }
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
