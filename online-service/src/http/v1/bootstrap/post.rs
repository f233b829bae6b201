//! `POST /api/v1/bootstrap`: takes the payload of a ceremony. Scope `admin`.
//!
//! The header `x-vestry-expect-digest` carries the document digest of root, groups or words, as it was read aloud in
//! the ceremony. Without it, and without `bootstrap.expect` in the configuration, a payload is refused: root version 1
//! names its own keys, so anybody can make one that is valid in itself.

mod shape;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::gap::BootstrapPayload;
use shared::json::Json;

use crate::http::error::{ApiError, Invalid};
use crate::http::v1::{accepted, expected};
use crate::http::{Shared, authorise, body, json};
use crate::scope::Need;
use crate::usecases::bootstrap::{BootstrapError, accept};

impl From<BootstrapError> for ApiError {
    fn from(error: BootstrapError) -> Self {
        let sentence = error.to_string();
        let refuse = |place: &[&str]| {
            let place = place.iter().map(|step| Json::from(*step)).collect();
            Self::invalid(Invalid::value(place, &sentence, Json::object([])))
        };
        match error {
            BootstrapError::Access(error) => error.into(),
            BootstrapError::Catalog(error) => error.into(),
            BootstrapError::Randomness(error) => error.into(),
            // RSTUF's one state error without a message.
            BootstrapError::State(_) => Self::State(Json::object([("error", Json::from(sentence))])),
            BootstrapError::Unpinned => Self::Forbidden(sentence),
            BootstrapError::UnsignedSettings => refuse(&["body", "settings"]),
            BootstrapError::Payload(_) => refuse(&["body"]),
            BootstrapError::Digest { .. }
            | BootstrapError::Root(_)
            | BootstrapError::Mode(_)
            | BootstrapError::RootSize(_)
            | BootstrapError::TargetsSize(_)
            | BootstrapError::OnlineRole(_)
            | BootstrapError::Vault(_) => refuse(&["body", "metadata", "root"]),
        }
    }
}

/// Reads the body.
pub(crate) fn read(value: &Json) -> Result<BootstrapPayload, ApiError> {
    Ok(BootstrapPayload::from_json(&shape::read(value)?).map_err(BootstrapError::from)?)
}

/// Checks the payload and starts the bootstrap.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::Bootstrap, request).await?;
    let expected = expected::digest(&headers)?;
    let accepted_bootstrap = body::with_json(&app, &headers, request, move |app, value| {
        let payload = read(value)?;
        let accepted = accept(&app.ports, &app.policy, &caller, &payload, expected)?;
        for warning in payload.root.body().key_warnings() {
            tracing::warn!(warning, "root has a key that some clients refuse");
        }
        Ok(accepted)
    })
    .await?;
    app.wake.ring();
    let body = accepted(&accepted_bootstrap.task, accepted_bootstrap.at, "Bootstrap accepted.");
    Ok(json(StatusCode::ACCEPTED, &body))
}
