//! The bodies that the API reads, without a server around them: what a stranger sends meets these first.

use axum::body::HttpBody as _;
use axum::response::IntoResponse as _;

use super::error::ApiError;
use super::{body, v1};

/// A body that some endpoint reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiBody {
    /// Of `POST /api/v1/artifacts`.
    AddArtifacts,
    /// Of `POST /api/v1/artifacts/delete`.
    RemoveArtifacts,
    /// Of `POST /api/v1/bootstrap`.
    Bootstrap,
    /// Of `POST /api/v1/metadata/sign`.
    Signature,
    /// Of `POST /api/v1/metadata/sign/delete`.
    Abandon,
}

/// A body was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedBody {
    /// The status of the answer.
    pub status: u16,
    /// How long the answer is.
    pub bytes: u64,
}

impl ApiBody {
    /// All of them.
    pub const ALL: [ApiBody; 5] = [
        ApiBody::AddArtifacts,
        ApiBody::RemoveArtifacts,
        ApiBody::Bootstrap,
        ApiBody::Signature,
        ApiBody::Abandon,
    ];

    /// Where it is sent to.
    pub fn path(self) -> &'static str {
        match self {
            ApiBody::AddArtifacts => "/api/v1/artifacts",
            ApiBody::RemoveArtifacts => "/api/v1/artifacts/delete",
            ApiBody::Bootstrap => "/api/v1/bootstrap",
            ApiBody::Signature => "/api/v1/metadata/sign",
            ApiBody::Abandon => "/api/v1/metadata/sign/delete",
        }
    }

    /// Reads a body as its endpoint does.
    ///
    /// # Errors
    /// What the answer that refuses it looks like.
    pub fn check(self, bytes: &[u8]) -> Result<(), RefusedBody> {
        self.read(bytes).map_err(|error| {
            let answer = error.into_response();
            RefusedBody { status: answer.status().as_u16(), bytes: answer.body().size_hint().lower() }
        })
    }

    fn read(self, bytes: &[u8]) -> Result<(), ApiError> {
        let value = body::parse(bytes)?;
        match self {
            ApiBody::AddArtifacts => v1::artifacts::post::read(&value).map(drop),
            ApiBody::RemoveArtifacts => v1::artifacts::delete::read(&value).map(drop),
            ApiBody::Bootstrap => v1::bootstrap::post::read(&value).map(drop),
            ApiBody::Signature => v1::metadata::sign::post::read(&value).map(drop),
            ApiBody::Abandon => v1::metadata::sign::delete::read(&value).map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::ApiBody;

    /// The files of endpoints that read a JSON body, below a folder.
    fn readers(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                readers(&path, found);
            } else if std::fs::read_to_string(&path).unwrap().contains("with_json(") {
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_endpoint_that_reads_a_body_is_here() {
        let http = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
        let mut found = Vec::new();
        readers(&http.join("v1"), &mut found);
        // `v1/artifacts/post.rs` is `POST /api/v1/artifacts`.
        let path = |file: &String| {
            let (_, place) = file.rsplit_once("/http/").unwrap();
            let place = place.strip_suffix(".rs").unwrap();
            format!("/api/{}", place.strip_suffix("/post").unwrap_or(place))
        };
        let found: BTreeSet<String> = found.iter().map(path).collect();
        let known: BTreeSet<String> = ApiBody::ALL.map(|body| body.path().to_owned()).into();
        assert_eq!(found, known);
    }
}
