//! One line for each request, at the level `debug`. Headers, queries and bodies are never logged: they carry tokens.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;

/// Logs method, path, status and duration.
pub(super) async fn request(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begin = app.ports.clock.now();
    let response = next.run(request).await;
    let duration_us = app.ports.clock.now().micros() - begin.micros();
    tracing::debug!(%method, path, status = response.status().as_u16(), duration_us, "answered a request");
    response
}
