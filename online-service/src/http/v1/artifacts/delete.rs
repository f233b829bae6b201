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
use crate::http::{Shared, authorise, body};
use crate::ports::catalog::intake::Urgency;
use crate::scope::Need;
use crate::usecases::artifacts::remove;

/// Reads the body.
pub(crate) fn read(value: &Json) -> Result<(Vec<TargetPath>, Urgency), ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    let paths = match artifacts_field(&body, &mut faults) {
        Some(field) => field.list(&mut faults, read_path),
        None => Vec::new(),
    };
    let urgency = urgency(&body, &mut faults);
    faults.check()?;
    Ok((paths, urgency))
}

fn read_path(entry: &Field<'_>, faults: &mut Faults) -> Option<TargetPath> {
    let text = entry.string(faults)?;
    TargetPath::new(text).map_err(|error| faults.add_sentence(entry, &error.to_string())).ok()
}

/// Takes the removal in.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::Publish, request).await?;
    let (accepted, names, urgency) = body::with_json(&app, &headers, request, move |app, value| {
        let (paths, urgency) = read(value)?;
        let names = paths.iter().map(|path| Json::from(path.as_str())).collect();
        Ok((remove(&app.ports, &caller, paths, urgency)?, names, urgency))
    })
    .await?;
    app.wake.ring();
    Ok(answer(&accepted, names, "Remove Artifact(s) successfully submitted.", urgency))
}
