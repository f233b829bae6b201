//! The operator's commands.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use shared::gap::OnlineKeyDocument;
use shared::key::{Key, Scheme};
use shared::software::SoftwareKey;
use shared::software::sealed::{Passphrase, Work, seal};
use shared::text::is_invisible;

use crate::service::Service;

#[test]
fn init_never_overwrites() {
    let service = Service::new();
    let data = service.path("data");
    let before = fs::read(service.path("data/vestry.toml")).unwrap();
    let complaint = service.refuse(&["init", "--data", data.to_str().unwrap()]);
    assert!(complaint.contains("exists already"), "{complaint}");
    assert_eq!(fs::read(service.path("data/vestry.toml")).unwrap(), before);
}

#[test]
fn whoever_answers_in_the_place_of_the_service_steers_no_terminal() {
    let service = Service::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hostile = "\u{1b}]0;marker\u{7}\u{1b}[2J\u{9b}\u{202e}\u{3164}\r".repeat(100_000);
    let (json, status) = (hostile.replace('\u{1b}', "\\u001b").replace(['\u{7}', '\r'], ""), "418 No");
    let answers = [
        ("200 OK", format!("{{\"sentences\":[\"{}\"]}}", &json)),
        (status, format!("{{\"detail\":\"{json}\"}}")),
        (status, hostile),
    ];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (status, body) in &answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = [0; 4096];
                assert!(stream.read(&mut head).unwrap() > 0);
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        for (status, _) in &answers {
            let output = service.command(&["status", "--server", &url]).output().unwrap();
            let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(told.contains("\\u{1b}]0;marker") && told.contains("\\u{202e}\\u{3164}"), "{told:.200}");
            assert!(told.chars().all(|c| c == '\n' || !c.is_control() && !is_invisible(c)));
            assert!(output.status.success() || told.len() < 40_000, "{status}: {} bytes", told.len());
        }
    });
}

#[test]
fn init_shows_the_fingerprint_and_the_token_once_and_exports_the_key() {
    let service = Service::new();
    let (data, key) = (service.path("second"), service.path("online-key.json"));
    let content = service.path("files/to/serve");
    let printed = service.run(&[
        "init",
        "--content",
        content.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--scheme",
        "rsa-pss",
        "--key-name",
        "main",
        "--online-key-out",
        key.to_str().unwrap(),
    ]);
    assert!(content.is_dir(), "serve can start at once");
    let document = OnlineKeyDocument::parse(&fs::read(&key).unwrap()).unwrap();
    assert_eq!((document.name.as_str(), document.key.scheme()), ("main", Some(Scheme::RsaPssSha256)));
    let shown: Vec<&str> =
        printed.lines().filter(|line| line.starts_with("    ")).flat_map(str::split_whitespace).collect();
    assert_eq!(shown, document.key.fingerprint().groups());
    assert_eq!(printed.lines().filter(|line| line.starts_with("vestry_")).count(), 1);
}

#[test]
fn keys_are_generated_imported_listed_and_exported() {
    let service = Service::new();
    service.run(&["vault", "generate", "--name", "second", "--scheme", "ecdsa-p256"]);
    let complaint = service.refuse(&["vault", "generate", "--name", "second"]);
    assert!(complaint.contains("exists already"), "{complaint}");

    let private = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let sealed = seal(&private, &Passphrase::from("its own".to_owned()), Work::Factor(2)).unwrap();
    let (file, passphrase) = (service.path("key.age"), service.path("key-passphrase"));
    fs::write(&file, sealed).unwrap();
    fs::write(&passphrase, "wrong\n").unwrap();
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    let import = [
        "vault",
        "import",
        file.to_str().unwrap(),
        "--name",
        "third",
        "--key-passphrase-file",
        passphrase.to_str().unwrap(),
    ];
    assert!(service.refuse(&import).contains("passphrase is wrong"));
    fs::write(&passphrase, "its own\n").unwrap();
    service.run(&import);
    assert!(service.refuse(&import).contains("holds key"));

    let listed = service.run(&["vault", "list"]);
    assert_eq!(listed.lines().filter(|line| line.contains("key id")).count(), 3, "{listed}");
    let complaint = service.refuse(&["vault", "export-public"]);
    assert!(complaint.contains("Choose one with --key"), "{complaint}");
    let exported = service.run(&["vault", "export-public", "--key", "third"]);
    assert_eq!(&OnlineKeyDocument::parse(exported.as_bytes()).unwrap().key, private.public());
    let pem = service.run(&["vault", "export-public", "--key", "third", "--pem"]);
    assert_eq!(Key::from_public_pem(&pem).unwrap().material(), private.public().material());
}

#[test]
fn an_unencrypted_private_key_is_refused() {
    let service = Service::new();
    let (file, passphrase) = (service.path("key.pem"), service.path("key-passphrase"));
    fs::write(&file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    fs::write(&passphrase, "x\n").unwrap();
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    let complaint = service.refuse(&[
        "vault",
        "import",
        file.to_str().unwrap(),
        "--name",
        "x",
        "--key-passphrase-file",
        passphrase.to_str().unwrap(),
    ]);
    assert!(complaint.contains("not encrypted"), "{complaint}");
    assert_eq!(service.run(&["vault", "list"]).lines().filter(|line| line.contains("key id")).count(), 1);
}

#[test]
fn a_passphrase_file_that_others_can_read_or_a_wrong_passphrase_stops_the_service() {
    let service = Service::new();
    let passphrase = service.path("data/vault-passphrase");
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(service.refuse(&["serve"]).contains("others can read it"));
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&passphrase, "another passphrase\n").unwrap();
    let complaint = service.refuse(&["serve"]);
    assert!(
        complaint.contains("passphrase is wrong") && !complaint.contains("another passphrase"),
        "{complaint}"
    );
}

#[test]
fn a_systemd_credential_unlocks_the_vault() {
    let mut service = Service::new();
    let credentials = service.path("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::rename(service.path("data/vault-passphrase"), credentials.join("vestry-vault")).unwrap();
    let config = service.path("data/vestry.toml");
    let text = fs::read_to_string(&config).unwrap();
    let line = text.lines().find(|line| line.starts_with("passphrase_file")).unwrap();
    fs::write(&config, text.replace(line, "credential = \"vestry-vault\"")).unwrap();
    assert!(service.refuse(&["serve"]).contains("systemd passed none"));
    service.start_with(&[("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap())]);
    assert_eq!(service.get("/api/v1/bootstrap").status, 200);
}

#[test]
fn tokens_are_created_listed_and_revoked_while_the_service_runs() {
    let (service, _) = Service::bootstrapped();
    let token = service.token(&["artifacts:write=team/a/", "read"]);
    assert_eq!(service.get_as(&token, "/api/v1/status").status, 200);
    let listed = service.run(&["token", "list"]);
    assert!(!listed.contains(&token) && listed.contains("artifacts:write=team/a/ read"), "{listed}");
    let line = listed.lines().find(|line| line.contains("team/a/")).unwrap();
    let id = line.split_whitespace().nth(1).unwrap();
    service.run(&["token", "revoke", id]);
    assert_eq!(service.get_as(&token, "/api/v1/status").status, 401);
    assert!(service.refuse(&["token", "revoke", "00000000"]).contains("no token"));
    assert!(service.refuse(&["token", "create", "--scope", "everything"]).contains("is no scope"));
}

#[test]
fn a_token_ends_when_it_says() {
    let (mut service, _) = Service::bootstrapped();
    let token = service.run(&["token", "create", "--scope", "read", "--expires-days", "1"]).trim().to_owned();
    assert_eq!(service.get_as(&token, "/api/v1/status").status, 200);
    service.stop();
    service.clock = Some("+26h");
    service.start();
    let answer = service.get_as(&token, "/api/v1/status");
    assert_eq!(answer.status, 401, "{}", answer.text());
}

#[test]
fn one_service_works_on_a_folder() {
    let (service, _) = Service::bootstrapped();
    assert!(service.refuse(&["serve"]).contains("Another online-service works on"));
    assert!(service.refuse(&["verify"]).contains("Another online-service works on"));
}

#[test]
fn a_token_that_could_not_be_handed_over_is_not_made() {
    let service = Service::new();
    let out = service.path("taken");
    fs::write(&out, "something").unwrap();
    let before = service.run(&["token", "list"]);
    let complaint = service.refuse(&["token", "create", "--scope", "admin", "--out", out.to_str().unwrap()]);
    assert!(complaint.contains("exists already"), "{complaint}");
    for wrong in ["0", "4000000000"] {
        service.refuse(&["token", "create", "--scope", "read", "--expires-days", wrong]);
    }
    let fresh = service.path("fresh");
    let complaint = service.refuse(&[
        "token",
        "create",
        "--scope",
        "read",
        "--name",
        "a\u{1b}[2J",
        "--out",
        fresh.to_str().unwrap(),
    ]);
    assert!(complaint.contains("no control characters"), "{complaint}");
    assert!(!fresh.exists());
    assert_eq!(service.run(&["token", "list"]), before);
}

#[test]
fn init_leaves_a_folder_of_somebody_else_as_it_is() {
    let service = Service::new();
    let home = service.path("home");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(home.join("letters"), "x").unwrap();
    let complaint = service.refuse(&["init", "--data", home.to_str().unwrap()]);
    assert!(complaint.contains("exists already"), "{complaint}");
    assert_eq!(fs::metadata(&home).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_dir(&home).unwrap().count(), 1);
}

#[test]
fn a_key_without_its_public_half_is_named() {
    let service = Service::new();
    fs::remove_file(service.path("data/vault/online-1.json")).unwrap();
    let complaint = service.refuse(&["vault", "list"]);
    assert!(complaint.contains("online-1.json is missing beside the private key"), "{complaint}");
}

#[test]
fn the_cause_of_a_failure_is_told() {
    let service = Service::new();
    let complaint = service.refuse(&["vault", "export-public", "--out", "/nothing/here"]);
    assert!(complaint.contains("could not be written") && complaint.contains("No such file"), "{complaint}");
    let complaint = service.refuse(&["bootstrap", "/nothing/here"]);
    assert!(complaint.contains("/nothing/here does not exist. Check the spelling"), "{complaint}");
}
