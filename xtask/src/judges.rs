//! `cargo xtask judges`: four TUF clients of other people judge a repository.

use anyhow::{Context as _, Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::command;
use crate::install::{self, Tools};

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

/// A client that judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// python-tuf, the reference implementation.
    PythonTuf,
    /// tuf-js, the client inside npm.
    TufJs,
    /// tough, of Bottlerocket, which cannot read succinct bins.
    Tough,
    /// sigstore-tuf, which finds nothing in succinct bins.
    SigstoreTuf,
}

/// What a judge says. "No" and "could not ask" are different answers; the latter is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Found, downloaded, verified.
    Verified,
    /// Something was wrong; the client's own words.
    Refused(String),
    /// The metadata is good and lists no such target.
    Absent,
}

/// What a judge is asked.
pub(crate) struct Question<'a> {
    /// Base URL of the metadata.
    pub(crate) metadata_url: &'a str,
    /// Base URL of the target files.
    pub(crate) targets_url: &'a str,
    /// The root that is trusted from the start.
    pub(crate) root: &'a Path,
    /// The target.
    pub(crate) target: &'a str,
    /// Where the downloaded file goes, if it is wanted.
    pub(crate) out: Option<&'a Path>,
    /// The client's metadata from before, and for the next time.
    pub(crate) cache: Option<&'a Path>,
}

impl Judge {
    /// All of them.
    const ALL: [Self; 4] = [Self::PythonTuf, Self::TufJs, Self::Tough, Self::SigstoreTuf];

    /// Those that read everything that the service publishes.
    pub(crate) const OF_EVERY_KIND: [Self; 2] = [Self::PythonTuf, Self::TufJs];

    /// Asks the client.
    pub(crate) fn ask(self, checkout: &Checkout, tools: &Tools, question: &Question<'_>) -> Result<Verdict> {
        let mut client = self.client(checkout, tools)?;
        client.args([question.metadata_url, question.targets_url]).arg(question.root).arg(question.target);
        client.arg(question.out.unwrap_or(Path::new("-"))).args(question.cache);
        let output = command::attempt(&mut client)?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match output.status.code() {
            Some(0) => Ok(Verdict::Verified),
            Some(1) => Ok(Verdict::Refused(said)),
            Some(3) => Ok(Verdict::Absent),
            _ => bail!("{self} could not judge ({}): {said}", output.status),
        }
    }

    fn client(self, checkout: &Checkout, tools: &Tools) -> Result<Command> {
        let script = |name: &str| checkout.root().join("xtask/judges").join(name);
        let (program, first) = match self {
            Self::PythonTuf => (tools.python.clone(), script("judge_python_tuf.py")),
            Self::TufJs => (PathBuf::from("node"), script("judge_tuf_js.mjs")),
            Self::Tough | Self::SigstoreTuf => {
                let program = tools.rust_judges.clone().context("tough and sigstore-tuf were not built")?;
                (program, PathBuf::from(self.folder()))
            }
        };
        let mut client = Command::new(program);
        client.arg(first);
        tools.tell(&mut client);
        Ok(client)
    }

    fn folder(self) -> &'static str {
        match self {
            Self::PythonTuf => "python-tuf",
            Self::TufJs => "tuf-js",
            Self::Tough => "tough",
            Self::SigstoreTuf => "sigstore-tuf",
        }
    }
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.folder())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified => f.write_str("found, downloaded and verified it"),
            Self::Refused(said) => write!(f, "refused: {said}"),
            Self::Absent => f.write_str("found valid metadata that lists no such target"),
        }
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let tools = install::tools(&checkout)?.with_rust_judges(&checkout)?;
    let mut satisfied = 0;
    for judge in Judge::ALL {
        let cache = options.cache.as_ref().map(|cache| cache.join(judge.folder()));
        let verdict = judge.ask(
            &checkout,
            &tools,
            &Question {
                metadata_url: &options.metadata_url,
                targets_url: &options.targets_url,
                root: &options.root,
                target: &options.target,
                out: None,
                cache: cache.as_deref(),
            },
        );
        let verdict = verdict.with_context(|| format!("{judge} gave no verdict"))?;
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
