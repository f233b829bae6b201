//! `/api/v1`, with RSTUF's paths, with and without the slash at the end.

pub(crate) mod artifacts;
pub(crate) mod bootstrap;
pub(crate) mod config;
pub(crate) mod expected;
pub(crate) mod metadata;
pub(crate) mod status;
pub(crate) mod task;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use shared::json::Json;

use super::Shared;
use crate::ports::catalog::task::TaskId;
use crate::ports::clock::Moment;

/// All endpoints of the API.
pub(crate) fn routes() -> Router<Shared> {
    let endpoints: [(&str, MethodRouter<Shared>); 12] = [
        ("bootstrap", get(bootstrap::get::handle).post(bootstrap::post::handle)),
        ("config", get(config::get::handle)),
        ("artifacts", post(artifacts::post::handle)),
        ("artifacts/delete", post(artifacts::delete::handle)),
        ("artifacts/publish", post(artifacts::publish::handle)),
        ("metadata/sign", get(metadata::sign::get::handle).post(metadata::sign::post::handle)),
        ("metadata/sign/delete", post(metadata::sign::delete::handle)),
        ("task", get(task::get::handle)),
        ("status", get(status::get::handle)),
        // Older RSTUF documentation teaches these spellings.
        ("targets", post(artifacts::post::handle)),
        ("targets/delete", post(artifacts::delete::handle)),
        ("targets/publish", post(artifacts::publish::handle)),
    ];
    let mut router = Router::new();
    for (path, endpoint) in endpoints {
        router = both(router, path, endpoint);
    }
    router
}

/// RSTUF answers the other spelling with 307; here both are served directly.
fn both(router: Router<Shared>, path: &str, endpoint: MethodRouter<Shared>) -> Router<Shared> {
    router.route(&format!("/api/v1/{path}"), endpoint.clone()).route(&format!("/api/v1/{path}/"), endpoint)
}

/// RSTUF's answer to an accepted request.
fn accepted(task: &TaskId, at: Moment, message: &str) -> Json {
    Json::object([
        (
            "data",
            Json::object([("task_id", Json::from(task.as_str())), ("last_update", Json::from(at.rfc3339()))]),
        ),
        ("message", Json::from(message)),
    ])
}
