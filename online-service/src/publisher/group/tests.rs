use std::collections::BTreeSet;

use shared::bins::{BinCount, BinKind, Bins};
use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

use super::{Group, growth, merge};
use crate::ports::catalog::intake::{IntakeRow, Urgency};
use crate::ports::catalog::task::{TaskId, TaskName};
use crate::request::Request;

fn bins() -> Bins {
    Bins { kind: BinKind::Succinct, count: BinCount::new(2).unwrap() }
}

fn path(text: &str) -> TargetPath {
    TargetPath::new(text).unwrap()
}

fn info(length: u64) -> TargetInfo {
    let hashes = Json::object([("sha256", Json::from("0".repeat(64)))]);
    TargetInfo::from_json(&Json::object([("length", Json::from(length)), ("hashes", hashes)])).unwrap()
}

fn add(text: &str, length: u64) -> Request {
    Request::Add(vec![(path(text), info(length))])
}

fn remove(text: &str) -> Request {
    Request::Remove(vec![path(text)])
}

fn merged(requests: &[(Request, Urgency)], published: &[&str]) -> Group {
    let rows: Vec<IntakeRow> = requests
        .iter()
        .zip(1..)
        .map(|((request, urgency), id)| IntakeRow {
            id,
            task: TaskId::from_text(id.to_string()),
            name: match request {
                Request::Add(_) => TaskName::AddArtifacts,
                Request::Remove(_) => TaskName::RemoveArtifacts,
                Request::Publish => TaskName::PublishArtifacts,
            },
            urgency: *urgency,
            packed: request.pack().unwrap(),
        })
        .collect();
    let mut present =
        |wanted: &[(u32, &str)]| Ok(wanted.iter().map(|(_, path)| published.contains(path)).collect());
    merge(&bins(), &rows, &BTreeSet::new(), &mut present).unwrap()
}

fn final_length(group: &Group, text: &str) -> Option<Option<u64>> {
    let changes = group.changes.get(&bins().index_of(&path(text)))?;
    changes.get(&path(text)).map(|info| info.as_ref().map(|info| info.length))
}

#[test]
fn of_several_changes_of_one_path_the_last_in_order_of_intake_wins() {
    use Urgency::{Deferred, Now};
    let group = merged(&[(add("a", 1), Deferred), (add("a", 2), Now), (add("a", 3), Deferred)], &[]);
    assert_eq!(final_length(&group, "a"), Some(Some(3)));
    let group = merged(&[(add("a", 1), Now), (remove("a"), Deferred)], &[]);
    assert_eq!(final_length(&group, "a"), Some(None));
    let group = merged(&[(remove("a"), Now), (add("a", 4), Now)], &["a"]);
    assert_eq!(final_length(&group, "a"), Some(Some(4)));
}

#[test]
fn each_request_is_told_what_it_would_have_been_told_alone() {
    use Urgency::Now;
    let group = merged(&[(remove("a"), Now), (add("a", 1), Now), (remove("a"), Now)], &[]);
    let details: Vec<String> = group
        .outcomes
        .iter()
        .map(|outcome| String::from_utf8(outcome.details.to_compact()).unwrap())
        .collect();
    assert_eq!(details[0], r#"{"deleted_artifacts":[],"not_found_artifacts":["a"]}"#);
    assert!(details[1].contains(r#""added_artifacts":["a"]"#));
    assert_eq!(details[2], r#"{"deleted_artifacts":["a"],"not_found_artifacts":[]}"#);
}

#[test]
fn a_publish_names_the_roles_of_the_whole_group_or_null() {
    use Urgency::{Deferred, Now};
    let role = bins().role_name(bins().index_of(&path("a"))).to_string();
    let group = merged(&[(add("a", 1), Deferred), (Request::Publish, Now)], &[]);
    assert_eq!(group.outcomes.len(), 1, "the deferred task ended at the door");
    assert_eq!(group.outcomes[0].details.get("artifact_roles"), Some(&Json::from(vec![Json::from(role)])));
    let group = merged(&[(Request::Publish, Now)], &[]);
    assert_eq!(group.outcomes[0].details.get("artifact_roles"), Some(&Json::Null));
    assert!(group.changes.is_empty());
    assert_eq!(group.done, [1]);
}

#[test]
fn removing_what_is_not_there_changes_no_bin() {
    let group = merged(&[(remove("a"), Urgency::Now)], &[]);
    assert!(group.changes.is_empty());
}

#[test]
fn a_removal_asks_once_for_all_of_its_paths() {
    let row = IntakeRow {
        id: 1,
        task: TaskId::from_text("1"),
        name: TaskName::RemoveArtifacts,
        urgency: Urgency::Now,
        packed: Request::Remove((0..1000).map(|number| path(&format!("p{number}"))).collect())
            .pack()
            .unwrap(),
    };
    let mut asked = 0;
    let mut present = |wanted: &[(u32, &str)]| {
        asked += 1;
        Ok(vec![false; wanted.len()])
    };
    merge(&bins(), &[row], &BTreeSet::new(), &mut present).unwrap();
    assert_eq!(asked, 1);
}

#[test]
fn a_row_that_cannot_be_read_is_in_nobodys_way() {
    let row = |id, packed: Vec<u8>| IntakeRow {
        id,
        task: TaskId::from_text(id.to_string()),
        name: TaskName::AddArtifacts,
        urgency: Urgency::Now,
        packed,
    };
    let rows = [row(1, b"{\"add\":[[\"../x\",{}]]}".to_vec()), row(2, add("a", 1).pack().unwrap())];
    let group = merge(&bins(), &rows, &BTreeSet::new(), &mut |_| Ok(Vec::new())).unwrap();
    assert_eq!(group.done, [2]);
    assert_eq!(group.unreadable.len(), 1);
    assert!(group.unreadable[0].1.contains("cannot be read again"));
}

#[test]
fn a_publish_names_what_went_out_before_it_when_it_was_too_much_at_once() {
    let row = IntakeRow {
        id: 1,
        task: TaskId::from_text("1"),
        name: TaskName::PublishArtifacts,
        urgency: Urgency::Now,
        packed: Request::Publish.pack().unwrap(),
    };
    let group = merge(&bins(), &[row], &BTreeSet::from([1]), &mut |_| Ok(Vec::new())).unwrap();
    let roles = Json::from(vec![Json::from("bins-1")]);
    assert_eq!(group.outcomes[0].details.get("artifact_roles"), Some(&roles));
}

#[test]
fn a_path_that_stands_twice_in_one_request_grows_its_bin_once() {
    let (one, two) = ((path("a"), info(1)), (path("a"), info(2)));
    let once = growth(&bins(), &Request::Add(vec![one.clone()]));
    assert_eq!(growth(&bins(), &Request::Add(vec![one, two])), once);
}
