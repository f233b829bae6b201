//! Refusals, spelt as RSTUF spells them where it has such a refusal.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::json::Json;

use super::json;
use crate::ports::catalog::CatalogError;
use crate::ports::randomness::RandomnessError;
use crate::usecases::access::AccessError;

/// One thing that is wrong with a request, in pydantic's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// pydantic's name of the rule.
    pub(crate) kind: &'static str,
    /// Where, from `body` or `query` on.
    pub(crate) place: Vec<Json>,
    /// What is wrong.
    pub(crate) message: String,
    /// What was given there.
    pub(crate) input: Json,
    /// Numbers of the rule.
    pub(crate) context: Option<Json>,
}

impl Invalid {
    /// Something that no rule of pydantic's covers: `message` is a whole sentence.
    pub(crate) fn value(place: Vec<Json>, message: &str, input: Json) -> Self {
        Self {
            kind: "value_error",
            place,
            message: format!("Value error, {message}"),
            input,
            context: Some(Json::object([("error", Json::object([]))])),
        }
    }

    fn to_json(&self) -> Json {
        let mut value = Json::object([
            ("type", Json::from(self.kind)),
            ("loc", Json::from(self.place.clone())),
            ("msg", Json::from(self.message.as_str())),
            ("input", self.input.clone()),
        ]);
        if let Some(context) = &self.context {
            value.set("ctx", context.clone());
        }
        value
    }
}

/// A refusal.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 401: nobody knows who asks.
    Unauthorized(String),
    /// 403: the caller may not.
    Forbidden(String),
    /// 404: not in this state. RSTUF's `detail` object.
    State(Json),
    /// 422: the request is not acceptable.
    Invalid(Vec<Invalid>),
    /// 413: the body is too large.
    TooLarge,
    /// 415: a body that says it is something else, or that a foreign page sent.
    NotJson(String),
    /// 408: the body did not come.
    TooSlow,
    /// 400: the body ended early.
    Broken,
    /// 503: too much waits already.
    Busy(String),
    /// 409: somebody else was faster.
    Conflict(String),
    /// 503: could not ask.
    Unavailable,
    /// 500: a defect.
    Internal,
}

impl ApiError {
    /// RSTUF's state error with both of its fields.
    pub(crate) fn state(message: &str, error: &str) -> Self {
        Self::State(Json::object([("message", Json::from(message)), ("error", Json::from(error))]))
    }

    /// A single unacceptable thing.
    pub(crate) fn invalid(invalid: Invalid) -> Self {
        Self::Invalid(vec![invalid])
    }

    /// Logs a defect once, here at the boundary; the caller learns no more than that there is one.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Internal
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Fenced(reason) => Self::Conflict(format!("Try again: {reason}.")),
            error @ (CatalogError::Unavailable(_) | CatalogError::Corrupt(_) | CatalogError::Missing(_)) => {
                tracing::error!(%error, "a request failed");
                Self::Unavailable
            }
        }
    }
}

impl From<RandomnessError> for ApiError {
    fn from(error: RandomnessError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Unavailable
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Catalog(error) => error.into(),
            AccessError::NoToken | AccessError::Refused => Self::Unauthorized(error.to_string()),
            AccessError::Forbidden { .. } => Self::Forbidden(error.to_string()),
        }
    }
}

fn detail(text: impl Into<Json>) -> Json {
    Json::object([("detail", text.into())])
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized(sentence) => {
                let mut response = json(StatusCode::UNAUTHORIZED, &detail(sentence));
                for scheme in ["Bearer realm=\"vestry\"", "Basic realm=\"vestry\""] {
                    response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
                }
                response
            }
            Self::Forbidden(sentence) => json(StatusCode::FORBIDDEN, &detail(sentence)),
            Self::State(value) => json(StatusCode::NOT_FOUND, &detail(value)),
            Self::Invalid(list) => {
                let list: Vec<Json> = list.iter().map(Invalid::to_json).collect();
                json(StatusCode::UNPROCESSABLE_ENTITY, &detail(list))
            }
            Self::TooLarge => {
                let sentence =
                    "The body is larger than 33554432 bytes (32 MiB). Send it in several requests.";
                json(StatusCode::PAYLOAD_TOO_LARGE, &detail(sentence))
            }
            Self::NotJson(sentence) => json(StatusCode::UNSUPPORTED_MEDIA_TYPE, &detail(sentence)),
            Self::TooSlow => {
                let sentence = "The body did not arrive within 60 seconds. Send it in several requests.";
                json(StatusCode::REQUEST_TIMEOUT, &detail(sentence))
            }
            Self::Broken => {
                let sentence = "The body ended before it was whole. Send it again.";
                json(StatusCode::BAD_REQUEST, &detail(sentence))
            }
            Self::Busy(sentence) => json(StatusCode::SERVICE_UNAVAILABLE, &detail(sentence)),
            Self::Conflict(sentence) => json(StatusCode::CONFLICT, &detail(sentence)),
            Self::Unavailable => {
                let sentence = "The service cannot reach its catalog or its randomness. Nothing was accepted; try again, and look into its log.";
                json(StatusCode::SERVICE_UNAVAILABLE, &detail(sentence))
            }
            Self::Internal => json(StatusCode::INTERNAL_SERVER_ERROR, &detail("Internal Server Error")),
        }
    }
}
