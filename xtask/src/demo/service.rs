//! The service of the demo: made, started in the background, found again, stopped.

use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::api::Api;
use super::folder::{Folder, write_private};
use crate::command;
use crate::surroundings::wait_for;

/// The port that the demo prefers.
pub(crate) const USUAL_PORT: u16 = 8787;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// What `init` made and said.
pub(crate) struct Service {
    /// Its configuration.
    configuration: PathBuf,
    /// `http://HOST:PORT`, once it runs.
    pub(crate) url: String,
    /// The administrator's token.
    pub(crate) token: String,
    /// Everything that `init` showed on its screen.
    pub(crate) screen: String,
}

impl Service {
    /// Makes configuration, vault, online key and the administrator's token.
    pub(crate) fn init(program: &Path, folder: &Folder, port: u16) -> Result<Self> {
        let configuration = folder.service().join("vestry.toml");
        let mut init = Command::new(program);
        init.arg("--config").arg(&configuration).arg("init").arg("--data").arg(folder.service());
        init.args(["--listen", &format!("127.0.0.1:{port}"), "--key-name", "online-1", "--content"])
            .arg(folder.content());
        init.arg("--online-key-out").arg(folder.medium().join("online-key.json"));
        init.arg("--admin-token-out").arg(token_file(folder));
        let screen = command::output(&mut init).context("the service could not be made")?;
        let token = std::fs::read_to_string(token_file(folder)).context("init made no token")?;
        Ok(Self { configuration, url: String::new(), token: token.trim().to_owned(), screen })
    }

    /// A command of the service's program, with its configuration.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.arg("--config").arg(&self.configuration);
        command
    }

    /// Starts it in a session of its own, so that it outlives this command, and waits until it answers.
    pub(crate) fn start(&mut self, program: &Path, folder: &Folder) -> Result<u32> {
        let log_path = log_file(folder);
        let log =
            File::create(&log_path).with_context(|| format!("{} cannot be made", log_path.display()))?;
        let errors = log.try_clone().context("the log cannot be shared")?;
        let serve = self.command(program);
        let mut session = Command::new("setsid");
        session.arg(serve.get_program()).args(serve.get_args()).arg("serve");
        let mut child = session
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .context("the service could not be started")?;
        write_private(&pid_file(folder), &format!("{}\n", child.id()))?;
        let ready = wait_for(START_LIMIT, || {
            it_still_runs(&mut child, &log_path)?;
            Ok(address(folder).filter(|url| Api::new(url, &self.token).answers()))
        })?;
        match ready {
            Some(url) => {
                self.url = url;
                Ok(child.id())
            }
            None => bail!("the service did not answer within {START_LIMIT:?}:\n{}", log_end(&log_path)),
        }
    }
}

/// Stops the service of a demo, if one runs; says whether one did.
pub(crate) fn stop(folder: &Folder) -> Result<Option<u32>> {
    let Some(pid) = running(folder) else { return Ok(None) };
    // The shell's own kill: the program of that name is in a package that a bare machine lacks.
    command::output(Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid.to_string()]))?;
    if wait_for(STOP_LIMIT, || Ok(running(folder).is_none().then_some(())))?.is_none() {
        bail!("the service (process {pid}) did not end within {STOP_LIMIT:?}. End it: kill -KILL {pid}");
    }
    std::fs::remove_file(pid_file(folder))
        .context("the file with the service's process number stays behind")?;
    Ok(Some(pid))
}

/// The process that serves this folder. A number alone is not trusted: it may have gone to another program.
fn running(folder: &Folder) -> Option<u32> {
    let pid: u32 = std::fs::read_to_string(pid_file(folder)).ok()?.trim().parse().ok()?;
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let ours = folder.service().join("vestry.toml");
    let mut arguments = arguments.split(|byte| *byte == 0);
    arguments.any(|argument| argument == ours.as_os_str().as_encoded_bytes()).then_some(pid)
}

/// The API of the service that runs on this folder, with the administrator's token.
pub(crate) fn api_of_running(folder: &Folder) -> Result<Api> {
    running(folder).context("no service of a demo runs there")?;
    let url = address(folder).context("the service has not said where it listens")?;
    let token = std::fs::read_to_string(token_file(folder)).context("the token cannot be read")?;
    Ok(Api::new(&url, token.trim()))
}

/// Where the administrator's token lies.
pub(crate) fn token_file(folder: &Folder) -> PathBuf {
    folder.file("admin.token")
}

/// Where the service says that it listens: the port is its own choice when it was told 0.
fn address(folder: &Folder) -> Option<String> {
    let log = std::fs::read_to_string(log_file(folder)).ok()?;
    // A line without its end may be half of one.
    let line = log.split_inclusive('\n').find_map(|line| line.strip_prefix("Listening on "))?;
    line.strip_suffix('\n').map(str::to_owned)
}

fn log_file(folder: &Folder) -> PathBuf {
    folder.file("service.log")
}

fn pid_file(folder: &Folder) -> PathBuf {
    folder.file("service.pid")
}

/// The port that was asked for, or the usual one, or when that one is taken 0: the service takes any free one.
pub(crate) fn port(wanted: Option<u16>) -> Result<u16> {
    match wanted {
        Some(port) if is_free(port) => Ok(port),
        Some(port) => bail!("port {port} is taken. Name another one with --port, or leave it out."),
        None if is_free(USUAL_PORT) => Ok(USUAL_PORT),
        None => Ok(0),
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn it_still_runs(child: &mut Child, log: &Path) -> Result<()> {
    match child.try_wait().context("the service is lost")? {
        None => Ok(()),
        Some(status) => bail!("the service ended with {status}:\n{}", log_end(log)),
    }
}

fn log_end(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_refused_when_it_was_asked_for() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = listener.local_addr().unwrap().port();
        assert!(port(Some(taken)).unwrap_err().to_string().contains("--port"));
        assert_eq!(port(Some(0)).unwrap(), 0, "the service chooses");
    }

    #[test]
    fn the_address_is_what_the_service_says_and_never_half_of_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(parent.path()).unwrap();
        for (log, expected) in [
            ("", None),
            ("starting\nListening on http://127.0.0.1:40", None),
            ("starting\nListening on http://127.0.0.1:4096\nmore\n", Some("http://127.0.0.1:4096")),
        ] {
            std::fs::write(log_file(&folder), log).unwrap();
            assert_eq!(address(&folder).as_deref(), expected);
        }
    }

    #[test]
    fn a_process_number_of_another_program_is_not_ours() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(parent.path()).unwrap();
        std::fs::write(pid_file(&folder), std::process::id().to_string()).unwrap();
        assert_eq!(running(&folder), None);
        assert_eq!(stop(&folder).unwrap(), None);
    }
}
