//! A ceremony on the full screen, from the first screen to the exported payload, and the service that this payload
//! bootstraps: real programs, real tokens, a terminal of 80x24 that is read as people read it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

#[path = "screen/service.rs"]
mod service;

use std::path::Path;
use std::process::Command;

use hardware_tests::groups::Groups;
use hardware_tests::judges::{Judge, Question, Tools, Verdict};
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};
use hardware_tests::terminal::ceremony::{Ceremony, Token};
use service::{Service, program};
use shared::key::Scheme;
use shared::software::SoftwareKey;

const PASSPHRASE: &str = "carol's passphrase";

/// Two tokens on one bench.
struct Tokens {
    bench: SoftHsm,
}

impl Tokens {
    fn make(folder: &Path) -> Tokens {
        let bench = SoftHsm::new(folder).unwrap_or_else(|error| panic!("{error}"));
        for (label, pin, kind) in [("alice", "111111", KeyKind::P256), ("bob", "222222", KeyKind::Rsa2048)] {
            bench.token(label, pin).unwrap();
            bench.generate(label, pin, kind, "02").unwrap();
        }
        Tokens { bench }
    }

    fn token<'t>(&'t self, label: &'t str, pin: &'t str) -> Token<'t> {
        Token { label, pin }
    }

    fn command(&self, medium: &Path) -> Command {
        let mut command = Command::new(program("ceremony-tui"));
        command.args(["new", "--folder"]).arg(medium);
        command.env(CONFIGURATION_VARIABLE, self.bench.configuration());
        command
    }
}

#[test]
fn a_ceremony_on_the_full_screen_makes_the_payload_that_bootstraps_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::init(folder.path());
    let tokens = Tokens::make(folder.path());
    let mut ceremony = Ceremony::begin(&tokens.command(&service.medium)).unwrap();
    let fingerprint = Groups::first_in(&service.said).unwrap();
    ceremony.pass_until("File with the service's public key").unwrap();
    let online_key = service.medium.join("online-key.json");
    ceremony.import_online_key(online_key.to_str().unwrap(), fingerprint.all()).unwrap();
    ceremony.add_token(0, "alice", tokens.token("alice", "111111")).unwrap();
    ceremony.add_token(1, "bob", tokens.token("bob", "222222")).unwrap();
    let carol = folder.path().join("carol.age");
    ceremony.generate_file(2, "carol", carol.to_str().unwrap(), PASSPHRASE).unwrap();
    ceremony.answer("3 of at least", "done").unwrap();
    let digest = ceremony.review().unwrap();
    ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    ceremony.give_secret("PIN of token", "111111").unwrap();
    ceremony.answer("Signed 1 of 2 needed", "carol").unwrap();
    ceremony.give_secret("Passphrase of", PASSPHRASE).unwrap();
    ceremony.answer("Signed 2 of 2 needed", "done").unwrap();
    ceremony.export("").unwrap();
    let ended = ceremony.leave().unwrap();
    assert_eq!((ended.status.code(), ended.left_over().len()), (Some(0), 0));
    // What has to be read after the ceremony stays on the terminal.
    assert_eq!(Groups::first_in(&ended.screen.flowing(0)).as_ref(), Some(&digest), "{}", ended.screen);

    let running = service.serve();
    let payload = service.medium.join("payload.json");
    let refused = service.bootstrap(&running, &payload, &vec!["0000".to_owned(); 16].join(" "));
    assert!(!refused.status.success(), "another digest bootstraps nothing");
    let accepted = service.bootstrap(&running, &payload, &digest.typed());
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    running.until_published();
    let root = folder.path().join("root.json");
    std::fs::write(&root, service::root_of(&payload)).unwrap();
    let question = Question {
        metadata_url: &format!("{}/metadata/", running.url),
        targets_url: &format!("{}/content/", running.url),
        root: &root,
        target: "no/such",
        out: None,
        cache: None,
        clock: None,
    };
    let verdict = Judge::PythonTuf.ask(&Tools::of_environment().unwrap(), &question).unwrap();
    assert_eq!(verdict, Verdict::Absent, "the client refreshes, and finds that there is nothing yet");
}

#[test]
fn the_holder_who_was_not_in_the_room_signs_the_root_that_waits_on_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::init(folder.path());
    let tokens = Tokens::make(folder.path());
    let dora = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let document = folder.path().join("root-key.json");
    let online_key = service.medium.join("online-key.json");
    std::fs::write(&document, service::root_key(&dora, "dora", &online_key)).unwrap();
    let mut ceremony = Ceremony::begin(&tokens.command(&service.medium)).unwrap();
    let fingerprint = Groups::first_in(&service.said).unwrap();
    ceremony.pass_until("File with the service's public key").unwrap();
    ceremony.import_online_key(online_key.to_str().unwrap(), fingerprint.all()).unwrap();
    ceremony.answer("0 of at least", "document").unwrap();
    ceremony.answer("Path of the root-key.json", document.to_str().unwrap()).unwrap();
    ceremony.sees("Compare the key id with what dora tells another way").unwrap();
    ceremony.answer("Take this key", "yes").unwrap();
    ceremony.add_token(1, "alice", tokens.token("alice", "111111")).unwrap();
    ceremony.answer("2 of at least", "done").unwrap();
    let digest = ceremony.review().unwrap();
    ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    ceremony.give_secret("PIN of token", "111111").unwrap();
    ceremony.answer("Export with fewer signatures than needed", "yes").unwrap();
    ceremony.export("").unwrap();
    assert_eq!(ceremony.leave().unwrap().status.code(), Some(0));

    let running = service.serve();
    let accepted = service.bootstrap(&running, &service.medium.join("payload.json"), &digest.typed());
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    assert!(!running.is_published(), "one signature of two publishes nothing");
    running.sign(&service, &dora);
    running.until_published();
}
