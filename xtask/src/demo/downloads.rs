//! Clients of other people download what was published, and no longer find what was removed.

use anyhow::{Context as _, Result, bail};
use hardware_tests::judges::{Judge, Question, Verdict};
use std::path::PathBuf;

use super::chance;
use super::crates::{CachedCrate, sha256};
use super::folder::Folder;
use super::service::Service;
use crate::install::Tools;

/// How many files are downloaded.
const SAMPLE: usize = 10;

/// Both clients, the repository, and the root that they trust.
pub(crate) struct Clients<'a> {
    /// What runs them.
    pub(crate) tools: &'a Tools,
    /// The demo's folder.
    pub(crate) folder: &'a Folder,
    /// The service that they ask.
    pub(crate) service: &'a Service,
    /// The root from the ceremony: trust starts outside the service.
    pub(crate) root: PathBuf,
}

/// What a client remembers from its runs before.
#[derive(Clone, Copy)]
pub(crate) enum Memory {
    /// Nothing: its first run.
    Fresh,
    /// The metadata of its earlier runs.
    Kept,
}

impl Clients<'_> {
    /// Some crates at random.
    pub(crate) fn sample<'c>(&self, crates: &'c [CachedCrate]) -> Result<Vec<&'c CachedCrate>> {
        Ok(chance::choose(SAMPLE, crates.len())?.into_iter().map(|at| &crates[at]).collect())
    }

    /// Every client downloads every file, and each file has the checksum that Cargo.lock gives it.
    pub(crate) fn download(&self, crates: &[&CachedCrate]) -> Result<()> {
        for judge in Judge::OF_EVERY_KIND {
            let mut files = Vec::new();
            for cached in crates {
                let out = self.folder.downloads().join(format!("{judge}-{}", cached.locked.file_name()));
                let target = cached.locked.target_path();
                match self.ask(judge, &target, Some(&out), Memory::Kept)? {
                    Verdict::Verified => files.push(out),
                    verdict => bail!("{judge} on {target}: {verdict}"),
                }
            }
            let paths: Vec<_> = files.iter().map(PathBuf::as_path).collect();
            for (cached, sum) in crates.iter().zip(sha256(&paths)?) {
                let expected = &cached.locked.checksum;
                if sum != *expected {
                    bail!(
                        "{judge} downloaded {} with checksum {sum}; Cargo.lock says {expected}",
                        cached.locked.file_name()
                    );
                }
            }
        }
        Ok(())
    }

    /// Neither a client that remembers the file nor one on its first run finds it.
    pub(crate) fn no_longer_find(&self, removed: &CachedCrate) -> Result<()> {
        let target = removed.locked.target_path();
        for judge in Judge::OF_EVERY_KIND {
            for memory in [Memory::Kept, Memory::Fresh] {
                match self.ask(judge, &target, None, memory)? {
                    Verdict::Absent => {}
                    verdict => bail!("{judge} was asked for {target}, which was removed: {verdict}"),
                }
            }
        }
        Ok(())
    }

    fn ask(&self, judge: Judge, target: &str, out: Option<&PathBuf>, memory: Memory) -> Result<Verdict> {
        let cache = self.folder.file("clients").join(judge.to_string());
        let question = Question {
            metadata_url: &format!("{}/metadata/", self.service.url),
            targets_url: &format!("{}/content/", self.service.url),
            root: &self.root,
            target,
            out: out.map(PathBuf::as_path),
            cache: match memory {
                Memory::Fresh => None,
                Memory::Kept => Some(&cache),
            },
            clock: None,
        };
        judge
            .ask(&self.tools.judges, &question)
            .with_context(|| format!("{judge} gave no verdict on {target}"))
    }
}
