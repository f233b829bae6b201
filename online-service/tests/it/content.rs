//! `/content/…`.

use std::os::unix::fs::symlink;

use crate::service::{Service, sha256_hex};

#[test]
fn a_target_is_served_plain_and_by_hash_in_both_forms() {
    let (service, _) = Service::bootstrapped();
    service.publish("dir/file.txt", "content");
    let hash = sha256_hex("content");
    for path in ["dir/file.txt".to_owned(), format!("dir/{hash}.file.txt"), format!("{hash}.dir/file.txt")] {
        let answer = service.get(&format!("/content/{path}"));
        assert_eq!((answer.status, answer.text()), (200, "content".to_owned()), "{path}");
        assert_eq!(answer.header("content-length"), "7");
    }
    let wrong = sha256_hex("other");
    for path in
        [format!("dir/{wrong}.file.txt"), format!("{wrong}.dir/file.txt"), "dir/nothing.txt".to_owned()]
    {
        let answer = service.get(&format!("/content/{path}"));
        assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"), "{path}");
    }
}

#[test]
fn large_files_arrive_whole() {
    let (service, _) = Service::bootstrapped();
    let content = "0123456789abcdef".repeat(100_000);
    service.publish("large.bin", &content);
    assert_eq!(service.get("/content/large.bin").text(), content);
}

#[test]
fn nothing_outside_of_the_folder_is_served() {
    let (service, _) = Service::bootstrapped();
    let content = service.path("content");
    std::fs::write(service.path("secret"), "secret").unwrap();
    symlink(service.path("secret"), content.join("absolute-link")).unwrap();
    symlink("../secret", content.join("relative-link")).unwrap();
    symlink("/proc/self/environ", content.join("environment")).unwrap();
    std::fs::create_dir(content.join("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(content.join("pipe")).status().unwrap();
    assert!(pipe.success());
    for path in [
        "absolute-link",
        "relative-link",
        "environment",
        "folder",
        "folder/",
        "pipe",
        "../secret",
        "%2e%2e/secret",
        "..%2fsecret",
        "folder/../../secret",
        "folder/%2e%2e/%2e%2e/secret",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "%00",
        "",
        ".",
        "..",
        "./file",
    ] {
        let answer = raw_get(&service, &format!("/content/{path}"));
        assert!(!answer.contains("secret") && answer.contains(" 404 "), "{path}: {answer}");
    }
}

/// A request whose path no client tidies up.
fn raw_get(service: &Service, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.replace(path, "PATH")
}
