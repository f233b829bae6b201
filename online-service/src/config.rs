//! The service's one configuration file.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use airgap_transfer::folder::open_regular;
use serde::{Deserialize, Serialize};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// Not readable.
    #[error(
        "The configuration {path} could not be read ({reason}). Name it with --config, or create one with `online-service init`."
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Not valid.
    #[error("The configuration {path} is not valid: {reason}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The configuration. Unknown fields are refused, because a misspelt switch must not silently be off or on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the service listens.
    pub(crate) listen: SocketAddr,
    /// The data folder: catalog, vault, lock.
    pub(crate) data: PathBuf,
    /// A folder of target files to serve under `/content/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<PathBuf>,
    /// Whether rehearsal documents are taken, and no others.
    #[serde(default)]
    pub(crate) rehearsal: bool,
    /// How the vault is unlocked.
    pub(crate) vault: VaultConfig,
    /// Which bootstrap is taken.
    #[serde(default)]
    pub(crate) bootstrap: BootstrapConfig,
}

/// How the vault is unlocked.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VaultConfig {
    /// A file with the passphrase on its first line, readable by its owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The name of a systemd credential with the passphrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<String>,
}

/// Which bootstrap is taken.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BootstrapConfig {
    /// The document digest of root version 1, groups or words, as it was read aloud in the ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expect: Option<String>,
    /// Take a bootstrap whose digest nobody gave by another way.
    #[serde(default)]
    pub(crate) allow_unpinned_bootstrap: bool,
    /// Take a payload whose settings were not signed (made by RSTUF's own command line).
    #[serde(default)]
    pub(crate) allow_rstuf_payloads: bool,
}

const HEADER: &str = "\
# Written by `online-service init`. Relative paths belong to the folder of this file.
#
# The vault needs one of: passphrase_file = \"FILE\" (mode 600), credential = \"NAME\" (of systemd).
# In the section of the bootstrap, expect = \"…\" pins the first root by its document digest, groups or words.
# Leave the switches off unless this is a demonstration, or the payload comes from RSTUF's own command line.

";

/// No configuration is larger.
const MAX_BYTES: u64 = 64 * 1024;

impl Config {
    /// Reads the file. Relative paths in it are relative to its folder.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)
            .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), reason: error.to_string() })?;
        let invalid = |reason: String| ConfigError::Invalid { path: path.to_owned(), reason };
        let mut config: Self = toml::from_str(&text).map_err(|error| invalid(place(&text, &error)))?;
        config.anchor(path.parent().unwrap_or(Path::new("")));
        config.check().map_err(invalid)?;
        Ok(config)
    }

    fn anchor(&mut self, folder: &Path) {
        self.data = folder.join(&self.data);
        self.content = self.content.as_ref().map(|content| folder.join(content));
        self.vault.passphrase_file = self.vault.passphrase_file.as_ref().map(|file| folder.join(file));
    }

    fn check(&self) -> Result<(), String> {
        if self.vault.passphrase_file.is_some() == self.vault.credential.is_some() {
            return Err(
                "[vault] needs either passphrase_file or credential, and not both. Remove or add one."
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The file as it is written by `init`.
    pub(crate) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }

    /// The catalog's file.
    pub(crate) fn catalog_path(&self) -> PathBuf {
        self.data.join("catalog.sqlite")
    }

    /// The vault's folder.
    pub(crate) fn vault_path(&self) -> PathBuf {
        self.data.join("vault")
    }
}

/// A device never ends and a pipe may never begin, so neither is read.
fn read(path: &Path) -> std::io::Result<String> {
    let other = std::io::Error::other;
    let file = open_regular(path)?.ok_or_else(|| other("it is not a regular file"))?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES { Err(other("it is larger than any configuration")) } else { Ok(text) }
}

/// Where and what, without the line itself: there may be a secret in it.
fn place(text: &str, error: &toml::de::Error) -> String {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vestry.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn relative_paths_belong_to_the_folder_of_the_file() {
        let config =
            load("listen = \"127.0.0.1:0\"\ndata = \".\"\n[vault]\npassphrase_file = \"secret\"\n").unwrap();
        assert!(config.vault.passphrase_file.unwrap().is_absolute());
        assert!(!config.bootstrap.allow_unpinned_bootstrap);
    }

    #[test]
    fn a_misspelt_switch_is_refused() {
        let text = "listen = \"127.0.0.1:0\"\ndata = \".\"\nrehersal = true\n[vault]\npassphrase_file = \"secret\"\n";
        assert!(load(text).unwrap_err().contains("rehersal"));
    }

    #[test]
    fn what_never_ends_is_no_configuration() {
        for path in ["/dev/zero", "/"] {
            let complaint = Config::load(path.as_ref()).unwrap_err().to_string();
            assert!(complaint.contains("not a regular file"), "{complaint}");
        }
        assert!(load(&"#".repeat(65 << 10)).unwrap_err().contains("larger than any configuration"));
    }

    #[test]
    fn an_error_names_the_line_and_does_not_show_it() {
        let complaint = load("listen = \"127.0.0.1:0\"\nvault_passphrase = \"marker\"\n").unwrap_err();
        assert!(complaint.contains("line 2") && !complaint.contains("marker"), "{complaint}");
    }

    #[test]
    fn a_vault_needs_exactly_one_way_to_unlock_it() {
        assert!(load("listen = \"127.0.0.1:0\"\ndata = \".\"\n[vault]\n").unwrap_err().contains("[vault]"));
    }
}
