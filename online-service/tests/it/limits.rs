//! What a caller can take of the service: memory, connections, time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use shared::json::Json;

use crate::http::send;
use crate::service::{Service, addition, bearer};
use crate::unchanged::{Snapshot, assert_unchanged};

fn connect(service: &Service) -> TcpStream {
    let stream = TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// The most memory that the service ever had, in bytes.
fn peak_memory(service: &Service) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn a_small_body_full_of_faults_gets_a_small_answer_and_little_memory() {
    let (service, _) = Service::bootstrapped();
    let before = peak_memory(&service);
    let body = format!("{{\"artifacts\":[{}5]}}", "5,".repeat(150_000));
    let answer = assert_unchanged(&service, "faults", || service.post("/api/v1/artifacts", body.as_bytes()));
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json().get("detail").unwrap().as_array().unwrap().len(), 100);
    assert!(answer.bytes.len() < 200_000, "{} bytes", answer.bytes.len());

    let body = format!("{{\"artifacts\":[{}5]}}", "5,".repeat(1_000_000));
    let answer = assert_unchanged(&service, "a million faults", || {
        service.post("/api/v1/artifacts/delete", body.as_bytes())
    });
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("at most 200000 items") && answer.bytes.len() < 1_000,
        "{}",
        answer.text()
    );

    let body = format!("[{}5]", "5,".repeat(4_000_000));
    let answer =
        assert_unchanged(&service, "4,000,000 values", || service.post("/api/v1/artifacts", body.as_bytes()));
    assert!(answer.status == 422 && answer.text().contains("too many values"), "{}", answer.text());
    let grown = peak_memory(&service) - before;
    assert!(grown < 600 << 20, "{grown} bytes");
}

#[test]
fn many_artifacts_in_one_body_are_taken() {
    let (service, _) = Service::bootstrapped();
    let single = addition("PATH", "content");
    let entry = &single[single.find("[{").unwrap() + 1..single.len() - 2];
    let entries: Vec<String> = (0..20_000).map(|n| entry.replacen("PATH", &format!("f/{n}"), 1)).collect();
    let body = format!("{{\"artifacts\":[{}]}}", entries.join(","));
    let answer = service.post("/api/v1/artifacts", body.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
}

#[test]
fn more_large_bodies_than_there_is_room_for_are_answered_one_after_the_other() {
    let (service, _) = Service::bootstrapped();
    let before = peak_memory(&service);
    let mut body = vec![b' '; 31 << 20];
    body[0] = b'x';
    assert_unchanged(&service, "16 large bodies", || {
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| assert_eq!(service.post("/api/v1/artifacts", &body).status, 422));
            }
        });
    });
    let grown = peak_memory(&service) - before;
    assert!(grown < 420 << 20, "{grown} bytes for 496 MiB");
}

/// Whether the service has answered, or ended the connection.
fn is_answered(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 1]);
    !read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn who_sends_large_bodies_slowly_is_in_nobodys_way() {
    let (service, _) = Service::bootstrapped();
    let narrow = service.token(&["artifacts:write=team/a/"]);
    let begun = vec![b' '; 300 << 10];
    let slow: Vec<TcpStream> = (0..16)
        .map(|number| {
            let mut stream = connect(&service);
            let head = "POST /api/v1/artifacts HTTP/1.1\r\nhost: x\r\ncontent-length: 33554432\r\n";
            write!(stream, "{head}authorization: {}\r\n\r\n", bearer(&narrow)).unwrap();
            // Some turn out to be large, and some could.
            stream.write_all(&begun[..if number % 2 == 0 { begun.len() } else { 1 }]).unwrap();
            stream
        })
        .collect();
    let answer = service.post("/api/v1/artifacts", addition("others/small", "content").as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let large = addition("others/large", "content") + &" ".repeat(1 << 20);
    let answer = service.post("/api/v1/artifacts", large.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let waiting = slow.iter().filter(|stream| !is_answered(stream)).count();
    assert!(waiting > 0, "the others waited until the slow ones had lost their connections");
}

#[test]
fn who_does_not_ask_in_time_loses_the_connection() {
    let (service, _) = Service::bootstrapped();
    let mut silent = connect(&service);
    let mut slow = connect(&service);
    slow.write_all(b"GET /metadata/timestamp.json HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut idle = connect(&service);
    idle.write_all(b"GET /api/v1/bootstrap HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut refused = connect(&service);
    refused.write_all(b"POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n").unwrap();
    for stream in [&mut silent, &mut slow, &mut idle, &mut refused] {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the service ends it, and not this test");
    }
}

#[test]
fn strangers_leave_room_in_the_table_of_open_files() {
    let (service, _) = Service::bootstrapped();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", service.pid())).unwrap();
    let line = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let files = line("Max open files");
    assert_eq!(files[0], files[1], "as many as the system allows");
    assert_eq!(line("Max core file size")[0], "0", "a dump would hold the online key");
    let many: Vec<TcpStream> = (0..600).map(|_| connect(&service)).collect();
    let open = std::fs::read_dir(format!("/proc/{}/fd", service.pid())).unwrap().count();
    assert!(open < 560, "{open} open files with {} connections", many.len());
    drop(many);
    assert_eq!(service.get("/metadata/timestamp.json").status, 200);
}

#[test]
fn a_body_in_pieces_beyond_the_limit_gets_its_answer() {
    let (service, _) = Service::bootstrapped();
    let before = Snapshot::of(&service);
    let mut stream = connect(&service);
    let head =
        "POST /api/v1/artifacts HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n";
    write!(stream, "{head}authorization: {}\r\n\r\n", bearer(&service.admin)).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..34 {
        write!(stream, "{:x}\r\n", piece.len()).unwrap();
        stream.write_all(&piece).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("32 MiB"), "{answer}");
    assert!(before == Snapshot::of(&service));
}

#[test]
fn a_form_of_a_foreign_page_is_refused() {
    let (service, _) = Service::bootstrapped();
    let url = format!("{}/api/v1/artifacts/publish", service.url);
    for (name, value) in [("content-type", "text/plain"), ("sec-fetch-site", "cross-site")] {
        let headers = [("authorization", &*bearer(&service.admin)), (name, value)];
        let answer = assert_unchanged(&service, value, || send("POST", &url, &headers, b"{}"));
        assert_eq!(answer.status, 415, "{}", answer.text());
        assert!(answer.json().get("detail").and_then(Json::as_str).is_some());
    }
}

#[test]
fn strange_queries_and_paths_are_answered_in_json_or_as_absent() {
    let (service, _) = Service::bootstrapped();
    let answer = service.get("/api/v1/task?task_id=a&task_id=b&x=%zz%ff");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json().get("data").unwrap().get("task_id").unwrap().as_str(), Some("b"));
    for path in ["/metadata/%ff.json", "/content/%ff"] {
        assert_eq!(service.get(path).status, 404, "{path}");
    }
}
