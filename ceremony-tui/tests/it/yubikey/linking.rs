//! Only the PIV host needs the smart card library; where that is missing, everything else works and says what is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ceremony_tui::channel::Channel;
use ceremony_tui::interrupt::Interrupt;
use ceremony_tui::process::hosts::Hosts;
use ceremony_tui::token::{AskError, HostKind, Question, Request, ask};

const LIBRARY: &str = "libpcsclite.so.1";

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_ceremony-tui")).with_file_name(name)
}

/// The shared libraries that a program names as needed.
fn needed(name: &str) -> String {
    let listed = Command::new("readelf").arg("-d").arg(program(name)).output();
    let listed = listed.expect("readelf is needed: apt-get install binutils");
    assert!(listed.status.success());
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines().filter(|line| line.contains("(NEEDED)")).collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_piv_host_needs_the_smart_card_library() {
    assert!(needed("piv-host").contains(LIBRARY));
    for other in ["ceremony-tui", "token-host"] {
        let libraries = needed(other);
        assert!(libraries.contains("libc.so") && !libraries.contains("pcsc"), "{other}: {libraries}");
    }
}

/// A library that may trace what it sends would trace PINs: that level is not in the programs at all.
#[test]
fn the_level_at_which_libraries_trace_is_compiled_out() {
    assert_eq!(log::STATIC_MAX_LEVEL, log::LevelFilter::Debug);
}

/// The real programs in a folder of their own, where the PIV host asks for a library of a name that no machine has.
fn programs_without_library(folder: &Path) -> PathBuf {
    for name in ["ceremony-tui", "token-host"] {
        std::fs::copy(program(name), folder.join(name)).unwrap();
    }
    let mut bytes = std::fs::read(program("piv-host")).unwrap();
    let absent = LIBRARY.replace("lite", "gone");
    let places: Vec<usize> =
        (0..bytes.len() - LIBRARY.len()).filter(|at| bytes[*at..].starts_with(LIBRARY.as_bytes())).collect();
    assert!(!places.is_empty(), "piv-host names no {LIBRARY}");
    for at in places {
        bytes[at..at + absent.len()].copy_from_slice(absent.as_bytes());
    }
    let host = folder.join("piv-host");
    std::fs::write(&host, bytes).unwrap();
    std::fs::set_permissions(&host, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder.join("ceremony-tui")
}

fn broker(program: &Path) -> (Hosts, Child) {
    let (channel, other) = Channel::pair().unwrap();
    let broker = Command::new(program).arg("broker").stdin(Stdio::from(other)).spawn().unwrap();
    (Hosts::new(channel), broker)
}

fn tokens(hosts: &mut Hosts, host: HostKind) -> Result<(), AskError> {
    let question = Question { host, request: Request::Tokens, secrets: Vec::new() };
    ask(hosts, question, &Interrupt::never()).map(drop)
}

#[test]
fn without_the_library_the_cure_is_named_and_the_other_hosts_work() {
    let folder = tempfile::tempdir().unwrap();
    let (mut hosts, mut broker) = broker(&programs_without_library(folder.path()));
    let softhsm = hardware_tests::softhsm::module().unwrap().display().to_string();
    assert_eq!(tokens(&mut hosts, HostKind::Pkcs11 { module: softhsm.clone() }), Ok(()));
    // Each time anew: nothing remembers that it did not start.
    for _ in 0..2 {
        let said = tokens(&mut hosts, HostKind::Piv).unwrap_err().to_string();
        assert!(said.contains("libpcsclite1") && said.matches(". ").count() == 1, "{said}");
    }
    assert_eq!(tokens(&mut hosts, HostKind::Pkcs11 { module: softhsm }), Ok(()));
    drop(hosts);
    assert!(broker.wait().unwrap().success());
}
