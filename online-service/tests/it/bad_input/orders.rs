//! Changes of one path in every order, and by many callers at once: the newest intake wins, and nothing is lost.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::json::Json;

use crate::ceremony::Options;
use crate::client::{Seen, python_client};
use crate::http::Answer;
use crate::service::{Service, addition, sha256_hex};

/// What a caller may do with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    AddLater,
    AddNow,
    DeleteLater,
    DeleteNow,
    Publish,
}

const ACTS: [Act; 5] = [Act::AddLater, Act::AddNow, Act::DeleteLater, Act::DeleteNow, Act::Publish];
const LONGEST: u32 = 4;

impl Act {
    /// Whether everything that waits goes out with it.
    fn publishes(self) -> bool {
        matches!(self, Act::AddNow | Act::DeleteNow | Act::Publish)
    }

    fn ask(self, service: &Service, path: &str, content: &str) -> Answer {
        let later = |body: String| body.replacen('{', "{\"publish_artifacts\":false,", 1);
        let removal = format!("{{\"artifacts\":[\"{path}\"]}}");
        let (url, body) = match self {
            Act::AddLater => ("/api/v1/artifacts", later(addition(path, content))),
            Act::AddNow => ("/api/v1/artifacts", addition(path, content)),
            Act::DeleteLater => ("/api/v1/artifacts/delete", later(removal)),
            Act::DeleteNow => ("/api/v1/artifacts/delete", removal),
            Act::Publish => ("/api/v1/artifacts/publish", String::new()),
        };
        let answer = service.post(url, body.as_bytes());
        assert_eq!(answer.status, 202, "{self:?}: {}", answer.text());
        answer
    }
}

/// What one path should be, for clients and for the next publication.
#[derive(Clone, Debug, Default)]
struct Model {
    shown: Option<String>,
    newest: Option<String>,
}

impl Model {
    fn follow(&mut self, act: Act, content: &str) {
        match act {
            Act::AddLater | Act::AddNow => self.newest = Some(content.to_owned()),
            Act::DeleteLater | Act::DeleteNow => self.newest = None,
            Act::Publish => {}
        }
        if act.publishes() {
            self.shown = self.newest.clone();
        }
    }
}

/// The hash that clients find for a path, along timestamp, snapshot and bin.
fn shown(service: &Service, path: &str) -> Option<String> {
    let target = shared::target::TargetPath::new(path).unwrap();
    let bins = shared::bins::Bins {
        kind: shared::bins::BinKind::Succinct,
        count: shared::bins::BinCount::new(16).unwrap(),
    };
    let role = format!("{}.json", bins.role_name(bins.index_of(&target)));
    let snapshot = service.get(&format!("/metadata/{}.snapshot.json", service.snapshot_version())).json();
    let listed = snapshot.get("signed").unwrap().get("meta").unwrap().get(&role).unwrap();
    let version = listed.get("version").unwrap().as_u64().unwrap();
    let bin = service.get(&format!("/metadata/{version}.{role}")).json();
    let info = bin.get("signed").unwrap().get("targets").unwrap().get(path)?.clone();
    Some(info.get("hashes").unwrap().get("sha256").unwrap().as_str().unwrap().to_owned())
}

/// The n-th sequence of that length.
fn sequence(mut number: usize, length: u32) -> Vec<Act> {
    let one = |_| {
        let act = ACTS[number % ACTS.len()];
        number /= ACTS.len();
        act
    };
    (0..length).map(one).collect()
}

#[test]
fn changes_of_one_path_in_every_order() {
    let (service, _) = Service::bootstrapped_with(&Options { bins: 16, ..Options::default() });
    let mut count = 0;
    // Shown before the next sequence, in which something publishes.
    let mut waiting: Option<(String, Model)> = None;
    for length in 1..=LONGEST {
        for number in 0..ACTS.len().pow(length) {
            let acts = sequence(number, length);
            let path = format!("{length}/{number}");
            let mut model = Model::default();
            for (step, act) in acts.iter().enumerate() {
                let content = format!("{path} {step}");
                let answer = act.ask(&service, &path, &content);
                // What is deferred while a publication is under way may go out with it or later.
                let next = acts.get(step + 1);
                if act.publishes() && next.is_none_or(|next| !next.publishes()) {
                    service.finish(&answer);
                    if let Some((path, model)) = waiting.take() {
                        let newest = model.newest.as_deref().map(sha256_hex);
                        assert_eq!(shown(&service, &path), newest, "{path} went out with {acts:?}");
                    }
                }
                model.follow(*act, &content);
            }
            let expected = model.shown.as_deref().map(sha256_hex);
            assert_eq!(shown(&service, &path), expected, "{acts:?}");
            count += 1;
            if acts.last().is_some_and(|act| !act.publishes()) {
                waiting = Some((path, model));
            }
        }
    }
    assert_eq!(count, 780);
    assert!(service.run(&["verify", "--server", &service.url]).contains("Verified: root 1"));
    println!("figure: bad input: {count} rows in changes of one path in every order");
}

/// Which requests were taken in, in that order: the audit log is written with the intake.
fn order_of_intake(service: &Service) -> Vec<String> {
    let db = Connection::open(service.path("data/catalog.sqlite")).unwrap();
    let mut query = db.prepare("SELECT line FROM audit ORDER BY number").unwrap();
    let lines = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let task = |line: Vec<u8>| {
        let line = Json::parse(&line).unwrap();
        Some(line.get("subject")?.get("task")?.as_str()?.to_owned())
    };
    lines.filter_map(|line| task(line.unwrap())).collect()
}

fn task(answer: &Answer) -> String {
    answer.json().get("data").unwrap().get("task_id").unwrap().as_str().unwrap().to_owned()
}

#[test]
fn many_callers_change_one_path_at_once() {
    const CALLERS: usize = 8;
    const EACH: usize = 30;
    let (service, _) = Service::bootstrapped_with(&Options { bins: 16, ..Options::default() });
    let path = "fought/over";
    let caller = |caller: usize| {
        let one = |step: usize| {
            let act = ACTS[(caller * 7 + step * (caller + 3)) % 4];
            let content = format!("{caller} {step}");
            let answer = act.ask(&service, path, &content);
            let adds = matches!(act, Act::AddNow | Act::AddLater);
            ((task(&answer), adds.then_some(content)), answer)
        };
        (0..EACH).map(one).collect::<Vec<_>>()
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|number| scope.spawn(move || caller(number))).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    service.succeed("/api/v1/artifacts/publish", b"");
    let mut asked = BTreeMap::new();
    for (request, answer) in answers {
        service.finish(&answer);
        asked.insert(request.0, request.1);
    }
    assert_eq!(asked.len(), CALLERS * EACH, "every request has a task of its own");
    let order: Vec<String> =
        order_of_intake(&service).into_iter().filter(|task| asked.contains_key(task)).collect();
    assert_eq!(order.len(), CALLERS * EACH, "every accepted request was taken in once");
    let newest = asked[order.last().unwrap()].clone();
    assert_eq!(shown(&service, path), newest.as_deref().map(sha256_hex), "the newest intake wins");

    // Once more with a winner that clients can download.
    service.publish(path, "the last word");
    let cache = service.path("cache");
    assert_eq!(python_client(&service, &cache, path), Seen::Content("the last word".to_owned()));
    service.succeed("/api/v1/artifacts/delete", br#"{"artifacts":["fought/over"]}"#);
    assert_eq!(python_client(&service, &cache, path), Seen::Absent);
    println!("figure: bad input: {} rows in concurrent changes of one path", CALLERS * EACH);
}
