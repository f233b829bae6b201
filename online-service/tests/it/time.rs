//! Days later.

use std::path::Path;

use crate::client::{Seen, python_client};
use crate::service::{Service, wait_for};

/// The service slept for 26 hours, longer than timestamp, snapshot and bins live.
#[test]
fn after_26_hours_a_fresh_client_passes_again() {
    let (mut service, ceremony) = Service::bootstrapped();
    let root = service.path("root.json");
    std::fs::write(&root, ceremony.root.document().to_bytes()).unwrap();
    service.publish("dir/file.txt", "content");
    let old_cache = service.path("old-cache");
    passes(&service, &old_cache);
    service.stop();

    service.clock = Some("+26h");
    let complaint = service.refuse(&["verify", "--root", root.to_str().unwrap()]);
    assert!(complaint.contains("expired"), "{complaint}");
    service.start();
    wait_for("renewal", || {
        let output = service
            .command(&["verify", "--server", &service.url, "--root", root.to_str().unwrap()])
            .output()
            .unwrap();
        output.status.success().then_some(())
    });
    passes(&service, &service.path("new-cache"));
    passes(&service, &old_cache);
    assert_eq!(service.get("/metadata/2.root.json").status, 404, "root is for people to renew");
}

#[test]
fn the_client_of_this_test_notices_an_expired_repository() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("dir/file.txt", "content");
    // The client's clock alone goes forward.
    service.clock = Some("+26h");
    let seen = download(&service, &service.path("cache"));
    assert!(matches!(&seen, Seen::Refused(said) if said.contains("timestamp.json is expired")), "{seen:?}");
    service.clock = None;
    passes(&service, &service.path("cache"));
}

fn passes(service: &Service, cache: &Path) {
    assert_eq!(download(service, cache), Seen::Content("content".to_owned()), "with {}", cache.display());
}

fn download(service: &Service, cache: &Path) -> Seen {
    python_client(service, cache, "dir/file.txt")
}
