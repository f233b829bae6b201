//! `POST /api/v1/metadata/sign/delete`: throws away what waits for signatures. Scope `admin`.
//!
//! The header `x-vestry-expect-digest` names the one root that may be thrown away; without it, whichever waits.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::json::Json;

use crate::http::error::{ApiError, Invalid};
use crate::http::fields::{Faults, Field};
use crate::http::v1::{accepted, expected};
use crate::http::{Shared, authorise, body, json};
use crate::scope::Need;
use crate::usecases::abandon::{AbandonError, abandon};

impl From<AbandonError> for ApiError {
    fn from(error: AbandonError) -> Self {
        let sentence = error.to_string();
        match error {
            AbandonError::Access(error) => error.into(),
            AbandonError::Catalog(error) => error.into(),
            AbandonError::Randomness(error) => error.into(),
            AbandonError::NotSigning(role) => {
                Self::state(&format!("No signing process for {role}."), &sentence)
            }
            AbandonError::Digest { .. } => {
                let place = vec![Json::from("header"), Json::from(expected::EXPECT_HEADER)];
                Self::invalid(Invalid::value(place, &sentence, Json::object([])))
            }
            AbandonError::Unreadable(_) => Self::internal(&error),
        }
    }
}

/// Reads the body.
pub(crate) fn read(value: &Json) -> Result<String, ApiError> {
    let mut faults = Faults::default();
    let role = Field::body(value).member("role", &mut faults);
    let role = role.and_then(|role| role.string(&mut faults)).unwrap_or_default().to_owned();
    faults.check()?;
    Ok(role)
}

/// Throws it away.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::StopSigning, request).await?;
    let expected = expected::digest(&headers)?;
    let abandoned = body::with_json(&app, &headers, request, move |app, value| {
        Ok(abandon(&app.ports, &caller, &read(value)?, expected)?)
    })
    .await?;
    let body = accepted(&abandoned.task, abandoned.at, "Metadata sign delete accepted.");
    Ok(json(StatusCode::ACCEPTED, &body))
}
