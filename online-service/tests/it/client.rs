//! A client of other people: python-tuf.

use std::path::Path;
use std::process::Command;

use crate::service::Service;

/// Downloads targets with python-tuf and compares their content. Needs `VESTRY_PYTHON`, a Python with the package
/// `tuf`; `cargo xtask test` sets it.
#[expect(clippy::disallowed_methods, reason = "the test is told where Python is")]
pub(crate) fn python_client(service: &Service, cache: &Path, targets: &[(&str, &str)]) -> Result<(), String> {
    let python = std::env::var_os("VESTRY_PYTHON").expect(
        "VESTRY_PYTHON is not set. Run `cargo xtask test`, or set it to a Python with the package tuf installed",
    );
    let mut command = Command::new(python);
    service.move_clock(&mut command);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/client.py")).arg(&service.url).arg(cache);
    command.args(targets.iter().flat_map(|(path, content)| [path, content]));
    let output = command.output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
