//! The process: its folder, its configuration, its log, its end.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::client;
use super::error::PcscdError;
use super::ports::Ports;
use crate::medium;
use crate::steady::Moment;

/// The program.
pub const DAEMON: &str = "/usr/sbin/pcscd";
/// The driver of virtual readers.
pub const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// Where drivers lie.
const DRIVERS: &str = "/usr/lib/pcsc/drivers";
/// How long a start may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
/// A socket's name has at most so many bytes.
const LONGEST_NAME: usize = 107;

/// Runs in the namespace: `$1` is laid over /run, `$2` hides the drivers of real readers, `$3` is the configuration.
/// Nothing that is mounted here may be seen elsewhere; in a chroot that cannot be ordered, and has to be so already. The
/// daemon ends with the thread that waits for it. It logs no APDUs: `--apdu` would show PINs.
const ENTER: &str = r#"
set -eu
if ! mount --make-rprivate / 2>/dev/null && grep -q ' shared:' /proc/self/mountinfo; then
    echo 'The mounts of this chroot are shared with another place, which would lose its /run.' >&2
    exit 1
fi
mount --bind "$1" /run
mount --bind "$2" /usr/lib/pcsc/drivers
exec setpriv --pdeathsig KILL /usr/sbin/pcscd --foreground --debug --config "$3"
"#;

/// A running daemon; dropping it kills it.
#[derive(Debug)]
pub(super) struct Daemon(Child);

/// The socket of the daemon in this folder.
pub(super) fn socket(folder: &Path) -> PathBuf {
    folder.join("run/pcscd/pcscd.comm")
}

/// What it wrote.
pub(super) fn log(folder: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log_file(folder)).unwrap_or_default()).into_owned()
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("pcscd.log")
}

/// Makes the folder ready, and says what is missing on this machine.
pub(super) fn prepare(folder: &Path) -> Result<(), PcscdError> {
    for (file, package) in [(DAEMON, "pcscd"), (DRIVER, "vsmartcard-vpcd")] {
        if !Path::new(file).exists() {
            return Err(PcscdError::NotInstalled(package));
        }
    }
    if socket(folder).as_os_str().len() > LONGEST_NAME {
        return Err(PcscdError::LongName(folder.to_owned()));
    }
    for made in ["run/pcscd", "drivers/serial", "configuration"] {
        fs::create_dir_all(folder.join(made)).map_err(|error| PcscdError::Io(folder.join(made), error))?;
    }
    // The copy stays in sight when the other drivers are hidden.
    let copy = folder.join("drivers").join(DRIVER.trim_start_matches(DRIVERS).trim_start_matches('/'));
    fs::copy(DRIVER, &copy).map_err(|error| PcscdError::Io(copy, error))?;
    Ok(())
}

impl Daemon {
    /// Starts it, and waits until programs can see both readers.
    pub(super) fn start(folder: &Path, name: &str, ports: &Ports) -> Result<Daemon, PcscdError> {
        let in_folder = |error| PcscdError::Io(folder.to_owned(), error);
        configure(folder, name, ports).map_err(in_folder)?;
        let mut child = enter(folder).spawn().map_err(|error| PcscdError::Io("unshare".into(), error))?;
        let lines = keep_log(&mut child, folder).map_err(in_folder)?;
        let mut daemon = Daemon(child);
        daemon.wait_for_readers(folder, &lines)?;
        Ok(daemon)
    }

    /// Each line of its log is a reason to look again.
    fn wait_for_readers(&mut self, folder: &Path, lines: &Receiver<String>) -> Result<(), PcscdError> {
        let start = Moment::now();
        while let Some(left) = start.left_of(LIMIT) {
            match lines.recv_timeout(left) {
                Ok(line) if line.contains("Could not initialize connection") => {
                    return Err(PcscdError::PortTaken);
                }
                Ok(_) if client::readers(&socket(folder)).is_ok_and(|readers| readers.len() == 2) => {
                    return Ok(());
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        Err(PcscdError::NotStarted(log(folder)))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn configure(folder: &Path, name: &str, ports: &Ports) -> io::Result<()> {
    for left_over in ["pcscd.comm", "pcscd.pid"] {
        match fs::remove_file(folder.join("run/pcscd").join(left_over)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let port = ports.of(0);
    let text =
        format!("FRIENDLYNAME \"{name}\"\nDEVICENAME /dev/null:{port}\nLIBPATH {DRIVER}\nCHANNELID {port}\n");
    fs::write(folder.join("configuration/virtual"), text)
}

fn enter(folder: &Path) -> Command {
    let mut enter = Command::new("unshare");
    // In a chroot there are no user namespaces, and `unshare` cannot order what happens to mounts.
    let may_mount = ["--mount", "--propagation", "unchanged"];
    enter.args(if medium::may_mount() { &may_mount[..] } else { &["--mount", "--map-root-user"] });
    enter.args(["sh", "-c", ENTER, "enter"]);
    enter.args(["run", "drivers", "configuration"].map(|part| folder.join(part)));
    enter.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    enter
}

/// Copies what the daemon says into its file, line by line, and passes each line on.
fn keep_log(child: &mut Child, folder: &Path) -> io::Result<Receiver<String>> {
    let mut file = File::options().create(true).append(true).open(log_file(folder))?;
    let (sender, receiver) = channel();
    let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("the daemon has no output"));
    };
    let mut copy = file.try_clone()?;
    let other = sender.clone();
    std::thread::spawn(move || copy_lines(output, &mut file, &sender));
    std::thread::spawn(move || copy_lines(errors, &mut copy, &other));
    Ok(receiver)
}

fn copy_lines(from: impl Read, to: &mut File, also_to: &Sender<String>) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if to.write_all(format!("{line}\n").as_bytes()).is_err() {
            return;
        }
        // After the start nobody listens any more.
        drop(also_to.send(line));
    }
}
