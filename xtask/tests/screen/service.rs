//! A service of the test's own: made, started, bootstrapped, ended with the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A program that was built beside this test's.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name(name);
    assert!(path.is_file(), "{name} is not built. Run the tests with `cargo xtask test`.");
    path
}

/// A service that was made.
pub(crate) struct Service {
    folder: PathBuf,
    /// What crosses the gap.
    pub(crate) medium: PathBuf,
    /// What `init` said, with the fingerprint of the online key.
    pub(crate) said: String,
}

/// A service that runs.
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
}

impl Service {
    pub(crate) fn init(folder: &Path) -> Service {
        let medium = folder.join("medium");
        std::fs::create_dir(&medium).unwrap();
        std::fs::create_dir(folder.join("content")).unwrap();
        let mut service = Service { folder: folder.to_owned(), medium, said: String::new() };
        let mut init = service.command();
        init.arg("init").arg("--data").arg(folder.join("service")).args([
            "--listen",
            "127.0.0.1:0",
            "--content",
        ]);
        init.arg(folder.join("content")).arg("--online-key-out").arg(service.medium.join("online-key.json"));
        let output = init.arg("--admin-token-out").arg(service.token_file()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        service.said = String::from_utf8(output.stdout).unwrap();
        service
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("online-service"));
        command.arg("--config").arg(self.folder.join("service/vestry.toml"));
        command
    }

    fn token_file(&self) -> PathBuf {
        self.folder.join("admin.token")
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn serve(&self) -> Running {
        let log = std::fs::File::create(self.folder.join("service.log")).unwrap();
        let mut command = self.command();
        let child = command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let mut running = Running { child: child.unwrap(), url: String::new() };
        let mut line = String::new();
        BufReader::new(running.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Listening on ");
        running.url = url.unwrap_or_else(|| panic!("the service named no address: {line:?}")).to_owned();
        running
    }

    /// Bootstraps it with a payload and the digest that somebody expects.
    pub(crate) fn bootstrap(&self, running: &Running, payload: &Path, digest: &str) -> Output {
        let mut bootstrap = self.command();
        bootstrap.arg("bootstrap").arg(payload).args(["--server", &running.url, "--expect", digest]);
        bootstrap.arg("--token-file").arg(self.token_file()).output().unwrap()
    }
}

impl Running {
    /// Waits until clients can read what was bootstrapped.
    pub(crate) fn until_published(&self) {
        self.until("the repository is published", |url| {
            ureq::get(format!("{url}/metadata/timestamp.json")).call().is_ok()
        });
    }

    fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        for _ in 0..400 {
            if is_so(&self.url) {
                return;
            }
            pause();
        }
        panic!("this never came: {what}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The root that a payload carries.
pub(crate) fn root_of(payload: &Path) -> String {
    let payload: serde_json::Value = serde_json::from_slice(&std::fs::read(payload).unwrap()).unwrap();
    payload["metadata"]["root"].to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks at a service, of which there are 400 at most"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}
