//! Cargo.lock: which crates this workspace is built from, and the checksum that each must have.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::Path;

/// A crate from the registry, as Cargo.lock pins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LockedCrate {
    /// The crate's name.
    pub(crate) name: String,
    /// Its exact version.
    pub(crate) version: String,
    /// SHA-256 of its `.crate` file, in hex.
    pub(crate) checksum: String,
}

impl LockedCrate {
    /// The file's name in cargo's cache.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{}.crate", self.name, self.version)
    }

    /// The path under which the demo publishes it.
    pub(crate) fn target_path(&self) -> String {
        format!("crates/{}/{}", self.name, self.file_name())
    }
}

#[derive(Deserialize)]
struct LockFile {
    #[serde(default)]
    package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Reads the registry crates out of a Cargo.lock; packages of the workspace have no checksum and are left out.
pub(crate) fn read(file: &Path) -> Result<Vec<LockedCrate>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    parse(&text).with_context(|| format!("{} is no Cargo.lock", file.display()))
}

fn parse(text: &str) -> Result<Vec<LockedCrate>> {
    let file: LockFile = toml::from_str(text)?;
    Ok(file.package.into_iter().filter_map(with_checksum).collect())
}

fn with_checksum(package: LockedPackage) -> Option<LockedCrate> {
    let LockedPackage { name, version, checksum } = package;
    checksum.map(|checksum| LockedCrate { name, version, checksum })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
version = 4

[[package]]
name = "vestry-like"
version = "0.1.0"
dependencies = ["itoa"]

[[package]]
name = "wasi"
version = "0.11.0+wasi-snapshot-preview1"
source = "registry+somewhere"
checksum = "9c8d87e72b64a3b4db28d11ce29237c246188f4f51057d65a7eab63b7987e423"
"#;

    #[test]
    fn only_registry_crates_are_listed() {
        let crates = parse(SAMPLE).unwrap();
        assert_eq!(crates.len(), 1);
        assert_eq!(crates[0].file_name(), "wasi-0.11.0+wasi-snapshot-preview1.crate");
        assert_eq!(crates[0].target_path(), "crates/wasi/wasi-0.11.0+wasi-snapshot-preview1.crate");
        assert!(crates[0].checksum.starts_with("9c8d"));
    }

    #[test]
    fn an_empty_lock_has_no_crates() {
        assert_eq!(parse("version = 4\n").unwrap(), []);
    }

    #[test]
    fn what_is_no_lock_file_is_refused() {
        assert!(parse("[[package]]\nname = 1\n").is_err());
        assert!(read(Path::new("/nonexistent/Cargo.lock")).is_err());
    }
}
