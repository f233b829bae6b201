//! `POST /api/v1/metadata/sign`: adds one signature. Scope `metadata:write`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::gap::SignPayload;
use shared::json::Json;

use crate::http::error::{ApiError, Invalid};
use crate::http::fields::{Faults, Field};
use crate::http::v1::accepted;
use crate::http::{Shared, authorise, body, json};
use crate::scope::Need;
use crate::usecases::sign::{add, check_state};

/// Reads the body.
pub(crate) fn read(value: &Json) -> Result<SignPayload, ApiError> {
    check_shape(value)?;
    // What pydantic has no rule for: an impossible key id, or a signature that is no hexadecimal.
    SignPayload::from_json(value).map_err(|error| {
        let place = vec![Json::from("body"), Json::from("signature")];
        ApiError::invalid(Invalid::value(place, &error.to_string(), Json::object([])))
    })
}

fn check_shape(value: &Json) -> Result<(), ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    body.member("role", &mut faults).and_then(|role| role.string(&mut faults));
    if let Some(signature) = body.member("signature", &mut faults) {
        for name in ["keyid", "sig"] {
            signature.member(name, &mut faults).and_then(|field| field.string(&mut faults));
        }
    }
    faults.check()
}

/// Checks the signature and adds it.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::SignMetadata, request).await?;
    let signed = body::with_json(&app, &headers, request, move |app, value| {
        // In RSTUF's order: the shape, whether anything can wait, and only then what the signature says.
        check_shape(value)?;
        check_state(&app.ports)?;
        Ok(add(&app.ports, &caller, &read(value)?)?)
    })
    .await?;
    app.wake.ring();
    Ok(json(StatusCode::ACCEPTED, &accepted(&signed.task, signed.at, "Metadata sign accepted.")))
}
