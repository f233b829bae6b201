//! `init`: everything that a new service needs, except the repository.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use zeroize::Zeroizing;

use super::output::{in_lines, say};
use super::vault::{SchemeName, online_key_document};
use crate::composition;
use crate::config::{BootstrapConfig, Config, VaultConfig};
use crate::data_folder::{
    DataFolderError, FolderLock, check_vacant, create_private, write_private, write_public,
};
use crate::ports::vault::{HeldKey, VaultKeeper};
use crate::scope::Scope;
use crate::secrets;
use crate::usecases::access::{NewToken, create_token};

/// Create configuration, data folder, vault, online key and an admin token.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The data folder. It gets the configuration `vestry.toml`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the service will listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A folder of target files to serve under /content/.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// A file with the vault's passphrase on its first line, mode 600. Without it one is made in the data folder.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The scheme of the online key.
    #[arg(long, value_enum, default_value_t)]
    scheme: SchemeName,
    /// The name of the online key.
    #[arg(long, default_value = "online-1")]
    key_name: String,
    /// Write the public online key with its proof, for the ceremony, into this file.
    #[arg(long, value_name = "FILE")]
    online_key_out: Option<PathBuf>,
    /// Write the admin token into this file (mode 600) instead of showing it.
    #[arg(long, value_name = "FILE")]
    admin_token_out: Option<PathBuf>,
}

impl Init {
    /// Creates everything; refuses to overwrite anything.
    pub(super) fn run(self) -> anyhow::Result<()> {
        // Before anything is made: what could not be written at the end would leave a half-made service behind.
        for path in [&self.online_key_out, &self.admin_token_out].into_iter().flatten() {
            if path.exists() {
                return Err(DataFolderError::Exists(path.clone()).into());
            }
        }
        check_vacant(&self.data)?;
        create_private(&self.data)?;
        let data = self.data.canonicalize().with_context(|| format!("{} is gone", self.data.display()))?;
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700))
            .with_context(|| format!("{} could not be made private", data.display()))?;
        let _lock = FolderLock::take(&data)?;
        let config_path = data.join("vestry.toml");
        let config = self.config(&data)?;
        create_private(&config.vault_path())?;
        let held = self.make_key(&config)?;
        let token = self.make_token(&config)?;
        // Last: where there is a configuration, everything that it names is there.
        write_private(&config_path, config.to_toml()?.as_bytes())?;
        if let Some(path) = &self.online_key_out {
            write_public(path, &online_key_document(&config, &held)?)?;
        }
        self.report(&config_path, &held, token.as_deref())
    }

    fn config(&self, data: &Path) -> anyhow::Result<Config> {
        let absolute = |path: &PathBuf| {
            std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
        };
        let passphrase_file = match &self.passphrase_file {
            Some(path) => absolute(path)?,
            None => make_passphrase(&data.join("vault-passphrase"))?,
        };
        secrets::from_file(&passphrase_file)?;
        Ok(Config {
            listen: self.listen,
            data: data.to_owned(),
            content: self.content.as_ref().map(absolute).transpose()?.map(make_content_folder).transpose()?,
            rehearsal: false,
            vault: VaultConfig { passphrase_file: Some(passphrase_file), credential: None },
            bootstrap: BootstrapConfig::default(),
        })
    }

    fn make_key(&self, config: &Config) -> anyhow::Result<HeldKey> {
        Ok(composition::vault_keeper(config).generate(self.scheme.into(), &self.key_name)?)
    }

    /// The token, unless it went into a file.
    fn make_token(&self, config: &Config) -> anyhow::Result<Option<Zeroizing<String>>> {
        let (clock, randomness) = (composition::clock(), composition::randomness());
        let wish = NewToken { name: "admin", scopes: &[Scope::Admin], days: None };
        let catalog = composition::new_catalog(config)?;
        let (_, secret) = create_token(catalog.as_ref(), clock.as_ref(), randomness.as_ref(), &wish)?;
        let Some(path) = &self.admin_token_out else { return Ok(Some(secret)) };
        write_private(path, format!("{}\n", secret.as_str()).as_bytes())?;
        Ok(None)
    }

    fn report(&self, config: &Path, held: &HeldKey, token: Option<&String>) -> anyhow::Result<()> {
        say(&format!("Configuration: {}", config.display()))?;
        say(&format!("Online key {} ({}), key id {}", held.name, held.key.scheme_name(), held.key.id()))?;
        say("Fingerprint, which a second person types into the ceremony:")?;
        say(&in_lines(&held.key.fingerprint().groups()))?;
        match token {
            Some(token) => {
                say("Admin token, shown this once (keep it in a file with mode 600):")?;
                say(token)?;
            }
            None => say("The admin token is in the file that you named.")?,
        }
        if self.passphrase_file.is_none() {
            say(
                "The vault's passphrase lies beside the vault. Move it elsewhere, or into a systemd credential, and name it in the configuration.",
            )?;
        }
        let command = format!("online-service --config {}", config.display());
        say("Next:")?;
        say(&format!("  {command} serve"))?;
        match &self.online_key_out {
            Some(path) => say(&format!("  take {} to the ceremony", path.display()))?,
            None => say(&format!("  {command} vault export-public --out online-key.json, for the ceremony"))?,
        }
        say(&format!(
            "  {command} bootstrap payload.json --expect \"DIGEST\", with what the ceremony exported"
        ))
    }
}

/// Public files lie there, so it gets the usual mode; one that exists stays as it is.
fn make_content_folder(path: PathBuf) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(&path)
        .with_context(|| format!("The content folder {} cannot be made. Name another one", path.display()))?;
    Ok(path)
}

/// A passphrase of 256 random bits.
fn make_passphrase(path: &Path) -> anyhow::Result<PathBuf> {
    let mut bytes = Zeroizing::new([0; 32]);
    composition::randomness().fill(bytes.as_mut_slice())?;
    let line = Zeroizing::new(format!("{}\n", Zeroizing::new(hex::encode(bytes.as_slice())).as_str()));
    write_private(path, line.as_bytes())?;
    Ok(path.to_owned())
}
