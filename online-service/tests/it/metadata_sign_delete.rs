//! `/api/v1/metadata/sign/delete`, and `bootstrap --abandon`.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use shared::gap::SignPayload;
use shared::json::Json;
use shared::text::is_invisible;

use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::http::{Answer, send};
use crate::service::{PROGRAM, Service, bearer};
use crate::unchanged::assert_unchanged;

const PATH: &str = "/api/v1/metadata/sign/delete";
const ROOT: &[u8] = br#"{"role":"root"}"#;
const AVAILABLE: &str = r#"{"data":{"bootstrap":false},"message":"System available for bootstrap."}"#;
const NOT_SIGNING: &str = r#"{"detail":{"error":"The root role is not in a signing process.","message":"No signing process for root."}}"#;

/// A running service with a root that lacks one signature.
fn waiting() -> (Service, Ceremony) {
    let mut service = Service::new();
    service.start();
    let ceremony = wait_again(&service);
    (service, ceremony)
}

fn wait_again(service: &Service) -> Ceremony {
    let ceremony = Ceremony::hold(service, &Options { signatures: 1, ..Options::default() });
    let answer = post(service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    ceremony
}

fn sign(service: &Service, ceremony: &Ceremony, key: usize) -> Answer {
    let body = SignPayload { role: "root".to_owned(), signature: ceremony.signature(key) }.to_bytes();
    service.post("/api/v1/metadata/sign", &body)
}

/// The last line of the audit log.
fn last_audit(service: &Service) -> Json {
    let path = service.path("data/catalog.sqlite");
    let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let last = "SELECT line FROM audit ORDER BY number DESC LIMIT 1";
    let line: Vec<u8> = db.query_row(last, [], |row| row.get(0)).unwrap();
    Json::parse(&line).unwrap()
}

fn floors(service: &Service) -> u64 {
    let path = service.path("data/catalog.sqlite");
    let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    db.query_row("SELECT count(*) FROM floors", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_root_that_waits_is_thrown_away_and_the_bootstrap_begins_again() {
    let (mut service, ceremony) = waiting();
    for slash in ["", "/"] {
        let before = floors(&service);
        let answer = service.post(&format!("{PATH}{slash}"), ROOT);
        assert_eq!(answer.status, 202, "{}", answer.text());
        assert_eq!(answer.json().get("message").unwrap().as_str(), Some("Metadata sign delete accepted."));
        assert_eq!(floors(&service), before, "versions that were given out stay given out");
        let details = service.finish(&answer);
        assert_eq!(details.get("bootstrap").unwrap().as_str(), Some("Bootstrap process has been stopped"));
        assert_eq!(service.get("/api/v1/bootstrap").text(), AVAILABLE);
        assert_eq!(service.get_as(&service.admin, "/api/v1/metadata/sign").status, 404);
        assert_eq!(sign(&service, &ceremony, 2).status, 404, "a late signature finds nothing");
        wait_again(&service);
    }
    let line = last_audit(&service);
    assert_eq!(line.get("action").unwrap().as_str(), Some("bootstrap-accepted"));
    service.stop();
    service.start();
    let other = service.get_as(&service.admin, "/api/v1/metadata/sign").json();
    let root = other.get("data").unwrap().get("metadata").unwrap().get("root").unwrap();
    assert_ne!(root, &ceremony.root.document().to_json());
    assert_eq!(service.post(PATH, ROOT).status, 202);
    // The first payload again, now with all its signatures.
    let mut complete = ceremony.payload_json();
    let mut document = ceremony.root.document().clone();
    document.add_signature(ceremony.signature(1));
    complete.set("metadata", Json::object([("root", document.to_json())]));
    let answer = post(&service, &complete.to_compact(), Some(&ceremony.digest()));
    service.finish(&answer);
    assert!(service.run(&["verify", "--server", &service.url]).contains("root 1, timestamp 1"));
}

#[test]
fn the_audit_log_says_who_threw_away_whose_signatures_on_what() {
    let (mut service, ceremony) = waiting();
    let answer = service.post(PATH, ROOT);
    let line = last_audit(&service);
    assert_eq!(line.get("action").unwrap().as_str(), Some("bootstrap-abandoned"));
    assert!(line.get("actor").unwrap().as_str().unwrap().starts_with("token "), "{line:?}");
    let subject = line.get("subject").unwrap();
    let digest = ceremony.root.document().digest().to_hex();
    assert_eq!(subject.get("digest").unwrap().as_str(), Some(&*digest));
    let signer = ceremony.signature(0).keyid.to_string();
    assert_eq!(subject.get("signatures"), Some(&Json::from(vec![Json::from(signer)])));
    let accepted = answer.json();
    assert_eq!(subject.get("task"), accepted.get("data").unwrap().get("task_id"));
    service.stop();
    let printed = service.run(&["status"]);
    assert!(!printed.contains("ALARM"), "{printed}");
}

#[test]
fn where_nothing_waits_nothing_is_thrown_away() {
    let mut service = Service::new();
    service.start();
    let refused = |service: &Service, body: &[u8], status: u16, says: &str| {
        let answer = assert_unchanged(service, says, || service.post(PATH, body));
        assert_eq!((answer.status, answer.text().as_str()), (status, says));
    };
    refused(&service, ROOT, 404, NOT_SIGNING);
    let missing =
        r#"{"detail":[{"input":{},"loc":["body","role"],"msg":"Field required","type":"missing"}]}"#;
    refused(&service, b"{}", 422, missing);
    let (service, _) = Service::bootstrapped();
    refused(&service, ROOT, 404, NOT_SIGNING);
    let (service, _) = waiting();
    let other = NOT_SIGNING.replace("root", "targets");
    refused(&service, br#"{"role":"targets"}"#, 404, &other);
}

#[test]
fn only_an_administrator_throws_away_and_only_the_root_that_was_named() {
    let (service, _) = waiting();
    let signer = service.token(&["metadata:write", "read", "artifacts:write"]);
    let answer = assert_unchanged(&service, "a signer", || service.post_as(&signer, PATH, ROOT));
    assert_eq!(answer.status, 403, "{}", answer.text());
    let url = format!("{}{PATH}", service.url);
    let answer = assert_unchanged(&service, "a stranger", || send("POST", &url, &[], ROOT));
    assert_eq!(answer.status, 401, "{}", answer.text());
    let stranger = Ceremony::hold(&service, &Options::default());
    for (digest, says) in [
        (stranger.digest(), "This is not the root that waits"),
        ("ab".to_owned(), "not a whole document digest"),
    ] {
        let headers =
            [("authorization", &*bearer(&service.admin)), ("x-vestry-expect-digest", digest.as_str())];
        let answer = assert_unchanged(&service, says, || send("POST", &url, &headers, ROOT));
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains(says), "{}", answer.text());
    }
}

fn abandon<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["bootstrap", "--abandon"][..], more].concat()
}

#[test]
fn the_command_line_says_what_it_throws_away_and_asks_first() {
    let (mut service, ceremony) = waiting();
    let digest = ceremony.digest();
    let stranger = Ceremony::hold(&service, &Options::default()).digest();
    let (token, url) = (service.path("admin-token"), service.url.clone());
    let remote = ["--token-file", token.to_str().unwrap(), "--server", &url];

    let complaint = assert_unchanged(&service, "nobody to ask", || service.refuse(&abandon(&remote)));
    assert!(complaint.contains("Repeat the command with --expect"), "{complaint}");
    let wrong = [&["--expect", &stranger][..], &remote].concat();
    let complaint = assert_unchanged(&service, "another root", || service.refuse(&abandon(&wrong)));
    assert!(complaint.contains("Another root waits."), "{complaint}");
    let complaint = service.refuse(&abandon(&["--expect", &digest]));
    assert!(complaint.contains("Another online-service works on"), "{complaint}");
    let right = [&["--expect", &digest][..], &remote].concat();
    let printed = service.run(&abandon(&right));
    assert!(printed.contains("It has 1 of 2 signatures, which are lost with it:"), "{printed}");
    assert!(printed.contains(&format!("root-0 (key id {})", ceremony.signature(0).keyid)), "{printed}");
    assert!(printed.contains("The bootstrap is abandoned"), "{printed}");
    let complaint = service.refuse(&abandon(&right));
    assert!(complaint.contains("No root waits for signatures"), "{complaint}");

    let ceremony = wait_again(&service);
    service.stop();
    let complaint = service.refuse(&abandon(&["--expect", &digest]));
    assert!(complaint.contains("Another root waits."), "{complaint}");
    let printed = service.run(&abandon(&["--expect", &ceremony.digest()]));
    assert!(printed.contains("The bootstrap is abandoned"), "{printed}");
    assert_eq!(last_audit(&service).get("actor").unwrap().as_str(), Some("operator"));
    let complaint = service.refuse(&abandon(&["--expect", &ceremony.digest()]));
    assert!(complaint.contains("in the state None"), "{complaint}");
    let complaint = service.refuse(&["bootstrap"]);
    assert!(complaint.contains("<FILE>"), "{complaint}");
}

#[test]
fn a_name_in_the_root_steers_no_terminal_of_whoever_throws_it_away() {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let signer = ceremony.signature(0).keyid;
    let (payload, digest) = ceremony.payload_with_root(|signed| {
        let name = "marker\u{1b}[2J\n\u{202e}nobody\u{200b}\u{3164}".repeat(3);
        signed.set(shared::metadata::KEY_NAMES_FIELD, Json::object([(signer.as_str(), Json::from(name))]));
    });
    let mut payload = Json::parse(&payload).unwrap();
    let mut root = payload.get("metadata").unwrap().get("root").unwrap().clone();
    root.set("signatures", Json::from(root.get("signatures").unwrap().as_array().unwrap()[..1].to_vec()));
    payload.set("metadata", Json::object([("root", root)]));
    assert_eq!(post(&service, &payload.to_compact(), Some(&digest)).status, 202);
    service.stop();
    let printed = service.run(&abandon(&["--expect", &digest]));
    let name = "marker\\u{1b}[2J\\n\\u{202e}nobody\\u{200b}\\u{3164}";
    assert!(printed.contains(&format!("    {name}{name}")), "{printed}");
    assert!(printed.chars().all(|c| c == '\n' || !c.is_control() && !is_invisible(c)), "{printed:?}");
}

#[test]
fn a_root_that_cannot_be_read_any_more_is_thrown_away_at_a_terminal() {
    let (mut service, ceremony) = waiting();
    service.stop();
    // As an older version with other rules could have left it.
    let db = rusqlite::Connection::open(service.path("data/catalog.sqlite")).unwrap();
    let change = "UPDATE state SET value = CAST('{}' AS BLOB) WHERE key = 'pending-root'";
    assert_eq!(db.execute(change, []).unwrap(), 1);
    drop(db);
    let digest = ceremony.digest();
    for (arguments, says) in [(&["--expect", &*digest][..], "without --expect"), (&[], "at a terminal")] {
        let complaint = service.refuse(&abandon(arguments));
        assert!(complaint.contains("Nothing was thrown away") && complaint.contains(says), "{complaint}");
    }
    let (shown, succeeded) = at_a_terminal(&service, "yes\n");
    assert!(succeeded && shown.contains("cannot read") && shown.contains("abandoned"), "{shown}");
    assert!(last_audit(&service).get("subject").unwrap().get("unreadable_sha256").is_some());
    service.start();
    wait_again(&service);
}

/// `script` gives the command a terminal. Returns what was shown, and whether it succeeded.
fn at_a_terminal(service: &Service, answer: &str) -> (String, bool) {
    let config = service.path("data/vestry.toml");
    let command = format!("{PROGRAM} --config {} bootstrap --abandon", config.to_str().unwrap());
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[test]
fn at_a_terminal_a_yes_is_asked_for() {
    let (mut service, _) = waiting();
    service.stop();
    for (answer, says, state) in [
        ("no\n", "Nothing was thrown away.", "signing"),
        ("\n", "Nothing was thrown away.", "signing"),
        ("yes\n", "The bootstrap is abandoned", "None"),
    ] {
        let (shown, succeeded) = at_a_terminal(&service, answer);
        assert!(shown.contains("Type yes to throw it away:"), "{shown}");
        assert!(shown.contains(says), "{answer:?}: {shown}");
        assert_eq!(succeeded, state == "None");
        let status = Json::parse(service.run(&["status", "--json"]).as_bytes()).unwrap();
        assert_eq!(status.get("state").unwrap().as_str(), Some(state));
    }
}

#[test]
fn the_last_signature_and_the_end_meet_and_exactly_one_of_them_happens() {
    let (mut service, mut ceremony) = waiting();
    for _ in 0..12 {
        let (signed, deleted) = std::thread::scope(|scope| {
            let signing = scope.spawn(|| sign(&service, &ceremony, 1));
            let deleting = scope.spawn(|| service.post(PATH, ROOT));
            (signing.join().unwrap(), deleting.join().unwrap())
        });
        match (signed.status, deleted.status) {
            (202, 404) => {
                let details = service.finish(&signed);
                assert_eq!(details.get("bootstrap").unwrap().as_str(), Some("Bootstrap Finished"));
                assert!(service.run(&["verify", "--server", &service.url]).contains("root 1"));
                (service, ceremony) = waiting();
            }
            (404, 202) => {
                assert_eq!(service.get("/api/v1/bootstrap").text(), AVAILABLE);
                assert_eq!(service.get("/metadata/1.root.json").status, 404);
                ceremony = wait_again(&service);
            }
            other => panic!("{other:?}: {} {}", signed.text(), deleted.text()),
        }
    }
}

#[test]
fn a_signature_that_comes_meanwhile_is_thrown_away_too() {
    let (service, mut ceremony) = waiting();
    for _ in 0..12 {
        let (signed, deleted) = std::thread::scope(|scope| {
            let signing = scope.spawn(|| sign(&service, &ceremony, 0));
            let deleting = scope.spawn(|| service.post(PATH, ROOT));
            (signing.join().unwrap(), deleting.join().unwrap())
        });
        assert_eq!(deleted.status, 202, "{}", deleted.text());
        assert!(matches!(signed.status, 202 | 404), "{}", signed.text());
        assert_eq!(service.get("/api/v1/bootstrap").text(), AVAILABLE);
        ceremony = wait_again(&service);
    }
}

#[test]
fn killed_in_the_middle_it_has_thrown_away_everything_or_nothing() {
    let (mut service, mut ceremony) = waiting();
    for round in 0..8 {
        let before = service.get_as(&service.admin, "/api/v1/metadata/sign").json();
        let address = service.url.strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            service.admin,
            ROOT.len()
        );
        stream.write_all(&[request.as_bytes(), ROOT].concat()).unwrap();
        // Some time passes, another one each round.
        for _ in 0..round {
            service.get("/api/v1/bootstrap");
        }
        service.kill();
        service.start();
        let state = service.get("/api/v1/bootstrap").text();
        if state == AVAILABLE {
            assert_eq!(service.get_as(&service.admin, "/api/v1/metadata/sign").status, 404);
            ceremony = wait_again(&service);
        } else {
            assert_eq!(service.get_as(&service.admin, "/api/v1/metadata/sign").json(), before);
        }
    }
    let answer = sign(&service, &ceremony, 1);
    service.finish(&answer);
    service.stop();
    assert!(service.run(&["verify"]).contains("none changed"));
}
