use shared::bins::{BinCount, BinKind, Bins};
use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

use super::{Group, merge};
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
            packed: request.pack(),
        })
        .collect();
    merge(&bins(), &rows, &mut |_, path| Ok(published.contains(&path))).unwrap()
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
