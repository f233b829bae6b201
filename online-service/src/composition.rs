//! Where adapters are chosen. The only module that names them.

use std::sync::Arc;

use shared::digest::{DigestError, DocumentDigest};
use shared::software::sealed::{Passphrase, Work};

use crate::adapters::age_vault::{AgeVault, AgeVaultKeeper};
use crate::adapters::os_randomness::OsRandomness;
use crate::adapters::sqlite::SqliteCatalog;
use crate::adapters::system_clock::SystemClock;
use crate::config::Config;
use crate::ports::Ports;
use crate::ports::catalog::{Catalog, CatalogError};
use crate::ports::clock::Clock;
use crate::ports::randomness::Randomness;
use crate::ports::vault::{Vault, VaultError, VaultKeeper};
use crate::secrets::{self, SecretError};
use crate::usecases::bootstrap::{BootstrapPolicy, Mode, RstufPayloads, Unpinned};

/// Why the service could not be put together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompositionError {
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] SecretError),
    /// The digest in the configuration.
    #[error("bootstrap.expect in the configuration is not usable. {0}")]
    Expect(#[from] DigestError),
}

/// The clock.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The randomness.
pub(crate) fn randomness() -> Arc<dyn Randomness> {
    Arc::new(OsRandomness)
}

/// A catalog where there is none yet.
pub(crate) fn new_catalog(config: &Config) -> Result<Arc<dyn Catalog>, CompositionError> {
    Ok(Arc::new(SqliteCatalog::create(&config.catalog_path())?))
}

/// The catalog, which must be there.
pub(crate) fn catalog(config: &Config) -> Result<Arc<dyn Catalog>, CompositionError> {
    Ok(Arc::new(SqliteCatalog::open(&config.catalog_path())?))
}

/// The unlocked vault.
pub(crate) fn vault(config: &Config) -> Result<Arc<dyn Vault>, CompositionError> {
    let text = secrets::vault_passphrase(&config.vault)?;
    let passphrase = Passphrase::from(text.as_str().to_owned());
    Ok(Arc::new(AgeVault::unlock(&config.vault_path(), &passphrase)?))
}

/// The operator's side of the vault.
pub(crate) fn vault_keeper(config: &Config) -> impl VaultKeeper + use<> {
    let settings = config.vault.clone();
    let unlock = move || {
        let text = secrets::vault_passphrase(&settings)
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        Ok((Passphrase::from(text.as_str().to_owned()), work(&text)))
    };
    AgeVaultKeeper::new(config.vault_path(), unlock)
}

/// A passphrase that `init` made has 256 random bits and gains nothing from slow hashing.
fn work(passphrase: &str) -> Work {
    let made = passphrase.len() == 64 && passphrase.bytes().all(|byte| byte.is_ascii_hexdigit());
    if made { Work::Factor(10) } else { Work::Calibrated }
}

/// All ports of a running service.
pub(crate) fn ports(config: &Config) -> Result<Ports, CompositionError> {
    Ok(Ports { catalog: catalog(config)?, vault: vault(config)?, clock: clock(), randomness: randomness() })
}

/// Which bootstrap the configuration allows.
pub(crate) fn bootstrap_policy(config: &Config) -> Result<BootstrapPolicy, CompositionError> {
    let expect = config.bootstrap.expect.as_deref().map(DocumentDigest::parse_spoken).transpose()?;
    Ok(BootstrapPolicy {
        expect,
        unpinned: if config.bootstrap.allow_unpinned_bootstrap {
            Unpinned::Allowed
        } else {
            Unpinned::Refused
        },
        rstuf: if config.bootstrap.allow_rstuf_payloads {
            RstufPayloads::Allowed
        } else {
            RstufPayloads::Refused
        },
        mode: if config.rehearsal { Mode::Rehearsal } else { Mode::Real },
    })
}
