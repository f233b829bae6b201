//! Secrets stay where they belong.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::http::send;
use crate::service::{Service, addition};

const MARKER: &str = "marker-passphrase-5f1c0e";

/// The passphrase is in its own file and nowhere else; the token is nowhere at all, at the highest log level.
#[test]
fn a_marker_passphrase_and_token_are_found_nowhere() {
    let mut service = Service::new();
    let data = service.path("other");
    let passphrase = service.path("passphrase");
    fs::write(&passphrase, format!("{MARKER}\n")).unwrap();
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    let arguments = [
        "init",
        "--data",
        data.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
        "--passphrase-file",
        passphrase.to_str().unwrap(),
        "--key-name",
        "marked",
    ];
    let printed = service.run(&arguments);
    let token = printed.lines().find(|line| line.starts_with("vestry_")).unwrap().to_owned();
    fs::rename(service.path("data"), service.path("unused")).unwrap();
    fs::rename(&data, service.path("data")).unwrap();
    let config = service.path("data/vestry.toml");
    let moved = fs::read_to_string(&config)
        .unwrap()
        .replace(data.to_str().unwrap(), service.path("data").to_str().unwrap());
    fs::write(&config, moved).unwrap();

    service.start_with(&[("RUST_LOG", "trace")]);
    let arguments = fs::read(format!("/proc/{}/cmdline", service.pid())).unwrap();
    let environment = fs::read(format!("/proc/{}/environ", service.pid())).unwrap();
    service.admin = token.clone();
    assert_eq!(service.get_as(&token, "/api/v1/status").status, 200);
    service.post("/api/v1/artifacts", addition("a", "content").as_bytes());
    let basic = base64_of(&format!("anyone:{token}"));
    let url = format!("{}/api/v1/status", service.url);
    let answer = send("GET", &url, &[("authorization", &format!("Basic {basic}"))], b"");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(service.get_as(&format!("{token}x"), "/api/v1/status").status, 401);
    service.stop();

    assert!(service.log().contains("DEBUG"), "the log says more than usual");
    let needles = [MARKER, &token, token.trim_start_matches("vestry_"), &basic];
    for needle in needles {
        for (place, bytes) in [("arguments", &arguments), ("environment", &environment)] {
            assert!(!contains(bytes, needle), "found in its {place}");
        }
    }
    search(service.path("").as_path(), &needles, &passphrase);
}

fn search(folder: &Path, needles: &[&str], except: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, needles, except);
        } else if path != except {
            let bytes = fs::read(&path).unwrap();
            for needle in needles {
                assert!(!contains(&bytes, needle), "found in {}", path.display());
            }
        }
    }
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn what_init_writes_is_readable_by_its_owner_alone() {
    let service = Service::new();
    let mode = |name: &str| fs::metadata(service.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("data/vault"), 0o700);
    for name in ["data/vestry.toml", "data/vault-passphrase", "data/vault/online-1.age", "admin-token"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}
