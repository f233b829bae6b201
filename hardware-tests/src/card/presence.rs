//! Whether a device is plugged in, and the finger on it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::steady::Moment;

/// One touch is good for so long when a key caches it.
const CACHED: Duration = Duration::from_secs(15);

/// Who touches the device when it asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finger {
    /// Somebody, at once.
    AtOnce,
    /// Nobody.
    Never,
    /// Whoever calls `touch`.
    WhenTold,
}

/// What is not electronics: a plug and a button.
#[derive(Debug)]
pub(crate) struct Presence {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    is_gone: bool,
    finger: Finger,
    patience: Duration,
    is_waiting: bool,
    is_touched: bool,
    last_touch: Option<Moment>,
}

/// How waiting for a touch ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    Yes,
    No,
    Gone,
}

impl Presence {
    pub(crate) fn new() -> Presence {
        let state = State {
            is_gone: false,
            finger: Finger::AtOnce,
            patience: Duration::from_secs(15),
            is_waiting: false,
            is_touched: false,
            last_touch: None,
        };
        Presence { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn set_finger(&self, finger: Finger) {
        self.change(|state| state.finger = finger);
    }

    pub(crate) fn set_patience(&self, patience: Duration) {
        self.change(|state| state.patience = patience);
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.state().is_gone
    }

    pub(crate) fn leave(&self) {
        self.change(|state| state.is_gone = true);
    }

    pub(crate) fn arrive(&self) {
        self.change(|state| state.is_gone = false);
    }

    /// Touches the device once it asks for it; false when it does not within `limit`.
    pub(crate) fn touch(&self, limit: Duration) -> bool {
        let waits = self.wait(limit, |state| state.is_waiting);
        if waits {
            self.change(|state| state.is_touched = true);
        }
        waits
    }

    /// Waits until the device asks for a touch; false when it does not within `limit`.
    pub(crate) fn asks_for_touch(&self, limit: Duration) -> bool {
        self.wait(limit, |state| state.is_waiting)
    }

    /// Was it touched so lately that a key which caches touches needs none?
    pub(crate) fn is_touch_cached(&self) -> bool {
        self.state().last_touch.is_some_and(|last| last.left_of(CACHED).is_some())
    }

    /// The device asks for a touch, and waits.
    pub(crate) fn wait_for_touch(&self, finger: Option<Finger>) -> Touched {
        let mut patience = Duration::ZERO;
        self.change(|state| {
            state.is_waiting = true;
            state.is_touched = finger.unwrap_or(state.finger) == Finger::AtOnce;
            patience = state.patience;
        });
        // A finger that never comes does not come when told either.
        let never = finger == Some(Finger::Never);
        self.wait(patience, |state| state.is_gone || (state.is_touched && !never));
        let mut touched = Touched::No;
        self.change(|state| {
            state.is_waiting = false;
            if state.is_gone {
                touched = Touched::Gone;
            } else if state.is_touched && !never {
                state.last_touch = Some(Moment::now());
                touched = Touched::Yes;
            }
        });
        touched
    }

    /// Lets time pass; false when the device was pulled out meanwhile.
    pub(crate) fn stays(&self, time: Duration) -> bool {
        !self.wait(time, |state| state.is_gone)
    }

    pub(crate) fn wait_until_gone(&self) {
        let state = self.state();
        drop(self.changed.wait_while(state, |state| !state.is_gone));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    fn wait(&self, limit: Duration, condition: impl Fn(&State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), limit, |state| !condition(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        condition(&state)
    }
}
