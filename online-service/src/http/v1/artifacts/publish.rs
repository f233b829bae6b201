//! `POST /api/v1/artifacts/publish`: publishes what was deferred, by whomever. Scope `artifacts:write` without a
//! path prefix.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer;
use crate::http::error::ApiError;
use crate::http::{Shared, authorise, blocking, body};
use crate::ports::catalog::intake::Urgency;
use crate::scope::Need;
use crate::usecases::artifacts::publish;

/// Asks for a publication.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::PublishDeferred, request).await?;
    // RSTUF's clients send a body or none; it says nothing.
    body::discard(request.body).await;
    let accepted = blocking(&app, move |app| Ok(publish(&app.ports, &caller)?)).await?;
    app.wake.ring();
    Ok(answer(&accepted, Vec::new(), "Publish artifacts successfully submitted.", Urgency::Now))
}
