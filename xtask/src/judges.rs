//! `cargo xtask judges`: four TUF clients of other people judge a repository.

use anyhow::{Result, bail};
use hardware_tests::judges::{Judge, Question, Verdict};
use std::path::PathBuf;

use crate::checkout::Checkout;
use crate::install;

/// Options of `judges`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the metadata is, for instance http://127.0.0.1:8787/metadata/
    metadata_url: String,
    /// Where the target files are, for instance http://127.0.0.1:8787/content/
    targets_url: String,
    /// The root file that the clients trust from the start
    root: PathBuf,
    /// The target to find, download and verify
    target: String,
    /// Keep the clients' metadata here for the next run, a folder for each
    #[arg(long)]
    cache: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let tools = install::tools(&checkout)?.with_rust_judges(&checkout)?;
    let mut satisfied = 0;
    for judge in Judge::ALL {
        let cache = options.cache.as_ref().map(|cache| cache.join(judge.name()));
        let verdict = judge.ask(
            &tools.judges,
            &Question {
                metadata_url: &options.metadata_url,
                targets_url: &options.targets_url,
                root: &options.root,
                target: &options.target,
                out: None,
                cache: cache.as_deref(),
                clock: None,
            },
        )?;
        println!("{judge} {verdict}");
        satisfied += usize::from(verdict == Verdict::Verified);
    }
    match satisfied {
        all if all == Judge::ALL.len() => Ok(()),
        some => bail!(
            "{some} of {} judges verified {}. With bins of the kind succinct, tough and sigstore-tuf cannot.",
            Judge::ALL.len(),
            options.target
        ),
    }
}
