//! Artifacts.

pub(crate) mod delete;
pub(crate) mod post;
pub(crate) mod publish;

use axum::http::StatusCode;
use axum::response::Response;
use shared::json::Json;

use super::accepted;
use crate::http::error::{ApiError, Invalid};
use crate::http::fields::{Faults, Field};
use crate::http::json;
use crate::ports::catalog::intake::Urgency;
use crate::usecases::artifacts::{Accepted, ArtifactsError};

impl From<ArtifactsError> for ApiError {
    fn from(error: ArtifactsError) -> Self {
        let sentence = error.to_string();
        match error {
            ArtifactsError::Access(error) => error.into(),
            ArtifactsError::Catalog(error) => error.into(),
            ArtifactsError::Randomness(error) => error.into(),
            ArtifactsError::NotReady(_) => Self::state("Task not accepted.", &sentence),
            ArtifactsError::QueueFull => Self::Busy(sentence),
            ArtifactsError::Nothing
            | ArtifactsError::BinFull { .. }
            | ArtifactsError::TaskId { .. }
            | ArtifactsError::Request(_) => {
                let place = vec![Json::from("body"), Json::from("artifacts")];
                Self::invalid(Invalid::value(place, &sentence, Json::Null))
            }
            ArtifactsError::Settings(_) => Self::internal(&error),
        }
    }
}

/// RSTUF's answer: the usual one, with the paths.
fn answer(accepted_request: &Accepted, paths: Vec<Json>, message: &str, urgency: Urgency) -> Response {
    let skipped = match urgency {
        Urgency::Now => "",
        Urgency::Deferred => " Publishing will be skipped.",
    };
    let mut body = accepted(&accepted_request.task, accepted_request.at, &format!("{message}{skipped}"));
    if let Json::Object(members) = &mut body
        && let Some(data) = members.get_mut("data")
    {
        data.set("artifacts", Json::from(paths));
    }
    json(StatusCode::ACCEPTED, &body)
}

/// `artifacts`, or `targets` as older documentation has it.
fn artifacts_field<'a>(body: &Field<'a>, faults: &mut Faults) -> Option<Field<'a>> {
    body.given("artifacts").or_else(|| body.given("targets")).or_else(|| body.member("artifacts", faults))
}

/// `publish_artifacts`, or `publish_targets` as older documentation has it; published unless it says no.
fn urgency(body: &Field<'_>, faults: &mut Faults) -> Urgency {
    let field = body.given("publish_artifacts").or_else(|| body.given("publish_targets"));
    match field.and_then(|field| field.boolean(faults)) {
        Some(false) => Urgency::Deferred,
        Some(true) | None => Urgency::Now,
    }
}
