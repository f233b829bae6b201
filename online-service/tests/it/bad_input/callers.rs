//! Callers without the right, and tokens that are none.

use super::Rows;
use crate::http::{Answer, send};
use crate::service::{Service, addition};

const WRITES: [&str; 6] = [
    "/api/v1/artifacts",
    "/api/v1/artifacts/delete",
    "/api/v1/artifacts/publish",
    "/api/v1/targets",
    "/api/v1/bootstrap",
    "/api/v1/metadata/sign",
];
const READS: [&str; 3] = ["/api/v1/config", "/api/v1/metadata/sign", "/api/v1/status"];

fn with(service: &Service, path: &str, authorization: &str) -> Answer {
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    send("POST", &format!("{}{path}", service.url), &headers, addition("a", "a").as_bytes())
}

#[test]
fn callers_without_a_token() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "callers without a token");
    for path in WRITES {
        let url = format!("{}{path}", service.url);
        let answer = send("POST", &url, &[], b"{}");
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.headers("www-authenticate"), ["Bearer realm=\"vestry\"", "Basic realm=\"vestry\""]);
        rows.nothing_changed(path);
        rows.refused(path, 401, "Ask the operator", || with(&service, path, "Bearer vestry_0000"));
    }
    for path in READS {
        rows.refused(path, 401, "needs a token", || service.get(path));
        rows.refused(path, 401, "Ask the operator", || service.get_as("vestry_0000", path));
    }
    rows.and_others_publish();
}

#[test]
fn tokens_that_are_none() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "tokens that are none");
    let admin = service.admin.clone();
    let long = format!("Bearer {}", "x".repeat(60_000));
    let known = [
        ("half of a token", format!("Bearer {}", &admin[..admin.len() / 2])),
        ("a token and more", format!("Bearer {admin}x")),
        ("a token with another last character", format!("Bearer {}_", &admin[..admin.len() - 1])),
        ("a token in capitals", format!("Bearer {}", admin.to_uppercase())),
        ("two tokens", format!("Bearer {admin} {admin}")),
        ("two tokens with a comma", format!("Bearer {admin}, Bearer {admin}")),
        ("a tab inside", format!("Bearer {}\t{}", &admin[..10], &admin[10..])),
        ("a pattern of SQL", "Bearer %".to_owned()),
        ("a quote of SQL", "Bearer ' OR 1=1 --".to_owned()),
        ("60,000 characters", long),
        ("the token as the user of Basic", "Basic eDo=".to_owned()),
        ("nothing after Bearer", "Bearer ".to_owned()),
    ];
    for (what, value) in &known {
        rows.refused(what, 401, "detail", || with(&service, "/api/v1/artifacts", value));
    }
    let no_scheme = [
        ("no scheme", admin.clone()),
        ("another scheme", format!("Digest {admin}")),
        ("a token as scheme", format!("{admin} Bearer")),
        ("Basic that is not base64", "Basic !!!".to_owned()),
        ("Basic without a colon", "Basic YWJj".to_owned()),
        ("Basic that is no text", "Basic /w==".to_owned()),
        ("an empty header", String::new()),
    ];
    for (what, value) in &no_scheme {
        rows.refused(what, 401, "needs a token", || with(&service, "/api/v1/artifacts", value));
    }
    let query = format!("/api/v1/config?token={admin}");
    rows.refused("a token in the query", 401, "needs a token", || service.get(&query));
    drop(rows);
    let revoked = service.token(&["admin", "read"]);
    let list = service.run(&["token", "list"]);
    let line = list.lines().find(|line| line.contains("admin read")).unwrap();
    service.run(&["token", "revoke", line.split_whitespace().nth(1).unwrap()]);
    let mut rows = Rows::of(&service, "revoked tokens");
    for path in WRITES {
        rows.refused(path, 401, "detail", || service.post_as(&revoked, path, b"{}"));
    }
    rows.and_others_publish();
}

#[test]
fn callers_without_the_right() {
    let (service, ceremony) = Service::bootstrapped();
    let body = addition("team/b/x", "content");
    let reader = service.token(&["read", "metadata:write"]);
    let team = service.token(&["artifacts:write=team/a/"]);
    let writer = service.token(&["artifacts:write"]);
    let mut rows = Rows::of(&service, "callers without the right");
    for path in
        ["/api/v1/artifacts", "/api/v1/artifacts/delete", "/api/v1/artifacts/publish", "/api/v1/targets"]
    {
        rows.refused("a reader writes", 403, "lacks the scope artifacts:write", || {
            service.post_as(&reader, path, body.as_bytes())
        });
    }
    rows.refused("a team publishes what others deferred", 403, "without a path prefix", || {
        service.post_as(&team, "/api/v1/artifacts/publish", b"")
    });
    for path in ["team/b/x", "team/ab", "team", "team/a", "Team/a/x", "x/team/a/y"] {
        let says = format!("artifacts:write for {path}");
        rows.refused(path, 403, &says, || {
            service.post_as(&team, "/api/v1/artifacts", addition(path, "content").as_bytes())
        });
        let removal = format!("{{\"artifacts\":[\"team/a/x\",\"{path}\"]}}");
        rows.refused(path, 403, &says, || {
            service.post_as(&team, "/api/v1/artifacts/delete", removal.as_bytes())
        });
    }
    rows.refused("a way out of the prefix", 422, "segment", || {
        service.post_as(&team, "/api/v1/artifacts", addition("team/a/../b/x", "content").as_bytes())
    });
    for caller in [&writer, &reader, &team] {
        rows.refused("a bootstrap without admin", 403, "admin", || {
            service.post_as(caller, "/api/v1/bootstrap", &ceremony.payload())
        });
    }
    for caller in [&writer, &team] {
        rows.refused("a signature without metadata:write", 403, "metadata:write", || {
            let body = shared::gap::SignPayload { role: "root".to_owned(), signature: ceremony.signature(2) };
            service.post_as(caller, "/api/v1/metadata/sign", &body.to_bytes())
        });
        for path in READS {
            rows.refused(path, 403, "lacks the scope read", || service.get_as(caller, path));
        }
    }
    drop(rows);
    let answer = service.post_as(&team, "/api/v1/artifacts", addition("team/a/x", "content").as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
}
