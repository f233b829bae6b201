//! Somebody else writes into the catalog.

use rusqlite::Connection;
use shared::json::Json;

use crate::service::{Service, sha256_hex, wait_for};

fn catalog(service: &Service) -> Connection {
    let db = Connection::open(service.path("data/catalog.sqlite")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    db
}

fn alarms(service: &Service) -> String {
    let status = service.get_as(&service.admin, "/api/v1/status").json();
    String::from_utf8(status.get("alarms").unwrap().to_compact()).unwrap()
}

#[test]
fn a_request_that_cannot_be_read_is_set_aside_and_stops_nothing() {
    let (mut service, _) = Service::bootstrapped();
    service.stop();
    catalog(&service)
        .execute(
            "INSERT INTO intake (task, name, urgent, packed) VALUES ('broken', 'add_artifacts', 1, ?1)",
            [br#"{"add":[["a",{"length":1,"hashes":{}}]]}"#],
        )
        .unwrap();
    service.start();
    service.publish("b", "content");
    let body = service.get("/api/v1/task?task_id=broken").json();
    let data = body.get("data").unwrap();
    assert_eq!(data.get("state").unwrap().as_str(), Some("FAILURE"));
    let message = data.get("result").unwrap().get("message").and_then(Json::as_str).unwrap();
    assert!(message.contains("cannot be read again"), "{message}");
    assert!(alarms(&service).contains("request of task broken"), "{}", alarms(&service));
}

#[test]
fn what_was_not_signed_before_is_not_signed_and_the_rest_is_renewed() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("dir/file2.tar.gz", "two");
    service.stop();
    let info = format!(r#"{{"hashes":{{"sha256":"{}"}},"length":4}}"#, sha256_hex("evil"));
    let db = catalog(&service);
    let bin: u32 = db.query_row("SELECT bin FROM artifacts", [], |row| row.get(0)).unwrap();
    db.execute("UPDATE artifacts SET info = ?1", [info.as_bytes()]).unwrap();
    let waiting = format!(r#"{{"add":[["dir/file2.tar.gz",{info}]]}}"#);
    db.execute(
        "INSERT INTO intake (task, name, urgent, packed) VALUES ('waits', 'add_artifacts', 1, ?1)",
        [waiting.as_bytes()],
    )
    .unwrap();
    drop(db);
    let complaint = service.refuse(&["verify"]);
    assert!(complaint.contains("differs from what was signed last, at dir/file2.tar.gz"), "{complaint}");

    service.clock = Some("+20h");
    let stale = service_version(&service, "timestamp");
    service.start();
    wait_for("renewal of the rest", || {
        let timestamp = service.get("/metadata/timestamp.json").json();
        let version = timestamp.get("signed").unwrap().get("version").unwrap().as_u64().unwrap();
        (version > stale).then_some(())
    });
    wait_for("an alarm", || alarms(&service).contains("is not signed again").then_some(()));
    assert_eq!(service_version(&service, &format!("bins-{bin}")), 2, "neither renewed nor published");
    // What waits for that bin waits.
    assert!(!service.get(&format!("/metadata/2.bins-{bin}.json")).text().contains(&sha256_hex("evil")));
    assert_eq!(service.get(&format!("/metadata/3.bins-{bin}.json")).status, 404);
    assert!(service.log().contains("is not signed again"));
}

#[test]
fn a_bin_that_is_not_signed_again_holds_nobody_else_up() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("dir/file2.tar.gz", "two");
    service.stop();
    let db = catalog(&service);
    let bin: u32 = db.query_row("SELECT bin FROM artifacts", [], |row| row.get(0)).unwrap();
    db.execute("DELETE FROM artifacts", []).unwrap();
    drop(db);
    service.clock = Some("+20h");
    service.start();
    for path in ["file1.tar.gz", "releases/v1.2.3/app-linux-amd64.tar.gz"] {
        service.publish(path, "content");
    }
    assert_eq!(service_version(&service, &format!("bins-{bin}")), 2);
    wait_for("an alarm", || alarms(&service).contains("is not signed again").then_some(()));
}

fn service_version(service: &Service, role: &str) -> u64 {
    let sql = "SELECT version FROM pointers WHERE role = ?1";
    catalog(service).query_row(sql, [role], |row| row.get(0)).unwrap()
}

#[test]
fn the_audit_log_says_which_request_it_was() {
    let (service, _) = Service::bootstrapped();
    service.publish("a", "content");
    let lines: String = catalog(&service)
        .query_row(
            "SELECT group_concat(CAST(line AS TEXT)) FROM audit WHERE line LIKE '%add_artifacts%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let line = Json::parse(lines.as_bytes()).unwrap();
    let digest = line.get("subject").unwrap().get("request_sha256").unwrap().as_str().unwrap();
    assert_eq!(digest.len(), 64);
}

#[test]
fn a_lost_catalog_is_missed_by_every_command() {
    let (mut service, _) = Service::bootstrapped();
    service.stop();
    for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        std::fs::remove_file(service.path("data").join(name)).ok();
    }
    let commands: [&[&str]; 4] = [&["serve"], &["status"], &["token", "list"], &["verify"]];
    for command in commands {
        let complaint = service.refuse(command);
        assert!(complaint.contains("There is no catalog at"), "{command:?}: {complaint}");
        assert!(complaint.contains("do not put an older copy"), "{complaint}");
    }
    assert!(!service.path("data/catalog.sqlite").exists());
}
