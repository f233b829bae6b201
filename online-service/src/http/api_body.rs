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
    pub const ALL: [ApiBody; 4] =
        [ApiBody::AddArtifacts, ApiBody::RemoveArtifacts, ApiBody::Bootstrap, ApiBody::Signature];

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
        }
    }
}
