//! Very many artifacts in one body: taken, published soon, and nobody else waits for them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::ceremony::Options;
use crate::service::{PATIENCE, Service, addition};

const MANY: usize = 100_000;
/// Nobody else waits for it: not a quarter of what it takes, on any machine.
const PART_OF_OTHERS: u32 = 4;

#[expect(clippy::disallowed_methods, reason = "how long callers wait is what is tested")]
fn now() -> Instant {
    Instant::now()
}

/// The longest that one of two other callers waited: one reads, one publishes.
fn others(service: &Service, ended: &AtomicBool) -> (Duration, Duration) {
    let (mut reading, mut sending) = (Duration::ZERO, Duration::ZERO);
    for number in 0.. {
        let begun = now();
        assert_eq!(service.get("/metadata/timestamp.json").status, 200);
        reading = reading.max(begun.elapsed());
        let begun = now();
        let answer = service.post("/api/v1/artifacts", addition(&format!("others/{number}"), "x").as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
        sending = sending.max(begun.elapsed());
        if ended.load(Ordering::Relaxed) {
            break;
        }
    }
    (reading, sending)
}

/// Sends a body, waits for its publication; other callers are served meanwhile. Prints how long all that took.
#[expect(clippy::print_stdout, reason = "the times are figures of the tests")]
fn publish(service: &Service, body: &[u8]) {
    let ended = AtomicBool::new(false);
    let begun = now();
    let (accepted, published, (reading, sending)) = std::thread::scope(|scope| {
        let others = scope.spawn(|| others(service, &ended));
        let answer = service.post("/api/v1/artifacts", body);
        let accepted = begun.elapsed();
        assert_eq!(answer.status, 202, "{}", answer.text());
        // Programs under test are not optimised.
        service.finish_within(4 * PATIENCE, &answer);
        let published = begun.elapsed();
        ended.store(true, Ordering::Relaxed);
        (accepted, published, others.join().unwrap())
    });
    println!(
        "figure: {MANY} artifacts in one body ({} bytes): accepted after {} ms, published after {} ms; meanwhile others waited at most {} ms for a read and {} ms for a 202",
        body.len(),
        accepted.as_millis(),
        published.as_millis(),
        reading.as_millis(),
        sending.as_millis()
    );
    assert!(reading.max(sending) < published / PART_OF_OTHERS, "others waited {reading:?} and {sending:?}");
}

#[test]
fn a_hundred_thousand_artifacts_in_one_body() {
    let (service, _) = Service::bootstrapped_with(&Options { bins: 256, ..Options::default() });
    let single = addition("PATH", "content");
    let entry = &single[single.find("[{").unwrap() + 1..single.len() - 2];
    let path = |number: usize| format!("some/folder/package-{number}.tar.gz");
    let entries: Vec<String> = (0..MANY).map(|number| entry.replacen("PATH", &path(number), 1)).collect();
    let added = format!("{{\"artifacts\":[{}]}}", entries.join(","));
    publish(&service, added.as_bytes());
    let verified = service.run(&["verify", "--server", &service.url]);
    let listed = verified.split(", ").find_map(|part| part.split_once(" targets")).unwrap().0;
    assert!(listed.parse::<usize>().unwrap() >= MANY, "{verified}");
}
