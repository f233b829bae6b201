//! cargo-fuzz, and the C++ compiler that it wants.

use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::{command, install, surroundings};

/// cargo-fuzz, wherever it came from.
pub(super) struct Tool {
    path: OsString,
}

impl Tool {
    /// Installs what is missing: a ready program from the Python package index, or else one that is built here.
    pub(super) fn install(checkout: &Checkout) -> Result<Self> {
        install::install_packages(&install::fuzzing())?;
        let folder = checkout.tools().join("fuzz");
        let ready =
            install::python_programs(checkout, "fuzz", &checkout.root().join("xtask/fuzz/requirements.txt"));
        let programs = match ready {
            Ok(programs) => programs,
            Err(error) => {
                println!("    no ready cargo-fuzz ({error:#}); building one");
                built(checkout, &folder)?
            }
        };
        let old = surroundings::variable("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&old)))
            .context("the path of cargo-fuzz has a colon in it")?;
        Ok(Self { path })
    }

    /// Builds every target; returns the folder of the programs.
    ///
    /// Without a sanitizer it works on a stable compiler, and there is no unsafe code to watch. Tracing every
    /// comparison would make it five times slower; the dictionaries know the words instead.
    pub(super) fn build(&self, checkout: &Checkout) -> Result<PathBuf> {
        let target = checkout.target().join("fuzz");
        let host = host()?;
        let mut build = checkout.cargo();
        build.env("PATH", &self.path).args(["fuzz", "build", "--sanitizer", "none", "--no-trace-compares"]);
        build.args(["--target", &host]).arg("--fuzz-dir").arg(checkout.root().join("xtask/fuzz"));
        build.arg("--target-dir").arg(&target);
        command::output(&mut build)?;
        Ok(target.join(host).join("release"))
    }
}

fn built(checkout: &Checkout, folder: &Path) -> Result<PathBuf> {
    let install = ["install", "cargo-fuzz", "--version", "0.13.2", "--locked", "--root"];
    command::output(checkout.cargo().args(install).arg(folder)).context("cargo-fuzz could not be built")?;
    Ok(folder.join("bin"))
}

fn host() -> Result<String> {
    let compiler = surroundings::variable("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = command::output(Command::new(compiler).arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say for which machine it compiles")?.to_owned())
}
