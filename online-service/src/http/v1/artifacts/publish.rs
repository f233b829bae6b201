//! `POST /api/v1/artifacts/publish`: publishes what was deferred. Scope `artifacts:write`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer;
use crate::http::error::ApiError;
use crate::http::{Shared, authorise, blocking};
use crate::ports::catalog::intake::Urgency;
use crate::usecases::artifacts::publish;

/// Asks for a publication.
pub(crate) async fn handle(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let caller = authorise::caller(&app, &headers).await?;
    let accepted = blocking(&app, move |app| Ok(publish(&app.ports, &caller)?)).await?;
    app.wake.ring();
    Ok(answer(&accepted, Vec::new(), "Publish artifacts successfully submitted.", Urgency::Now))
}
