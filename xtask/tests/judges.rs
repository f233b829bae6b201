//! The judges are judged: each fails on what is wrong and passes on what is right, over one real repository, and tells
//! what is wrong from what it could not ask.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

#[path = "judges/proxy.rs"]
mod proxy;
#[path = "judges/repository.rs"]
mod repository;
#[path = "judges/stranger.rs"]
mod stranger;

use std::path::{Path, PathBuf};

use hardware_tests::judges::{Judge, JudgeError, Question, Tools, Verdict};
use proxy::Tampering;
use repository::Repository;

#[test]
fn each_judge_refuses_what_is_wrong_and_accepts_what_is_right() {
    let (repository, tools) = (Repository::publish(), Tools::of_environment().unwrap());
    let [kept, removed, ..] = repository.targets.as_slice() else { panic!("{:?}", repository.targets) };
    let stranger = repository.scratch("stranger.json");
    stranger::root_of_somebody_else(&tools, &stranger);
    let cases = Judge::ALL.map(|judge| Case {
        judge,
        tools: &tools,
        repository: &repository,
        direct: Place::at(&repository.url),
        cache: repository.scratch(&format!("cache-{judge}")),
    });
    for case in &cases {
        case.passes_a_good_repository(kept);
        case.refuses_a_broken_timestamp_signature(kept);
        case.refuses_an_expired_timestamp(kept);
        case.refuses_under_a_wrong_root(kept, &stranger);
        case.gives_no_verdict_on_what_it_cannot_fetch(kept);
        case.passes_a_good_repository(kept);
    }
    let of_every_kind = || cases.iter().filter(|case| Judge::OF_EVERY_KIND.contains(&case.judge));
    for case in of_every_kind() {
        case.refuses_a_flipped_target_byte(kept);
        case.says(&Verdict::Verified, &case.with_cache(removed));
    }
    repository.remove(removed);
    for case in of_every_kind() {
        case.follows_a_removal(kept, removed);
    }
}

struct Case<'a> {
    judge: Judge,
    tools: &'a Tools,
    repository: &'a Repository,
    direct: Place,
    /// The metadata of this client's runs before, the first of which came before the removal.
    cache: PathBuf,
}

/// Where a judge looks.
struct Place {
    metadata: String,
    targets: String,
}

impl Place {
    fn at(url: &str) -> Self {
        Self { metadata: format!("{url}/metadata/"), targets: format!("{url}/content/") }
    }
}

impl Case<'_> {
    /// The demo's bins are succinct: those that know nothing of them come as far as the targets role, and say so.
    fn passes_a_good_repository(&self, target: &str) {
        let place = Place::at(&proxy::start(&self.repository.url, Tampering::None));
        let question = self.fresh(&place, target);
        match self.judge {
            Judge::PythonTuf | Judge::TufJs => self.says(&Verdict::Verified, &question),
            Judge::Tough => self.refuses("missing field `roles`", &question),
            Judge::SigstoreTuf => self.says(&Verdict::Absent, &question),
        }
    }

    fn refuses_a_flipped_target_byte(&self, target: &str) {
        let place = Place::at(&proxy::start(&self.repository.url, Tampering::FlippedTargetByte));
        self.refuses("hash", &self.fresh(&place, target));
    }

    fn refuses_a_broken_timestamp_signature(&self, target: &str) {
        let place = Place::at(&proxy::start(&self.repository.url, Tampering::BrokenTimestampSignature));
        self.refuses(self.unsigned(), &self.fresh(&place, target));
    }

    /// Thirty hours from now the timestamp that the service serves has expired.
    fn refuses_an_expired_timestamp(&self, target: &str) {
        let words = match self.judge {
            Judge::PythonTuf | Judge::TufJs => "timestamp.json is expired",
            Judge::Tough => "timestamp metadata is expired",
            Judge::SigstoreTuf => "timestamp metadata expired",
        };
        self.refuses(words, &Question { clock: Some("+30h"), ..self.fresh(&self.direct, target) });
    }

    fn refuses_under_a_wrong_root(&self, target: &str, stranger: &Path) {
        self.refuses(self.unsigned(), &Question { root: stranger, ..self.fresh(&self.direct, target) });
    }

    /// How it says that nobody whom it trusts signed the timestamp.
    fn unsigned(&self) -> &'static str {
        match self.judge {
            Judge::PythonTuf | Judge::TufJs => "timestamp was signed by 0/1 keys",
            Judge::Tough => "failed to verify timestamp metadata",
            Judge::SigstoreTuf => "signature threshold not met for role timestamp",
        }
    }

    fn gives_no_verdict_on_what_it_cannot_fetch(&self, target: &str) {
        let nowhere = Place::at("http://127.0.0.1:1");
        let answer = self.judge.ask(self.tools, &self.fresh(&nowhere, target));
        assert!(matches!(answer, Err(JudgeError::NotFetched(..))), "{}: {answer:?}", self.judge);
        let no_folder = self.repository.root.join("cache");
        let question = Question { cache: Some(&no_folder), ..self.fresh(&self.direct, target) };
        let answer = self.judge.ask(self.tools, &question);
        assert!(matches!(answer, Err(JudgeError::CouldNotRun(..))), "{}: {answer:?}", self.judge);
    }

    fn follows_a_removal(&self, kept: &str, removed: &str) {
        self.says(&Verdict::Verified, &self.with_cache(kept));
        self.says(&Verdict::Absent, &self.with_cache(removed));
        self.says(&Verdict::Verified, &self.fresh(&self.direct, kept));
        self.says(&Verdict::Absent, &self.fresh(&self.direct, removed));
    }

    fn fresh<'q>(&'q self, place: &'q Place, target: &'q str) -> Question<'q> {
        Question {
            metadata_url: &place.metadata,
            targets_url: &place.targets,
            root: &self.repository.root,
            target,
            out: None,
            cache: None,
            clock: None,
        }
    }

    fn with_cache<'q>(&'q self, target: &'q str) -> Question<'q> {
        Question { cache: Some(&self.cache), ..self.fresh(&self.direct, target) }
    }

    fn says(&self, verdict: &Verdict, question: &Question<'_>) {
        let said = self.judge.ask(self.tools, question).unwrap();
        assert_eq!(said, *verdict, "{}, {question:?}", self.judge);
    }

    fn refuses(&self, words: &str, question: &Question<'_>) {
        let said = self.judge.ask(self.tools, question).unwrap();
        let right =
            matches!(&said, Verdict::Refused(said) if said.to_lowercase().contains(&words.to_lowercase()));
        assert!(right, "{} should refuse with {words:?}, and {said}", self.judge);
    }
}
