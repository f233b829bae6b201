//! Debian packages: looks for what is needed and asks apt only for what is missing.

use anyhow::{Context as _, Result, bail};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use crate::command;

/// Something that must be there, and the package that brings it.
pub(crate) struct Need {
    is_there: Box<dyn Fn() -> bool>,
    package: &'static str,
}

impl Need {
    /// Needed unless the check says that it is there.
    pub(crate) fn new(is_there: impl Fn() -> bool + 'static, package: &'static str) -> Self {
        Self { is_there: Box::new(is_there), package }
    }

    /// Needed unless a program of this name is found.
    pub(crate) fn program(name: &'static str, package: &'static str) -> Self {
        Self::new(move || command::find_program(name).is_some(), package)
    }

    /// Needed unless this file is there: the programs of daemons are not where a shell looks.
    pub(crate) fn file(path: &'static str, package: &'static str) -> Self {
        Self::new(move || Path::new(path).exists(), package)
    }
}

/// Installs the packages of the needs that are not met; returns their names.
pub(crate) fn install(needs: &[Need]) -> Result<Vec<&'static str>> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(missing);
    }
    if command::find_program("apt-get").is_none() {
        bail!("this machine lacks {} and has no apt-get. Install them by hand.", missing.join(", "));
    }
    let privilege = Privilege::of_this_user()?;
    let wanted = missing.join(" ");
    let by_hand = || format!("{wanted} could not be installed. By hand: apt-get install {wanted}");
    command::output(privilege.apt().arg("update")).with_context(by_hand)?;
    command::output(privilege.apt().args(["install", "-y", "--no-install-recommends"]).args(&missing))
        .with_context(by_hand)?;
    match self::missing(needs).as_slice() {
        [] => Ok(missing),
        still => bail!("apt installed {} but what it should bring is not there", still.join(", ")),
    }
}

fn missing(needs: &[Need]) -> Vec<&'static str> {
    let mut packages: Vec<&'static str> =
        needs.iter().filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    packages.dedup();
    packages
}

enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn of_this_user() -> Result<Self> {
        if is_root()? {
            return Ok(Self::Root);
        }
        match command::find_program("sudo") {
            Some(_) => Ok(Self::Sudo),
            None => {
                bail!("installing packages takes root, and there is no sudo. Run this command as root once.")
            }
        }
    }

    fn apt(&self) -> Command {
        const OPTIONS: [&str; 3] = ["-q", "-o", "DPkg::Lock::Timeout=300"];
        let mut apt = match self {
            Self::Root => Command::new("apt-get"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                sudo
            }
        };
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(OPTIONS);
        apt
    }
}

/// The kernel shows a process under its effective user.
pub(crate) fn is_root() -> Result<bool> {
    let own = std::fs::metadata("/proc/self").context("/proc is not mounted")?;
    Ok(own.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_asked_for() {
        let needs = [Need::program("sh", "dash"), Need::new(|| true, "python3-venv")];
        assert_eq!(install(&needs).unwrap(), Vec::<&str>::new());
    }

    #[test]
    fn what_is_missing_is_asked_for_once() {
        let needs = [
            Need::program("no-such-a", "both"),
            Need::program("no-such-b", "both"),
            Need::program("sh", "dash"),
        ];
        assert_eq!(missing(&needs), ["both"]);
    }
}
