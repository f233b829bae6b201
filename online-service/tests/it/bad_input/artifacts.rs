//! Artifacts that no client could use.

use shared::json::Json;

use super::Rows;
use crate::ceremony::Options;
use crate::service::{Service, addition, sha256_hex};

#[test]
fn artifacts_that_no_client_could_use() {
    let (service, _) = Service::bootstrapped();
    service.publish("already-there", "content");
    let good = addition("good/path", "content");
    let hash = sha256_hex("content");
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    let length = |length: &str| with("\"length\":7", &format!("\"length\":{length}"));
    let cases = [
        ("a negative length", length("-1"), "length"),
        ("a negative length in a string", length("\"-1\""), "length"),
        ("a length that is no number", length("\"seven\""), "int_parsing"),
        ("a length with an exponent", length("\"7e2\""), "int_parsing"),
        ("a length in hexadecimal", length("\"0x7\""), "int_parsing"),
        ("no length", with("\"length\":7,", ""), "Field required"),
        ("a length of null", length("null"), "valid integer"),
        ("a length of true", length("true"), "valid integer"),
        ("a length beyond 2^53", length("9007199254740992"), "length"),
        ("a length beyond 2^53 in a string", length("\"9007199254740992\""), "length"),
        ("a length beyond 128 bits", length(&format!("\"{}\"", "9".repeat(60))), "int_parsing"),
        ("a length with a fraction", length("7.5"), "detail"),
        ("a huge exponent", length("1e400"), "detail"),
        ("a short hash", with(&hash, "ab"), "sha256 hash"),
        ("an empty hash", with(&hash, ""), "sha256 hash"),
        ("a hash that is not hexadecimal", with(&hash, &"z".repeat(64)), "sha256 hash"),
        ("a hash in capitals", with(&hash, &hash.to_uppercase()), "sha256 hash"),
        ("a hash that is a number", with(&format!("\"{hash}\""), "7"), "sha256"),
        ("md5", with("sha256", "md5"), "unknown to TUF clients"),
        ("SHA256 in capitals", with("sha256", "SHA256"), "unknown to TUF clients"),
        ("a good hash beside a bad one", with("\"sha256\"", "\"sha512\":\"ab\",\"sha256\""), "sha512 hash"),
        ("no hash", with(&format!("\"sha256\":\"{hash}\""), ""), "no hash"),
        ("hashes that are a list", with(&format!("{{\"sha256\":\"{hash}\"}}"), "[]"), "hash"),
        ("no hashes", with(&format!(",\"hashes\":{{\"sha256\":\"{hash}\"}}"), ""), "Field required"),
        ("no info", r#"{"artifacts":[{"path":"y"}]}"#.to_owned(), "Field required"),
        ("info that is a list", r#"{"artifacts":[{"path":"y","info":[]}]}"#.to_owned(), "valid dictionary"),
        ("no path", with("\"path\":\"good/path\",", ""), "Field required"),
        ("no artifacts", "{}".to_owned(), "Field required"),
        ("artifacts that are no list", r#"{"artifacts":"a"}"#.to_owned(), "valid list"),
        ("artifacts that are null", r#"{"artifacts":null}"#.to_owned(), "detail"),
        ("an artifact that is a string", r#"{"artifacts":["a"]}"#.to_owned(), "valid dictionary"),
        ("an artifact that is null", r#"{"artifacts":[null]}"#.to_owned(), "valid dictionary"),
        ("a path that is no string", with("\"good/path\"", "5"), "valid string"),
        ("an unclear publish_artifacts", with("{", "{\"publish_artifacts\":\"perhaps\","), "bool_parsing"),
        ("publish_artifacts that is two", with("{", "{\"publish_artifacts\":2,"), "bool"),
        ("publish_artifacts that is a list", with("{", "{\"publish_artifacts\":[],"), "bool_type"),
        ("an unclear add_task_id_to_custom", with("{", "{\"add_task_id_to_custom\":{},"), "bool_type"),
    ];
    let mut rows = Rows::of(&service, "artifacts that no client could use");
    for (what, body, says) in &cases {
        rows.refused(what, 422, says, || service.post("/api/v1/artifacts", body.as_bytes()));
    }
    rows.refused("one bad artifact among good ones", 422, "length", || {
        let bad = length("-1");
        let both = good.replacen("]}", &format!(",{}", &bad[bad.find("[{").unwrap() + 1..]), 1);
        service.post("/api/v1/artifacts", both.as_bytes())
    });
    let removal = |body: &'static str| service.post("/api/v1/artifacts/delete", body.as_bytes());
    rows.refused("an empty removal", 422, "no artifact in this request", || removal(r#"{"artifacts":[]}"#));
    rows.refused("a removal of an impossible path", 422, "segment", || removal(r#"{"artifacts":["../x"]}"#));
    rows.refused("a removal of a number", 422, "valid string", || removal(r#"{"artifacts":[5]}"#));
    rows.refused("a removal of an addition", 422, "valid string", || {
        removal(r#"{"artifacts":[{"path":"a"}]}"#)
    });
    rows.refused("a removal of nothing", 422, "Field required", || removal("{}"));
    rows.and_others_publish();
}

#[test]
fn custom_data_that_clients_would_read_differently() {
    let (service, _) = Service::bootstrapped();
    let good = addition("good/path", "content");
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{{\"a\":{}1{}}}", open.repeat(depth), close.repeat(depth))
    };
    let cases = [
        ("a fraction", "{\"a\":1.5}".to_owned(), "not an integer"),
        ("a fraction without a value", "{\"a\":1.0}".to_owned(), "not an integer"),
        ("minus zero", "{\"a\":-0}".to_owned(), "not an integer"),
        ("an exponent", "{\"a\":1e2}".to_owned(), "not an integer"),
        ("a huge exponent", "{\"a\":1e400}".to_owned(), "out of range"),
        ("not a number", "{\"a\":NaN}".to_owned(), "json_invalid"),
        ("infinity", "{\"a\":-Infinity}".to_owned(), "json_invalid"),
        (
            "an integer beyond 2^53",
            "{\"a\":9007199254740992}".to_owned(),
            "The number 9007199254740992 is beyond",
        ),
        (
            "an integer below -2^53",
            "{\"a\":[-9007199254740992]}".to_owned(),
            "The number -9007199254740992 is beyond",
        ),
        ("an integer beyond 64 bits", "{\"a\":18446744073709551616}".to_owned(), "not an integer"),
        ("5 MB", format!("{{\"a\":\"{}\"}}", "x".repeat(5_000_000)), "at most 4096"),
        ("4 KiB and a bit", format!("{{\"a\":\"{}\"}}", "x".repeat(4096)), "at most 4096"),
        ("nine objects deep", nested("{\"a\":", "}", 8), "deeper than 8 levels"),
        ("nine lists deep", nested("[", "]", 8), "deeper than 8 levels"),
        ("100 lists deep", nested("[", "]", 100), "deeper than 64 levels"),
        ("100,000 lists deep", nested("[", "]", 100_000), "detail"),
        ("a list", "[]".to_owned(), "custom"),
        ("a string", "\"x\"".to_owned(), "custom"),
        ("a number", "7".to_owned(), "custom"),
        ("a text that is not NFC", "{\"a\":\"e\u{301}\"}".to_owned(), "normal form C"),
        ("a name that is not NFC", "{\"e\u{301}\":1}".to_owned(), "normal form C"),
        ("a text that is not NFC, escaped", "{\"a\":\"e\\u0301\"}".to_owned(), "normal form C"),
        ("a name beyond the BMP", "{\"\u{1f600}\":1}".to_owned(), "basic plane"),
        ("a name beyond the BMP, escaped", "{\"\\ud83d\\ude00\":1}".to_owned(), "basic plane"),
        ("a member twice", "{\"a\":1,\"a\":2}".to_owned(), "stands twice"),
        ("a member twice, escaped", "{\"a\":1,\"\\u0061\":2}".to_owned(), "stands twice"),
        ("a member twice, deep down", "{\"x\":[{\"a\":1,\"a\":1}]}".to_owned(), "stands twice"),
        ("a lone high surrogate", "{\"a\":\"\\ud800\"}".to_owned(), "detail"),
        ("a lone low surrogate", "{\"a\":\"\\udc00\"}".to_owned(), "detail"),
        ("surrogates in the wrong order", "{\"a\":\"\\ude00\\ud83d\"}".to_owned(), "detail"),
        ("a lone surrogate in a name", "{\"\\ud800\":1}".to_owned(), "detail"),
    ];
    let mut rows = Rows::of(&service, "custom data");
    for (what, custom, says) in &cases {
        let body = good.replacen("\"length\"", &format!("\"custom\":{custom},\"length\""), 1);
        rows.refused(what, 422, says, || service.post("/api/v1/artifacts", body.as_bytes()));
    }
    rows.and_others_publish();
}

/// One artifact with four kilobytes of custom data, as part of a body.
fn large(path: &str) -> String {
    let single = addition(path, "content");
    let entry = &single[single.find("[{").unwrap() + 1..single.len() - 2];
    let custom = "x".repeat(4000);
    entry.replacen("\"length\"", &format!("\"custom\":{{\"a\":\"{custom}\"}},\"length\""), 1)
}

#[test]
fn a_bin_that_clients_could_not_read() {
    let (service, _) = Service::bootstrapped_with(&Options { bins: 2, ..Options::default() });
    let mut refused = Vec::new();
    for round in 0..9 {
        let artifacts: Vec<String> = (0..280).map(|number| large(&format!("{round}/{number}"))).collect();
        let body = format!("{{\"artifacts\":[{}]}}", artifacts.join(","));
        let answer = service.post("/api/v1/artifacts", body.as_bytes());
        if answer.status == 202 {
            service.finish(&answer);
        } else {
            refused.push(body);
        }
    }
    assert!(!refused.is_empty(), "10 MB in two bins were accepted");
    let mut rows = Rows::of(&service, "bins that clients could not read");
    for body in refused {
        for urgency in ["true", "false"] {
            let body = body.replacen('{', &format!("{{\"publish_artifacts\":{urgency},"), 1);
            rows.refused("a bin over the limit", 422, "clients read no role file beyond 4500000", || {
                service.post("/api/v1/artifacts", body.as_bytes())
            });
        }
    }
    for bin in ["bins-0", "bins-1"] {
        let current = service.get("/metadata/").text();
        let name = current.split('"').find(|name| name.ends_with(&format!("{bin}.json"))).unwrap().to_owned();
        let bytes = service.get(&name).bytes.len();
        assert!((3_000_000..4_500_000).contains(&bytes), "{bin} has {bytes} bytes");
    }
    rows.and_others_publish();
}

#[test]
fn requests_before_the_bootstrap() {
    let service = super::available();
    let mut rows = Rows::of(&service, "requests before the bootstrap");
    let says = r#"{"detail":{"error":"It requires bootstrap finished. State: None","message":"Task not accepted."}}"#;
    rows.refused("adding", 404, says, || service.post("/api/v1/artifacts/", addition("a", "a").as_bytes()));
    rows.refused("adding later", 404, says, || {
        let body = addition("a", "a").replacen('{', "{\"publish_artifacts\":false,", 1);
        service.post("/api/v1/artifacts/", body.as_bytes())
    });
    rows.refused("removing", 404, says, || {
        service.post("/api/v1/artifacts/delete/", br#"{"artifacts":["a"]}"#)
    });
    rows.refused("publishing", 404, says, || service.post("/api/v1/artifacts/publish/", b""));
    let says = r#"{"detail":{"error":"It requires bootstrap. State: None","message":"No Repository Settings/Config found."}}"#;
    rows.refused("the configuration", 404, says, || service.get_as(&service.admin, "/api/v1/config/"));
    rows.refused("signing", 404, "No signing pending.", || {
        let body = br#"{"role":"root","signature":{"keyid":"ab","sig":"00"}}"#;
        service.post("/api/v1/metadata/sign", body)
    });
    for name in ["1.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"] {
        rows.refused(name, 404, "There is no such file.", || service.get(&format!("/metadata/{name}")));
    }
    assert!(
        service.get("/api/v1/bootstrap").json().get("data").and_then(|data| data.get("bootstrap"))
            == Some(&Json::from(false))
    );
}
