//! Entering the bare machine: mounts, environment, chroot.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::settings;
use crate::checkout::Checkout;
use crate::{command, surroundings};

/// Where the clone lies on the machine.
pub(super) const CHECKOUT: &str = "/root/checkout";

/// Runs inside the new namespaces, outside the machine: `$1` machine, `$2` toolchain, `$3` cargo's registry,
/// `$4` what to do. Everything that it mounts goes with its namespace.
const ENTER: &str = r#"
set -eu
machine=$1 toolchain=$2 registry=$3 promised=$4
mount -t proc proc "$machine/proc"
mount --rbind /sys "$machine/sys"
mount --rbind /dev "$machine/dev"
mkdir -p "$machine/$toolchain" "$machine/root/.cargo/registry"
mount --bind "$toolchain" "$machine/$toolchain"
mount -o remount,bind,ro "$machine/$toolchain"
mount --bind "$registry" "$machine/root/.cargo/registry"
exec chroot "$machine" /bin/sh -c "cd /root/checkout && $promised"
"#;

/// A bare machine, ready to be entered.
pub(super) struct Room {
    machine: PathBuf,
    toolchain: PathBuf,
    registry: PathBuf,
}

impl Room {
    /// Finds what is mounted into the machine.
    pub(super) fn new(machine: &Path, checkout: &Checkout) -> Result<Self> {
        let mut rustc = Command::new("rustc");
        let sysroot = command::output(rustc.current_dir(checkout.root()).args(["--print", "sysroot"]))?;
        let registry = cargo_home()?.join("registry");
        std::fs::create_dir_all(&registry)
            .with_context(|| format!("{} cannot be made", registry.display()))?;
        Ok(Self { machine: machine.to_owned(), toolchain: PathBuf::from(sysroot.trim()), registry })
    }

    /// A command line on the machine. What it leaves running ends with it.
    pub(super) fn shell(&self, promised: &str) -> Command {
        let mut shell = Command::new("unshare");
        shell.args(["--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", ENTER, "enter"]);
        shell.arg(&self.machine).arg(&self.toolchain).arg(&self.registry).arg(promised);
        shell.env_clear().envs(settings::environment());
        let path = format!(
            "{}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            self.toolchain.display()
        );
        shell.env("PATH", path).env("HOME", "/root").env("LANG", "C.UTF-8");
        shell
    }
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = surroundings::variable("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = surroundings::variable("HOME").context("HOME is not set, so cargo's registry is not found")?;
    Ok(PathBuf::from(home).join(".cargo"))
}
