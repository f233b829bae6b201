//! `cargo xtask bench screen`: from a key press until the bytes of the new picture have arrived, on the real program in a
//! pseudo-terminal of 80x24. Figures are for comparing, on one machine, and for the build that is measured.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hardware_tests::groups::Groups;
use hardware_tests::modules;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::terminal::{Key, Screen};

use super::line;
use crate::checkout::{Checkout, Programs};
use crate::{command, install};

/// Options of `bench screen`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How many keys on each screen
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    count: u32,
    /// Take the programs as they were built last
    #[arg(long, hide = true)]
    as_built: bool,
}

impl Options {
    pub(super) fn run(&self) -> Result<()> {
        let checkout = Checkout::find()?;
        install::to_build(&checkout)?;
        let programs = if self.as_built { checkout.programs() } else { checkout.build_programs() }?;
        let folder = checkout.target().join("bench-screen");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("the folder of an earlier run stays behind")?;
        }
        std::fs::create_dir_all(&folder).context("there is no place for this run")?;
        let found = self.measure(&programs, &folder);
        std::fs::remove_dir_all(&folder).context("the folder of this run stays behind")?;
        environment();
        let mut all = Vec::new();
        for (what, mut samples) in found? {
            println!("{}", line(&format!("{what}, {} keys", samples.len()), &mut samples));
            all.append(&mut samples);
        }
        println!("{}", line(&format!("all, {} keys", all.len()), &mut all));
        Ok(())
    }

    /// One ceremony, as far as the root keys.
    fn measure(&self, programs: &Programs, folder: &Path) -> Result<Vec<(&'static str, Vec<Duration>)>> {
        let (online_key, fingerprint) = online_key(programs, folder)?;
        let module = modules::that_hangs(folder).context("no module that hangs can be made")?;
        let mut program = Command::new(&programs.ceremony_tui);
        program.arg("new").current_dir(folder);
        let mut ceremony = Ceremony::begin(&program)?;
        let mut found = Vec::new();
        ceremony.pass_until("Name of the repository")?;
        let keys = [(Key::Character('x'), "> x"), (Key::Backspace, ">")];
        found.push(("typing a line", self.press_all(&mut ceremony, keys, Ceremony::line_is)?));
        ceremony.pass_until("Kind of hash bins")?;
        let keys = [(Key::Down, ">  2"), (Key::Up, ">  1")];
        found.push(("moving in a list", self.press_all(&mut ceremony, keys, Screen::shows)?));
        let keys = [(Key::F1, "Esc close"), (Key::Escape, "Esc back")];
        found.push(("help, opened and closed", self.press_all(&mut ceremony, keys, Screen::shows)?));
        ceremony.pass_until("File with the service's public key")?;
        ceremony.import_online_key(&online_key.display().to_string(), fingerprint.all())?;
        ceremony.answer("0 of at least", "token")?;
        ceremony.answer("Name of the key's holder", "alice")?;
        ceremony.answer("Which token", "module")?;
        ceremony.answer("Path of the PKCS#11 module", &module.display().to_string())?;
        ceremony.sees("Still looking")?;
        let keys = [(Key::Control('c'), "y stop"), (Key::Character('n'), "Esc back")];
        found.push(("while a token host hangs", self.press_all(&mut ceremony, keys, Screen::shows)?));
        Ok(found)
    }

    /// Two keys in turn, and how the screen shows each of them.
    fn press_all(
        &self,
        ceremony: &mut Ceremony,
        keys: [(Key, &str); 2],
        is_so: impl Fn(&Screen, &str) -> bool,
    ) -> Result<Vec<Duration>> {
        let press =
            |(key, sign): (Key, &str)| Ok(ceremony.terminal.time(key, |screen| is_so(screen, sign))?);
        keys.into_iter().cycle().take(self.count as usize).map(press).collect()
    }
}

/// The online key of a service that is made for this, and the groups of its fingerprint.
fn online_key(programs: &Programs, folder: &Path) -> Result<(PathBuf, Groups)> {
    let file = folder.join("online-key.json");
    let mut init = Command::new(&programs.online_service);
    init.arg("--config")
        .arg(folder.join("vestry.toml"))
        .arg("init")
        .arg("--data")
        .arg(folder.join("service"));
    init.arg("--online-key-out").arg(&file).arg("--admin-token-out").arg(folder.join("admin.token"));
    let said = command::output(&mut init)?;
    let fingerprint = Groups::first_in(&said).context("init showed no fingerprint of the online key")?;
    Ok((file, fingerprint))
}

/// What the figures depend on.
fn environment() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let models: Vec<&str> =
        processors.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    println!(
        "{} x {}; Linux {}; load {}; debug build; terminal of 80x24",
        models.len(),
        models.first().unwrap_or(&"an unknown processor"),
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(" "),
    );
}
