//! `GET /api/v1/status`: how the service is. Scope `read`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::http::error::ApiError;
use crate::http::{Shared, authorise, blocking, json};
use crate::scope::Need;
use crate::usecases::status;

/// Says how the service is.
pub(crate) async fn handle(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let caller = authorise::caller(&app, &headers).await?;
    caller.check(&Need::Read)?;
    let status = blocking(&app, |app| {
        let trouble = app.health.trouble();
        Ok(status::read(app.ports.catalog.as_ref(), app.ports.clock.now(), trouble)?)
    })
    .await?;
    Ok(json(StatusCode::OK, &status.to_json()))
}
