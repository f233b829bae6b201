//! The program on the full screen, with all of its processes read after each step.

use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::yubikey::{Algorithm, Finger, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};

use super::reading::Memory;
use super::search::search;
use super::{PIN, assert_nowhere};
use crate::processes::{command_line, descendants, wait_until};

/// A program that is read, and what was found.
pub(super) struct Watched {
    pub(super) ceremony: Ceremony,
    /// Every secret that is typed into it.
    secrets: Vec<String>,
    /// How often one was found where it has to be, and how often all processes were read and none was found.
    found: usize,
    clean: usize,
}

impl Watched {
    pub(super) fn over(ceremony: Ceremony, secrets: &[&str]) -> Watched {
        let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        Watched { ceremony, secrets, found: 0, clean: 0 }
    }

    fn secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(String::as_str).collect()
    }

    /// The screen process, and whatever it or one of its children has started.
    pub(super) fn everybody(&self) -> Vec<u32> {
        let screen = self.ceremony.terminal.pid();
        [vec![screen], descendants(screen).into_keys().collect()].concat()
    }

    /// A secret is typed: the screen process has it, and nobody else. Then it is given.
    pub(super) fn gives(&mut self, prompt: &str, secret: &str) {
        self.ceremony.type_secret(prompt, secret).unwrap();
        self.is_only_in(self.ceremony.terminal.pid(), secret);
        self.ceremony.terminal.press(Key::Enter).unwrap();
    }

    /// While the YubiKey blinks, its host alone has the PIN.
    pub(super) fn is_touched(&mut self, card: &YubiKey) {
        assert!(card.asks_for_touch());
        let host = self.everybody().into_iter().find(|pid| program_of(*pid) == "piv-host piv").unwrap();
        self.is_only_in(host, PIN);
        assert!(card.touch());
    }

    /// The judge can fail: it does find a secret where one has to be.
    fn is_only_in(&mut self, pid: u32, secret: &str) {
        wait_until("it is found where it has to be", || !search(pid, &[secret]).is_empty());
        let others: Vec<u32> = self.everybody().into_iter().filter(|other| *other != pid).collect();
        assert_nowhere(&others, &self.secrets());
        self.found += 1;
    }

    /// A step is over once this is seen.
    pub(super) fn is_over(&mut self, sight: &str) {
        self.ceremony.sees(sight).unwrap();
        assert_nowhere(&self.everybody(), &self.secrets());
        self.clean += 1;
    }

    /// In the words of a figure.
    pub(super) fn told(&self) -> String {
        let pids = self.everybody();
        let kib: usize = pids.iter().map(|pid| Memory::of(*pid).read() / 1024).sum();
        format!(
            "{} times a secret was typed or waited for a touch and was found there and in no other process; in {} \
             readings of all {} processes ({kib} KiB) after the steps none was found",
            self.found,
            self.clean,
            pids.len()
        )
    }

    /// What runs.
    pub(super) fn programs(&self) -> Vec<String> {
        let mut programs: Vec<String> = self.everybody().into_iter().map(program_of).collect();
        programs.sort();
        programs
    }
}

/// A program's name and first argument, without paths.
fn program_of(pid: u32) -> String {
    let line = command_line(pid);
    let name = line[0].rsplit('/').next().unwrap();
    format!("{name} {}", line[1])
}

/// A YubiKey that waits for a finger, with a PIN and a PUK that stand nowhere else.
pub(super) fn yubikey(pin: &str, puk: &str) -> YubiKey {
    let card = YubiKey::new(11_111_111, Firmware::new(5, 7, 1)).unwrap();
    card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always)).unwrap();
    card.set_finger(Finger::WhenTold);
    card.set_touch_limit(std::time::Duration::from_secs(60));
    card.apdu(&[0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08]);
    for (which, from, to) in [(0x80, &b"123456\xff\xff"[..], pin), (0x81, b"12345678", puk)] {
        let change = [&[0x00, 0x24, 0x00, which, 0x10], from, to.as_bytes()].concat();
        assert_eq!(card.apdu(&change), [0x90, 0x00]);
    }
    card
}
