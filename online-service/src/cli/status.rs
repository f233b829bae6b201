//! `status`: how the service is.

use clap::Args;
use shared::json::Json;

use super::output::{hand_over, say};
use super::remote::Remote;
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::usecases::status;

/// Say how the service is.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// For programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

impl Status {
    /// Runs the command.
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let value = match self.remote.client(config)? {
            Some(client) => client.get("/api/v1/status")?,
            None => {
                let _lock = FolderLock::take(&config.data)?;
                let catalog = composition::catalog(config)?;
                status::read(catalog.as_ref(), composition::clock().now(), None)?.to_json()
            }
        };
        if self.json {
            return hand_over(String::from_utf8_lossy(&value.to_pretty()).trim_end());
        }
        let sentences = value.get("sentences").and_then(Json::as_array).unwrap_or_default();
        sentences.iter().filter_map(Json::as_str).try_for_each(say)
    }
}
