//! sigstore-tuf, the client of sigstore's Rust libraries.

use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{Error, FileStore, Repository, Updater};

use crate::web::{self, WebError};
use crate::{Question, Verdict};

struct Web {
    metadata_url: String,
    targets_url: String,
}

impl Repository for Web {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(async move { fetch(format!("{}{name}", self.metadata_url), max_length) })
    }

    fn fetch_target<'a>(&'a self, path: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(async move { fetch(format!("{}{path}", self.targets_url), max_length) })
    }
}

fn fetch(url: String, most: u64) -> Result<Option<Vec<u8>>, Error> {
    web::fetch(&url, Some(most)).map_err(|error| match error {
        WebError::NotFetched(_) => Error::transport(error.to_string()),
        WebError::TooLong(_) => Error::IntegrityMismatch(error.to_string()),
    })
}

/// Asks the client.
#[expect(
    clippy::disallowed_methods,
    reason = "the client takes the time as a parameter, and this is its caller"
)]
pub(crate) async fn judge(question: &Question) -> Verdict {
    let web = Web { metadata_url: question.metadata_url.clone(), targets_url: question.targets_url.clone() };
    let mut updater = Updater::new(web, &question.root)?;
    if let Some(cache) = &question.cache {
        updater = updater.with_store(FileStore::new(cache));
    }
    let now = jiff::Timestamp::now();
    updater.refresh(now).await?;
    match updater.get_target_info(&question.target, now).await? {
        Some(info) => Ok(Some(updater.download_target(&info, &question.target).await?)),
        None => Ok(None),
    }
}

/// Whether the network is to blame.
pub(crate) fn was_not_fetched(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(Error::Transport { .. }))
}
