//! A service of the test's own: made, started, bootstrapped, ended with the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use shared::document::SignedDocument;
use shared::gap::{OnlineKeyDocument, RootKeyDocument, SignPayload};
use shared::json::Json;
use shared::key::Signature;
use shared::software::SoftwareKey;

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
    /// Signs the root that waits, as its holder does wherever the key is: the service shows it, and takes a signature.
    pub(crate) fn sign(&self, service: &Service, key: &SoftwareKey) {
        let token = std::fs::read_to_string(service.token_file()).unwrap();
        let bearer = format!("Bearer {}", token.trim());
        let url = format!("{}/api/v1/metadata/sign", self.url);
        let mut shown = ureq::get(&url).header("Authorization", &bearer).call().unwrap();
        let shown = Json::parse(shown.body_mut().read_to_string().unwrap().as_bytes()).unwrap();
        let waiting =
            ["data", "metadata", "root"].iter().try_fold(&shown, |value, name| value.get(name)).unwrap();
        let document = SignedDocument::from_json(waiting.clone()).unwrap();
        let sig = key.sign(document.signing_bytes()).unwrap();
        let signature = Signature { keyid: key.public().id().clone(), sig };
        let body = SignPayload { role: "root".to_owned(), signature }.to_bytes();
        let request = ureq::post(&url).header("Authorization", &bearer);
        request.header("Content-Type", "application/json").send(&body[..]).unwrap();
    }

    /// Whether clients can read anything of the repository.
    pub(crate) fn is_published(&self) -> bool {
        ureq::get(format!("{}/metadata/timestamp.json", self.url)).call().is_ok()
    }

    /// Waits until clients can read what was bootstrapped.
    pub(crate) fn until_published(&self) {
        for _ in 0..400 {
            if self.is_published() {
                return;
            }
            pause();
        }
        panic!("the repository was never published");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The document of a holder who cannot come, exported in the same moment as the online key in this file.
pub(crate) fn root_key(key: &SoftwareKey, name: &str, online_key: &Path) -> Vec<u8> {
    let time = OnlineKeyDocument::parse(&std::fs::read(online_key).unwrap()).unwrap().time;
    let proof = key.sign(&RootKeyDocument::statement(key.public().id(), time)).unwrap();
    let (key, name) = (key.public().clone(), name.to_owned());
    RootKeyDocument { key, name, time, proof, attestation: Vec::new() }.to_bytes()
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
