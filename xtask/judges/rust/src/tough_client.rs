//! tough, the client of Bottlerocket.

use std::error::Error;

use async_trait::async_trait;
use futures::stream;
use tough::{
    IntoVec as _, RepositoryLoader, TargetName, Transport, TransportError, TransportErrorKind,
    TransportStream,
};
use url::Url;

use crate::web::{self, WebError};
use crate::{Question, Verdict};

#[derive(Debug, Clone)]
struct Web;

#[async_trait]
impl Transport for Web {
    async fn fetch(&self, url: Url) -> Result<TransportStream, TransportError> {
        match web::fetch(url.as_str(), None) {
            Ok(Some(bytes)) => Ok(Box::pin(stream::iter([Ok(bytes.into())]))),
            Ok(None) => Err(TransportError::new(TransportErrorKind::FileNotFound, url)),
            Err(reason) => Err(TransportError::new_with_cause(TransportErrorKind::Other, url, reason)),
        }
    }
}

/// Asks the client.
pub(crate) async fn judge(question: &Question) -> Verdict {
    let (metadata, targets) = (Url::parse(&question.metadata_url)?, Url::parse(&question.targets_url)?);
    let mut loader = RepositoryLoader::new(&question.root, metadata, targets).transport(Web);
    if let Some(cache) = &question.cache {
        loader = loader.datastore(cache);
    }
    let repository = loader.load().await?;
    let name = TargetName::new(question.target.as_str())?;
    match repository.read_target(&name).await? {
        Some(content) => Ok(Some(content.into_vec().await?)),
        None => Ok(None),
    }
}

/// Whether the network is to blame. The client calls a wrong hash an error of its transport, too.
pub(crate) fn was_not_fetched(error: &(dyn Error + 'static)) -> bool {
    let is_missing = |error: &TransportError| error.kind() == TransportErrorKind::FileNotFound;
    error.downcast_ref().is_some_and(is_missing)
        || matches!(error.downcast_ref(), Some(WebError::NotFetched(_)))
}
