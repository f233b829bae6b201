//! A USB medium of 64 KiB: a file system of its own that can be full, read-only, or pulled out.
//!
//! Mounting is root's. A test of an ordinary user runs itself again in a room of its own ([`with_media`]), where that
//! user may mount.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What [`with_media`] runs itself in, in which it is root.
const OWN_ROOM: [&str; 2] = ["--map-root-user", "--mount"];

/// A small file system, mounted on a folder. It is gone when this is dropped.
#[derive(Debug)]
pub struct Medium {
    folder: PathBuf,
}

impl Medium {
    /// Mounts one on an empty folder.
    ///
    /// # Errors
    /// This process may not mount.
    pub fn mount(folder: &Path) -> Result<Medium, MediumError> {
        run("mount", &["-t", "tmpfs", "-o", "size=64k,mode=700", "medium"], folder)?;
        Ok(Medium { folder: folder.to_owned() })
    }

    /// Where it is mounted.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file that leaves no room for another byte.
    ///
    /// # Errors
    /// Writing fails for another reason than that.
    pub fn fill(&self) -> Result<(), MediumError> {
        let path = self.folder.join("holiday.jpg");
        match std::fs::write(&path, vec![7; 1 << 20]) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            Err(error) => Err(MediumError::Io(path, error)),
            Ok(()) => Err(MediumError::Io(path, io::Error::other("a megabyte fits on it"))),
        }
    }

    /// Removes that file again.
    ///
    /// # Errors
    /// It is not there.
    pub fn make_room(&self) -> Result<(), MediumError> {
        let path = self.folder.join("holiday.jpg");
        std::fs::remove_file(&path).map_err(|error| MediumError::Io(path, error))
    }

    /// As if its switch were moved.
    ///
    /// # Errors
    /// A file on it is open for writing.
    pub fn protect(&self) -> Result<(), MediumError> {
        run("mount", &["-o", "remount,bind,ro"], &self.folder)
    }

    /// As if its switch were moved back.
    ///
    /// # Errors
    /// It is gone.
    pub fn unprotect(&self) -> Result<(), MediumError> {
        run("mount", &["-o", "remount,bind,rw"], &self.folder)
    }
}

impl Drop for Medium {
    fn drop(&mut self) {
        // Lazily: a program under test may still look at it.
        drop(run("umount", &["-l"], &self.folder));
    }
}

/// Runs `work`, which mounts media: here when this process may, and otherwise in a copy of the test of that name that
/// may, because it is root in a room of its own.
///
/// # Errors
/// There is no room to be had, or the copy of the test fails.
pub fn with_media(test: &str, work: impl FnOnce()) -> Result<(), MediumError> {
    if may_mount() {
        work();
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|error| MediumError::Io(PathBuf::from(test), error))?;
    let mut copy = Command::new("unshare");
    copy.args(OWN_ROOM).arg(program).args([test, "--exact", "--nocapture"]);
    let output = copy.output().map_err(|error| MediumError::Io(PathBuf::from("unshare"), error))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if !output.status.success() || !said.contains("1 passed") {
        return Err(MediumError::Room(said));
    }
    tell_figures(&said);
    Ok(())
}

/// What the copy counted is counted here.
#[expect(clippy::print_stdout, reason = "lines of figures are read from the output of tests")]
fn tell_figures(said: &str) {
    said.lines().filter(|line| line.starts_with("figure: ")).for_each(|line| println!("{line}"));
}

/// Root with the right to mount, as which the copy runs too. Looked up, because a probe would be seen by others.
pub(crate) fn may_mount() -> bool {
    const CAP_SYS_ADMIN: u32 = 21;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or_default();
    u64::from_str_radix(effective.trim(), 16).is_ok_and(|bits| bits >> CAP_SYS_ADMIN & 1 == 1)
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), MediumError> {
    let output = Command::new(program).args(arguments).arg(folder).output();
    let output = output.map_err(|error| MediumError::Io(PathBuf::from(program), error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(MediumError::Refused(
        format!("{program} {}", arguments.join(" ")),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    ))
}

/// The bench could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MediumError {
    /// A program refused.
    #[error("`{0}` failed: {1}. Run the test as root, or allow user namespaces.")]
    Refused(String, String),
    /// A file or a program.
    #[error("{0} could not be used ({1}).")]
    Io(PathBuf, io::Error),
    /// The copy of the test.
    #[error("The test failed in a room of its own: {0}")]
    Room(String),
}
