//! A venv with pinned packages.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{fresh, is_made_from, note_made_from, read, works};
use crate::command;

/// Can this machine's Python make a venv with pip in it?
pub(super) fn has_venv() -> bool {
    works("python3", &["-c", "import venv, ensurepip"])
}

/// Can modules in C be built for this machine's Python?
pub(super) fn has_headers() -> bool {
    const LOOK: &str = "import os, sys, sysconfig; \
                        sys.exit(not os.path.exists(sysconfig.get_path('include') + '/Python.h'))";
    works("python3", &["-c", LOOK])
}

/// The Python of a venv that holds what the requirements file lists.
pub(super) fn venv(folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let wanted = read(requirements)?;
    let python = folder.join("bin/python3");
    // A venv points at the Python that made it: a copied or upgraded machine may have lost that one.
    let is_whole = works(&python.to_string_lossy(), &["-c", "import sys"]);
    if is_whole && is_made_from(folder, &wanted) {
        return Ok(python);
    }
    fresh(folder)?;
    command::output(Command::new("python3").args(["-m", "venv"]).arg(folder))
        .context("no venv could be made")?;
    command::output(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(requirements),
    )
    .with_context(|| {
        format!("pip could not install {}. Is the package index reachable?", requirements.display())
    })?;
    note_made_from(folder, &wanted)?;
    Ok(python)
}
