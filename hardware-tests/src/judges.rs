//! Four TUF clients of other people that judge a repository: `xtask/judges` says what they are and how they answer.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::clock::{self, ClockError};

const PYTHON: &str = "VESTRY_PYTHON";
const TUF_JS: &str = "VESTRY_TUF_JS_DIR";
const RUST: &str = "VESTRY_RUST_JUDGES";

/// A client that judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// python-tuf, the reference implementation.
    PythonTuf,
    /// tuf-js, the client inside npm.
    TufJs,
    /// tough, of Bottlerocket, which cannot read succinct bins.
    Tough,
    /// sigstore-tuf, which finds nothing in succinct bins.
    SigstoreTuf,
}

/// What a judge says. "Could not ask" is no verdict but a [`JudgeError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Found, downloaded, verified.
    Verified,
    /// Something was wrong; the client's own words.
    Refused(String),
    /// The metadata is good and lists no such target.
    Absent,
}

/// What a judge is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Base URL of the metadata.
    pub metadata_url: &'a str,
    /// Base URL of the target files.
    pub targets_url: &'a str,
    /// The root that is trusted from the start.
    pub root: &'a Path,
    /// The target.
    pub target: &'a str,
    /// Where the downloaded file goes, if it is wanted.
    pub out: Option<&'a Path>,
    /// The client's metadata from before, and for the next time.
    pub cache: Option<&'a Path>,
    /// How the client's clock is moved, as `+30h`.
    pub clock: Option<&'a str>,
}

/// What runs the judges.
#[derive(Clone, Debug)]
pub struct Tools {
    /// A Python that has python-tuf.
    pub python: PathBuf,
    /// The folder whose `node_modules` holds tuf-js.
    pub tuf_js: PathBuf,
    /// The program that asks tough and sigstore-tuf, when it was built.
    pub rust: Option<PathBuf>,
}

impl Tools {
    /// Those that the environment names, as `cargo xtask test` sets it.
    ///
    /// # Errors
    /// It names no Python, or no tuf-js.
    pub fn of_environment() -> Result<Tools, JudgeError> {
        let named = |name| variable(name).map(PathBuf::from).ok_or(JudgeError::NotNamed(name));
        Ok(Tools { python: named(PYTHON)?, tuf_js: named(TUF_JS)?, rust: named(RUST).ok() })
    }

    /// Tells a command, and through it every test, where they are.
    pub fn tell(&self, command: &mut Command) {
        command.env(PYTHON, &self.python).env(TUF_JS, &self.tuf_js);
        command.envs(self.rust.iter().map(|program| (RUST, program)));
    }
}

impl Judge {
    /// All of them.
    pub const ALL: [Judge; 4] = [Judge::PythonTuf, Judge::TufJs, Judge::Tough, Judge::SigstoreTuf];

    /// Those that read everything that the service publishes.
    pub const OF_EVERY_KIND: [Judge; 2] = [Judge::PythonTuf, Judge::TufJs];

    /// What its users call it.
    pub fn name(self) -> &'static str {
        match self {
            Judge::PythonTuf => "python-tuf",
            Judge::TufJs => "tuf-js",
            Judge::Tough => "tough",
            Judge::SigstoreTuf => "sigstore-tuf",
        }
    }

    /// Asks the client.
    ///
    /// # Errors
    /// There is no verdict: the judge could not run, or could not fetch what it had to judge.
    pub fn ask(self, tools: &Tools, question: &Question<'_>) -> Result<Verdict, JudgeError> {
        let mut client = self.client(tools)?;
        if let Some(offset) = question.clock {
            clock::moved(&mut client, offset)?;
        }
        client.args([question.metadata_url, question.targets_url]).arg(question.root).arg(question.target);
        client.arg(question.out.unwrap_or(Path::new("-"))).args(question.cache);
        let output = client.output().map_err(|error| JudgeError::NotStarted(self, error))?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match output.status.code() {
            Some(0) => Ok(Verdict::Verified),
            Some(1) => Ok(Verdict::Refused(said)),
            Some(3) => Ok(Verdict::Absent),
            Some(4) => Err(JudgeError::NotFetched(self, said)),
            _ => Err(JudgeError::CouldNotRun(self, output.status, said)),
        }
    }

    fn client(self, tools: &Tools) -> Result<Command, JudgeError> {
        let script = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/judges").join(name);
        let (program, first) = match self {
            Judge::PythonTuf => (tools.python.clone(), script("judge_python_tuf.py")),
            Judge::TufJs => (PathBuf::from("node"), script("judge_tuf_js.mjs")),
            Judge::Tough | Judge::SigstoreTuf => {
                (tools.rust.clone().ok_or(JudgeError::NotNamed(RUST))?, PathBuf::from(self.name()))
            }
        };
        let mut client = Command::new(program);
        client.arg(first);
        tools.tell(&mut client);
        Ok(client)
    }
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Verified => f.write_str("found, downloaded and verified it"),
            Verdict::Refused(said) => write!(f, "refused: {said}"),
            Verdict::Absent => f.write_str("found valid metadata that lists no such target"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks where the judges are")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// There is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// Nobody said where it is.
    #[error("{0} is not set. Run the tests with `cargo xtask test`.")]
    NotNamed(&'static str),
    /// Its program.
    #[error("{0} could not be started ({1}). Run `cargo xtask test`, which installs it.")]
    NotStarted(Judge, io::Error),
    /// The judge itself.
    #[error("{0} could not judge ({1}): {2}")]
    CouldNotRun(Judge, ExitStatus, String),
    /// What it had to judge.
    #[error("{0} could not fetch what it was to judge: {1}")]
    NotFetched(Judge, String),
    /// Its clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
}
