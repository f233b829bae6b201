//! What the command line says.

use std::io::Write as _;

use shared::text::spelt;

/// Sentences on the standard output, for people.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    hand_over(&harmless(text))
}

/// One line on the standard output, to the letter: for programs.
pub(super) fn hand_over(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    // A pipe buffers: who reads the address of a starting service must see it at once.
    out.flush()?;
    Ok(())
}

/// One line on the standard error: what is for people, when the standard output is for programs.
pub(super) fn note(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stderr().lock(), "{}", harmless(line))?;
    Ok(())
}

/// What went wrong, with its causes.
pub(super) fn complain(error: &anyhow::Error) {
    // If the standard error is closed, there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{}", harmless(&with_causes(error))));
}

/// What is told may come from a document or from a foreign service. Line breaks are ours.
fn harmless(text: &str) -> String {
    text.split('\n').map(spelt).collect::<Vec<_>>().join("\n")
}

/// Many sentences carry their cause already.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text} ({cause})");
        }
    }
    text
}

/// A fingerprint or digest as people compare it: four lines of four groups.
pub(super) fn in_lines(groups: &[String]) -> String {
    let lines = groups.chunks(4).map(|line| format!("    {}", line.join(" ")));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::{harmless, with_causes};

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow!("permission denied").context("x could not be read; name another file");
        assert_eq!(with_causes(&error), "x could not be read; name another file (permission denied)");
        let error = anyhow!("no digest").context("It is not usable. no digest");
        assert_eq!(with_causes(&error), "It is not usable. no digest");
    }

    #[test]
    fn what_a_foreign_service_answers_steers_no_terminal() {
        assert_eq!(harmless("a\u{1b}[2J\r\nb\u{202e}\u{3164}"), "a\\u{1b}[2J\\r\nb\\u{202e}\\u{3164}");
    }
}
