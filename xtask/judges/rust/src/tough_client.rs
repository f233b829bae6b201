//! tough, the client of Bottlerocket.

use async_trait::async_trait;
use futures::stream;
use tough::{
    IntoVec as _, RepositoryLoader, TargetName, Transport, TransportError, TransportErrorKind,
    TransportStream,
};
use url::Url;

use crate::{Question, Verdict, web};

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
