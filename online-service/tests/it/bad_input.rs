//! Bad input: refused at the door with a sentence, and nothing has changed. Each test says how many rows it has.

mod artifacts;
mod bootstrap;
mod callers;
mod commands;
mod many;
mod metadata;
mod orders;
mod paths;
mod transport;

use crate::http::Answer;
use crate::service::{Service, addition};
use crate::unchanged::Watch;

/// The rows of one test.
struct Rows<'a> {
    service: &'a Service,
    watch: Watch<'a>,
    place: &'static str,
    count: u32,
}

impl<'a> Rows<'a> {
    fn of(service: &'a Service, place: &'static str) -> Self {
        Self { service, watch: Watch::over(service), place, count: 0 }
    }

    /// Asserts the status, that the answer says so much, and that nothing has changed.
    fn refused(&mut self, what: &str, status: u16, says: &str, request: impl FnOnce() -> Answer) {
        let answer = request();
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert!(answer.text().contains(says), "{what} should say \"{says}\": {}", answer.text());
        self.nothing_changed(what);
    }

    /// Something that may be answered, but changes nothing.
    fn nothing_changed(&mut self, what: &str) {
        self.watch.check(what);
        self.count += 1;
    }

    /// What nobody else may feel: after all of this an artifact of somebody else is published as ever.
    fn and_others_publish(self) {
        let before = self.service.snapshot_version();
        self.service.succeed("/api/v1/artifacts", addition("somebody/else", self.place).as_bytes());
        assert_eq!(self.service.snapshot_version(), before + 1);
    }
}

impl Drop for Rows<'_> {
    #[expect(clippy::print_stdout, reason = "the number of rows is a figure of the tests")]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            println!("figure: bad input: {} rows in {}", self.count, self.place);
        }
    }
}

/// A service that waits for its bootstrap.
fn available() -> Service {
    let mut service = Service::new();
    service.start();
    service
}
