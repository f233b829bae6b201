//! `cargo xtask bare`: both commands of the README, or all of `.ci/run`, on a machine that has next to nothing.
//!
//! The machine is a Debian 12 in a folder: gcc, libc6-dev, git and CA certificates, made by debootstrap.
//! The Rust toolchain and cargo's registry are mounted into it; the checkout is cloned, so what is not
//! committed does not count. Mounts live in a namespace of their own and end with it, however this ends.

mod base;
mod room;
mod settings;

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::Checkout;
use crate::narrate::{self, seconds};
use crate::surroundings::Stopwatch;
use crate::{command, install};
use room::Room;

/// The two commands that the README promises to work.
const PROMISED: [&str; 2] = ["cargo xtask demo", "cargo xtask test"];
/// What has to pass before a change lands.
const EVERYTHING: &str = "CI=true bash .ci/run";

/// Options of `bare`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the Debian is kept between runs (default: target/bare)
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Run `.ci/run`, which must pass there too, in place of the two commands
    #[arg(long)]
    ci: bool,
    /// Leave the machine's folder behind to look at
    #[arg(long)]
    keep: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    if !install::is_root()? {
        bail!("a bare machine takes root: it is mounted and entered with chroot. Run this as root.");
    }
    the_readme_promises(&checkout)?;
    let folder = options.folder.clone().unwrap_or_else(|| checkout.target().join("bare"));
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let base = base::debian(&folder)?;
    let machine = folder.join("machine");
    let room = narrate::step("Machine: a copy of the Debian, with a clone of this checkout", || {
        copy(&base, &machine)?;
        settings::carry_over(&machine)?;
        clone(&checkout, &machine)?;
        Ok((Room::new(&machine, &checkout)?, state_of(&checkout)?))
    })?;
    let promised: &[&str] = if options.ci { &[EVERYTHING] } else { &PROMISED };
    let times = promised.iter().map(|promised| timed(&room, promised)).collect::<Result<Vec<_>>>();
    if !options.keep {
        remove(&machine)?;
    }
    for (promised, time) in promised.iter().zip(times?) {
        println!("bare: {promised}: {time}");
    }
    Ok(())
}

fn timed(room: &Room, promised: &str) -> Result<String> {
    println!("==> On the bare machine: {promised}");
    let watch = Stopwatch::start();
    let status =
        room.shell(promised).status().context("unshare, which enters the machine, could not be started")?;
    if !status.success() {
        bail!("`{promised}` ended with {status} on the bare machine. Its own lines above say why.");
    }
    Ok(seconds(watch.elapsed()))
}

fn the_readme_promises(checkout: &Checkout) -> Result<()> {
    let path = checkout.root().join("README.md");
    let readme =
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    match PROMISED.iter().find(|promised| !readme.contains(**promised)) {
        None => Ok(()),
        Some(missing) => bail!("README.md does not name `{missing}`, which this command tries out"),
    }
}

fn copy(base: &Path, machine: &Path) -> Result<()> {
    remove(machine)?;
    command::output(Command::new("cp").args(["-a", "--reflink=auto"]).args([base, machine])).map(drop)
}

fn remove(machine: &Path) -> Result<()> {
    if machine.exists() {
        command::output(Command::new("rm").args(["-rf", "--one-file-system"]).arg(machine))?;
    }
    Ok(())
}

fn clone(checkout: &Checkout, machine: &Path) -> Result<()> {
    let inside = machine.join(room::CHECKOUT.trim_start_matches('/'));
    let mut git = Command::new("git");
    git.args(["clone", "--quiet", "--no-hardlinks"]).args([checkout.root(), &inside]);
    command::output(&mut git).context("nothing is committed yet, or this is no git checkout").map(drop)
}

/// What a clone does not have is said, not discovered later.
fn state_of(checkout: &Checkout) -> Result<String> {
    let mut git = Command::new("git");
    git.current_dir(checkout.root()).args(["status", "--porcelain"]);
    let changes = command::output(&mut git)?.lines().count();
    Ok(match changes {
        0 => "everything in it is committed".to_owned(),
        changed => format!("{changed} uncommitted changes are NOT on it"),
    })
}
