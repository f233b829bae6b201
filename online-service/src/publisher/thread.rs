//! The publisher's thread.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::health::Health;
use super::wake::{Call, Wake};
use super::{Publisher, Step};
use crate::ports::Ports;

/// The longest sleep. Renewals are looked for at least this often, so that a clock that jumps (a suspended machine,
/// a corrected clock) delays them by seconds only.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);
/// The first and the longest pause after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Starts the thread. It ends when the bell is stopped, after the publication that it is at. `ended` is called at its end,
/// also when that is a defect: a service that no longer publishes must not go on as if it did.
pub(crate) fn start(
    ports: Ports,
    wake: Arc<Wake>,
    health: Arc<Health>,
    ended: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    spawn(move || run(Publisher::new(ports), &wake, &health), ended)
}

fn spawn(
    work: impl FnOnce() + Send + 'static,
    ended: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let end = AtEnd(Some(ended));
    std::thread::Builder::new().name("publisher".to_owned()).spawn(move || {
        let _end = end;
        work();
    })
}

/// Calls when it is dropped, which a panic does too.
struct AtEnd<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        if let Some(ended) = self.0.take() {
            ended();
        }
    }
}

fn run(mut publisher: Publisher, wake: &Wake, health: &Health) {
    let mut pause = PAUSES.0;
    while !wake.stopping() {
        let step = publisher.step();
        match &step {
            Ok(_) => health.well(),
            Err(error) => health.failing(error.to_string()),
        }
        match step {
            Ok(Step::Published) => pause = PAUSES.0,
            Ok(Step::Idle) => {
                pause = PAUSES.0;
                if wake.wait(LONGEST_SLEEP) == Call::Stop {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, pause_ms = pause.as_millis(), "not everything was published; trying again");
                wake.wait(pause);
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::spawn;

    #[test]
    fn the_end_is_told_also_when_it_is_a_defect() {
        for defect in [false, true] {
            let (tell, told) = channel();
            let thread = spawn(move || assert!(!defect, "a defect"), move || tell.send(()).unwrap()).unwrap();
            told.recv().unwrap();
            assert_eq!(thread.join().is_err(), defect);
        }
    }
}
