//! Where this checkout is, where cargo puts what it builds, and building the programs.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{command, surroundings};

/// The folder of the workspace and cargo's output folder for it.
pub(crate) struct Checkout {
    root: PathBuf,
    target: PathBuf,
}

/// The programs that the demo and the judges' test run.
pub(crate) struct Programs {
    /// The offline program.
    pub(crate) ceremony_tui: PathBuf,
    /// The service.
    pub(crate) online_service: PathBuf,
}

impl Checkout {
    /// Finds the checkout that this command belongs to.
    pub(crate) fn find() -> Result<Self> {
        let root = Self::folder()?;
        let metadata = command::output(Self::cargo_in(&root).args([
            "metadata",
            "--locked",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata did not print JSON")?;
        let target =
            metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
        Ok(Self { root, target: PathBuf::from(target) })
    }

    /// The folder of the workspace: cargo tells a program that it runs where its package is.
    fn folder() -> Result<PathBuf> {
        let start = match surroundings::variable("CARGO_MANIFEST_DIR") {
            Some(package) => PathBuf::from(package),
            None => std::env::current_dir().context("the current folder is gone")?,
        };
        let found = start.ancestors().find(|folder| folder.join("xtask/Cargo.toml").is_file());
        match found {
            Some(folder) => Ok(folder.to_owned()),
            None => bail!("{} lies in no checkout of this project. Run this inside one.", start.display()),
        }
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's output folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The folder for tools that these commands install for themselves.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// A cargo command that runs in the workspace.
    pub(crate) fn cargo(&self) -> Command {
        Self::cargo_in(&self.root)
    }

    fn cargo_in(root: &Path) -> Command {
        let mut cargo = Command::new(
            surroundings::variable("CARGO").unwrap_or_else(|| std::ffi::OsString::from("cargo")),
        );
        cargo.current_dir(root);
        cargo
    }

    /// Builds the programs of both machines, as the tests build them.
    pub(crate) fn build_programs(&self) -> Result<Programs> {
        command::run(self.cargo().args(["build", "--locked", "-p", "ceremony-tui", "-p", "online-service"]))?;
        self.programs()
    }

    /// The programs as they were built last.
    pub(crate) fn programs(&self) -> Result<Programs> {
        let program = |name: &str| -> Result<PathBuf> {
            let file = self.target.join("debug").join(name);
            if !file.is_file() {
                bail!(
                    "there is no {}. Is CARGO_BUILD_TARGET set? Unset it, and build again.",
                    file.display()
                );
            }
            Ok(file)
        };
        Ok(Programs { ceremony_tui: program("ceremony-tui")?, online_service: program("online-service")? })
    }
}
