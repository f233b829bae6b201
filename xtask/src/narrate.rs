//! Tells the person who typed the command what each step is, what it proved, and how long it took.

use anyhow::{Context as _, Result};
use std::io::Write as _;
use std::time::Duration;

use crate::surroundings::Stopwatch;

/// Runs a step. It returns its value and one line that says what it proved.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
    println!("==> {title}");
    // The step may write to standard error; what was announced must stand before it.
    std::io::stdout().flush().context("standard output is closed")?;
    let watch = Stopwatch::start();
    match work() {
        Ok((value, proof)) => {
            println!("    {proof} [{}]", seconds(watch.elapsed()));
            Ok(value)
        }
        Err(error) => {
            println!("    failed [{}]", seconds(watch.elapsed()));
            Err(error.context(format!("step \"{title}\" failed")))
        }
    }
}

/// A length of time as people read it.
pub(crate) fn seconds(length: Duration) -> String {
    match length.as_secs() {
        0 => format!("{} ms", length.as_millis()),
        1..60 => format!("{:.1} s", length.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_readable() {
        assert_eq!(seconds(Duration::from_millis(34)), "34 ms");
        assert_eq!(seconds(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failed_step_is_named_in_the_error() {
        let error = step::<()>("Knock", || anyhow::bail!("nobody there")).unwrap_err();
        assert_eq!(format!("{error:#}"), "step \"Knock\" failed: nobody there");
    }
}
