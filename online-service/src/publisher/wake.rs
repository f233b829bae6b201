//! How other threads tell the publisher that there is work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a waiting thread is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Look for work.
    Work,
    /// Come to an end.
    Stop,
}

#[derive(Debug, Default)]
struct Signal {
    work: bool,
    stop: bool,
}

/// A bell: ringing it while nobody waits is not lost.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    signal: Mutex<Signal>,
    bell: Condvar,
}

impl Wake {
    /// There is work.
    pub(crate) fn ring(&self) {
        self.lock().work = true;
        self.bell.notify_all();
    }

    /// It is time to stop.
    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.bell.notify_all();
    }

    /// Waits until somebody rings, stops, or the time is over.
    pub(crate) fn wait(&self, at_most: Duration) -> Call {
        let waiting = |signal: &mut Signal| !signal.work && !signal.stop;
        let guard = self.lock();
        let (mut signal, _) =
            self.bell.wait_timeout_while(guard, at_most, waiting).unwrap_or_else(PoisonError::into_inner);
        signal.work = false;
        if signal.stop { Call::Stop } else { Call::Work }
    }

    /// Whether it is time to stop.
    pub(crate) fn stopping(&self) -> bool {
        self.lock().stop
    }

    /// The two flags are right whatever happened to the thread that held them.
    fn lock(&self) -> MutexGuard<'_, Signal> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Call, Wake};

    #[test]
    fn a_ring_before_the_wait_is_not_lost() {
        let wake = Wake::default();
        wake.ring();
        assert_eq!(wake.wait(Duration::from_secs(3600)), Call::Work);
        wake.stop();
        assert_eq!(wake.wait(Duration::from_secs(3600)), Call::Stop);
        assert!(wake.stopping());
    }
}
