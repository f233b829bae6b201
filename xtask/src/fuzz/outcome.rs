//! How a target ended.

use std::path::PathBuf;
use std::process::Output;

/// How many bytes of an input that fails are shown.
const SHOWN: usize = 400;
/// How many lines of a failed target are shown.
const LINES: usize = 30;

/// What a target said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    inputs: u64,
    per_second: u64,
    failure: Option<Failure>,
}

/// An input that fails.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    said: String,
    input: Option<PathBuf>,
}

impl Outcome {
    /// Reads what libFuzzer wrote.
    pub(super) fn read(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        let number = |name: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok()).unwrap_or(0)
        };
        let input = said
            .lines()
            .find_map(|line| line.split_once("Test unit written to "))
            .map(|(_, path)| path.into());
        let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("stat::")).collect();
        let said = lines[lines.len().saturating_sub(LINES)..].join("\n");
        Self {
            inputs: number("number_of_executed_units"),
            per_second: number("average_exec_per_sec"),
            failure: (!output.status.success()).then_some(Failure { said, input }),
        }
    }

    /// Says how it went; returns whether it went well.
    pub(super) fn tell(&self, target: &str) -> bool {
        println!("    {target}: {} inputs, {} a second", self.inputs, self.per_second);
        println!("figure: fuzz: {} inputs in {target}", self.inputs);
        let Some(failure) = &self.failure else { return true };
        println!("{}", failure.said);
        match &failure.input {
            None => println!("    {target} failed without an input"),
            Some(path) => {
                let input = std::fs::read(path).unwrap_or_default();
                let shown = &input[..input.len().min(SHOWN)];
                println!("    the input, {} bytes: {}", input.len(), shown.escape_ascii());
                println!("    again: cargo xtask fuzz {target} --input {}", path.display());
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    fn output(code: i32, said: &str) -> Output {
        Output {
            status: ExitStatus::from_raw(code << 8),
            stdout: Vec::new(),
            stderr: said.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_target_that_ended_well_tells_its_numbers() {
        let said = "Done\nstat::number_of_executed_units: 349912\nstat::average_exec_per_sec:     26916\n";
        let outcome = Outcome::read(&output(0, said));
        assert_eq!(outcome, Outcome { inputs: 349_912, per_second: 26_916, failure: None });
        assert!(outcome.tell("target_path"));
    }

    #[test]
    fn a_target_that_failed_names_its_input() {
        let said = "thread panicked\nartifact_prefix='x/'; Test unit written to x/crash-1\nstat::number_of_executed_units: 5\n";
        let outcome = Outcome::read(&output(77, said));
        let failure = outcome.failure.as_ref().unwrap();
        assert_eq!(failure.input, Some(PathBuf::from("x/crash-1")));
        assert!(failure.said.contains("thread panicked") && !failure.said.contains("stat::"));
        assert!(!outcome.tell("payload"));
    }
}
