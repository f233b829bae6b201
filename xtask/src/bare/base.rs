//! The Debian that every bare machine is a copy of.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{Need, install_packages};
use crate::{command, narrate};

const SUITE: &str = "bookworm";
const PACKAGES: &str = "gcc,libc6-dev,git,ca-certificates";

/// Makes the Debian in `folder`, once.
pub(super) fn debian(folder: &Path) -> Result<PathBuf> {
    let base = folder.join(SUITE);
    narrate::step("Debian 12 with gcc, libc6-dev, git and CA certificates", || {
        if base.is_dir() {
            return Ok(((), "made before".to_owned()));
        }
        install_packages(&[Need::program("debootstrap", "debootstrap")])?;
        let unfinished = folder.join("unfinished");
        command::output(Command::new("rm").arg("-rf").arg(&unfinished))?;
        command::output(debootstrap(&unfinished).args(mirror()))
            .context("debootstrap could not make a Debian. Is a mirror reachable?")?;
        std::fs::rename(&unfinished, &base).context("the finished Debian could not be moved to its place")?;
        Ok(((), "made by debootstrap".to_owned()))
    })?;
    Ok(base)
}

fn debootstrap(folder: &Path) -> Command {
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.args(["--variant=minbase", &format!("--include={PACKAGES}"), SUITE]).arg(folder);
    debootstrap
}

/// This machine's own Debian mirror, when it uses one; otherwise debootstrap knows the usual one.
fn mirror() -> Option<String> {
    let files = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
    let text = files.iter().find_map(|file| std::fs::read_to_string(file).ok())?;
    mirror_in(&text)
}

/// The address that serves the plain suite, in either spelling of apt's lists.
fn mirror_in(sources: &str) -> Option<String> {
    let mut address = None;
    for line in sources.lines().map(str::trim) {
        if let Some(addresses) = line.strip_prefix("URIs:") {
            address = addresses.split_whitespace().next();
        }
        let words: Vec<&str> = line.split_whitespace().filter(|word| !word.starts_with('[')).collect();
        match words.as_slice() {
            ["Suites:", suites @ ..] if suites.contains(&SUITE) => return address.map(str::to_owned),
            ["deb", address, suite, ..] if *suite == SUITE => return Some((*address).to_owned()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_of_the_plain_suite_is_found_in_both_spellings() {
        let stanzas = "Types: deb\nURIs: http://security.example/\nSuites: bookworm-security\n\n\
                       Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n";
        assert_eq!(mirror_in(stanzas).as_deref(), Some("http://mirror.example/debian"));
        let lines = "# comment\ndeb [signed-by=/k] http://mirror.example/debian bookworm main\n";
        assert_eq!(mirror_in(lines).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(mirror_in("deb http://mirror.example/debian trixie main"), None);
    }
}
