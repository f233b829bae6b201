//! Requests that are no proper HTTP, or no proper JSON, and what a bad proxy makes of good ones.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use online_service::ApiBody;

use super::Rows;
use crate::http::send;
use crate::service::{Service, addition, bearer};

/// The service answers, or ends the connection, long before.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends bytes as they are, and reads until the service ends the connection.
fn raw(service: &Service, bytes: &[u8]) -> String {
    read(&sent(service, bytes))
}

/// The same of bytes that promise more: the service is told that nothing comes.
fn cut_off(service: &Service, bytes: &[u8]) -> String {
    let stream = sent(service, bytes);
    drop(stream.shutdown(Shutdown::Write));
    read(&stream)
}

fn sent(service: &Service, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    // The service may have heard enough before the end, and end the connection.
    drop(stream.write_all(bytes));
    stream
}

fn read(mut stream: &TcpStream) -> String {
    let mut answer = Vec::new();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // Whatever came before a reset is the answer.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("no answer")
}

/// A good addition, with the head that belongs to it.
fn head(service: &Service, more: &str) -> String {
    let token = bearer(&service.admin);
    format!(
        "POST /api/v1/artifacts HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\nconnection: close\r\n{more}\r\n"
    )
}

#[test]
fn bodies_that_are_no_json() {
    let (service, _) = Service::bootstrapped();
    let good = addition("good/path", "content");
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = |text: &str| text.as_bytes().to_vec();
    let with = |from: &str, to: &[u8]| {
        let (head, tail) = good.split_once(from).unwrap();
        [head.as_bytes(), to, tail.as_bytes()].concat()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("white space", bytes(" \r\n\t ")),
        ("half of it", bytes(&good[..good.len() / 2])),
        ("twice", bytes(&format!("{good}{good}"))),
        ("something after it", bytes(&format!("{good};"))),
        ("a NUL after it", bytes(&format!("{good}\0"))),
        ("a byte order mark before it", bytes(&format!("\u{feff}{good}"))),
        ("UTF-16", utf16.clone()),
        ("UTF-16 with a byte order mark", [&[0xff, 0xfe][..], &utf16].concat()),
        ("Latin-1", with("good", b"g\xf6d")),
        ("an overlong slash", with("good", b"a\xc0\xafb")),
        ("a surrogate in UTF-8", with("good", b"\xed\xa0\x80")),
        ("a character beyond Unicode", with("good", b"\xf4\x90\x80\x80")),
        ("a NUL in a string", with("good", b"a\0b")),
        ("a raw newline in a string", with("good", b"a\nb")),
        ("an escape that is none", with("good", b"\\x41")),
        ("half of an escape", with("good", b"\\u00")),
        ("single quotes", bytes(&good.replace('"', "'"))),
        ("a comment", bytes(&format!("/* */{good}"))),
        ("a comma too many", bytes(&good.replace("}]", "},]"))),
        ("no commas", bytes(&good.replace(',', " "))),
        ("a form", bytes("artifacts=a&publish_artifacts=true")),
        ("XML", bytes("<artifacts/>")),
        ("YAML", bytes("artifacts: []")),
        ("gzip", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0]),
        ("100,000 lists", bytes(&"[".repeat(100_000))),
        ("100,000 objects", bytes(&"{\"a\":".repeat(100_000))),
        ("a number of a million digits", bytes(&format!("[{}]", "9".repeat(1_000_000)))),
        ("a name of a megabyte, twice", bytes(&format!("{{\"{0}\":1,\"{0}\":2}}", "x".repeat(1 << 20)))),
        ("a string that never ends", bytes(&format!("\"{}", "x".repeat(1 << 20)))),
        ("30 MB of white space and a fault", [vec![b' '; 30 << 20], bytes("}")].concat()),
    ];
    let mut rows = Rows::of(&service, "bodies that are no JSON");
    for (what, body) in &cases {
        for path in ApiBody::ALL.map(ApiBody::path) {
            let answer = service.post(path, body);
            assert_eq!(answer.status, 422, "{what} at {path}: {}", answer.text());
            assert!(answer.bytes.len() < 10_000, "{what}: {} bytes", answer.bytes.len());
            assert!(answer.json().get("detail").is_some(), "{what}");
        }
        rows.nothing_changed(what);
    }
    rows.and_others_publish();
}

#[test]
fn heads_that_are_no_http() {
    let (service, _) = Service::bootstrapped();
    let body = addition("smuggled", "content");
    let length = body.len();
    let chunked = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    let announced = format!("content-length: {length}\r\n");
    let both = format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n");
    let cases = [
        ("two lengths", "400", head(&service, "content-length: 3\r\ncontent-length: 5\r\n") + &body),
        ("two lengths in one line", "400", head(&service, "content-length: 3, 5\r\n") + &body),
        ("a negative length", "400", head(&service, "content-length: -1\r\n") + &body),
        ("a length with a sign", "400", head(&service, &format!("content-length: +{length}\r\n")) + &body),
        ("a length of words", "400", head(&service, "content-length: many\r\n") + &body),
        (
            "a length beyond 64 bits",
            "400",
            head(&service, "content-length: 99999999999999999999\r\n") + &body,
        ),
        ("pieces of no size", "400", head(&service, "transfer-encoding: chunked\r\n") + "zz\r\n" + &body),
        (
            "pieces of a negative size",
            "400",
            head(&service, "transfer-encoding: chunked\r\n") + "-1\r\n" + &body,
        ),
        (
            "pieces beyond 64 bits",
            "400",
            head(&service, "transfer-encoding: chunked\r\n") + "fffffffffffffffff\r\n" + &body,
        ),
        (
            "pieces that break off",
            "400",
            head(&service, "transfer-encoding: chunked\r\n") + &chunked[..chunked.len() / 2],
        ),
        ("an encoding that is unknown", "400", head(&service, "transfer-encoding: cow\r\n") + &body),
        ("a body that breaks off", "400", head(&service, &announced) + &body[..length / 2]),
        ("a header without a colon", "400", head(&service, "nonsense\r\n") + &body),
        ("a header with a blank name", "400", head(&service, " : x\r\n") + &body),
        ("a header with a NUL", "400", head(&service, "x-y: a\0b\r\n") + &body),
        ("a folded header", "400", head(&service, &format!("x-y: a\r\n b\r\n{announced}")) + &body),
        (
            "a blank before the colon",
            "400",
            head(&service, &format!("content-length : {length}\r\n")) + &body,
        ),
        ("1,000 headers", "431", head(&service, &("x-y: z\r\n".repeat(1_000) + &announced)) + &body),
        (
            "a header of a megabyte",
            "431",
            head(&service, &format!("x-y: {}\r\n{announced}", "z".repeat(1 << 20))) + &body,
        ),
        (
            "a target of a megabyte",
            "431",
            format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1 << 20)),
        ),
        ("HTTP/3.7", "400", head(&service, &announced).replace("HTTP/1.1", "HTTP/3.7") + &body),
        ("no version", "400", "POST /api/v1/artifacts\r\n\r\n".to_owned()),
        ("TLS", "400", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0".to_owned()),
        ("HTTP/2", "no answer", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("a target with a blank", "400", "GET /a b HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("a target with a NUL", "400", "GET /a\0b HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("a verb with a blank line first", "400", "\r\n\r\n\0POST / HTTP/1.1\r\n\r\n".to_owned()),
    ];
    let mut rows = Rows::of(&service, "heads that are no HTTP");
    for (what, expected, bytes) in &cases {
        let send = if what.ends_with("off") { cut_off } else { raw };
        let answer = send(&service, bytes.as_bytes());
        assert_eq!(status(&answer), *expected, "{what}: {answer}");
        rows.nothing_changed(what);
    }
    // Both lengths: a proxy may read the one and the service the other. Whatever the service does, the second request
    // that may hide in the body is not carried out.
    let hidden = format!("0\r\n\r\n{}{body}", head(&service, &announced));
    let answer =
        raw(&service, (head(&service, &both).replace("connection: close\r\n", "") + &hidden).as_bytes());
    assert!(answer.matches("HTTP/1.1").count() <= 1, "{answer}");
    rows.nothing_changed("a request inside of another");
    rows.and_others_publish();
    // What is wrong with all of them is what their names say: the same request without it is taken.
    let answer = raw(&service, (head(&service, &announced) + &body).as_bytes());
    assert_eq!(status(&answer), "202", "{answer}");
    let answer = raw(&service, (head(&service, "transfer-encoding: chunked\r\n") + &chunked).as_bytes());
    assert_eq!(status(&answer), "202", "{answer}");
}

#[test]
fn bodies_that_are_announced_as_something_else() {
    let (service, _) = Service::bootstrapped();
    let body = addition("good/path", "content");
    let token = bearer(&service.admin);
    let url = format!("{}/api/v1/artifacts", service.url);
    let mut rows = Rows::of(&service, "bodies announced as something else");
    let kinds = [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonx",
        "application/octet-stream",
        "*/*",
        "json",
        "",
    ];
    for kind in kinds {
        rows.refused(kind, 415, "application/json", || {
            send("POST", &url, &[("authorization", &token), ("content-type", kind)], body.as_bytes())
        });
    }
    for site in ["cross-site", "same-site", "unknown"] {
        rows.refused(site, 415, "another site", || {
            send("POST", &url, &[("authorization", &token), ("sec-fetch-site", site)], body.as_bytes())
        });
    }
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, identity"] {
        rows.refused(encoding, 415, "is compressed", || {
            let headers = [
                ("authorization", &*token),
                ("content-encoding", encoding),
                ("content-type", "application/json"),
            ];
            send("POST", &url, &headers, body.as_bytes())
        });
    }
    rows.and_others_publish();
}

#[test]
fn bodies_beyond_the_limit() {
    let (service, _) = Service::bootstrapped();
    let mut body = vec![b' '; (32 << 20) + 1];
    body[0] = b'{';
    let mut rows = Rows::of(&service, "bodies beyond the limit");
    for path in ApiBody::ALL.map(ApiBody::path) {
        rows.refused(path, 413, "32 MiB", || service.post(path, &body));
    }
    rows.refused("without a token", 401, "needs a token", || {
        let headers = [("content-type", "application/json")];
        send("POST", &format!("{}/api/v1/artifacts", service.url), &headers, &body[..1 << 20])
    });
    let announced = head(&service, &format!("content-length: {}\r\n", 1_u64 << 40));
    let answer = cut_off(&service, announced.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    rows.nothing_changed("a terabyte is announced, and nothing sent");
    rows.and_others_publish();
}

#[test]
fn verbs_and_paths_that_nobody_meant() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "verbs and paths");
    let url = |path: &str| format!("{}{path}", service.url);
    let token = bearer(&service.admin);
    for verb in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        for path in
            ["/api/v1/artifacts", "/api/v1/artifacts/delete/", "/api/v1/bootstrap", "/metadata/1.root.json"]
        {
            rows.refused(verb, 405, "Method Not Allowed", || {
                send(verb, &url(path), &[("authorization", &token)], addition("a", "a").as_bytes())
            });
        }
    }
    for verb in ["TRACE", "CONNECT", "get", "Post", "BREW", "X"] {
        let line = format!(
            "{verb} /api/v1/artifacts HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\nconnection: close\r\n\r\n"
        );
        let answer = raw(&service, line.as_bytes());
        assert!(matches!(status(&answer), "405" | "400" | "404"), "{verb}: {answer}");
        rows.nothing_changed(verb);
    }
    let body = addition("a", "a");
    for path in [
        "/api/v1/artifacts//",
        "//api/v1/artifacts",
        "/api//v1/artifacts",
        "/API/v1/artifacts",
        "/api/v1/Artifacts",
        "/api/v2/artifacts",
        "/api/v1/artifacts/delete/publish",
        "/api/v1/artifacts%2f",
        "/api/v1/artifacts;x=1",
        "/api/v1/./artifacts",
        "/",
        "/api",
        "/api/v1/",
    ] {
        rows.refused(path, 404, "Not Found", || service.post(path, body.as_bytes()));
    }
    let hash = "a".repeat(64);
    for name in [
        "01.root.json",
        "+1.root.json",
        "1.ROOT.json",
        "1.root",
        "1.root.json.part",
        "root.json",
        "2.root.json",
        "0.root.json",
        "-1.root.json",
        "1.timestamp.json",
        "99999999999999999999.root.json",
        "1.root.json%00",
        "..%2fcatalog.sqlite",
        "%2e%2e%2fvestry.toml",
        "1.bins-00.json",
        "1.%72oot.json%20",
        "%ff.json",
        "snapshot.json",
        "targets.json",
        &format!("{hash}.root.json"),
    ] {
        rows.refused(name, 404, "There is no such file.", || service.get(&format!("/metadata/{name}")));
    }
    for path in
        ["..%2f..%2fetc/passwd", "%2e%2e/data/vestry.toml", "a%00b", "%ff", "/etc/passwd", "a//b", "%5c"]
    {
        rows.refused(path, 404, "There is no such file.", || service.get(&format!("/content/{path}")));
    }
    rows.and_others_publish();
}

#[test]
fn queries_that_nobody_meant() {
    let (service, _) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "queries");
    let flood = format!("/api/v1/task?{}", "a=b&".repeat(10_000));
    rows.refused("10,000 parameters", 422, "Field required", || service.get(&flood));
    for query in ["", "task_id", "=x", "&&&", "TASK_ID=x", "task_id[]=x"] {
        let answer = service.get(&format!("/api/v1/task?{query}"));
        assert!(matches!(answer.status, 200 | 422), "{query}: {}", answer.text());
        rows.nothing_changed(query);
    }
    for id in ["%00", "%0d%0aset-cookie:x", "%ff", "..%2f..", "'%20OR%201=1", &"x".repeat(50_000)] {
        let answer = service.get(&format!("/api/v1/task?task_id={id}"));
        assert_eq!(
            answer.json().get("data").unwrap().get("state").unwrap().as_str(),
            Some("PENDING"),
            "{id}"
        );
        assert!(answer.header("set-cookie").is_empty());
        rows.nothing_changed(id);
    }
    rows.and_others_publish();
}
