//! npm packages, pinned by a lock file.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{fresh, is_made_from, note_made_from, read};
use crate::command;

/// A folder whose `node_modules` holds what the lock file in `source` lists.
pub(super) fn packages(folder: &Path, source: &Path) -> Result<PathBuf> {
    let lock = read(&source.join("package-lock.json"))?;
    if is_made_from(folder, &lock) {
        return Ok(folder.to_owned());
    }
    fresh(folder)?;
    for name in ["package.json", "package-lock.json"] {
        let from = source.join(name);
        std::fs::copy(&from, folder.join(name))
            .with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    command::output(Command::new("npm").current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))
    .context("npm could not install tuf-js. Is the package registry reachable?")?;
    note_made_from(folder, &lock)?;
    Ok(folder.to_owned())
}
