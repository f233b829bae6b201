//! `/api/v1/artifacts`, `/artifacts/delete`, `/artifacts/publish`, `/task`, `/config`, `/status`.

use shared::json::Json;

use crate::ceremony::Options;
use crate::service::{Service, addition};
use crate::unchanged::assert_unchanged;

fn text(value: &Json) -> String {
    String::from_utf8(value.to_compact()).unwrap()
}

#[test]
fn an_artifact_comes_and_goes() {
    let (service, _) = Service::bootstrapped();
    let body = addition("dir/file2.tar.gz", "two");
    let answer = service.post("/api/v1/artifacts/", body.as_bytes());
    assert_eq!(answer.status, 202);
    let message = answer.json();
    assert_eq!(message.get("message").unwrap().as_str(), Some("New Artifact(s) successfully submitted."));
    assert_eq!(text(message.get("data").unwrap().get("artifacts").unwrap()), r#"["dir/file2.tar.gz"]"#);
    let details = service.finish(&answer);
    assert_eq!(
        text(&details),
        r#"{"added_artifacts":["dir/file2.tar.gz"],"artifact_roles":["bins-1"],"invalid_paths":[]}"#
    );
    assert!(service.get("/metadata/2.bins-1.json").text().contains("dir/file2.tar.gz"));
    assert_eq!(service.snapshot_version(), 2);

    let body = br#"{"artifacts":["dir/file2.tar.gz","does-not-exist.txt"]}"#;
    let details = service.succeed("/api/v1/artifacts/delete", body);
    assert_eq!(
        text(&details),
        r#"{"deleted_artifacts":["dir/file2.tar.gz"],"not_found_artifacts":["does-not-exist.txt"]}"#
    );
    assert!(!service.get("/metadata/3.bins-1.json").text().contains("dir/file2.tar.gz"));
    assert_eq!(service.snapshot_version(), 3);

    service.succeed("/api/v1/artifacts/delete", br#"{"artifacts":["does-not-exist.txt"]}"#);
    assert_eq!(service.snapshot_version(), 3, "nothing changed, so nothing was published");
    let printed = service.run(&["verify", "--server", &service.url]);
    assert!(printed.contains("snapshot 3"), "{printed}");
}

#[test]
fn deferred_changes_go_out_with_the_next_publication_and_the_newest_wins() {
    let (service, _) = Service::bootstrapped();
    let deferred = |body: String| body.replacen('{', "{\"publish_artifacts\":false,", 1);
    let answer = service.post("/api/v1/artifacts", deferred(addition("a", "first")).as_bytes());
    let message = answer.json().get("message").unwrap().as_str().unwrap().to_owned();
    assert_eq!(message, "New Artifact(s) successfully submitted. Publishing will be skipped.");
    service.finish(&answer);
    assert_eq!(service.snapshot_version(), 1, "it is deferred");

    // A removal that is deferred too counts what waits before it.
    let body = br#"{"artifacts":["a","b"],"publish_artifacts":false}"#;
    let details = service.succeed("/api/v1/artifacts/delete", body);
    assert_eq!(text(&details), r#"{"deleted_artifacts":["a"],"not_found_artifacts":["b"]}"#);

    let answer = service.post("/api/v1/artifacts", deferred(addition("a", "second, longer")).as_bytes());
    service.finish(&answer);
    let details = service.succeed("/api/v1/artifacts/publish", b"");
    let role = details.get("artifact_roles").unwrap().as_array().unwrap()[0].as_str().unwrap().to_owned();
    assert!(service.get(&format!("/metadata/2.{role}.json")).text().contains("\"length\":14"));
    assert_eq!(service.snapshot_version(), 2, "three changes, one publication");

    let details = service.succeed("/api/v1/artifacts/publish/", b"");
    assert_eq!(text(&details), r#"{"artifact_roles":null}"#);
    assert_eq!(service.snapshot_version(), 2);
}

#[test]
fn older_spellings_and_lenient_numbers_work() {
    let (service, _) = Service::bootstrapped();
    let body = addition("x", "content").replace("\"artifacts\"", "\"targets\"");
    let body = body.replace("\"length\":7", "\"length\":\"7\"");
    service.succeed("/api/v1/targets/", body.as_bytes());
    service.succeed("/api/v1/targets/delete", br#"{"targets":["x"]}"#);
    service.succeed("/api/v1/targets/publish", b"");
    service.succeed("/api/v1/artifacts", br#"{"artifacts":[]}"#);
    assert_eq!(service.snapshot_version(), 3);
}

#[test]
fn the_task_id_is_written_into_custom_on_request() {
    let (service, _) = Service::bootstrapped();
    let body = addition("file3.txt", "three").replacen('{', "{\"add_task_id_to_custom\":true,", 1);
    let answer = service.post("/api/v1/artifacts", body.as_bytes());
    let task = answer.json().get("data").unwrap().get("task_id").unwrap().as_str().unwrap().to_owned();
    let role = service.finish(&answer).get("artifact_roles").unwrap().as_array().unwrap()[0].clone();
    let bin = service.get(&format!("/metadata/2.{}.json", role.as_str().unwrap())).text();
    assert!(bin.contains(&format!(r#""custom":{{"added_by_task_id":"{task}"}}"#)), "{bin}");
}

#[test]
fn custom_without_room_for_the_task_id_is_refused_and_stops_nothing() {
    let (service, _) = Service::bootstrapped();
    let custom = format!("{{\"a\":\"{}\"}}", "x".repeat(4096 - 8));
    let plain =
        addition("full", "content").replacen("\"length\"", &format!("\"custom\":{custom},\"length\""), 1);
    let body = plain.replacen('{', "{\"add_task_id_to_custom\":true,", 1);
    let answer = assert_unchanged(&service, "no room", || service.post("/api/v1/artifacts", body.as_bytes()));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("no room for its task's id"), "{}", answer.text());
    service.succeed("/api/v1/artifacts", plain.as_bytes());
    assert_eq!(service.snapshot_version(), 2, "publishing goes on");
}

#[test]
fn the_same_request_may_be_sent_again_to_a_full_bin() {
    let (service, _) = Service::bootstrapped_with(&Options { bins: 2, ..Options::default() });
    let custom = "x".repeat(4000);
    let entry = |path: &str| {
        let single = addition(path, "content");
        let entry = &single[single.find("[{").unwrap() + 1..single.len() - 2];
        entry.replacen("\"length\"", &format!("\"custom\":{{\"a\":\"{custom}\"}},\"length\""), 1)
    };
    let entries: Vec<String> = (0..1200).map(|number| entry(&format!("f/{number}"))).collect();
    let body = format!("{{\"artifacts\":[{}]}}", entries.join(","));
    service.succeed("/api/v1/artifacts", body.as_bytes());
    let details = service.succeed("/api/v1/artifacts", body.as_bytes());
    assert_eq!(details.get("added_artifacts").unwrap().as_array().unwrap().len(), 1200);
    let deferred = body.replacen('{', "{\"publish_artifacts\":false,", 1);
    for _ in 0..2 {
        assert_eq!(service.post("/api/v1/artifacts", deferred.as_bytes()).status, 202, "it waits twice");
    }
    let twice = vec![entry("twice"); 1000].join(",");
    service.succeed("/api/v1/artifacts", format!("{{\"artifacts\":[{twice}]}}").as_bytes());
}

#[test]
fn many_callers_at_once_lose_nothing() {
    let (service, _) = Service::bootstrapped();
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let service = &service;
            scope.spawn(move || {
                for number in 0..25 {
                    let path = format!("caller-{caller}/file-{number}");
                    let answer = service.post("/api/v1/artifacts", addition(&path, &path).as_bytes());
                    assert_eq!(answer.status, 202, "{}", answer.text());
                    if number == 24 {
                        service.finish(&answer);
                    }
                }
            });
        }
    });
    let printed = service.run(&["verify", "--server", &service.url]);
    assert!(printed.contains("200 targets"), "{printed}");
    assert!(service.snapshot_version() <= 201);
}

#[test]
fn an_artifact_without_sha256_is_accepted_with_a_warning() {
    let (service, _) = Service::bootstrapped();
    let body = addition("x", "content").replace("sha256", "blake2b-256");
    let answer = service.post("/api/v1/artifacts", body.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert!(answer.header("x-vestry-warning").contains("no sha256"));
    assert!(
        service
            .post("/api/v1/artifacts", addition("y", "y").as_bytes())
            .header("x-vestry-warning")
            .is_empty()
    );
}

#[test]
fn tasks_are_read_by_their_id() {
    let (service, _) = Service::bootstrapped();
    assert_eq!(
        service.get("/api/v1/task/?task_id=doesnotexist").text(),
        r#"{"data":{"state":"PENDING","task_id":"doesnotexist"},"message":"Task state."}"#
    );
    let answer = service.get("/api/v1/task");
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.text(),
        r#"{"detail":[{"input":null,"loc":["query","task_id"],"msg":"Field required","type":"missing"}]}"#
    );
}

#[test]
fn unknown_paths_and_verbs_are_refused_as_rstuf_does() {
    let (service, _) = Service::bootstrapped();
    let answer = service.get_as(&service.admin, "/api/v1/artifacts/");
    assert_eq!((answer.status, answer.text()), (405, r#"{"detail":"Method Not Allowed"}"#.to_owned()));
    assert!(answer.header("allow").contains("POST"), "{}", answer.header("allow"));
    let answer = service.get("/api/v1/nothing/");
    assert_eq!((answer.status, answer.text()), (404, r#"{"detail":"Not Found"}"#.to_owned()));
}

#[test]
fn the_configuration_is_shown_to_who_may_read() {
    let (service, ceremony) = Service::bootstrapped();
    assert_eq!(service.get("/api/v1/config").status, 401);
    let reader = service.token(&["read"]);
    let body = service.get_as(&reader, "/api/v1/config/").json();
    assert_eq!(body.get("message").unwrap().as_str(), Some("Current Settings"));
    let data = body.get("data").unwrap();
    for (name, number) in
        [("number_of_delegated_bins", 4), ("root_threshold", 2), ("root_num_keys", 3), ("bins_expiration", 1)]
    {
        assert_eq!(data.get(name).unwrap().as_u64(), Some(number), "{name}");
    }
    assert_eq!(data.get("trusted_root"), Some(&ceremony.root.document().to_json()));
}

#[test]
fn the_status_is_told_in_sentences_and_in_json() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("a", "content");
    let token = service.path("admin-token");
    let remote = ["--server", &service.url, "--token-file", token.to_str().unwrap()];
    let printed = service.run(&[&["status"], &remote[..]].concat());
    assert!(printed.contains("It lists 1 artifacts."), "{printed}");
    let printed = service.run(&[&["status", "--json"], &remote[..]].concat());
    assert_eq!(Json::parse(printed.as_bytes()).unwrap().get("artifacts").unwrap().as_u64(), Some(1));
    assert!(service.refuse(&["status"]).contains("Another online-service works on"));
    service.stop();
    assert!(service.run(&["status"]).contains("The repository is published."));
    assert!(service.run(&["verify"]).contains("none changed"));
}
