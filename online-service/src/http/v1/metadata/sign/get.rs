//! `GET /api/v1/metadata/sign`: what waits for signatures. Scope `read`. The answer is the file that goes to signers.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::json::Json;
use shared::rotation::RootError;

use crate::http::error::{ApiError, Invalid};
use crate::http::{Shared, authorise, blocking, json};
use crate::usecases::sign::{Pending, SignError, pending};

const NOTHING: &str = "No metadata pending signing available";

impl From<SignError> for ApiError {
    fn from(error: SignError) -> Self {
        let sentence = error.to_string();
        let refuse = |field: &str| {
            let place = vec![Json::from("body"), Json::from(field)];
            Self::invalid(Invalid::value(place, &sentence, Json::object([])))
        };
        match error {
            SignError::Access(error) => error.into(),
            SignError::Catalog(error) => error.into(),
            SignError::Randomness(error) => error.into(),
            SignError::State(_) => Self::state("No signing pending.", &sentence),
            SignError::NothingPending(_) => refuse("role"),
            SignError::NoVote(_) | SignError::Signature(_) => refuse("signature"),
            SignError::Root(RootError::Expired(_)) => refuse("role"),
            SignError::Unreadable(_) | SignError::Root(_) => Self::internal(&error),
        }
    }
}

fn body(pending: Pending) -> Json {
    match pending {
        Pending::Nothing => Json::object([("message", Json::from(NOTHING))]),
        Pending::Root(root) => Json::object([
            ("data", Json::object([("metadata", Json::object([("root", root)]))])),
            ("message", Json::from("Metadata role(s) pending signing")),
        ]),
    }
}

/// Shows what waits.
pub(crate) async fn handle(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let caller = authorise::caller(&app, &headers).await?;
    let found = blocking(&app, move |app| match pending(&app.ports, &caller) {
        Err(SignError::State(state)) => {
            Err(ApiError::state(NOTHING, &format!("Requires bootstrap started. State: {}", state.as_str())))
        }
        other => Ok(other?),
    })
    .await?;
    Ok(json(StatusCode::OK, &body(found)))
}
