//! Installs what a machine lacks to run the tests and the demo, and nothing that is already there.
//!
//! Debian packages come from apt; the judges go under `target/tools`, python-tuf into a venv, tuf-js beside its lock
//! file, and those in Rust are built there. So does a venv with programs of other people that know tokens. A second run
//! changes nothing and needs no network. This program itself builds without any of it.

mod apt;
mod node;
mod python;
mod rust;

use anyhow::{Context as _, Result};
use hardware_tests::judges;
use hardware_tests::oracles::Oracles;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::{command, narrate};

pub(crate) use apt::{Need, install as install_packages, is_root};

/// Options of `install`.
#[derive(clap::Args)]
pub(crate) struct Options {}

/// Runs the command: what `clippy` and `cargo build` need too, here and in the workspaces beside this one.
pub(crate) fn run(_: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    tools(&checkout)?;
    let _lock = only_one(&checkout.tools())?;
    install_packages(&fuzzing()).map(drop)
}

/// What tests and the demo use and this project does not build.
pub(crate) struct Tools {
    /// What runs the judges; those in Rust when they were wanted.
    pub(crate) judges: judges::Tools,
    /// What knows tokens besides this project.
    pub(crate) oracles: Oracles,
    /// SoftHSM's PKCS#11 module.
    pub(crate) softhsm: PathBuf,
}

impl Tools {
    /// Builds tough and sigstore-tuf too. The first time takes minutes, so only whoever asks them waits for them.
    pub(crate) fn with_rust_judges(mut self, checkout: &Checkout) -> Result<Self> {
        self.judges.rust = narrate::step("Tools: tough and sigstore-tuf", || {
            let _lock = only_one(&checkout.tools())?;
            Ok((Some(rust::judges(checkout)?), "ready".to_owned()))
        })?;
        Ok(self)
    }
}

/// Installs what is missing and says where everything is.
pub(crate) fn tools(checkout: &Checkout) -> Result<Tools> {
    narrate::step("Tools: SoftHSM, pcscd, python-tuf, tuf-js and ykman", || {
        std::fs::create_dir_all(checkout.tools()).with_context(|| cannot_make(&checkout.tools()))?;
        let _lock = only_one(&checkout.tools())?;
        let installed = install_packages(&needs())?;
        let sources = checkout.root().join("xtask/judges");
        let python = python::venv(&checkout.tools().join("venv"), &sources.join("requirements.txt"))?;
        let tuf_js = node::packages(&checkout.tools().join("tuf-js"), &sources)?;
        let oracles = checkout.root().join("hardware-tests/oracles/requirements.txt");
        let oracles = python::venv(&checkout.tools().join("oracles"), &oracles)?;
        let softhsm = hardware_tests::softhsm::module()?;
        let apt = if installed.is_empty() { "nothing new from apt".to_owned() } else { installed.join(", ") };
        let judges = judges::Tools { python, tuf_js, rust: None };
        Ok((Tools { judges, oracles: Oracles::new(oracles), softhsm }, format!("ready ({apt})")))
    })
}

/// Installs what building takes, for commands that only build.
pub(crate) fn to_build(checkout: &Checkout) -> Result<()> {
    std::fs::create_dir_all(checkout.tools()).with_context(|| cannot_make(&checkout.tools()))?;
    let _lock = only_one(&checkout.tools())?;
    install_packages(&building()).map(drop)
}

fn needs() -> Vec<Need> {
    building().into_iter().chain(tokens()).chain(judging()).collect()
}

/// The token host links libpcsclite, which pkg-config finds.
fn building() -> [Need; 2] {
    [
        Need::program("pkg-config", "pkg-config"),
        Need::new(|| works("pkg-config", &["--exists", "libpcsclite"]), "libpcsclite-dev"),
    ]
}

/// libFuzzer is C++.
pub(crate) fn fuzzing() -> [Need; 1] {
    [Need::program("g++", "g++")]
}

/// Virtual tokens, and what reads them. The package of pcscd may start a daemon of its own, which no test meets.
fn tokens() -> [Need; 9] {
    [
        Need::program("softhsm2-util", "softhsm2"),
        Need::program("pkcs11-tool", "opensc"),
        Need::file(hardware_tests::pcscd::DAEMON, "pcscd"),
        Need::file(hardware_tests::pcscd::DRIVER, "vsmartcard-vpcd"),
        Need::new(|| hardware_tests::oracles::ykcs11().is_ok(), "ykcs11"),
        Need::program("yubico-piv-tool", "yubico-piv-tool"),
        Need::program("p11-kit", "p11-kit"),
        Need::program("openssl", "openssl"),
        // pyscard comes as source.
        Need::new(python::has_headers, "libpython3-dev"),
    ]
}

fn judging() -> [Need; 5] {
    [
        Need::program("python3", "python3"),
        Need::new(python::has_venv, "python3-venv"),
        Need::program("node", "nodejs"),
        Need::program("npm", "npm"),
        Need::program("faketime", "faketime"),
    ]
}

/// Programs that the Python package index has ready; returns their folder.
pub(crate) fn python_programs(checkout: &Checkout, name: &str, requirements: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(checkout.tools()).with_context(|| cannot_make(&checkout.tools()))?;
    let _lock = only_one(&checkout.tools())?;
    install_packages(&[Need::program("python3", "python3"), Need::new(python::has_venv, "python3-venv")])?;
    let python = python::venv(&checkout.tools().join(name), requirements)?;
    Ok(python.parent().unwrap_or(&python).to_owned())
}

/// Two of these commands at once would install over each other. The lock ends with the process.
fn only_one(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| cannot_make(&path))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}

fn cannot_make(path: &Path) -> String {
    format!("{} cannot be made", path.display())
}

/// Is what `folder` holds made from exactly this description?
fn is_made_from(folder: &Path, description: &str) -> bool {
    std::fs::read_to_string(stamp(folder)).is_ok_and(|made| made == description)
}

/// Noted last, so that a broken-off installation starts anew.
fn note_made_from(folder: &Path, description: &str) -> Result<()> {
    let stamp = stamp(folder);
    std::fs::write(&stamp, description).with_context(|| format!("{} cannot be written", stamp.display()))
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("made-from")
}

/// An empty folder in place of whatever a broken-off installation left.
fn fresh(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| cannot_make(folder))
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Does this command exist and end well?
fn works(program: &str, arguments: &[&str]) -> bool {
    command::attempt(Command::new(program).args(arguments)).is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_off_installation_is_not_taken_for_a_finished_one() {
        let folder = tempfile::tempdir().unwrap();
        let tool = folder.path().join("tool");
        fresh(&tool).unwrap();
        std::fs::write(tool.join("half"), "").unwrap();
        assert!(!is_made_from(&tool, "v1"));
        note_made_from(&tool, "v1").unwrap();
        assert!(is_made_from(&tool, "v1") && !is_made_from(&tool, "v2"));
        fresh(&tool).unwrap();
        assert!(!tool.join("half").exists() && !is_made_from(&tool, "v1"));
    }
}
