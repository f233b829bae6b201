//! The processes while they run: who maps what, who ends with whom, and what a killed host means.

use hardware_tests::softhsm::KeyKind;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::material::{Online, add_file, age_file};
use crate::room::{Room, Setup};
use crate::softhsm::SoftHsm;
use crate::tokens::add_token;

/// The longest that anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Processes that descend from `pid`, with their command lines.
pub(crate) fn descendants(pid: u32) -> BTreeMap<u32, Vec<String>> {
    let mut found = BTreeMap::from([(pid, Vec::new())]);
    loop {
        let before = found.len();
        for (child, parent) in parents() {
            if found.contains_key(&parent) {
                found.insert(child, command_line(child));
            }
        }
        if found.len() == before {
            found.remove(&pid);
            return found;
        }
    }
}

/// The process that started `pid`, the one that started that, and so on.
pub(crate) fn ancestors(pid: u32) -> Vec<u32> {
    let parents: BTreeMap<u32, u32> = parents().into_iter().collect();
    std::iter::successors(parents.get(&pid).copied(), |pid| parents.get(pid).copied()).collect()
}

fn parents() -> Vec<(u32, u32)> {
    let numbers = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter_map(|pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect()
}

pub(crate) fn command_line(pid: u32) -> Vec<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    bytes.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// Token hosts of one kind: `files`, `pkcs11`, or any.
fn hosts_of_kind(room: &Room, kind: &str) -> Vec<u32> {
    host_pids(room.child.id(), kind)
}

/// Token hosts of one kind below a process.
pub(crate) fn host_pids(below: u32, kind: &str) -> Vec<u32> {
    let is_host = |line: &Vec<String>| {
        line.first().is_some_and(|program| program.ends_with("/token-host"))
            && line.iter().skip(1).any(|word| word.contains(kind))
    };
    descendants(below).into_iter().filter(|(_, line)| is_host(line)).map(|(pid, _)| pid).collect()
}

fn hosts(room: &Room) -> Vec<u32> {
    hosts_of_kind(room, "")
}

/// Sends a signal to the token hosts of one kind of this room.
pub(crate) fn signal_hosts(room: &Room, kind: &str, signal: Signal) {
    for pid in hosts_of_kind(room, kind) {
        send(pid, signal);
    }
}

/// Sends a signal to a process.
pub(crate) fn send(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal).unwrap();
}

/// A room with a token and a key file in use.
fn furnished(folder: &Path) -> Room {
    let hsm = SoftHsm::new(folder);
    hsm.token("alice-p256", "111111", KeyKind::P256);
    let (carol, _) = age_file(folder, "carol", "carol's passphrase");
    let online = Online::write(folder);
    let secrets = "alice-p256\t111111\ncarol\tcarol's passphrase\n";
    let environment = vec![hsm.environment()];
    let mut room = Room::enter(folder, &Setup { environment, ..Setup::with_secrets(secrets) });
    online.import(&mut room);
    add_token(&mut room, "alice", "alice-p256");
    add_file(&mut room, "carol", &carol);
    room.prompt();
    room
}

#[test]
fn the_screen_process_maps_no_module_and_is_no_token_host() {
    let folder = tempfile::tempdir().unwrap();
    let room = furnished(folder.path());
    let screen = room.child.id();
    let hosts = hosts(&room);
    assert_eq!(hosts.len(), 2, "one host for the module, one for key files");
    assert!(!hosts.contains(&screen));
    let maps = |pid: u32| {
        std::fs::read_to_string(format!("/proc/{pid}/maps"))
            .expect("the maps of a protected process can be read by root only; run the tests as root")
    };
    let own = maps(screen);
    assert!(own.contains("ceremony-tui"), "{own}");
    for foreign in ["softhsm", "libpcsclite", "pkcs11", "token-host"] {
        assert!(!own.contains(foreign), "{foreign} in {own}");
    }
    // The judge can fail: the host does map the module.
    assert!(hosts.iter().any(|pid| maps(*pid).contains("softhsm")));
}

#[test]
fn the_screen_process_is_filtered_and_cannot_be_dumped() {
    let folder = tempfile::tempdir().unwrap();
    let room = furnished(folder.path());
    let everybody = [vec![room.child.id()], descendants(room.child.id()).into_keys().collect()].concat();
    assert_eq!(everybody.len(), 5, "screen, broker, hosts for the module, YubiKeys and key files");
    for pid in everybody {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        assert!(status.lines().any(|line| line == "Seccomp:\t2"), "{pid}: {status}");
        assert!(status.lines().any(|line| line == "NoNewPrivs:\t1"), "{pid}: {status}");
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
        use std::os::unix::fs::MetadataExt;
        // A dumpable process of another user than root shows that user here; as root both are 0.
        assert_eq!(std::fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid(), 0);
    }
}

#[test]
fn a_host_that_is_killed_means_no_signature_and_the_ceremony_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = furnished(folder.path());
    room.answer("root-keys.add", "done");
    room.review();
    room.prompt();
    // The host gets the request and hangs; in the middle of it, it is killed.
    signal_hosts(&room, "files", Signal::STOP);
    room.answer("sign.key", "carol");
    room.wait_for("sign.secret");
    signal_hosts(&room, "files", Signal::KILL);
    let said = room.said();
    assert!(said.contains("carol has not signed. The process that talks to the token has ended"), "{said}");
    assert!(said.contains("Signed 0 of 2 needed"), "{said}");
    room.answer("sign.key", "carol");
    assert!(room.said().contains("carol: signed and verified"), "{}", room.transcript);
    signal_hosts(&room, "pkcs11", Signal::KILL);
    room.answer("sign.key", "alice");
    assert!(room.said().contains("alice has not signed."), "{}", room.transcript);
    room.answer("sign.key", "alice");
    assert_eq!(room.prompt(), "export.folder");
}

#[test]
fn what_the_caller_left_open_reaches_neither_screen_nor_broker() {
    let mut command = Command::new("sh");
    let script = r#"exec "$1" new --plain --pin-fd 4 4</dev/null 7</dev/zero 9<>/dev/zero"#;
    command.args(["-c", script, "sh", crate::room::BINARY]);
    let mut room = Room::start(command);
    room.prompt();
    let both = [room.child.id(), broker(&room)];
    for pid in both {
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        let zeros = open.filter(|entry| {
            std::fs::read_link(entry.path()).is_ok_and(|target| target == Path::new("/dev/zero"))
        });
        assert_eq!(zeros.count(), 0, "{pid}");
    }
}

/// The names of a process's variables.
fn variables(pid: u32) -> Vec<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/environ"))
        .expect("the variables of a protected process can be read by root only; run the tests as root");
    let set = bytes.split(|byte| *byte == 0).filter(|variable| !variable.is_empty());
    set.map(|variable| String::from_utf8_lossy(variable).split('=').next().unwrap().to_owned()).collect()
}

#[test]
fn what_a_prepared_shell_sets_reaches_neither_broker_nor_hosts_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let online = Online::write(folder.path());
    let clock = hardware_tests::clock::library().unwrap();
    let environment = vec![
        ("HOME", "/nonexistent"),
        ("LD_PRELOAD", clock),
        ("OPENSC_DEBUG", "9"),
        ("PKCS11SPY_OUTPUT", "/nonexistent/spy"),
        ("SOFTHSM2_CONF", "/nonexistent"),
    ];
    let setup = Setup { environment, ..Setup::with_secrets("carol\tcarol's passphrase\n") };
    let mut room = Room::enter(folder.path(), &setup);
    online.import(&mut room);
    add_file(&mut room, "carol", &carol);
    room.prompt();
    let told = "LD_PRELOAD, OPENSC_DEBUG, PKCS11SPY_OUTPUT are set";
    assert!(room.transcript.contains(told), "{}", room.transcript);
    let others: Vec<u32> = descendants(room.child.id()).into_keys().collect();
    assert!(others.contains(&broker(&room)) && !hosts(&room).is_empty());
    for pid in others {
        let mut names = variables(pid);
        names.sort();
        let known = ["HOME", "LANG", "PCSCLITE_CSOCK_NAME", "SOFTHSM2_CONF", "YUBIHSM_PKCS11_CONF"];
        assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
        assert!(["HOME", "SOFTHSM2_CONF"].iter().all(|name| names.iter().any(|set| set == name)));
    }
}

#[test]
fn without_the_token_host_beside_it_the_program_starts_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("ceremony-tui");
    std::fs::copy(crate::room::BINARY, &alone).unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let online = Online::write(folder.path());
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$1" new --plain --pin-fd 3 3</dev/null"#, "sh"]).arg(&alone);
    let mut room = Room::start(command);
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    let said = room.said();
    assert!(said.contains("check that the programs token-host and piv-host lie beside this one"), "{said}");
}

#[test]
fn broker_and_hosts_end_with_the_screen_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = furnished(folder.path());
    let others: Vec<u32> = descendants(room.child.id()).into_keys().collect();
    assert_eq!(others.len(), 4);
    room.child.kill().unwrap();
    room.child.wait().unwrap();
    wait_until("no process outlives the screen process", || !others.iter().any(|pid| is_alive(*pid)));
}

pub(crate) fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Orphans stay as zombies where nobody reaps them; they hold nothing any more.
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

#[test]
fn a_signal_stops_the_ceremony_with_its_usual_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets("a\tb\n"));
    room.prompt();
    send(room.child.id(), Signal::TERM);
    assert_eq!(room.end().code(), Some(143));
    assert!(room.transcript.contains("Stopped. No payload was written"), "{}", room.transcript);
}

/// The broker of this room.
fn broker(room: &Room) -> u32 {
    let all = descendants(room.child.id());
    *all.iter().find(|(_, line)| line.get(1).is_some_and(|word| word == "broker")).unwrap().0
}

#[test]
fn neither_broker_nor_hosts_could_reach_into_the_screen_process_even_as_root() {
    const SYS_PTRACE: u64 = 1 << 19;
    const SYS_ADMIN: u64 = 1 << 21;
    let folder = tempfile::tempdir().unwrap();
    let room = furnished(folder.path());
    for pid in descendants(room.child.id()).into_keys() {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        for set in ["CapEff:", "CapPrm:", "CapInh:", "CapBnd:"] {
            let line = status.lines().find_map(|line| line.strip_prefix(set)).unwrap();
            let held = u64::from_str_radix(line.trim(), 16).unwrap();
            assert_eq!(held & (SYS_PTRACE | SYS_ADMIN), 0, "{pid} holds {set} {held:x}");
        }
    }
    // What they gave up is what it takes.
    let memory = format!("/proc/{}/mem", room.child.id());
    std::fs::File::open(&memory).expect("root reads any memory; run the tests as root");
    let refused = std::thread::spawn(move || {
        ceremony_tui::process::drop_capabilities().unwrap();
        std::fs::File::open(&memory).map(|_| ()).map_err(|error| error.kind())
    });
    assert_eq!(refused.join().unwrap(), Err(std::io::ErrorKind::PermissionDenied));
}

#[test]
fn a_broker_that_is_gone_is_said_with_what_is_left_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let online = Online::write(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets("alice\talice's passphrase\n"));
    online.import(&mut room);
    send(broker(&room), Signal::KILL);
    add_file(&mut room, "alice", &alice);
    let said = room.said();
    assert!(
        said.contains(
            "The background process that starts token hosts has ended, so no further token or key file"
        ),
        "{said}"
    );
}

#[test]
fn a_pin_fd_that_nobody_writes_to_does_not_hold_the_program() {
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$1" new --plain --pin-fd 3 3<&0"#, "sh", crate::room::BINARY]);
    let mut room = Room::start(command);
    let pid = room.child.id();
    wait_until("the program listens to signals", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
        u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << 14) != 0
    });
    send(pid, Signal::TERM);
    wait_until("the program ends", || room.child.try_wait().unwrap().is_some());
}

/// Waits for a condition with a deadline.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a condition with a deadline")]
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "this never came: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_second_signal_ends_a_program_that_cannot_look_at_the_first() {
    use std::io::Write;
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$1" new --plain --pin-fd 3 3</dev/null"#, "sh", crate::room::BINARY]);
    let piped = std::process::Stdio::piped;
    let mut child = command.stdin(piped()).stdout(piped()).spawn().unwrap();
    let output = child.stdout.take().unwrap();
    // Nobody reads what it says, so it hangs in the middle of a sentence.
    child.stdin.take().unwrap().write_all(":help\n".repeat(5000).as_bytes()).unwrap();
    wait_until("the pipe is full", || rustix::io::ioctl_fionread(&output).unwrap() > 60_000);
    send(child.id(), Signal::TERM);
    let mut status = None;
    wait_until("the program ends", || {
        send(child.id(), Signal::TERM);
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().code(), Some(143));
}
