//! The judges that are written in Rust, in a workspace of their own.

use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

use crate::checkout::Checkout;
use crate::command;

/// Builds them; returns the program. A second run compiles nothing.
pub(super) fn judges(checkout: &Checkout) -> Result<PathBuf> {
    let target = checkout.tools().join("rust-judges");
    let manifest = checkout.root().join("xtask/judges/rust/Cargo.toml");
    command::output(
        checkout
            .cargo()
            .args(["build", "--locked", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target),
    )
    .context("tough and sigstore-tuf could not be built. Is the registry of crates reachable?")?;
    let program = target.join("debug/rust-judges");
    if program.is_file() { Ok(program) } else { bail!("{} was not built", program.display()) }
}
