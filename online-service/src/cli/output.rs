//! What the command line says.

use std::io::Write as _;

/// One line on the standard output.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    // A pipe buffers: who reads the address of a starting service must see it at once.
    out.flush()?;
    Ok(())
}

/// One line on the standard error: what is for people, when the standard output is for programs.
pub(super) fn note(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stderr().lock(), "{line}")?;
    Ok(())
}

/// What went wrong. Causes are part of the sentences already.
pub(super) fn complain(error: &anyhow::Error) {
    // If the standard error is closed, there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{error}"));
}

/// A fingerprint or digest as people compare it: four lines of four groups.
pub(super) fn in_lines(groups: &[String]) -> String {
    let lines = groups.chunks(4).map(|line| format!("    {}", line.join(" ")));
    lines.collect::<Vec<_>>().join("\n")
}
