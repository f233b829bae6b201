//! `cargo xtask fuzz`: random input for what strangers send, two targets at a time.
//!
//! The targets are in `xtask/fuzz/`, a workspace of its own. What they learn is kept under `target/fuzz/corpus` and begins
//! with the seeds in `xtask/fuzz/seeds`; an input that fails is kept under `target/fuzz/artifacts`.

mod outcome;
mod tool;

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::{command, narrate};
use outcome::Outcome;
use tool::Tool;

/// How many targets run at once.
const AT_ONCE: usize = 2;
/// The longest input, in bytes: what is interesting fits, and longer ones are slow.
const LONGEST: usize = 4096;

/// Options of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One target; all of them without it
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TARGETS))]
    target: Option<String>,
    /// End each target after this many inputs
    #[arg(long, conflicts_with = "seconds")]
    runs: Option<u64>,
    /// End each target after this many seconds
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Run one target on the input of this file, once, and show what it says
    #[arg(long, requires = "target", conflicts_with_all = ["runs", "seconds"])]
    input: Option<PathBuf>,
}

const TARGETS: [&str; 6] =
    ["canonical_json", "signed_document", "target_path", "payload", "api_body", "attestation"];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let tool = Tool::install(&checkout)?;
    let programs = narrate::step("Fuzz targets: built with counters of what they reach", || {
        Ok((tool.build(&checkout)?, "built".to_owned()))
    })?;
    let place = Place { checkout: &checkout, programs: &programs };
    if let (Some(target), Some(input)) = (&options.target, &options.input) {
        return command::run(Command::new(programs.join(target)).arg(input));
    }
    let wanted: Vec<&str> = options.target.as_deref().map_or(TARGETS.to_vec(), |target| vec![target]);
    let mut failed = 0;
    for some in wanted.chunks(AT_ONCE) {
        for (target, outcome) in together(&place, some, &options.until()) {
            failed += usize::from(!outcome?.tell(target));
        }
    }
    if failed > 0 {
        bail!("{failed} targets found an input that fails; their own lines above say how to see it again");
    }
    Ok(())
}

impl Options {
    /// When a target ends, as libFuzzer spells it.
    fn until(&self) -> String {
        match self.runs {
            Some(runs) => format!("-runs={runs}"),
            None => format!("-max_total_time={}", self.seconds),
        }
    }
}

fn together<'t>(place: &Place<'_>, targets: &[&'t str], until: &str) -> Vec<(&'t str, Result<Outcome>)> {
    std::thread::scope(|scope| {
        let running: Vec<_> =
            targets.iter().map(|target| (*target, scope.spawn(|| place.fuzz(target, until)))).collect();
        let ended = |handle: std::thread::ScopedJoinHandle<'_, Result<Outcome>>| {
            handle.join().unwrap_or_else(|_| bail!("the thread that watched a target is gone"))
        };
        running.into_iter().map(|(target, handle)| (target, ended(handle))).collect()
    })
}

/// Where everything is.
struct Place<'a> {
    checkout: &'a Checkout,
    programs: &'a Path,
}

impl Place<'_> {
    fn fuzz(&self, target: &str, until: &str) -> Result<Outcome> {
        let corpus = self.folder("corpus", target)?;
        let artifacts = self.folder("artifacts", target)?;
        let fuzz = self.checkout.root().join("xtask/fuzz");
        let words = if target == "target_path" { "path.dict" } else { "json.dict" };
        let mut program = Command::new(self.programs.join(target));
        program.arg(until).args(["-print_final_stats=1", "-verbosity=0"]);
        program.arg(format!("-max_len={LONGEST}"));
        program.arg(format!("-dict={}", fuzz.join("dictionaries").join(words).display()));
        program.arg(format!("-artifact_prefix={}/", artifacts.display()));
        program.arg(&corpus).arg(fuzz.join("seeds").join(target));
        Ok(Outcome::read(&command::attempt(&mut program)?))
    }

    fn folder(&self, kind: &str, target: &str) -> Result<PathBuf> {
        let folder = self.checkout.target().join("fuzz").join(kind).join(target);
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }
}
