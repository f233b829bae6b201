//! HTTP, from the outside in: one endpoint a file, each in the order errors, response, handler, tests.
//!
//! Handlers read a request, call one use case on a thread that may block, and spell its answer. They decide nothing.

pub(crate) mod api_body;
pub(crate) mod authorise;
pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod content;
pub(crate) mod error;
pub(crate) mod fields;
mod log;
pub(crate) mod metadata;
pub(crate) mod v1;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use shared::json::Json;
use tokio::sync::Semaphore;

use crate::ports::Ports;
use crate::publisher::health::Health;
use crate::publisher::wake::Wake;
use crate::usecases::bootstrap::BootstrapPolicy;
use body::Room;
use content::ContentFolder;
use error::ApiError;

/// What every handler may use.
pub(crate) struct App {
    /// The ports.
    pub(crate) ports: Ports,
    /// Which bootstrap is taken.
    pub(crate) policy: BootstrapPolicy,
    /// Tells the publisher that there is work.
    pub(crate) wake: Arc<Wake>,
    /// How the publisher is.
    pub(crate) health: Arc<Health>,
    /// Turns at parsing a large body.
    pub(crate) large_bodies: Arc<Semaphore>,
    /// Room for large bodies.
    pub(crate) room: Room,
    /// The folder under `/content/`, if any.
    pub(crate) content: Option<ContentFolder>,
}

/// The state of the router.
pub(crate) type Shared = Arc<App>;

/// All routes.
pub(crate) fn router(app: Shared) -> Router {
    Router::new()
        .merge(v1::routes())
        .merge(metadata::routes())
        .merge(content::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), log::request))
        .with_state(app)
}

async fn not_found(body: Body) -> Response {
    body::discard(body).await;
    json(StatusCode::NOT_FOUND, &Json::object([("detail", Json::from("Not Found"))]))
}

async fn method_not_allowed(body: Body) -> Response {
    body::discard(body).await;
    json(StatusCode::METHOD_NOT_ALLOWED, &Json::object([("detail", Json::from("Method Not Allowed"))]))
}

/// A JSON answer. No cache keeps an answer of the API.
pub(crate) fn json(status: StatusCode, value: &Json) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, value.to_compact()).into_response()
}

/// Runs a use case where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    app: &Shared,
    work: impl FnOnce(&App) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let app = Arc::clone(app);
    match tokio::task::spawn_blocking(move || work(&app)).await {
        Ok(answer) => answer,
        Err(error) => Err(ApiError::internal(&error)),
    }
}
