//! A service in a folder of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use shared::json::Json;

use crate::ceremony::{Ceremony, Options};
use crate::http::{Answer, send};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_online-service");

/// A service, running or not.
pub(crate) struct Service {
    folder: tempfile::TempDir,
    child: Option<Child>,
    /// `http://127.0.0.1:PORT` while it runs.
    pub(crate) url: String,
    /// The admin token.
    pub(crate) admin: String,
    /// Moves the clock of everything that is started, as `+26h` or `@2026-11-21 19:25:30`.
    pub(crate) clock: Option<&'static str>,
}

impl Service {
    /// A data folder as `init` leaves it.
    pub(crate) fn new() -> Self {
        Self::made(None, &[])
    }

    /// The same, on a day of its own.
    pub(crate) fn on(day: &'static str) -> Self {
        Self::made(Some(day), &[])
    }

    /// The same, with more arguments for `init`.
    pub(crate) fn new_with(more: &[&str]) -> Self {
        Self::made(None, more)
    }

    fn made(clock: Option<&'static str>, more: &[&str]) -> Self {
        let mut service = Self {
            folder: tempfile::tempdir().unwrap(),
            child: None,
            url: String::new(),
            admin: String::new(),
            clock,
        };
        std::fs::create_dir(service.path("content")).unwrap();
        let (data, content) = (service.path("data"), service.path("content"));
        let token = service.path("admin-token");
        let arguments = [
            "init",
            "--data",
            data.to_str().unwrap(),
            "--listen",
            "127.0.0.1:0",
            "--content",
            content.to_str().unwrap(),
            "--admin-token-out",
            token.to_str().unwrap(),
        ];
        service.run(&[arguments.as_slice(), more].concat());
        service.admin = std::fs::read_to_string(token).unwrap().trim().to_owned();
        service
    }

    /// A running service with a repository of four bins, and the ceremony behind it.
    pub(crate) fn bootstrapped() -> (Self, Ceremony) {
        Self::bootstrapped_with(&Options::default())
    }

    /// The same, with a ceremony of its own.
    pub(crate) fn bootstrapped_with(options: &Options) -> (Self, Ceremony) {
        Self::new().bootstrap(options)
    }

    /// Bootstraps and starts.
    pub(crate) fn bootstrap(mut self, options: &Options) -> (Self, Ceremony) {
        let service = &mut self;
        let ceremony = Ceremony::hold(service, options);
        let file = service.path("payload.json");
        std::fs::write(&file, ceremony.payload()).unwrap();
        service.run(&["bootstrap", file.to_str().unwrap(), "--expect", &ceremony.digest()]);
        service.start();
        (self, ceremony)
    }

    /// A path in the service's own folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of the program on this data folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        if let Some(offset) = self.clock {
            hardware_tests::clock::moved(&mut command, offset).unwrap();
        }
        command.arg("--config").arg(self.path("data/vestry.toml")).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail, and returns what it complained about.
    pub(crate) fn refuse(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        assert!(!output.status.success(), "{arguments:?} succeeded");
        String::from_utf8(output.stderr).unwrap()
    }

    fn try_run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts `serve` and waits until it listens.
    pub(crate) fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same, with variables in the environment.
    pub(crate) fn start_with(&mut self, environment: &[(&str, &str)]) {
        assert!(self.child.is_none(), "it runs already");
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = self.command(&["serve"]);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Listening on ");
        self.url = url.unwrap_or_else(|| panic!("no address: {}", self.log())).to_owned();
        self.child = Some(child);
    }

    /// Whether it was started and not stopped.
    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// The process id of the running service.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and waits for a clean end.
    pub(crate) fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// What the service logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// A token with these scopes.
    pub(crate) fn token(&self, scopes: &[&str]) -> String {
        let mut arguments = vec!["token", "create"];
        for scope in scopes {
            arguments.extend(["--scope", scope]);
        }
        self.run(&arguments).trim().to_owned()
    }

    /// GET without a token.
    pub(crate) fn get(&self, path: &str) -> Answer {
        send("GET", &format!("{}{path}", self.url), &[], b"")
    }

    /// GET with a token.
    pub(crate) fn get_as(&self, token: &str, path: &str) -> Answer {
        send("GET", &format!("{}{path}", self.url), &[("authorization", &bearer(token))], b"")
    }

    /// POST with the admin token.
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.post_as(&self.admin, path, body)
    }

    /// POST with a token.
    pub(crate) fn post_as(&self, token: &str, path: &str, body: &[u8]) -> Answer {
        let headers = [("authorization", &*bearer(token)), ("content-type", "application/json")];
        send("POST", &format!("{}{path}", self.url), &headers, body)
    }

    /// POST that must be accepted and succeed; returns the task's `details`.
    pub(crate) fn succeed(&self, path: &str, body: &[u8]) -> Json {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.finish(&answer)
    }

    /// Waits for the task of an accepted request; returns its `details`.
    pub(crate) fn finish(&self, accepted: &Answer) -> Json {
        self.finish_within(PATIENCE, accepted)
    }

    /// The same, asking that often.
    pub(crate) fn finish_within(&self, patience: u32, accepted: &Answer) -> Json {
        let accepted = accepted.json();
        let task = accepted.get("data").unwrap().get("task_id").unwrap().as_str().unwrap().to_owned();
        let result = wait_within(patience, "the task", || {
            let body = self.get(&format!("/api/v1/task?task_id={task}")).json();
            let data = body.get("data").unwrap();
            (data.get("state").unwrap().as_str() == Some("SUCCESS"))
                .then(|| data.get("result").unwrap().clone())
        });
        result.get("details").unwrap().clone()
    }

    /// Adds an artifact whose content is also in the content folder.
    pub(crate) fn publish(&self, path: &str, content: &str) {
        let file = self.path("content").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
        self.succeed("/api/v1/artifacts", addition(path, content).as_bytes());
    }

    /// The version of the current snapshot.
    pub(crate) fn snapshot_version(&self) -> u64 {
        let timestamp = self.get("/metadata/timestamp.json").json();
        let meta = timestamp.get("signed").unwrap().get("meta").unwrap();
        meta.get("snapshot.json").unwrap().get("version").unwrap().as_u64().unwrap()
    }

    /// `verify` over HTTP, from the root of the ceremony.
    pub(crate) fn verify(&self, root: &Path) -> String {
        self.run(&["verify", "--server", &self.url, "--root", root.to_str().unwrap()])
    }
}

impl Drop for Service {
    #[expect(clippy::print_stderr, reason = "the log of a service tells why a test failed")]
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
        if std::thread::panicking() {
            eprintln!("--- log of the service\n{}", self.log());
        }
    }
}

/// The value of an `Authorization` header.
pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The body that adds one artifact.
pub(crate) fn addition(path: &str, content: &str) -> String {
    format!(
        r#"{{"artifacts":[{{"path":"{path}","info":{{"length":{},"hashes":{{"sha256":"{}"}}}}}}]}}"#,
        content.len(),
        sha256_hex(content)
    )
}

/// The SHA-256 of a text.
pub(crate) fn sha256_hex(content: &str) -> String {
    hex::encode(shared::digest::sha256(content.as_bytes()))
}

/// How often is asked, two milliseconds apart: for half a minute at least.
pub(crate) const PATIENCE: u32 = 15_000;

/// Asks until there is an answer, within limits.
pub(crate) fn wait_for<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, ask)
}

#[expect(clippy::disallowed_methods, reason = "a process is waited for, in intervals and with a limit")]
fn wait_within<T>(patience: u32, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..patience {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("waited in vain for {what}");
}
