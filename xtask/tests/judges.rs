//! The judges are judged: each fails on what is wrong and passes on what is right, over one real repository.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

#[path = "judges/judge.rs"]
mod judge;
#[path = "judges/proxy.rs"]
mod proxy;
#[path = "judges/repository.rs"]
mod repository;

use std::path::Path;

use judge::{ABSENT, Clock, Judge, Question, REFUSED, VERIFIED, root_of_somebody_else};
use proxy::Tampering;
use repository::Repository;

#[test]
fn each_judge_refuses_what_is_wrong_and_accepts_what_is_right() {
    let repository = Repository::publish();
    let [kept, removed, ..] = repository.targets.as_slice() else { panic!("{:?}", repository.targets) };
    let stranger = repository.scratch("stranger.json");
    root_of_somebody_else(&stranger);
    for judge in Judge::ALL {
        let case = Case { judge, repository: &repository };
        case.accepts_a_good_repository(kept, removed);
        case.refuses_a_flipped_target_byte(kept);
        case.refuses_a_broken_timestamp_signature(kept);
        case.refuses_an_expired_timestamp(kept);
        case.refuses_under_a_wrong_root(kept, &stranger);
    }
    repository.remove(removed);
    for judge in Judge::ALL {
        let case = Case { judge, repository: &repository };
        case.follows_a_removal(kept, removed);
    }
}

struct Case<'a> {
    judge: Judge,
    repository: &'a Repository,
}

impl Case<'_> {
    fn accepts_a_good_repository(&self, kept: &str, removed: &str) {
        let through = proxy::start(&self.repository.url, Tampering::None);
        for target in [kept, removed] {
            self.expect(VERIFIED, "OK", &self.fresh(&through, target));
            self.expect(VERIFIED, "OK", &self.with_cache(target));
        }
    }

    fn refuses_a_flipped_target_byte(&self, target: &str) {
        let through = proxy::start(&self.repository.url, Tampering::FlippedTargetByte);
        self.expect(REFUSED, "hash", &self.fresh(&through, target));
    }

    fn refuses_a_broken_timestamp_signature(&self, target: &str) {
        let through = proxy::start(&self.repository.url, Tampering::BrokenTimestampSignature);
        self.expect(REFUSED, "timestamp was signed by 0/1 keys", &self.fresh(&through, target));
    }

    fn refuses_an_expired_timestamp(&self, target: &str) {
        let question = Question { clock: Clock::Fast, ..self.fresh(&self.repository.url, target) };
        self.expect(REFUSED, "timestamp.json is expired", &question);
    }

    fn refuses_under_a_wrong_root(&self, target: &str, stranger: &Path) {
        let question = Question { root: stranger, ..self.fresh(&self.repository.url, target) };
        self.expect(REFUSED, "timestamp was signed by 0/1 keys", &question);
    }

    fn follows_a_removal(&self, kept: &str, removed: &str) {
        self.expect(VERIFIED, "OK", &self.with_cache(kept));
        self.expect(ABSENT, "ABSENT", &self.with_cache(removed));
        self.expect(VERIFIED, "OK", &self.fresh(&self.repository.url, kept));
        self.expect(ABSENT, "ABSENT", &self.fresh(&self.repository.url, removed));
    }

    fn fresh<'q>(&'q self, url: &'q str, target: &'q str) -> Question<'q> {
        Question { url, root: self.root(), target, clock: Clock::Right, cache: None }
    }

    /// The metadata of this client's runs before, the first of which came before the removal.
    fn with_cache<'q>(&'q self, target: &'q str) -> Question<'q> {
        let cache = self.repository.scratch(&format!("cache-{:?}", self.judge));
        Question { cache: Some(cache), ..self.fresh(&self.repository.url, target) }
    }

    fn root(&self) -> &Path {
        &self.repository.root
    }

    fn expect(&self, verdict: i32, word: &str, question: &Question<'_>) {
        let (code, said) = self.judge.ask(question);
        let right = code == verdict && said.to_lowercase().contains(&word.to_lowercase());
        assert!(
            right,
            "{:?} should end with {verdict} and say {word}; it ended with {code} and said: {said}",
            self.judge
        );
    }
}
