//! Asking one of the clients in `xtask/judges`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use shared::key::Client;

use crate::service::Service;

/// The clients that can be asked here.
pub(crate) const CLIENTS: [Client; 4] =
    [Client::PythonTuf, Client::TufJs, Client::Tough, Client::SigstoreTuf];

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Found, downloaded, verified: this content.
    Verified(String),
    /// Something was wrong; the client's own words.
    Refused(String),
    /// The metadata is good and lists no such target.
    Absent,
}

/// A client with what it trusts and what it remembers.
pub(crate) struct Asked<'a> {
    pub(crate) client: Client,
    pub(crate) service: &'a Service,
    pub(crate) root: &'a Path,
    /// Metadata of earlier runs.
    pub(crate) cache: Option<PathBuf>,
}

impl Asked<'_> {
    /// Asks for a target.
    pub(crate) fn about(&self, target: &str) -> Verdict {
        let out = self.service.path("downloaded");
        let mut command = program(self.client);
        self.service.move_clock(&mut command);
        let url = &self.service.url;
        command.args([format!("{url}/metadata"), format!("{url}/content")]);
        command.arg(self.root).arg(target).arg(&out).args(&self.cache);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => Verdict::Verified(std::fs::read_to_string(out).unwrap()),
            Some(1) => Verdict::Refused(said),
            Some(3) => Verdict::Absent,
            _ => panic!("{} could not judge: {said}", self.client.name()),
        }
    }
}

fn program(client: Client) -> Command {
    let script = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/judges").join(name);
    match client {
        Client::PythonTuf => with(variable("VESTRY_PYTHON"), script("judge_python_tuf.py")),
        Client::TufJs => with("node".into(), script("judge_tuf_js.mjs")),
        Client::Tough | Client::SigstoreTuf => with(variable("VESTRY_RUST_JUDGES"), client.name().into()),
        Client::GoTuf => panic!("go-tuf is not asked here"),
    }
}

fn with(program: OsString, argument: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.arg(argument);
    command
}

#[expect(clippy::disallowed_methods, reason = "the test is told where the judges are by `cargo xtask test`")]
fn variable(name: &str) -> OsString {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set. Run the tests with `cargo xtask test`."))
}
