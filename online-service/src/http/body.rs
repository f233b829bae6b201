//! Reading a JSON body: at most 32 MiB within a minute, without duplicate members and fractions.
//!
//! What a body becomes in memory is bounded too: by its values, and by how many large bodies are held and read at once. Parsing
//! happens where the use case runs, on a thread that may block.

mod malformed;
mod room;
mod whole_numbers;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, header};
use shared::json::Json;
use tokio::time::timeout;

use super::error::{ApiError, Invalid};
use super::{App, Shared, blocking};
use room::Held;
pub(crate) use room::Room;

/// The largest body.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How much of a refused body is still read and thrown away.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;
/// How long a body may take, and a large one once more when there is room for it.
const READING: Duration = Duration::from_secs(60);
/// How long a refused body is listened to.
const DISCARDING: Duration = Duration::from_secs(10);
/// The most that the values of a body weigh.
const MAX_VALUES: usize = 4_000_000;
/// Larger bodies are parsed two at a time.
const LARGE: usize = 256 * 1024;
/// How many large bodies are parsed at once.
pub(crate) const LARGE_AT_ONCE: usize = 2;

/// A body that is still to come, and who sends it.
pub(crate) struct Incoming {
    /// The body.
    pub(crate) body: Body,
    /// Whose it is.
    pub(crate) actor: String,
}

/// Reads the whole body as JSON and gives it to a use case, on a thread that may block.
pub(crate) async fn with_json<T: Send + 'static>(
    app: &Shared,
    headers: &HeaderMap,
    incoming: Incoming,
    work: impl FnOnce(&App, &Json) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let (bytes, held) = read(&app.room, headers, incoming).await?;
    let turn = if bytes.len() > LARGE {
        let turns = Arc::clone(&app.large_bodies);
        Some(turns.acquire_owned().await.map_err(|error| ApiError::internal(&error))?)
    } else {
        None
    };
    blocking(app, move |app| {
        // Kept until what was parsed is gone, also when the client is gone before.
        let _kept = (turn, held);
        work(app, &parse(&bytes)?)
    })
    .await
}

/// Reads JSON whose value in memory is bounded too.
pub(crate) fn parse(bytes: &[u8]) -> Result<Json, ApiError> {
    let strict = Json::parse_within(bytes, MAX_VALUES);
    strict
        .or_else(|error| match whole_numbers::respelt(bytes) {
            Some(respelt) => Json::parse_within(&respelt, MAX_VALUES),
            None => Err(error),
        })
        .map_err(|error| ApiError::invalid(unreadable(bytes, &error.to_string())))
}

async fn read(
    room: &Room,
    headers: &HeaderMap,
    incoming: Incoming,
) -> Result<(Vec<u8>, Option<Held>), ApiError> {
    let Incoming { mut body, actor } = incoming;
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let announced = announced.or_else(|| body.size_hint().exact()?.try_into().ok());
    let outcome = match announced {
        Some(length) if length > MAX_BYTES => Err(ApiError::TooLarge),
        // One of unknown length may become as large as any.
        length => receive(&mut body, || room.hold(&actor, length.unwrap_or(MAX_BYTES))).await,
    };
    if let Err(ApiError::TooLarge | ApiError::Busy(_)) = outcome {
        discard(body).await;
    }
    outcome
}

/// Receives a body; once it turns out to be large, room is made for it first. What is waited for meanwhile is not the
/// sender's fault.
async fn receive<F: Future<Output = Result<Held, ApiError>>>(
    body: &mut Body,
    make_room: impl FnOnce() -> F,
) -> Result<(Vec<u8>, Option<Held>), ApiError> {
    let mut bytes = Vec::new();
    if collect(body, &mut bytes, LARGE).await? == Arrived::Wholly {
        return Ok((bytes, None));
    }
    let held = make_room().await?;
    collect(body, &mut bytes, MAX_BYTES).await?;
    Ok((bytes, Some(held)))
}

/// How much of a body has arrived.
#[derive(PartialEq, Eq)]
enum Arrived {
    /// All of it.
    Wholly,
    /// So much that there is a pause.
    Partly,
}

/// Reads on until the end, or until there is more than `pause`.
async fn collect(body: &mut Body, bytes: &mut Vec<u8>, pause: usize) -> Result<Arrived, ApiError> {
    let reading = async {
        while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            let frame = frame.map_err(|_| ApiError::Broken)?;
            let Some(piece) = frame.data_ref() else { continue };
            if bytes.len() + piece.len() > MAX_BYTES {
                return Err(ApiError::TooLarge);
            }
            bytes.extend_from_slice(piece);
            if bytes.len() > pause {
                return Ok(Arrived::Partly);
            }
        }
        Ok(Arrived::Wholly)
    };
    timeout(READING, reading).await.unwrap_or(Err(ApiError::TooSlow))
}

/// Reads a refused body and throws it away: a client that is still sending would otherwise get a broken connection
/// instead of the sentence that says why. Who sends too much or too slowly gets the broken connection.
pub(crate) async fn discard(mut body: Body) {
    let all = async {
        let mut left = MAX_DISCARDED;
        while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(rest) = left.checked_sub(length) else { return };
            left = rest;
        }
    };
    // Too slow is as good as too much.
    drop(timeout(DISCARDING, all).await);
}

/// pydantic says where malformed JSON goes wrong. JSON that is well formed, but that clients would read differently,
/// gets a sentence of its own.
fn unreadable(bytes: &[u8], sentence: &str) -> Invalid {
    let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) else {
        return Invalid::value(vec![Json::from("body")], sentence, Json::object([]));
    };
    let (offset, words) = malformed::fault(bytes, &error);
    Invalid {
        kind: "json_invalid",
        place: vec![Json::from("body"), Json::from(offset)],
        message: "JSON decode error".to_owned(),
        input: Json::object([]),
        context: Some(Json::object([("error", Json::from(words))])),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::http::HeaderMap;
    use shared::software::sealed::Passphrase;
    use tokio::sync::Semaphore;

    use super::room::KIB;
    use super::{Incoming, LARGE, LARGE_AT_ONCE, Room, unreadable, with_json};
    use crate::adapters::age_vault::AgeVault;
    use crate::adapters::sqlite::SqliteCatalog;
    use crate::composition;
    use crate::http::App;
    use crate::ports::Ports;

    fn app(folder: &std::path::Path) -> Arc<App> {
        let catalog = SqliteCatalog::create(&folder.join("catalog.sqlite")).unwrap();
        let vault = AgeVault::unlock(folder, &Passphrase::from(String::new())).unwrap();
        let ports = Ports {
            catalog: Arc::new(catalog),
            vault: Arc::new(vault),
            clock: composition::clock(),
            randomness: composition::randomness(),
        };
        Arc::new(App {
            ports,
            policy: Default::default(),
            wake: Arc::default(),
            health: Arc::default(),
            large_bodies: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
            room: Room::default(),
            content: None,
        })
    }

    #[test]
    fn a_large_body_is_parsed_in_its_turn_and_not_where_clients_are_answered() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let here = std::thread::current().id();
        for (length, turns) in [(10, LARGE_AT_ONCE), (LARGE + 1, LARGE_AT_ONCE - 1)] {
            let body = Body::from(format!("[{}]", " ".repeat(length)));
            let incoming = Incoming { body, actor: "somebody".to_owned() };
            let seen = runtime.block_on(with_json(&app, &HeaderMap::new(), incoming, |app, _| {
                let free = app.room.free_kib();
                Ok((std::thread::current().id(), app.large_bodies.available_permits(), free))
            }));
            let (thread, left, free) = seen.unwrap();
            assert_ne!(thread, here);
            assert_eq!((left, free == KIB), (turns, turns == LARGE_AT_ONCE), "a small body needs no room");
        }
        assert_eq!(app.large_bodies.available_permits(), LARGE_AT_ONCE);
        assert_eq!(app.room.free_kib(), KIB);
    }

    #[test]
    fn malformed_json_is_told_its_offset() {
        let invalid = unreadable(b"{not json", "");
        assert_eq!((invalid.kind, invalid.place[1].as_u64()), ("json_invalid", Some(1)));
        assert_eq!(unreadable(b"[1,2", "").place[1].as_u64(), Some(4));
        assert_eq!(unreadable(b"{\"a\":1,\"a\":2}", "sentence").kind, "value_error");
    }
}
