//! Room for the bodies that are held at once: while they arrive, and while they wait for their turn.
//!
//! A small body needs none, so it never waits. A large one needs room for its whole length as soon as it turns out to
//! be large, and no caller holds more than a few of those: whoever sends slowly is in nobody's way but the own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::http::error::ApiError;

/// How many KiB of large bodies are held at once.
pub(super) const KIB: usize = 256 * 1024;
/// How many large bodies of one caller are held at once.
pub(super) const EACH: usize = 2;
/// Longer for what the caller is to blame for.
const PATIENCE: Patience = Patience { own: Duration::from_secs(60), others: Duration::from_secs(10) };

/// The room of a service.
pub(crate) struct Room {
    kib: Arc<Semaphore>,
    callers: Mutex<BTreeMap<String, Weak<Semaphore>>>,
    patience: Patience,
}

/// How long a large body waits.
struct Patience {
    /// For the caller's own ones.
    own: Duration,
    /// For those of others.
    others: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self { kib: Arc::new(Semaphore::new(KIB)), callers: Mutex::default(), patience: PATIENCE }
    }
}

/// Kept until what was parsed of the body is gone.
pub(super) struct Held {
    _own: OwnedSemaphorePermit,
    _kib: OwnedSemaphorePermit,
}

impl Room {
    /// Waits for room for a large body of so many bytes.
    pub(super) async fn hold(&self, actor: &str, bytes: usize) -> Result<Held, ApiError> {
        let own = permits(self.places_of(actor), 1, self.patience.own).await?.ok_or_else(|| {
            ApiError::Busy(format!(
                "{EACH} large bodies of this token are being read already. Wait for their answers, or send smaller ones."
            ))
        })?;
        let needed = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
        let kib = permits(Arc::clone(&self.kib), needed, self.patience.others).await?.ok_or_else(|| {
            ApiError::Busy(
                "There is no room for another large body. Try again, or send smaller ones.".to_owned(),
            )
        })?;
        Ok(Held { _own: own, _kib: kib })
    }

    /// The places of one caller. Those of callers that hold nothing and wait for nothing are forgotten.
    fn places_of(&self, actor: &str) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.retain(|_, places| places.strong_count() > 0);
        if let Some(places) = callers.get(actor).and_then(Weak::upgrade) {
            return places;
        }
        let places = Arc::new(Semaphore::new(EACH));
        callers.insert(actor.to_owned(), Arc::downgrade(&places));
        places
    }

    /// How many KiB are free.
    #[cfg(test)]
    pub(super) fn free_kib(&self) -> usize {
        self.kib.available_permits()
    }
}

/// `None` when they did not come free in time.
async fn permits(
    of: Arc<Semaphore>,
    number: u32,
    within: Duration,
) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
    match timeout(within, of.acquire_many_owned(number)).await {
        Ok(permit) => permit.map(Some).map_err(|error| ApiError::internal(&error)),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{EACH, KIB, Patience, Room};
    use crate::http::error::ApiError;

    #[test]
    fn nobody_holds_more_than_a_few_and_what_is_given_back_is_free_again() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let patience = Patience { own: Duration::ZERO, others: Duration::ZERO };
        let room = Room { patience, ..Room::default() };
        runtime.block_on(async {
            let mut held = Vec::new();
            for _ in 0..EACH {
                held.push(room.hold("one", 32 << 20).await.unwrap());
            }
            let Err(ApiError::Busy(sentence)) = room.hold("one", 1).await else { panic!() };
            assert!(sentence.contains("of this token"), "{sentence}");
            for other in 0..(KIB / 1024 / 32 - EACH - 1) {
                held.push(room.hold(&format!("other {other}"), 32 << 20).await.unwrap());
            }
            let Err(ApiError::Busy(sentence)) = room.hold("late", 32 << 20).await else { panic!() };
            assert!(sentence.contains("no room"), "{sentence}");
            drop(held);
            drop(room.hold("one", 32 << 20).await.unwrap());
        });
        assert_eq!(room.free_kib(), KIB);
        assert!(room.places_of("x").available_permits() == EACH && room.callers.lock().unwrap().len() == 1);
    }
}
