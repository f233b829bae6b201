//! `GET /api/v1/task?task_id=`: what became of a request. Open to everybody who knows the id.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use shared::json::Json;

use crate::http::error::{ApiError, Invalid};
use crate::http::{Shared, blocking, json};
use crate::ports::catalog::task::Task;
use crate::usecases::tasks;

fn missing() -> ApiError {
    ApiError::invalid(Invalid {
        kind: "missing",
        place: vec![Json::from("query"), Json::from("task_id")],
        message: "Field required".to_owned(),
        input: Json::Null,
        context: None,
    })
}

/// An id that never was is `PENDING`, as in RSTUF.
fn body(id: &str, task: Option<&Task>) -> Json {
    let mut data = Json::object([("task_id", Json::from(id))]);
    match task {
        None => data.set("state", Json::from("PENDING")),
        Some(task) => {
            data.set("state", Json::from(task.state.as_str()));
            data.set("result", task.result.clone());
        }
    }
    Json::object([("data", data), ("message", Json::from("Task state."))])
}

/// Says how far the task is.
pub(crate) async fn handle(
    State(app): State<Shared>,
    // Pairs cannot be refused: of a parameter that stands twice the last one counts, as in RSTUF.
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let given = parameters.into_iter().rfind(|(name, _)| name == "task_id");
    let (_, id) = given.ok_or_else(missing)?;
    let wanted = id.clone();
    let task = blocking(&app, move |app| Ok(tasks::find(app.ports.catalog.as_ref(), &wanted)?)).await?;
    Ok(json(StatusCode::OK, &body(&id, task.as_ref())))
}
