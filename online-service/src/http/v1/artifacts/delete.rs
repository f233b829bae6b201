//! `POST /api/v1/artifacts/delete`: removes artifacts. Scope `artifacts:write`, covering every path.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use shared::json::Json;
use shared::target::TargetPath;

use super::{answer, artifacts_field, urgency};
use crate::http::error::ApiError;
use crate::http::fields::{Faults, Field};
use crate::http::{Shared, authorise, blocking, body};
use crate::ports::catalog::intake::Urgency;
use crate::scope::Need;
use crate::usecases::artifacts::remove;

fn read(value: &Json) -> Result<(Vec<TargetPath>, Urgency), ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    let entries =
        artifacts_field(&body, &mut faults).map(|field| field.list(&mut faults)).unwrap_or_default();
    let paths = entries.iter().filter_map(|entry| {
        let text = entry.string(&mut faults)?;
        TargetPath::new(text).map_err(|error| faults.add_sentence(entry, &error.to_string())).ok()
    });
    let paths = paths.collect();
    let urgency = urgency(&body, &mut faults);
    faults.check()?;
    Ok((paths, urgency))
}

/// Takes the removal in.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::Publish, request).await?;
    let value = body::read(&headers, request).await?;
    let (accepted, names, urgency) = blocking(&app, move |app| {
        let (paths, urgency) = read(&value)?;
        let names = paths.iter().map(|path| Json::from(path.as_str())).collect();
        Ok((remove(&app.ports, &caller, paths, urgency)?, names, urgency))
    })
    .await?;
    app.wake.ring();
    Ok(answer(&accepted, names, "Remove Artifact(s) successfully submitted.", urgency))
}
