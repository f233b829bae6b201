//! `GET /api/v1/bootstrap`: whether there is a repository. Open to everybody.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::json::Json;

use crate::http::error::ApiError;
use crate::http::{Shared, blocking, json};
use crate::ports::catalog::bootstrap::{BootstrapRecord, BootstrapState};
use crate::usecases::bootstrap;

fn body(record: &BootstrapRecord) -> Json {
    let finished = record.state == BootstrapState::Finished;
    let mut data = Json::object([("bootstrap", Json::from(finished))]);
    if let Some(task) = &record.task {
        data.set("state", Json::from(record.state.as_str()));
        data.set("id", Json::from(task.as_str()));
    }
    let message = match record.state {
        BootstrapState::None => "System available for bootstrap.",
        BootstrapState::Pre | BootstrapState::Signing | BootstrapState::Finished => {
            "System LOCKED for bootstrap."
        }
    };
    Json::object([("data", data), ("message", Json::from(message))])
}

/// Says where the bootstrap stands.
pub(crate) async fn handle(State(app): State<Shared>) -> Result<Response, ApiError> {
    let record = blocking(&app, |app| Ok(bootstrap::state(&app.ports)?)).await?;
    Ok(json(StatusCode::OK, &body(&record)))
}
