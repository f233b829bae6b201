//! `verify`: walks the published repository as a client would.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use shared::metadata::{Metadata, Root};
use shared::repository::{MetadataSource, SourceError, verify_repository};

use super::document;
use super::output::say;
use super::remote::Remote;
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::ports::catalog::Catalog;
use crate::usecases::{audit, files};

/// Verify the published repository as a client would.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The root that is trusted already; by default the repository's own first root, which is then named by its digest.
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// The catalog as a place that files are published in.
struct Published(Arc<dyn Catalog>);

impl MetadataSource for Published {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let found = files::metadata(self.0.as_ref(), name).map_err(|error| SourceError(error.to_string()))?;
        Ok(found.map(|(file, _)| file.bytes))
    }
}

impl Verify {
    /// Runs the command.
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        match self.remote.client(config)? {
            Some(client) => self.verify(&client),
            None => {
                let _lock = FolderLock::take(&config.data)?;
                let catalog = composition::catalog(config)?;
                let log = audit::check(catalog.as_ref())?;
                say(&format!(
                    "The audit log has {} lines, none changed. Its head is {}.",
                    log.lines, log.head
                ))?;
                audit::check_artifacts(catalog.as_ref())?;
                self.verify(&Published(catalog))
            }
        }
    }

    fn verify(&self, source: &dyn MetadataSource) -> anyhow::Result<()> {
        let trusted = match &self.root {
            Some(path) => document::read(path)?,
            None => first_root(source)?,
        };
        let report = verify_repository(source, &trusted, composition::clock().now().unix())?;
        let (role, expires) = &report.first_expiry;
        say(&format!(
            "Verified: root {}, timestamp {}, snapshot {}, targets {}, {} delegated roles, {} targets.",
            report.root,
            report.timestamp,
            report.snapshot,
            report.targets,
            report.delegated_roles,
            report.listed_targets
        ))?;
        say(&format!("The first to expire is {role}, {expires}."))
    }
}

fn first_root(source: &dyn MetadataSource) -> anyhow::Result<Vec<u8>> {
    let bytes =
        source.fetch("1.root.json")?.context("There is no root yet. Bootstrap the repository first; if that is done, `online-service status` says what its root waits for.")?;
    let digest = Metadata::<Root>::parse(&bytes)?.document().digest();
    say(&format!("Trusting the repository's own first root. Compare its document digest: {digest}"))?;
    Ok(bytes)
}
