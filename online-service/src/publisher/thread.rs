//! The publisher's thread.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::wake::{Call, Wake};
use super::{Publisher, Step};
use crate::ports::Ports;

/// The longest sleep. Renewals are looked for at least this often, so that a clock that jumps (a suspended machine,
/// a corrected clock) delays them by seconds only.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);
/// The first and the longest pause after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Starts the thread. It ends when the bell is stopped, after the publication that it is at.
pub(crate) fn start(ports: Ports, wake: Arc<Wake>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("publisher".to_owned()).spawn(move || run(Publisher::new(ports), &wake))
}

fn run(mut publisher: Publisher, wake: &Wake) {
    let mut pause = PAUSES.0;
    while !wake.stopping() {
        match publisher.step() {
            Ok(Step::Published) => pause = PAUSES.0,
            Ok(Step::Idle) => {
                pause = PAUSES.0;
                if wake.wait(LONGEST_SLEEP) == Call::Stop {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, pause_ms = pause.as_millis(), "nothing was published; trying again");
                wake.wait(pause);
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}
