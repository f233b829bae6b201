//! Paths that some client would not find, or would find elsewhere. Each goes into every field that takes one.

use shared::json::Json;

use super::Rows;
use crate::http::Answer;
use crate::service::{Service, addition};

/// Every way in for a path.
fn every_way(service: &Service, path: &str) -> [Answer; 4] {
    let spelt = String::from_utf8(Json::from(path).to_compact()).unwrap();
    let add = addition("PATH", "content").replacen("\"PATH\"", &spelt, 1);
    let later = add.replacen('{', "{\"publish_artifacts\":false,", 1);
    let remove = format!("{{\"artifacts\":[\"fine\",{spelt}]}}");
    [
        service.post("/api/v1/artifacts", add.as_bytes()),
        service.post("/api/v1/artifacts", later.as_bytes()),
        service.post("/api/v1/artifacts/delete", remove.as_bytes()),
        service.post("/api/v1/targets/delete/", remove.as_bytes()),
    ]
}

fn refuse(rows: &mut Rows<'_>, service: &Service, path: &str, says: &str) {
    for answer in every_way(service, path) {
        let shown = path.escape_debug();
        assert_eq!(answer.status, 422, "\"{shown}\": {}", answer.text());
        assert!(answer.text().contains(says), "\"{shown}\" should say \"{says}\": {}", answer.text());
        assert!(answer.text().contains("The target path"), "\"{shown}\": {}", answer.text());
    }
    rows.nothing_changed(path);
}

#[test]
fn characters_that_no_path_may_have() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "characters of paths");
    let controls = (0..=0x20).chain(0x7f..=0xa0).filter_map(char::from_u32);
    let spaces = ['\u{1680}', '\u{2000}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}', '\u{3000}'];
    let unsafe_in_urls = ['\\', '%', '#', '?'];
    for c in controls.chain(spaces).chain(unsafe_in_urls) {
        refuse(&mut rows, &service, &format!("dir/a{c}b"), "contains");
        refuse(&mut rows, &service, &format!("{c}"), "contains");
    }
    rows.and_others_publish();
}

#[test]
fn paths_that_lead_elsewhere() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "paths that lead elsewhere");
    let segments = [
        "..",
        ".",
        "./a",
        "../a",
        "a/..",
        "a/.",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "a/b/",
        "a///b",
        "../../etc/passwd",
    ];
    for path in segments {
        refuse(&mut rows, &service, path, "segment");
    }
    for path in ["/", "//", "/a", "//host/a", "/../a"] {
        refuse(&mut rows, &service, path, "begins with a slash");
    }
    refuse(&mut rows, &service, "", "is empty");
    for path in ["a%2fb", "%2e%2e/a", "a%00", "%", "http://host/a?b", "a b", "a\\..\\b", "C:\\a"] {
        refuse(&mut rows, &service, path, "The target path");
    }
    let long = ["x".repeat(513), "\u{e9}".repeat(257), "d/".repeat(256) + "x", "x".repeat(1 << 20)];
    for path in &long {
        refuse(&mut rows, &service, path, "Use at most 512 bytes");
    }
    rows.and_others_publish();
}

#[test]
fn paths_that_clients_sort_or_compare_differently() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "paths that clients compare differently");
    for path in ["e\u{301}", "dir/\u{212b}", "\u{fb1d}", "\u{1100}\u{1161}"] {
        refuse(&mut rows, &service, path, "Unicode normal form C");
    }
    for path in ["\u{1f600}", "a/\u{10000}", "a\u{10ffff}"] {
        refuse(&mut rows, &service, path, "beyond the basic plane");
    }
    for path in ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"] {
        refuse(&mut rows, &service, path, "JavaScript");
    }
    rows.and_others_publish();
}

#[test]
fn paths_that_only_look_strange_are_published() {
    let (service, _) = Service::bootstrapped();
    let long = "x".repeat(512);
    let strange = [
        "a..b",
        "...",
        ".hidden/x",
        "a/-",
        "a+b~c_d",
        "\u{e9}t\u{e9}",
        "\u{4e2d}\u{6587}/\u{43f}",
        "dir/constructor",
        "a@b:c,d;e=f&g!h$i'j(k)l*m",
        "1.root.json",
        "metadata/timestamp.json",
        long.as_str(),
    ];
    for path in strange {
        service.succeed("/api/v1/artifacts", addition(path, "content").as_bytes());
    }
    let printed = service.run(&["verify", "--server", &service.url]);
    assert!(printed.contains(&format!("{} targets", strange.len())), "{printed}");
}
