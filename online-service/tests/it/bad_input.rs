//! Bad input: refused at the door with a sentence, and nothing has changed.

use shared::json::Json;
use shared::key::Scheme;
use shared::root_draft::NamedKey;
use shared::software::SoftwareKey;

use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::http::{Answer, send};
use crate::service::{Service, addition, sha256_hex};
use crate::unchanged::assert_unchanged;

fn available() -> Service {
    let mut service = Service::new();
    service.start();
    service
}

/// Asserts the status, that the answer says so much, and that nothing has changed.
fn refused(service: &Service, what: &str, status: u16, says: &str, request: impl FnOnce() -> Answer) {
    let answer = assert_unchanged(service, what, request);
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert!(answer.text().contains(says), "{what} should say \"{says}\": {}", answer.text());
}

#[test]
fn payloads_that_nobody_may_follow() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let (payload, digest) = (ceremony.payload(), ceremony.digest());

    let strangers = Ceremony::hold(&service, &Options::default());
    refused(&service, "a root of strangers", 422, "not the root that was expected", || {
        post(&service, &strangers.payload(), Some(&digest))
    });
    refused(&service, "no digest", 403, "x-vestry-expect-digest", || post(&service, &payload, None));
    let prefix = digest.rsplit_once(' ').unwrap().0;
    refused(&service, "a part of the digest", 422, "not a whole document digest", || {
        post(&service, &payload, Some(prefix))
    });

    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    let changed = text.rsplit_once("\"timestamp\":{\"expiration\":1}").unwrap();
    let changed = format!("{}\"timestamp\":{{\"expiration\":300}}{}", changed.0, changed.1);
    refused(&service, "changed settings", 422, "differ from those that people signed", || {
        post(&service, changed.as_bytes(), Some(&digest))
    });

    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let online = NamedKey { name: "elsewhere".to_owned(), key: key.public().clone() };
    let foreign = Ceremony::hold_for(online, &Options::default());
    refused(
        &service,
        "an online key that the vault does not hold",
        422,
        "does not hold the private key",
        || post(&service, &foreign.payload(), Some(&foreign.digest())),
    );

    let unsigned = Ceremony::hold(&service, &Options { signatures: 0, ..Options::default() });
    refused(&service, "no signature", 422, "carries no signature", || {
        post(&service, &unsigned.payload(), Some(&unsigned.digest()))
    });
    let rehearsal = Ceremony::hold(&service, &Options { rehearsal: true, ..Options::default() });
    refused(&service, "a rehearsal", 422, "comes from a rehearsal", || {
        post(&service, &rehearsal.payload(), Some(&rehearsal.digest()))
    });
}

#[test]
fn roots_that_break_a_rule_although_people_signed_them() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    type Change = fn(&mut Json);
    let rows: [(&str, &str, Change); 4] = [
        ("an expired root", "expired", |signed| signed.set("expires", Json::from("2020-01-01T00:00:00Z"))),
        ("version 2", "Expected root version 1", |signed| signed.set("version", Json::from(2u32))),
        ("unversioned names", "consistent_snapshot", |signed| {
            signed.set("consistent_snapshot", Json::from(false));
        }),
        ("an online role of two", "Lower the threshold", |signed| {
            let mut roles = signed.get("roles").unwrap().clone();
            let mut targets = roles.get("targets").unwrap().clone();
            targets.set("threshold", Json::from(2u32));
            roles.set("targets", targets);
            signed.set("roles", roles);
        }),
    ];
    for (what, says, change) in rows {
        let (payload, digest) = ceremony.payload_with_root(change);
        refused(&service, what, 422, says, || post(&service, &payload, Some(&digest)));
    }
    let mut payload = ceremony.payload_json();
    let mut document = ceremony.root.document().clone();
    let mut broken = ceremony.signature(1);
    broken.sig[0] ^= 1;
    document.add_signature(broken);
    payload.set("metadata", Json::object([("root", document.to_json())]));
    refused(&service, "a broken signature", 422, "not a valid signature", || {
        post(&service, &payload.to_compact(), Some(&ceremony.digest()))
    });
}

#[test]
fn payloads_of_another_shape() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let digest = ceremony.digest();
    let answer = post(&service, b"{}", Some(&digest));
    assert_eq!(
        answer.text(),
        r#"{"detail":[{"input":{},"loc":["body","settings"],"msg":"Field required","type":"missing"},{"input":{},"loc":["body","metadata"],"msg":"Field required","type":"missing"}]}"#
    );
    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    let (head, settings) = text.split_at(text.rfind("\"settings\"").unwrap());
    let with = |from: &str, to: &str| format!("{head}{}", settings.replacen(from, to, 1));
    let rows = [
        ("malformed JSON", "{not json".to_owned(), "json_invalid"),
        ("an empty body", String::new(), "json_invalid"),
        ("no object", "[1]".to_owned(), "valid dictionary"),
        ("too many bins", with(":4", ":32768"), "less than 16385"),
        ("one bin", with(":4", ":1"), "greater than 1"),
        ("three bins", with(":4", ":3"), "no number of bins"),
        ("no days", with("\"expiration\":1", "\"expiration\":0"), "greater than 0"),
        ("a fraction", with("\"expiration\":1", "\"expiration\":1.5"), "not an integer"),
        ("neither bins nor delegations", with("\"bins\":{", "\"other\":{"), "Exactly one of"),
        (
            "custom delegations",
            format!(
                "{head}{}",
                settings.replacen("\"bins\":{", "\"other\":{", 1).replacen(
                    "\"delegations\":null",
                    "\"delegations\":{\"keys\":{},\"roles\":[]}",
                    1
                )
            ),
            "custom delegations, which this version does not support",
        ),
        ("a member twice", text.replacen('{', "{\"timeout\":1,", 1), "stands twice"),
        ("no root", with("", "").replace("\"root\":{\"sign", "\"other\":{\"sign"), "metadata.root"),
    ];
    for (what, body, says) in rows {
        refused(&service, what, 422, says, || post(&service, body.as_bytes(), Some(&digest)));
    }
}

#[test]
fn a_second_bootstrap() {
    let (service, ceremony) = Service::bootstrapped();
    refused(
        &service,
        "the same once more",
        404,
        r#"{"detail":{"error":"System already has a Metadata. State: finished"}}"#,
        || post(&service, &ceremony.payload(), Some(&ceremony.digest())),
    );
    let other = Ceremony::hold(&service, &Options::default());
    refused(&service, "another one", 404, "State: finished", || {
        post(&service, &other.payload(), Some(&other.digest()))
    });
}

#[test]
fn artifacts_that_no_client_could_use() {
    let (service, _) = Service::bootstrapped();
    service.publish("already-there", "content");
    let good = addition("good/path", "content");
    let hash = sha256_hex("content");
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    let custom = |custom: &str| with("\"length\"", &format!("\"custom\":{custom},\"length\""));
    let path = |path: &str| with("good/path", path);
    let deep = format!("{}1{}", "{\"a\":".repeat(9), "}".repeat(9));
    let rows = [
        ("a negative length", with("\"length\":7", "\"length\":-1"), "length"),
        ("a length that is no number", with("\"length\":7", "\"length\":\"seven\""), "int_parsing"),
        ("a length beyond 2^53", with("\"length\":7", "\"length\":9007199254740992"), "length"),
        ("a short hash", with(&hash, "ab"), "sha256 hash"),
        ("a hash that is not hexadecimal", with(&hash, &"z".repeat(64)), "sha256 hash"),
        ("a hash in capitals", with(&hash, &hash.to_uppercase()), "sha256 hash"),
        ("md5", with("sha256", "md5"), "unknown to TUF clients"),
        ("no hash", with(&format!("\"sha256\":\"{hash}\""), ""), "no hash"),
        ("no info", r#"{"artifacts":[{"path":"y"}]}"#.to_owned(), "Field required"),
        ("no artifacts", "{}".to_owned(), "Field required"),
        ("artifacts that are no list", r#"{"artifacts":"a"}"#.to_owned(), "valid list"),
        ("a path that is no string", path("x").replace("\"x\"", "5"), "valid string"),
        ("a fraction in custom", custom("{\"a\":1.5}"), "not an integer"),
        ("an integer beyond 2^53 in custom", custom("{\"a\":9007199254740992}"), "custom"),
        ("5 MB of custom", custom(&format!("{{\"a\":\"{}\"}}", "x".repeat(5_000_000))), "custom"),
        ("4 KiB of custom and a bit", custom(&format!("{{\"a\":\"{}\"}}", "x".repeat(4096))), "custom"),
        ("deep custom", custom(&deep), "custom"),
        ("custom that is a list", custom("[]"), "custom"),
        ("custom that is not NFC", custom("{\"a\":\"e\u{301}\"}"), "custom"),
        ("a key beyond the BMP in custom", custom("{\"\u{1f600}\":1}"), "custom"),
        ("a member twice", custom("{\"a\":1,\"a\":2}"), "stands twice"),
        ("a lone surrogate", custom("{\"a\":\"\\ud800\"}"), "detail"),
        ("malformed JSON", "[1,2".to_owned(), "json_invalid"),
        ("an unclear publish_artifacts", with("{", "{\"publish_artifacts\":\"perhaps\","), "bool_parsing"),
    ];
    for (what, body, says) in &rows {
        refused(&service, what, 422, says, || service.post("/api/v1/artifacts", body.as_bytes()));
    }
    let long = "x".repeat(513);
    let paths = [
        "",
        "/absolute",
        "..",
        "a/../b",
        "a/..",
        "./a",
        "a//b",
        "a/",
        "a\\\\b",
        "a\\u0000b",
        "a\\nb",
        "a b",
        "a%20b",
        "a#b",
        "a?b",
        "e\u{301}",
        long.as_str(),
        "constructor",
        "__proto__",
    ];
    let mut count = rows.len();
    for wrong in paths {
        let answer =
            assert_unchanged(&service, wrong, || service.post("/api/v1/artifacts", path(wrong).as_bytes()));
        // What the domain allows is allowed; a name is only refused where some client trips over it.
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.text());
        count += 1;
    }
    refused(&service, "one bad artifact among good ones", 422, "length", || {
        let bad = with("\"length\":7", "\"length\":-1");
        let both = good.replacen("]}", &format!(",{}", &bad[bad.find("[{").unwrap() + 1..]), 1);
        service.post("/api/v1/artifacts", both.as_bytes())
    });
    refused(&service, "an empty removal", 422, "no artifact in this request", || {
        service.post("/api/v1/artifacts/delete", br#"{"artifacts":[]}"#)
    });
    refused(&service, "removal of an impossible path", 422, "detail", || {
        service.post("/api/v1/artifacts/delete", br#"{"artifacts":["../x"]}"#)
    });
    println!("{} rows of bad artifacts", count + 3);
}

#[test]
fn bodies_beyond_the_limit() {
    let (service, _) = Service::bootstrapped();
    let mut body = vec![b' '; (32 << 20) + 1];
    body[0] = b'{';
    refused(&service, "more than 32 MiB", 413, "32 MiB", || service.post("/api/v1/artifacts", &body));
    refused(&service, "more than 32 MiB for the bootstrap", 413, "32 MiB", || post(&service, &body, None));
    let answer = assert_unchanged(&service, "more than 32 MiB without a token", || {
        send(
            "POST",
            &format!("{}/api/v1/artifacts", service.url),
            &[("content-type", "application/json")],
            &body[..1 << 20],
        )
    });
    assert_eq!(answer.status, 401, "who asks comes before what is asked");
}

#[test]
fn a_bin_that_clients_could_not_read() {
    let (service, _) = Service::bootstrapped_with(&Options { bins: 2, ..Options::default() });
    let custom = "x".repeat(4000);
    let mut refusals = 0;
    for round in 0..9 {
        let artifacts: Vec<String> = (0..280)
            .map(|number| {
                let single = addition(&format!("{round}/{number}"), "content");
                let entry = &single[single.find("[{").unwrap() + 1..single.len() - 2];
                entry.replacen("\"length\"", &format!("\"custom\":{{\"a\":\"{custom}\"}},\"length\""), 1)
            })
            .collect();
        let body = format!("{{\"artifacts\":[{}]}}", artifacts.join(","));
        let answer = service.post("/api/v1/artifacts", body.as_bytes());
        if answer.status == 202 {
            service.finish(&answer);
            continue;
        }
        refusals += 1;
        refused(&service, "a bin over the limit", 422, "clients read no role file beyond 4500000", || {
            service.post("/api/v1/artifacts", body.as_bytes())
        });
    }
    assert!(refusals > 0, "10 MB in two bins were accepted");
    for bin in ["bins-0", "bins-1"] {
        let current = service.get("/metadata/").text();
        let name = current.split('"').find(|name| name.ends_with(&format!("{bin}.json"))).unwrap().to_owned();
        let bytes = service.get(&name).bytes.len();
        assert!((3_000_000..4_500_000).contains(&bytes), "{bin} has {bytes} bytes");
    }
}

#[test]
fn callers_without_the_right() {
    let (service, ceremony) = Service::bootstrapped();
    let body = addition("team/b/x", "content");
    let url = |path: &str| format!("{}{path}", service.url);
    for path in [
        "/api/v1/artifacts",
        "/api/v1/artifacts/delete",
        "/api/v1/artifacts/publish",
        "/api/v1/bootstrap",
        "/api/v1/metadata/sign",
    ] {
        let answer = assert_unchanged(&service, path, || send("POST", &url(path), &[], body.as_bytes()));
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.headers("www-authenticate"), ["Bearer realm=\"vestry\"", "Basic realm=\"vestry\""]);
        refused(&service, path, 401, "Ask the operator", || {
            service.post_as("vestry_0000", path, body.as_bytes())
        });
        refused(&service, path, 401, "needs a token", || {
            send("POST", &url(path), &[("authorization", "Digest x")], body.as_bytes())
        });
    }
    let reader = service.token(&["read", "metadata:write"]);
    let team = service.token(&["artifacts:write=team/a/"]);
    let writer = service.token(&["artifacts:write"]);
    refused(&service, "a reader writes", 403, "lacks the scope artifacts:write", || {
        service.post_as(&reader, "/api/v1/artifacts", body.as_bytes())
    });
    refused(&service, "a reader publishes", 403, "artifacts:write", || {
        service.post_as(&reader, "/api/v1/artifacts/publish", b"")
    });
    refused(&service, "a team publishes what others deferred", 403, "without a path prefix", || {
        service.post_as(&team, "/api/v1/artifacts/publish", b"")
    });
    refused(&service, "a path outside of the prefix", 403, "artifacts:write for team/b/x", || {
        service.post_as(&team, "/api/v1/artifacts", body.as_bytes())
    });
    refused(&service, "a removal outside of the prefix", 403, "artifacts:write for team/b/x", || {
        service.post_as(&team, "/api/v1/artifacts/delete", br#"{"artifacts":["team/a/x","team/b/x"]}"#)
    });
    refused(&service, "a writer bootstraps", 403, "admin", || {
        service.post_as(&writer, "/api/v1/bootstrap", &ceremony.payload())
    });
    refused(&service, "a writer signs", 403, "metadata:write", || {
        let body = shared::gap::SignPayload { role: "root".to_owned(), signature: ceremony.signature(2) };
        service.post_as(&writer, "/api/v1/metadata/sign", &body.to_bytes())
    });
    for path in ["/api/v1/config", "/api/v1/metadata/sign", "/api/v1/status"] {
        refused(&service, path, 403, "lacks the scope read", || service.get_as(&writer, path));
    }
    let answer = service.post_as(&team, "/api/v1/artifacts", addition("team/a/x", "content").as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
}

#[test]
fn requests_before_the_bootstrap() {
    let service = available();
    let says = r#"{"detail":{"error":"It requires bootstrap finished. State: None","message":"Task not accepted."}}"#;
    refused(&service, "adding", 404, says, || {
        service.post("/api/v1/artifacts/", addition("a", "a").as_bytes())
    });
    refused(&service, "removing", 404, says, || {
        service.post("/api/v1/artifacts/delete/", br#"{"artifacts":["a"]}"#)
    });
    refused(&service, "publishing", 404, says, || service.post("/api/v1/artifacts/publish/", b""));
    let says = r#"{"detail":{"error":"It requires bootstrap. State: None","message":"No Repository Settings/Config found."}}"#;
    refused(&service, "the configuration", 404, says, || service.get_as(&service.admin, "/api/v1/config/"));
}
