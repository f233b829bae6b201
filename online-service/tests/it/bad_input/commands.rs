//! Commands of the operator with files and words that are wrong.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::Rows;
use crate::ceremony::{Ceremony, Options};
use crate::service::Service;

#[test]
fn files_and_words_that_no_command_takes() {
    let service = Service::new();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let digest = ceremony.digest();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(service.path(name), bytes).unwrap();
        service.path(name).to_str().unwrap().to_owned()
    };
    let payload = file("payload.json", &ceremony.payload());
    let half = file("half.json", &ceremony.payload()[..500]);
    let empty = file("empty.json", b"");
    let text = file("text.json", b"payload");
    let binary = file("binary.json", &[0xff; 1000]);
    let unsigned = Ceremony::hold(&service, &Options { signatures: 0, ..Options::default() });
    let nobody = file("unsigned.json", &unsigned.payload());
    let cases: Vec<(&str, Vec<&str>, &str)> = vec![
        ("half a payload", vec!["bootstrap", &half, "--expect", &digest], "EOF"),
        ("an empty payload", vec!["bootstrap", &empty, "--expect", &digest], "EOF"),
        ("a text", vec!["bootstrap", &text, "--expect", &digest], "not acceptable JSON"),
        ("bytes that are no text", vec!["bootstrap", &binary, "--expect", &digest], "not acceptable JSON"),
        ("no digest", vec!["bootstrap", &payload], "--expect"),
        ("half a digest", vec!["bootstrap", &payload, "--expect", &digest[..39]], "whole document digest"),
        ("another digest", vec!["bootstrap", &nobody, "--expect", &digest], "not the root that was expected"),
        (
            "a root that nobody signed",
            vec!["bootstrap", &nobody, "--expect", "DIGEST"],
            "carries no signature",
        ),
        ("a scope that is none", vec!["token", "create", "--scope", "everything"], "is no scope"),
        ("a prefix that is empty", vec!["token", "create", "--scope", "artifacts:write="], "is no scope"),
        ("a token that is not there", vec!["token", "revoke", "nobody"], "There is no token nobody"),
        ("a check without a repository", vec!["verify"], "There is no root yet"),
    ];
    let mut rows = Rows::of(&service, "commands");
    let own = unsigned.digest();
    for (what, arguments, says) in cases {
        let arguments: Vec<&str> =
            arguments.into_iter().map(|word| if word == "DIGEST" { &own } else { word }).collect();
        let complaint = service.refuse(&arguments);
        assert!(complaint.contains(says), "{what} should say \"{says}\": {complaint}");
        assert!(!complaint.trim().is_empty() && !complaint.contains("panicked"), "{what}: {complaint}");
        rows.nothing_changed(what);
    }
}

#[test]
fn what_is_no_file_is_not_read_from_a_medium() {
    let service = Service::new();
    let digest = Ceremony::hold(&service, &Options::default()).digest();
    let path = |name: &str| service.path(name).to_str().unwrap().to_owned();
    std::fs::write(path("huge.json"), vec![b' '; 9 << 20]).unwrap();
    std::fs::write(path("passphrase"), "a passphrase").unwrap();
    assert!(Command::new("mkfifo").arg(path("pipe.json")).status().unwrap().success());
    symlink("/dev/zero", path("endless.json")).unwrap();
    symlink(path("nowhere.json"), path("dangling.json")).unwrap();
    symlink(path("circle.json"), path("circle.json")).unwrap();
    let socket = UnixListener::bind(path("socket.json")).unwrap();
    let cases = [
        ("huge.json", "more than the 8388608"),
        ("content", "is not a regular file"),
        ("pipe.json", "is not a regular file"),
        ("endless.json", "is not a regular file"),
        ("socket.json", "is not a regular file"),
        ("dangling.json", "does not exist"),
        ("missing.json", "does not exist"),
        ("circle.json", "It was not possible to read"),
    ];
    let mut rows = Rows::of(&service, "what is no file");
    let passphrase = path("passphrase");
    for (name, says) in cases {
        let named = path(name);
        let commands: [&[&str]; 3] = [
            &["bootstrap", &named, "--expect", &digest],
            &["verify", "--root", &named],
            &["vault", "import", &named, "--name", "x", "--key-passphrase-file", &passphrase],
        ];
        for command in commands {
            let complaint = service.refuse(command);
            assert!(complaint.contains(says) && complaint.contains(name), "{command:?}: {complaint}");
            rows.nothing_changed(name);
        }
    }
    drop(socket);
}
