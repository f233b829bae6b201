//! `cargo xtask test`: every test of the workspace, one line of totals, and what tests counted.

mod figures;
mod totals;

use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::checkout::Checkout;
use crate::{command, install, narrate};
use figures::Figures;
use totals::Totals;

/// Options of `test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the tests of this package; may be given more than once
    #[arg(short, long)]
    package: Vec<String>,
    /// Passed on to the test runner, after `--`: part of a test's name, for instance
    #[arg(last = true)]
    passed_on: Vec<OsString>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let tools = install::tools(&checkout)?.with_rust_judges(&checkout)?;
    if !options.package.is_empty() {
        narrate::step("Programs: the tests run the real ones", || {
            checkout.build_programs()?;
            Ok(((), "built".to_owned()))
        })?;
    }
    let mut totals = Totals::default();
    let mut figures = Figures::default();
    let mut all_ran = true;
    for mut tests in options.runners(&checkout) {
        tools.judges.tell(&mut tests);
        tools.oracles.tell(&mut tests);
        println!("==> {}", command::spelled(&tests));
        all_ran &= follow(&mut tests, &mut totals, &mut figures)?;
    }
    print!("{figures}");
    println!("{totals}");
    if totals.failed > 0 || !all_ran {
        bail!("tests failed; their own lines above say why");
    }
    if totals.passed == 0 {
        bail!("no test ran. Is the filter right?");
    }
    Ok(())
}

impl Options {
    /// nextest keeps tests apart in processes of their own, but leaves the examples in documentation out.
    fn runners(&self, checkout: &Checkout) -> Vec<Command> {
        let has_nextest = command::attempt(checkout.cargo().args(["nextest", "--version"]))
            .is_ok_and(|o| o.status.success());
        let mut first = checkout.cargo();
        if has_nextest {
            first.args(["nextest", "run", "--locked", "--no-fail-fast", "--no-tests=pass", "--color=never"]);
        } else {
            first.args(["test", "--locked", "--no-fail-fast"]);
        }
        first.args(self.scope()).args(&self.passed_on);
        // Figures of tests that pass. nextest shows them as .config/nextest.toml says.
        if !has_nextest && !self.passed_on.iter().any(|argument| argument == "--") {
            first.args(["--", "--show-output"]);
        }
        if !has_nextest || !self.passed_on.is_empty() || !self.package.is_empty() {
            return vec![first];
        }
        let mut documentation = checkout.cargo();
        documentation.args(["test", "--doc", "--locked", "--no-fail-fast"]).args(self.scope());
        vec![first, documentation]
    }

    fn scope(&self) -> Vec<String> {
        match self.package.as_slice() {
            [] => vec!["--workspace".to_owned()],
            packages => packages.iter().flat_map(|package| ["-p".to_owned(), package.clone()]).collect(),
        }
    }
}

/// Shows what the runner prints while reading its totals and the figures of tests; says whether it ended well.
fn follow(tests: &mut Command, totals: &mut Totals, figures: &mut Figures) -> Result<bool> {
    let (reader, writer) = std::io::pipe().context("no pipe")?;
    let errors = writer.try_clone().context("no pipe")?;
    let mut child = tests
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(errors)
        .spawn()
        .with_context(|| format!("{} could not be started", command::spelled(tests)))?;
    // The command keeps its ends of the pipe open until they are replaced, and the pipe would never end.
    tests.stdout(Stdio::null()).stderr(Stdio::null());
    let mut screen = std::io::stdout().lock();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.context("the test runner's output broke off")?;
        screen
            .write_all(&line)
            .and_then(|()| screen.write_all(b"\n"))
            .context("standard output is closed")?;
        let line = String::from_utf8_lossy(&line);
        totals.read_line(&line);
        figures.read_line(&line);
    }
    Ok(child.wait().context("the test runner is lost")?.success())
}
