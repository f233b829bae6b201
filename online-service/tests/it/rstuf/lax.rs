//! Numbers and booleans in every spelling that RSTUF's server reads.

use shared::json::Json;

use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::service::{Service, addition, sha256_hex};
use crate::unchanged::assert_unchanged;

#[test]
fn a_length_may_be_spelt_as_pydantic_reads_it() {
    let (service, _) = Service::bootstrapped();
    let body = addition("file", "content");
    for spelling in ["7", "7.0", "0.7e1", "\"7\"", "\" 7 \"", "\"+7\"", "\"0_7.0\""] {
        let body = body.replacen("\"length\":7", &format!("\"length\":{spelling}"), 1);
        let details = service.succeed("/api/v1/artifacts/", body.as_bytes());
        assert_eq!(details.get("added_artifacts"), Some(&Json::from(vec![Json::from("file")])), "{spelling}");
    }
    let bin = shared::bins::Bins {
        kind: shared::bins::BinKind::Succinct,
        count: shared::bins::BinCount::new(4).unwrap(),
    };
    let path = shared::target::TargetPath::new("file").unwrap();
    let role = bin.role_name(bin.index_of(&path));
    let published = service.get(&format!("/metadata/8.{}.json", role.as_str())).json();
    let info = published.get("signed").unwrap().get("targets").unwrap().get("file").unwrap();
    assert_eq!(info.get("length"), Some(&Json::from(7u32)), "and is a number for clients");
    for (spelling, kind) in [
        ("\"7.\"", "int_parsing"),
        ("\"seven\"", "int_parsing"),
        ("true", "int_type"),
        ("null", "int_type"),
        ("7.5", "not an integer"),
    ] {
        let body = body.replacen("\"length\":7", &format!("\"length\":{spelling}"), 1);
        let answer =
            assert_unchanged(&service, spelling, || service.post("/api/v1/artifacts", body.as_bytes()));
        assert_eq!(answer.status, 422, "{spelling}");
        assert!(answer.text().contains(kind), "{spelling}: {}", answer.text());
    }
    let body = body.replacen("\"length\":7", "\"custom\":{\"length\":7.0},\"length\":7", 1);
    let answer = assert_unchanged(&service, "custom", || service.post("/api/v1/artifacts", body.as_bytes()));
    assert_eq!(answer.status, 422, "what is signed has no fractions: {}", answer.text());
}

#[test]
fn publishing_may_be_switched_off_in_every_word_for_no() {
    let (service, _) = Service::bootstrapped();
    let body = addition("file", "content");
    for word in ["false", "0", "0.0", "\"no\"", "\"OFF\"", "\"f\"", "\"0\""] {
        for name in ["publish_artifacts", "publish_targets"] {
            let body = body.replacen('{', &format!("{{\"{name}\":{word},"), 1);
            let answer = service.post("/api/v1/artifacts", body.as_bytes());
            assert_eq!(answer.status, 202, "{name} {word}: {}", answer.text());
            assert!(
                answer.text().contains("Publishing will be skipped."),
                "{name} {word}: {}",
                answer.text()
            );
        }
    }
    assert_eq!(service.snapshot_version(), 1);
}

#[test]
fn a_task_id_goes_into_custom_unless_the_caller_wrote_one() {
    let (service, _) = Service::bootstrapped();
    let hash = sha256_hex("content");
    let body = format!(
        r#"{{"artifacts":[{{"path":"plain","info":{{"length":7,"hashes":{{"sha256":"{hash}"}}}}}},{{"path":"own","info":{{"length":7,"hashes":{{"sha256":"{hash}"}},"custom":{{"added_by_task_id":"mine","a":1}}}}}}],"add_task_id_to_custom":"yes"}}"#
    );
    let answer = service.post("/api/v1/artifacts", body.as_bytes());
    let task = answer.json().get("data").unwrap().get("task_id").unwrap().as_str().unwrap().to_owned();
    service.finish(&answer);
    let listing = service.get("/metadata/").text();
    let names = listing.split('"').filter(|part| part.starts_with("/metadata/2.bins-"));
    let published: String = names.map(|name| service.get(name).text()).collect();
    assert!(published.contains(&format!("\"custom\":{{\"added_by_task_id\":\"{task}\"}}")), "{published}");
    assert!(published.contains("\"custom\":{\"a\":1,\"added_by_task_id\":\"mine\"}"), "{published}");
}

#[test]
fn settings_and_timeout_of_a_payload_may_be_strings() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    let (head, settings) = text.split_at(text.rfind("\"settings\"").unwrap());
    let settings = settings.replace(":365", ":\" 365\"").replace(":4", ":\"4.0\"");
    for (timeout, status) in [("[]", 422), ("\"soon\"", 422), ("null", 202)] {
        let text =
            format!("{head}{}", settings.replace("\"timeout\":300", &format!("\"timeout\":{timeout}")));
        let answer = post(&service, text.as_bytes(), Some(&ceremony.digest()));
        assert_eq!(answer.status, status, "{timeout}: {}", answer.text());
        if status == 202 {
            service.finish(&answer);
        } else {
            assert!(answer.text().contains(r#""loc":["body","timeout"]"#), "{}", answer.text());
        }
    }
    assert!(service.run(&["verify", "--server", &service.url]).contains("4 delegated roles"));
}

#[test]
fn the_older_spellings_of_paths_lead_to_the_same_place() {
    let (service, _) = Service::bootstrapped();
    let body = addition("file", "content").replace("\"artifacts\"", "\"targets\"");
    for slash in ["", "/"] {
        let answer = service.post(&format!("/api/v1/targets{slash}"), body.as_bytes());
        let message = answer.json().get("message").unwrap().as_str().unwrap().to_owned();
        assert_eq!((answer.status, &*message), (202, "New Artifact(s) successfully submitted."));
        service.finish(&answer);
        let answer = service.post(&format!("/api/v1/targets/delete{slash}"), br#"{"targets":["file"]}"#);
        let message = answer.json().get("message").unwrap().as_str().unwrap().to_owned();
        assert_eq!((answer.status, &*message), (202, "Remove Artifact(s) successfully submitted."));
        let deleted = service.finish(&answer);
        assert_eq!(deleted.get("deleted_artifacts"), Some(&Json::from(vec![Json::from("file")])));
        let answer = service.post(&format!("/api/v1/targets/publish{slash}"), b"");
        let message = answer.json().get("message").unwrap().as_str().unwrap().to_owned();
        assert_eq!((answer.status, &*message), (202, "Publish artifacts successfully submitted."));
        service.finish(&answer);
    }
}
