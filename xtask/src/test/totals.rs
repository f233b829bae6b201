//! Adds up what the test runners say about themselves.

use std::fmt;

/// How many tests ended how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Ran and held.
    pub(crate) passed: u64,
    /// Ran and did not hold, ran too long, or could not be started.
    pub(crate) failed: u64,
    /// Did not run.
    pub(crate) skipped: u64,
}

impl Totals {
    /// Reads a line of nextest's summary or of cargo test's results; other lines are nothing to it.
    pub(crate) fn read_line(&mut self, line: &str) {
        let Some(counts) = summary(line) else { return };
        for (number, what) in counts.split([',', ';']).filter_map(leading_number) {
            match what.split([' ', '(']).next() {
                Some("passed") => self.passed += number,
                Some("failed" | "timed" | "exec") => self.failed += number,
                Some("skipped" | "ignored") => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// `Summary [ 1.2s] 5 tests run: 3 passed, 2 failed, 1 skipped` or `test result: ok. 3 passed; 0 failed; 1 ignored; …`
fn summary(line: &str) -> Option<&str> {
    if line.trim_start().starts_with("Summary [") {
        return line.split_once("run: ").map(|(_, counts)| counts);
    }
    // nextest repeats what a test printed, indented, with such a line at its end.
    line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")).map(|(_, counts)| counts)
}

fn leading_number(part: &str) -> Option<(u64, &str)> {
    let (number, what) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, what))
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> String {
        let mut totals = Totals::default();
        lines.iter().for_each(|line| totals.read_line(line));
        totals.to_string()
    }

    #[test]
    fn nextest_summaries_are_read() {
        let summary = "     Summary [   0.658s] 12 tests run: 8 passed (1 slow, 1 flaky), 2 failed, 1 timed out, 1 exec failed, 3 skipped";
        assert_eq!(read(&[summary]), "8 passed, 4 failed, 3 skipped");
        assert_eq!(
            read(&["     Summary [   1.0s] 0 tests run: 0 passed, 5 skipped"]),
            "0 passed, 0 failed, 5 skipped"
        );
        assert_eq!(
            read(&["     Summary [   1.0s] 3/9 tests run: 2 passed, 1 failed, 0 skipped"]),
            "2 passed, 1 failed, 0 skipped"
        );
    }

    #[test]
    fn results_of_cargo_test_add_up() {
        let results = [
            "running 2 tests",
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ];
        assert_eq!(read(&results), "3 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_test_that_prints_numbers_changes_nothing() {
        assert_eq!(read(&["3 passed; 4 failed", "12 tests run: 8 passed"]), "0 passed, 0 failed, 0 skipped");
        let repeated = "    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 91 filtered out";
        assert_eq!(read(&[repeated]), "0 passed, 0 failed, 0 skipped");
    }
}
