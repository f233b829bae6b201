//! `cargo xtask bench`: how fast the programs are. Figures are for comparing, on one machine, and for the build that is
//! measured.

mod screen;

use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;
use std::time::Duration;

use crate::demo::api::{Api, Artifact};
use crate::demo::api_of_running;
use crate::surroundings::{Stopwatch, wait_busily};

/// The longest that one artifact may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Options of `bench`.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(clap::Subcommand)]
enum Subject {
    /// From the POST of one artifact until a client sees it, one after the other
    Visible(Visible),
    /// From a key press on the full screen until the new picture is there
    Screen(screen::Options),
}

#[derive(clap::Args)]
struct Visible {
    /// How many artifacts; they are removed again
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// The folder of the running demo
    #[arg(long, default_value = ".demo")]
    data: PathBuf,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.subject {
        Subject::Visible(visible) => visible.run(),
        Subject::Screen(screen) => screen.run(),
    }
}

impl Visible {
    fn run(&self) -> Result<()> {
        let api =
            api_of_running(&self.data).context("no demo to measure. Start one with `cargo xtask demo`")?;
        let (mut answered, mut visible) = (Vec::new(), Vec::new());
        let paths: Vec<String> = (0..self.count).map(|number| format!("bench/{number}")).collect();
        for path in &paths {
            let (answer, seen) = publish_one(&api, path)?;
            answered.push(answer);
            visible.push(seen);
        }
        api.delete(&paths.iter().map(String::as_str).collect::<Vec<_>>())?;
        println!("{} artifacts, one after the other", self.count);
        println!("{}", line("POST answered", &mut answered));
        println!("{}", line("visible in /metadata", &mut visible));
        Ok(())
    }
}

/// When the POST was answered, and when the timestamp had moved.
fn publish_one(api: &Api, path: &str) -> Result<(Duration, Duration)> {
    let before = api.timestamp()?;
    let artifact = Artifact { path: path.to_owned(), length: 3, sha256: "0".repeat(64) };
    let watch = Stopwatch::start();
    api.submit(&artifact)?;
    let answered = watch.elapsed();
    let moved = wait_busily(LIMIT, || Ok((api.timestamp()? != before).then_some(())))?;
    if moved.is_none() {
        bail!("{path} was not visible within {LIMIT:?}");
    }
    Ok((answered, watch.elapsed()))
}

fn line(what: &str, samples: &mut [Duration]) -> String {
    samples.sort_unstable();
    let at = |hundredth: usize| samples[(samples.len() - 1) * hundredth / 100].as_secs_f64() * 1000.0;
    format!(
        "{what}: min {:.1} ms, median {:.1} ms, p90 {:.1} ms, p95 {:.1} ms, max {:.1} ms",
        at(0),
        at(50),
        at(90),
        at(95),
        at(100)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_quantiles_in_milliseconds() {
        let mut samples: Vec<Duration> = (1..=101).rev().map(Duration::from_millis).collect();
        let expected = "x: min 1.0 ms, median 51.0 ms, p90 91.0 ms, p95 96.0 ms, max 101.0 ms";
        assert_eq!(line("x", &mut samples), expected);
    }
}
