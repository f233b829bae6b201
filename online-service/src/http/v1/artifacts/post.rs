//! `POST /api/v1/artifacts`: adds or replaces artifacts. Scope `artifacts:write`, covering every path.
//!
//! What RSTUF accepts and then cannot publish, or publishes for some clients only, is refused here.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

use super::{answer, artifacts_field, urgency};
use crate::http::error::ApiError;
use crate::http::fields::{Faults, Field};
use crate::http::{Shared, authorise, body};
use crate::scope::Need;
use crate::usecases::artifacts::{Addition, TaskIdInCustom, add};

/// Reads the body.
pub(crate) fn read(value: &Json) -> Result<Addition, ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    let artifacts = match artifacts_field(&body, &mut faults) {
        Some(field) => field.list(&mut faults, read_artifact),
        None => Vec::new(),
    };
    let written = body.given("add_task_id_to_custom").and_then(|field| field.boolean(&mut faults));
    let task_id = if written == Some(true) { TaskIdInCustom::Written } else { TaskIdInCustom::Omitted };
    let urgency = urgency(&body, &mut faults);
    faults.check()?;
    Ok(Addition { artifacts, urgency, task_id })
}

fn read_artifact(entry: &Field<'_>, faults: &mut Faults) -> Option<(TargetPath, TargetInfo)> {
    if !entry.is_object(faults) {
        return None;
    }
    let path = entry.member("path", faults).and_then(|field| {
        let text = field.string(faults)?;
        TargetPath::new(text).map_err(|error| faults.add_sentence(&field, &error.to_string())).ok()
    });
    let info = entry.member("info", faults).and_then(|field| read_info(&field, faults));
    Some((path?, info?))
}

fn read_info(field: &Field<'_>, faults: &mut Faults) -> Option<TargetInfo> {
    if !field.is_object(faults) {
        return None;
    }
    let length = field.member("length", faults).and_then(|length| length.integer(faults));
    let hashes = field.member("hashes", faults).is_some_and(|hashes| are_strings(&hashes, faults));
    let custom = field.optional("custom").is_none_or(|custom| custom.members(faults).is_some());
    if !hashes || !custom {
        return None;
    }
    let mut lenient = field.value.clone();
    lenient.set("length", Json::Int(length?));
    TargetInfo::from_json(&lenient).map_err(|error| faults.add_sentence(field, &error.to_string())).ok()
}

fn are_strings(field: &Field<'_>, faults: &mut Faults) -> bool {
    let Some(members) = field.members(faults) else { return false };
    let mut all = true;
    for member in members {
        all &= member.string(faults).is_some();
        if faults.are_enough() {
            break;
        }
    }
    all
}

/// tough, tuf-js and others know no blake2b, so an artifact without sha256 is invisible to them.
fn warning(addition: &Addition) -> Option<HeaderValue> {
    let lacks = addition.artifacts.iter().any(|(_, info)| !info.hashes.contains_key("sha256"));
    lacks.then(|| {
        HeaderValue::from_static(
            "some artifacts have no sha256 hash; several TUF clients cannot download them",
        )
    })
}

/// Takes the artifacts in.
pub(crate) async fn handle(
    State(app): State<Shared>,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, ApiError> {
    let (caller, request) = authorise::sender(&app, &headers, &Need::Publish, request).await?;
    let (accepted, paths, urgency, warning) = body::with_json(&app, &headers, request, move |app, value| {
        let addition = read(value)?;
        let paths = addition.artifacts.iter().map(|(path, _)| Json::from(path.as_str())).collect();
        let (urgency, warning) = (addition.urgency, warning(&addition));
        Ok((add(&app.ports, &caller, addition)?, paths, urgency, warning))
    })
    .await?;
    app.wake.ring();
    let mut response = answer(&accepted, paths, "New Artifact(s) successfully submitted.", urgency);
    if let Some(warning) = warning {
        response.headers_mut().insert("x-vestry-warning", warning);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use shared::json::Json;

    use super::read;
    use crate::http::error::ApiError;

    fn kinds(text: &str) -> Vec<&'static str> {
        match read(&Json::parse(text.as_bytes()).unwrap()) {
            Err(ApiError::Invalid(list)) => list.into_iter().map(|invalid| invalid.kind).collect(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn every_fault_of_a_request_is_named() {
        assert_eq!(kinds("{}"), ["missing"]);
        assert_eq!(kinds(r#"{"artifacts":[5]}"#), ["model_attributes_type"], "once, not for every member");
        assert_eq!(kinds(r#"{"artifacts":[{"path":"y"}]}"#), ["missing"]);
        for (info, kind) in [
            (r#"{"length":1,"hashes":5}"#, "dict_type"),
            (r#"{"length":1,"hashes":{"sha256":5}}"#, "string_type"),
            (r#"{"length":1,"hashes":{},"custom":[]}"#, "dict_type"),
            (r#"{"length":null,"hashes":{}}"#, "int_type"),
        ] {
            assert_eq!(
                kinds(&format!(r#"{{"artifacts":[{{"path":"y","info":{info}}}]}}"#)),
                [kind],
                "{info}"
            );
        }
        assert_eq!(kinds(r#"{"artifacts":null,"targets":[]}"#), ["list_type"], "null is not missing");
        assert_eq!(kinds(r#"{"artifacts":[],"publish_artifacts":null}"#), ["bool_type"]);
        assert_eq!(kinds(r#"{"artifacts":[],"add_task_id_to_custom":2}"#), ["bool_parsing"]);
        let text = r#"{"artifacts":[{"path":"../x","info":{"length":"-1","hashes":{"sha256":"zz"}}},{"path":5,"info":{"length":"x","hashes":{}}}]}"#;
        assert_eq!(kinds(text), ["value_error", "value_error", "string_type", "int_parsing"]);
    }

    #[test]
    fn lengths_may_be_spelt_as_strings_and_older_names_work() {
        let hash = "0".repeat(64);
        let text = format!(
            r#"{{"targets":[{{"path":"x","info":{{"length":"630","hashes":{{"blake2b-256":"{hash}"}}}}}}],"publish_targets":"no"}}"#
        );
        let addition = read(&Json::parse(text.as_bytes()).unwrap()).unwrap();
        assert_eq!(addition.artifacts[0].1.length, 630);
        assert_eq!(addition.urgency, crate::ports::catalog::intake::Urgency::Deferred);
    }
}
