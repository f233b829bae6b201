//! Judge: tough or sigstore-tuf, two clients that know nothing of this project.
//!
//! ```text
//! usage: judge CLIENT METADATA_URL TARGETS_URL ROOT_JSON TARGET_PATH [OUT_FILE [CACHE_DIR]]
//! ```
//!
//! `CLIENT` is `tough` or `sigstore-tuf`; the rest is as in the judges beside this folder. Exit codes: 0 found,
//! downloaded, verified; 1 refused; 2 the judge itself could not run; 3 the metadata is good and lists no such target;
//! 4 something could not be fetched, so there is no verdict.

mod sigstore;
mod tough_client;
mod web;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str =
    "usage: judge tough|sigstore-tuf METADATA_URL TARGETS_URL ROOT_JSON TARGET_PATH [OUT_FILE [CACHE_DIR]]";

/// What a judge is asked.
pub(crate) struct Question {
    metadata_url: String,
    targets_url: String,
    root: Vec<u8>,
    target: String,
    cache: Option<PathBuf>,
}

/// The content of the target, nothing when the metadata lists no such target, or the client's own words.
type Verdict = Result<Option<Vec<u8>>, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = asked(&arguments).and_then(|(client, question)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        match client {
            "tough" => Ok(runtime.block_on(tough_client::judge(&question))),
            "sigstore-tuf" => Ok(runtime.block_on(sigstore::judge(&question))),
            _ => Err(USAGE.to_owned()),
        }
    });
    match asked {
        Ok(verdict) => tell(&arguments, verdict),
        Err(reason) => {
            eprintln!("CANNOT RUN: {reason}");
            ExitCode::from(2)
        }
    }
}

fn asked(arguments: &[String]) -> Result<(&str, Question), String> {
    let [client, metadata_url, targets_url, root, target, rest @ ..] = arguments else {
        return Err(USAGE.to_owned());
    };
    let root = std::fs::read(root).map_err(|error| format!("{root}: {error}"))?;
    let question = Question {
        metadata_url: with_slash(metadata_url),
        targets_url: with_slash(targets_url),
        root,
        target: target.clone(),
        cache: rest.get(1).map(PathBuf::from),
    };
    if let Some(cache) = &question.cache {
        std::fs::create_dir_all(cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    }
    Ok((client, question))
}

fn with_slash(url: &str) -> String {
    if url.ends_with('/') { url.to_owned() } else { format!("{url}/") }
}

fn tell(arguments: &[String], verdict: Verdict) -> ExitCode {
    let (client, target) = (&arguments[0], &arguments[4]);
    match verdict {
        Ok(Some(content)) => match keep(arguments.get(5), &content) {
            Ok(()) => {
                println!("OK {client}: {target}, {} bytes", content.len());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("CANNOT RUN {client}: {error}");
                ExitCode::from(2)
            }
        },
        Ok(None) => {
            eprintln!("ABSENT {client}: no target {target}");
            ExitCode::from(3)
        }
        Err(error) => {
            let (word, code) = meaning(error.as_ref());
            eprintln!("{word} {client}: {}", with_causes(error.as_ref()));
            ExitCode::from(code)
        }
    }
}

fn keep(out: Option<&String>, content: &[u8]) -> std::io::Result<()> {
    match out {
        Some(out) if out != "-" => std::fs::write(out, content),
        _ => Ok(()),
    }
}

/// What a client objects to is its verdict, unless the network or this machine failed it.
fn meaning(error: &(dyn Error + 'static)) -> (&'static str, u8) {
    if chain(error).any(|error| tough_client::was_not_fetched(error) || sigstore::was_not_fetched(error)) {
        ("NOT FETCHED", 4)
    } else if chain(error).any(|error| error.is::<std::io::Error>()) {
        ("CANNOT RUN", 2)
    } else {
        ("REFUSED", 1)
    }
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
