//! `/api/v1/bootstrap`.

use shared::bins::BinKind;
use shared::json::Json;

use crate::ceremony::{Ceremony, Options};
use crate::http::{Answer, send};
use crate::service::{Service, bearer};
use crate::unchanged::assert_unchanged;

/// POST with the expected digest in the header.
pub(crate) fn post(service: &Service, payload: &[u8], expect: Option<&str>) -> Answer {
    let token = bearer(&service.admin);
    let mut headers = vec![("authorization", token.as_str()), ("content-type", "application/json")];
    headers.extend(expect.map(|digest| ("x-vestry-expect-digest", digest)));
    send("POST", &format!("{}/api/v1/bootstrap", service.url), &headers, payload)
}

#[test]
fn a_repository_begins_over_http() {
    let mut service = Service::new();
    service.start();
    assert_eq!(
        service.get("/api/v1/bootstrap/").text(),
        r#"{"data":{"bootstrap":false},"message":"System available for bootstrap."}"#
    );
    let ceremony = Ceremony::hold(&service, &Options::default());
    let answer = post(&service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.json().get("message").unwrap().as_str(), Some("Bootstrap accepted."));
    let task = answer.json().get("data").unwrap().get("task_id").unwrap().as_str().unwrap().to_owned();
    let details = service.finish(&answer);
    assert_eq!(details.get("bootstrap").unwrap().as_str(), Some(&*format!("Bootstrap finished {task}")));
    assert_eq!(
        service.get("/api/v1/bootstrap").text(),
        format!(
            r#"{{"data":{{"bootstrap":true,"id":"{task}","state":"finished"}},"message":"System LOCKED for bootstrap."}}"#
        )
    );
    let root = service.path("root.json");
    std::fs::write(&root, service.get("/metadata/1.root.json").bytes).unwrap();
    assert_eq!(std::fs::read(&root).unwrap(), ceremony.root.document().to_bytes());
    assert!(
        service
            .verify(&root)
            .contains("root 1, timestamp 1, snapshot 1, targets 1, 4 delegated roles, 0 targets")
    );
}

#[test]
fn the_command_line_hands_the_payload_to_a_running_service() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let file = service.path("payload.json");
    std::fs::write(&file, ceremony.payload()).unwrap();
    let words = ceremony.root.document().digest().words().join(" ");
    let (file, token) = (file.to_str().unwrap(), service.path("admin-token"));
    let remote = ["--token-file", token.to_str().unwrap(), "--server", &service.url];
    let complaint = service.refuse(&["bootstrap", file]);
    assert!(complaint.contains("Another online-service works on"), "{complaint}");
    let printed = service.run(&[&["bootstrap", file, "--expect", &words][..], &remote].concat());
    assert!(printed.contains("The repository is published."), "{printed}");
    let complaint = service.refuse(&[&["bootstrap", file, "--expect", &words][..], &remote].concat());
    assert!(complaint.contains("System already has a Metadata. State: finished"), "{complaint}");
}

#[test]
fn what_nobody_signed_is_not_published() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    for entry in [r#"{"keyid":"ab","sig":"zz"}"#, r#"{"keyid":"ab","sig":"00","bundle":{}}"#] {
        let more = text.replacen("\"signatures\":[", &format!("\"signatures\":[{entry},"), 1);
        let answer =
            assert_unchanged(&service, entry, || post(&service, more.as_bytes(), Some(&ceremony.digest())));
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("not just a keyid"), "{}", answer.text());
    }
    let beside = text.replacen("\"signatures\":[", "\"advertisement\":\"x\",\"signatures\":[", 1);
    let answer = post(&service, beside.as_bytes(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
    assert_eq!(service.get("/metadata/1.root.json").bytes, ceremony.root.document().to_bytes());
}

#[test]
fn a_root_that_clients_do_not_read_is_refused() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let (payload, digest) =
        ceremony.payload_with_root(|signed| signed.set("x-vestry-long", Json::from("x".repeat(512_000))));
    let answer = assert_unchanged(&service, "a long root", || post(&service, &payload, Some(&digest)));
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("clients read no root beyond 512000"), "{}", answer.text());
    // Before any signature is verified.
    let unsigned = String::from_utf8(payload).unwrap().replace("\"sig\":\"", "\"sig\":\"00");
    let answer = post(&service, unsigned.as_bytes(), Some(&digest));
    assert!(answer.text().contains("clients read no root beyond 512000"), "{}", answer.text());
}

#[test]
fn bins_may_be_prefixes_and_many() {
    for kind in [BinKind::Prefix, BinKind::Succinct] {
        let options = Options { bins: 256, kind, ..Options::default() };
        let (service, _) = Service::bootstrapped_with(&options);
        service.publish("file1.tar.gz", "one");
        assert!(service.get("/metadata/2.bins-ff.json").text().contains("file1.tar.gz"));
        let printed = service.run(&["verify", "--server", &service.url]);
        assert!(printed.contains("256 delegated roles, 1 targets"), "{printed}");
    }
}

#[test]
fn a_rehearsal_is_for_services_that_rehearse() {
    let mut service = Service::new();
    let config = service.path("data/vestry.toml");
    let text = std::fs::read_to_string(&config).unwrap().replace("rehearsal = false", "rehearsal = true");
    std::fs::write(&config, text).unwrap();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let answer = post(&service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("takes only payloads of rehearsals"));
    let ceremony = Ceremony::hold(&service, &Options { rehearsal: true, ..Options::default() });
    assert_eq!(post(&service, &ceremony.payload(), Some(&ceremony.digest())).status, 202);
}

#[test]
fn a_payload_without_signed_settings_needs_a_switch() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let (payload, digest) = ceremony.payload_with_root(|signed| {
        let Json::Object(members) = signed else { panic!() };
        members.remove("x-vestry-settings");
    });
    let answer = post(&service, &payload, Some(&digest));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("allow_rstuf_payloads"));
    service.stop();
    let config = service.path("data/vestry.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let text = text
        .replace("allow_rstuf_payloads = false", "allow_rstuf_payloads = true")
        .replace("allow_unpinned_bootstrap = false", "allow_unpinned_bootstrap = true");
    std::fs::write(&config, text).unwrap();
    let file = service.path("payload.json");
    std::fs::write(&file, &payload).unwrap();
    let output = service.command(&["bootstrap", file.to_str().unwrap()]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("Warning: nobody signed the settings"), "{told}");
    assert!(told.contains("\"number_of_delegated_bins\":4"), "{told}");
    let path = service.path("data/catalog.sqlite");
    let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let lines = "SELECT CAST(line AS TEXT) FROM audit WHERE line LIKE '%bootstrap-accepted%'";
    let line: String = db.query_row(lines, [], |row| row.get(0)).unwrap();
    assert!(line.contains("\"settings_signed\":false"), "{line}");
}

#[test]
fn the_digest_of_the_configuration_counts_for_every_caller() {
    let mut service = Service::new();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let config = service.path("data/vestry.toml");
    let mut text = std::fs::read_to_string(&config).unwrap();
    text = text.replace("[bootstrap]", &format!("[bootstrap]\nexpect = \"{}\"", ceremony.digest()));
    std::fs::write(&config, text).unwrap();
    service.start();
    let other = Ceremony::hold(&service, &Options::default());
    let answer = post(&service, &other.payload(), Some(&other.digest()));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("not the root that was expected"));
    assert_eq!(post(&service, &ceremony.payload(), None).status, 202);
}
