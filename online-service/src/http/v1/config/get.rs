//! `GET /api/v1/config`: the settings of the repository. Scope `read`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::json::Json;

use crate::http::error::ApiError;
use crate::http::{Shared, authorise, blocking, json};
use crate::usecases::settings::{self, SettingsError};

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Access(error) => error.into(),
            SettingsError::Catalog(error) => error.into(),
            SettingsError::NotReady(_) => {
                Self::state("No Repository Settings/Config found.", &error.to_string())
            }
            SettingsError::Unreadable(_) | SettingsError::Root(_) => Self::internal(&error),
        }
    }
}

/// Says how the repository is set.
pub(crate) async fn handle(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    let caller = authorise::caller(&app, &headers).await?;
    let data = blocking(&app, move |app| Ok(settings::current(&app.ports, &caller)?)).await?;
    let body = Json::object([("data", data), ("message", Json::from("Current Settings"))]);
    Ok(json(StatusCode::OK, &body))
}
