//! What clients of other people see of the service.

use std::path::Path;

use hardware_tests::judges::{Judge, Question, Tools, Verdict};

use crate::service::Service;

/// What a client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Found, downloaded, verified: this content.
    Content(String),
    /// Something was wrong; the client's own words.
    Refused(String),
    /// The metadata is good and lists no such target.
    Absent,
}

/// A client with what it trusts and what it remembers.
pub(crate) struct Asked<'a> {
    pub(crate) client: Judge,
    pub(crate) service: &'a Service,
    pub(crate) root: &'a Path,
    /// Metadata of earlier runs.
    pub(crate) cache: Option<&'a Path>,
}

impl Asked<'_> {
    /// Asks for a target. The clock of the client is the service's.
    pub(crate) fn about(&self, target: &str) -> Seen {
        let out = self.service.path("downloaded");
        let url = &self.service.url;
        let question = Question {
            metadata_url: &format!("{url}/metadata"),
            targets_url: &format!("{url}/content"),
            root: self.root,
            target,
            out: Some(&out),
            cache: self.cache,
            clock: self.service.clock,
        };
        let tools = Tools::of_environment().expect("`cargo xtask test` names the judges");
        match self.client.ask(&tools, &question).unwrap_or_else(|error| panic!("{error}")) {
            Verdict::Verified => Seen::Content(std::fs::read_to_string(out).unwrap()),
            Verdict::Refused(said) => Seen::Refused(said),
            Verdict::Absent => Seen::Absent,
        }
    }
}

/// What python-tuf gets, which trusts the root that the service was bootstrapped with.
pub(crate) fn python_client(service: &Service, cache: &Path, target: &str) -> Seen {
    let root = service.path("trusted-root.json");
    std::fs::write(&root, service.get("/metadata/1.root.json").bytes).unwrap();
    Asked { client: Judge::PythonTuf, service, root: &root, cache: Some(cache) }.about(target)
}
