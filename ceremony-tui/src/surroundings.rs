//! What the machine under us looks like, read from `/proc` and `/sys`. Reads only; asks no network interface.

mod modules;
mod p11_kit;

use std::path::{Path, PathBuf};

use rustix::process::{DumpableBehavior, Resource};

use crate::machine::{Dumps, Facts, User};
use crate::process::environment;

const IFF_UP: u32 = 1;

/// Where `/proc` and `/sys` lie: `/`, or a folder in tests.
#[derive(Debug, Clone)]
pub struct Surroundings {
    root: PathBuf,
    home: Option<PathBuf>,
}

impl Surroundings {
    /// The machine itself, and the folder of whoever started the program.
    pub fn here() -> Surroundings {
        #[expect(clippy::disallowed_methods, reason = "where a user's own p11-kit configuration lies")]
        let home = std::env::var_os("HOME").map(PathBuf::from);
        Surroundings { root: PathBuf::from("/"), home }
    }

    /// Reads below `root`, as nobody in particular.
    pub fn below(root: &Path) -> Surroundings {
        Surroundings { root: root.to_owned(), home: None }
    }

    /// Looks now. What cannot be read counts as not there: the folder of interfaces is missing without a network.
    pub fn look(&self) -> Facts {
        let user = user();
        let found = modules::find(&self.root, self.home.as_deref(), user);
        Facts {
            interfaces_up: self.interfaces_up(),
            swap: self.swap(),
            dumps: dumps(),
            user,
            variables: environment::suspects(),
            modules: found.modules,
            passed_over: found.passed_over,
        }
    }

    fn interfaces_up(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.root.join("sys/class/net")) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .flatten()
            .filter(|entry| is_up(&entry.path()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name != "lo")
            .collect();
        names.sort();
        names
    }

    fn swap(&self) -> Vec<String> {
        let listed = std::fs::read_to_string(self.root.join("proc/swaps")).unwrap_or_default();
        listed.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    }
}

fn is_up(interface: &Path) -> bool {
    let flags = std::fs::read_to_string(interface.join("flags")).unwrap_or_default();
    let flags = flags.trim().trim_start_matches("0x");
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & IFF_UP != 0)
}

fn user() -> User {
    if rustix::process::geteuid().is_root() { User::Root } else { User::Ordinary }
}

fn dumps() -> Dumps {
    let limit = rustix::process::getrlimit(Resource::Core);
    let dumpable = rustix::process::dumpable_behavior();
    let off = limit.current == Some(0) && matches!(dumpable, Ok(DumpableBehavior::NotDumpable));
    if off { Dumps::Off } else { Dumps::Possible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_that_are_up_and_swap_in_use_are_found() {
        let root = tempfile::tempdir().unwrap();
        for (name, flags) in [("eth0", "0x1003"), ("wlan0", "0x1002"), ("lo", "0x9")] {
            let interface = root.path().join("sys/class/net").join(name);
            std::fs::create_dir_all(&interface).unwrap();
            std::fs::write(interface.join("flags"), format!("{flags}\n")).unwrap();
        }
        std::fs::create_dir_all(root.path().join("proc")).unwrap();
        std::fs::write(root.path().join("proc/swaps"), "Filename Type Size\n/dev/sda2 partition 1\n")
            .unwrap();
        let module = root.path().join("usr/lib/x86_64-linux-gnu/opensc-pkcs11.so");
        std::fs::create_dir_all(module.parent().unwrap()).unwrap();
        std::fs::write(module, "").unwrap();
        let facts = Surroundings::below(root.path()).look();
        assert_eq!(facts.modules[0].path, "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so");
        assert_eq!(facts.interfaces_up, ["eth0"]);
        assert_eq!(facts.swap, ["/dev/sda2"]);
    }

    #[test]
    fn a_machine_without_network_and_swap_is_quiet() {
        let root = tempfile::tempdir().unwrap();
        let facts = Surroundings::below(root.path()).look();
        assert!(facts.interfaces_up.is_empty() && facts.swap.is_empty());
    }
}
