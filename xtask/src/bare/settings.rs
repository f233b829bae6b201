//! How this machine reaches package registries, carried over to the bare one: certificates, proxies, mirrors.

use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::surroundings;

/// Files and folders that say where packages come from and whom to trust.
const FILES: &[&str] = &[
    "/etc/apt/auth.conf",
    "/etc/apt/auth.conf.d",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/hosts",
    "/etc/npmrc",
    "/etc/pip.conf",
    "/etc/resolv.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/usr/etc/npmrc",
    "/usr/local/etc/npmrc",
    "/usr/local/share/ca-certificates",
];

/// The same, below the home folder.
const HOME_FILES: &[&str] =
    &[".cargo/config", ".cargo/config.toml", ".config/pip/pip.conf", ".npmrc", ".pip/pip.conf"];

/// Variables that say the same, by how their names begin (in upper case).
const VARIABLES: &[&str] = &[
    "ALL_PROXY",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CURL_CA_BUNDLE",
    "FTP_PROXY",
    "GIT_SSL_",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "NPM_CONFIG_",
    "PIP_",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_",
];

/// Copies the settings into the machine's folder.
pub(super) fn carry_over(machine: &Path) -> Result<()> {
    for file in FILES {
        copy(Path::new(file), &inside(machine, file))?;
    }
    if let Some(home) = surroundings::variable("HOME") {
        for file in HOME_FILES {
            copy(&Path::new(&home).join(file), &machine.join("root").join(file))?;
        }
    }
    for file in apt_settings()? {
        let name = inside(machine, &file.to_string_lossy());
        copy(&file, &name)?;
    }
    Ok(())
}

/// The variables that a command on the machine inherits.
pub(super) fn environment() -> Vec<(OsString, OsString)> {
    surroundings::variables().into_iter().filter(|(name, _)| is_carried(&name.to_string_lossy())).collect()
}

fn is_carried(name: &str) -> bool {
    let name = name.to_uppercase();
    VARIABLES.iter().any(|beginning| name.starts_with(beginning))
}

/// Only what speaks about fetching: the rest of apt's settings belongs to this machine.
fn apt_settings() -> Result<Vec<PathBuf>> {
    let Ok(folder) = std::fs::read_dir("/etc/apt/apt.conf.d") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in folder {
        let file = entry.context("/etc/apt/apt.conf.d cannot be listed")?.path();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if speaks_about_fetching(&text) {
            found.push(file);
        }
    }
    Ok(found)
}

fn speaks_about_fetching(text: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//")).any(|line| {
        ["Acquire::http", "Acquire::https", "Acquire::Check", "Acquire::ForceIPv"]
            .iter()
            .any(|key| line.starts_with(key))
    })
}

fn inside(machine: &Path, file: &str) -> PathBuf {
    machine.join(file.trim_start_matches('/'))
}

/// Copies a file, or the files of a folder; what this machine does not have is left out.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for entry in from.read_dir().with_context(|| format!("{} cannot be listed", from.display()))? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if !from.is_file() {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    // A link in the machine, as /etc/resolv.conf may be, would lead the copy out of it.
    if to.is_symlink() {
        std::fs::remove_file(to).with_context(|| format!("{} cannot be replaced", to.display()))?;
    }
    std::fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display())).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_carried_in_either_case_and_secrets_of_other_kinds_are_not() {
        for name in ["https_proxy", "HTTP_PROXY", "PIP_CERT", "npm_config_registry", "SSL_CERT_FILE"] {
            assert!(is_carried(name), "{name}");
        }
        for name in ["PATH", "AWS_SECRET_ACCESS_KEY", "CARGO_HOME", "RUSTUP_HOME"] {
            assert!(!is_carried(name), "{name}");
        }
    }

    #[test]
    fn hooks_of_this_machine_stay_here() {
        assert!(speaks_about_fetching("Acquire::http::Proxy \"http://proxy.example\";"));
        assert!(!speaks_about_fetching("// Acquire::http::Proxy\nDPkg::Post-Invoke { \"true\"; };"));
    }

    #[test]
    fn links_do_not_lead_out_of_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let (outside, from, link) =
            (folder.path().join("outside"), folder.path().join("from"), folder.path().join("machine/link"));
        std::fs::create_dir(folder.path().join("machine")).unwrap();
        std::fs::write(&outside, "untouched").unwrap();
        std::fs::write(&from, "new").unwrap();
        std::os::unix::fs::symlink(&outside, &link).unwrap();
        copy(&from, &link).unwrap();
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "untouched");
        assert_eq!(std::fs::read_to_string(&link).unwrap(), "new");
    }
}
