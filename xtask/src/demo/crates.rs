//! The artifacts of the demo: the `.crate` files that this very workspace is built from.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::lockfile::{self, LockedCrate};
use crate::{command, surroundings};

/// A crate and its file in cargo's cache.
pub(crate) struct CachedCrate {
    /// What Cargo.lock says about it.
    pub(crate) locked: LockedCrate,
    /// The file.
    pub(crate) file: PathBuf,
}

/// The first `limit` crates of Cargo.lock with their files, each with the checksum that Cargo.lock gives it.
pub(crate) fn cached(checkout: &Checkout, limit: Option<usize>) -> Result<Vec<CachedCrate>> {
    let mut locked = lockfile::read(&checkout.root().join("Cargo.lock"))?;
    locked.truncate(limit.unwrap_or(usize::MAX));
    let cache = cache_folders()?;
    if locked.iter().any(|locked| find(&cache, locked).is_none()) {
        command::output(checkout.cargo().args(["fetch", "--locked"]))
            .context("cargo could not fetch the crates that the demo publishes")?;
    }
    let cache = cache_folders()?;
    let crates = locked.into_iter().map(|locked| match find(&cache, &locked) {
        Some(file) => Ok(CachedCrate { locked, file }),
        None => {
            bail!("cargo's cache holds no {}, and the demo publishes real files only", locked.file_name())
        }
    });
    let crates = crates.collect::<Result<Vec<_>>>()?;
    each_has_its_checksum(&crates)?;
    Ok(crates)
}

fn each_has_its_checksum(crates: &[CachedCrate]) -> Result<()> {
    let files: Vec<&Path> = crates.iter().map(|cached| cached.file.as_path()).collect();
    for (cached, sum) in crates.iter().zip(sha256(&files)?) {
        let LockedCrate { checksum, .. } = &cached.locked;
        if sum != *checksum {
            bail!(
                "{} has checksum {sum}; Cargo.lock says {checksum}. Remove the file.",
                cached.file.display()
            );
        }
    }
    Ok(())
}

/// SHA-256 of files, in hex, by a program that is not ours.
pub(crate) fn sha256(files: &[&Path]) -> Result<Vec<String>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let printed = command::output(Command::new("sha256sum").arg("--").args(files))?;
    let sums: Vec<String> =
        printed.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    if sums.len() != files.len() {
        bail!("sha256sum printed {} lines for {} files", sums.len(), files.len());
    }
    Ok(sums)
}

/// The cache has a folder for each registry.
fn cache_folders() -> Result<Vec<PathBuf>> {
    let home = match (surroundings::variable("CARGO_HOME"), surroundings::variable("HOME")) {
        (Some(home), _) => PathBuf::from(home),
        (None, Some(home)) => PathBuf::from(home).join(".cargo"),
        (None, None) => bail!("neither CARGO_HOME nor HOME is set, so cargo's cache is not found"),
    };
    let Ok(folders) = std::fs::read_dir(home.join("registry/cache")) else { return Ok(Vec::new()) };
    folders.map(|entry| Ok(entry?.path())).collect()
}

fn find(cache: &[PathBuf], locked: &LockedCrate) -> Option<PathBuf> {
    cache.iter().map(|folder| folder.join(locked.file_name())).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(checksum: &str) -> (CachedCrate, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a-1.0.0.crate");
        std::fs::write(&file, "abc").unwrap();
        let locked =
            LockedCrate { name: "a".to_owned(), version: "1.0.0".to_owned(), checksum: checksum.to_owned() };
        (CachedCrate { locked, file }, folder)
    }

    #[test]
    fn a_file_with_another_checksum_is_refused_with_both() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let (good, _folder) = sample(abc);
        each_has_its_checksum(&[good]).unwrap();
        let (bad, _folder) = sample(&"0".repeat(64));
        let error = each_has_its_checksum(&[bad]).unwrap_err().to_string();
        assert!(error.contains(abc) && error.contains(&"0".repeat(64)), "{error}");
    }

    #[test]
    fn files_are_found_in_any_registry() {
        let (cached, folder) = sample("");
        let elsewhere = folder.path().join("elsewhere");
        assert_eq!(find(&[elsewhere, folder.path().to_owned()], &cached.locked), Some(cached.file));
    }
}
