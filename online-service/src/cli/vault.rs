//! `vault`: the online keys.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};
use shared::gap::OnlineKeyDocument;
use shared::key::Scheme;
use shared::software::sealed::Passphrase;

use super::document;
use super::output::{hand_over, in_lines, say};
use crate::composition;
use crate::config::Config;
use crate::data_folder::{FolderLock, write_public};
use crate::ports::vault::{HeldKey, VaultKeeper as _};
use crate::secrets;

/// Keys of the vault.
#[derive(Debug, Subcommand)]
pub(super) enum Vault {
    /// Make a new key.
    Generate {
        /// The key's scheme.
        #[arg(long, value_enum, default_value_t)]
        scheme: SchemeName,
        /// The key's name.
        #[arg(long)]
        name: String,
    },
    /// Take a key from an age file or an encrypted PKCS#8 PEM.
    Import {
        /// The file.
        file: PathBuf,
        /// The key's name.
        #[arg(long)]
        name: String,
        /// A file with the passphrase of that file on its first line, mode 600.
        #[arg(long, value_name = "FILE")]
        key_passphrase_file: PathBuf,
    },
    /// Write the public half of a key, with a proof that the vault holds the private half.
    ExportPublic {
        /// Name or key id; not needed when there is only one key.
        #[arg(long)]
        key: Option<String>,
        /// The file to write; the standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Write PEM without a proof, for programs that do not know online-key.json.
        #[arg(long)]
        pem: bool,
    },
    /// List the keys. Needs no passphrase.
    List,
}

/// The schemes that every client verifies.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum SchemeName {
    /// Ed25519.
    #[default]
    Ed25519,
    /// ECDSA on P-256.
    EcdsaP256,
    /// RSA-PSS with 3072 bits.
    RsaPss,
}

impl From<SchemeName> for Scheme {
    fn from(name: SchemeName) -> Self {
        match name {
            SchemeName::Ed25519 => Self::Ed25519,
            SchemeName::EcdsaP256 => Self::EcdsaP256Sha256,
            SchemeName::RsaPss => Self::RsaPssSha256,
        }
    }
}

impl Vault {
    /// Runs the command.
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Generate { scheme, name } => {
                let _lock = FolderLock::take(&config.data)?;
                show(&composition::vault_keeper(config).generate(scheme.into(), &name)?)
            }
            Self::Import { file, name, key_passphrase_file } => {
                let _lock = FolderLock::take(&config.data)?;
                let content = document::read(&file)?;
                let passphrase =
                    Passphrase::from(secrets::from_file(&key_passphrase_file)?.as_str().to_owned());
                show(&composition::vault_keeper(config).import(&content, &passphrase, &name)?)
            }
            Self::ExportPublic { key, out, pem } => {
                let held = choose(&composition::vault_keeper(config).list()?, key.as_deref())?;
                let bytes = if pem {
                    held.key.to_public_pem()?.into_bytes()
                } else {
                    online_key_document(config, &held)?
                };
                match out {
                    Some(path) => {
                        write_public(&path, &bytes)?;
                        show(&held)
                    }
                    None => hand_over(String::from_utf8_lossy(&bytes).trim_end()),
                }
            }
            Self::List => composition::vault_keeper(config).list()?.iter().try_for_each(show),
        }
    }
}

fn show(held: &HeldKey) -> anyhow::Result<()> {
    say(&format!("{} ({}), key id {}", held.name, held.key.scheme_name(), held.key.id()))?;
    say(&in_lines(&held.key.fingerprint().groups()))
}

fn choose(held: &[HeldKey], wanted: Option<&str>) -> anyhow::Result<HeldKey> {
    match (held, wanted) {
        ([only], None) => Ok(only.clone()),
        (_, None) => {
            bail!("The vault holds {} keys. Choose one with --key NAME (see `vault list`).", held.len())
        }
        (_, Some(wanted)) => held
            .iter()
            .find(|held| held.name == wanted || held.key.id().as_str() == wanted)
            .cloned()
            .with_context(|| format!("The vault holds no key \"{wanted}\". See `vault list`.")),
    }
}

/// The content of `online-key.json`.
pub(super) fn online_key_document(config: &Config, held: &HeldKey) -> anyhow::Result<Vec<u8>> {
    let time = composition::clock().now().unix();
    let proof = composition::vault(config)?.prove_online_key(&held.key, time)?;
    let document = OnlineKeyDocument { key: held.key.clone(), name: held.name.clone(), time, proof };
    Ok(document.to_bytes())
}
