use super::*;
use crate::json::Json;

#[test]
fn paths_that_a_client_would_not_find_are_refused() {
    let long = "a".repeat(513);
    let refused = [
        "",
        "/a",
        "a//b",
        "a/",
        ".",
        "./a",
        "a/../b",
        "..",
        "a b",
        "a\tb",
        "a\\b",
        "a%20b",
        "a#b",
        "a?b",
        "a\u{0}b",
        "e\u{301}",
        "\u{1f600}",
        "__proto__",
        "constructor",
        "a\u{a0}b",
        &long,
    ];
    for path in refused {
        let error = TargetPath::new(path).expect_err(path).to_string();
        assert!(error.contains(". ") || error.ends_with('.'), "{error}");
    }
    for path in
        ["file1.tar.gz", "a/b/c", "crates/libc-0.2.1+wasi.crate", "\u{e9}t\u{e9}", "a..b", ".well-known/x"]
    {
        assert!(TargetPath::new(path).is_ok(), "refused {path}");
    }
}

fn info(text: &str) -> Result<TargetInfo, TargetInfoError> {
    TargetInfo::from_json(&Json::parse(text.as_bytes()).unwrap())
}

#[test]
fn what_is_said_of_a_target_is_read_alike_by_every_client() {
    let hash = "a".repeat(64);
    let with = |rest: &str| format!(r#"{{"length":1,"hashes":{{"sha256":"{hash}"}}{rest}}}"#);
    assert!(info(&with("")).is_ok());
    assert!(info(&with(r#","custom":{"k":[1,{"x":"y"}]}"#)).is_ok());
    assert!(info(&with(r#","custom":null"#)).unwrap().custom.is_none());
    let refused = [
        r#"{"hashes":{}}"#.to_owned(),
        r#"{"length":-1,"hashes":{"sha256":"aa"}}"#.to_owned(),
        r#"{"length":1,"hashes":{}}"#.to_owned(),
        r#"{"length":1,"hashes":{"sha256":"aa"}}"#.to_owned(),
        format!(r#"{{"length":1,"hashes":{{"md5":"{}"}}}}"#, "a".repeat(32)),
        format!(r#"{{"length":1,"hashes":{{"sha256":"{}"}}}}"#, "A".repeat(64)),
        with(r#","custom":[]"#),
        with(r#","custom":{"n":9007199254740993}"#),
        with(&format!(r#","custom":{{"n":"{}"}}"#, "x".repeat(4096))),
        with(&format!(r#","custom":{{"n":{}1{}}}"#, "[".repeat(8), "]".repeat(8))),
        with(",\"custom\":{\"e\u{301}\":1}"),
        with(",\"custom\":{\"\u{1f600}\":1}"),
    ];
    for text in refused {
        assert!(info(&text).is_err(), "accepted {text}");
    }
}
