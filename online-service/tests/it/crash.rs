//! A service that dies at any moment comes back as it was.

use crate::client::{Seen, python_client};
use crate::service::{Service, addition, wait_for};

#[test]
fn killed_after_the_last_success_it_serves_the_same_versions_and_goes_on_with_the_next() {
    let (mut service, ceremony) = Service::bootstrapped();
    let root = service.path("root.json");
    std::fs::write(&root, ceremony.root.document().to_bytes()).unwrap();
    let files: Vec<(String, String)> =
        (0..10).map(|number| (format!("file-{number}"), format!("content {number}"))).collect();
    for (path, content) in &files {
        service.publish(path, content);
    }
    let before = service.get("/metadata/").text();
    let version = service.snapshot_version();
    service.kill();
    service.start();
    assert_eq!(service.get("/metadata/").text(), before);
    assert_eq!(service.snapshot_version(), version);
    assert!(service.verify(&root).contains("10 targets"));
    for (path, content) in &files {
        let seen = python_client(&service, &service.path("cache"), path);
        assert_eq!(seen, Seen::Content(content.clone()), "{path}");
    }
    service.publish("one-more", "content");
    assert_eq!(service.snapshot_version(), version + 1);
}

#[test]
fn killed_with_requests_waiting_it_publishes_every_one_that_it_accepted() {
    let (mut service, _) = Service::bootstrapped();
    let mut accepted = Vec::new();
    for round in 0..5 {
        for number in 0..10 {
            let path = format!("round-{round}/file-{number}");
            let answer = service.post("/api/v1/artifacts", addition(&path, &path).as_bytes());
            assert_eq!(answer.status, 202, "{}", answer.text());
            accepted.push(answer);
        }
        // Right after the last 202: most of these wait, or are being published.
        service.kill();
        service.start();
    }
    for answer in &accepted {
        service.finish(answer);
    }
    let printed = service.run(&["verify", "--server", &service.url]);
    assert!(printed.contains("50 targets"), "{printed}");
    service.stop();
    assert!(service.run(&["verify"]).contains("none changed"));
}

#[test]
fn killed_in_the_middle_of_the_bootstrap_it_finishes_it() {
    use crate::bootstrap::post;
    use crate::ceremony::{Ceremony, Options};

    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options { bins: 2048, ..Options::default() });
    let answer = post(&service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.kill();
    service.start();
    service.finish(&answer);
    let printed = service.run(&["verify", "--server", &service.url]);
    assert!(printed.contains("2048 delegated roles"), "{printed}");
}

#[test]
fn told_to_stop_it_ends_cleanly_and_logs_it() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("a", "content");
    service.stop();
    assert!(service.log().contains("stopped"));
    service.start();
    wait_for("the service", || (service.get("/api/v1/bootstrap").status == 200).then_some(()));
}
