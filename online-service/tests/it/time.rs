//! Days later.

use std::path::Path;

use crate::client::python_client;
use crate::service::{Service, wait_for};

/// The service slept for 26 hours, longer than timestamp, snapshot and bins live.
#[test]
fn after_26_hours_a_fresh_client_passes_again() {
    let (mut service, ceremony) = Service::bootstrapped();
    let root = service.path("root.json");
    std::fs::write(&root, ceremony.root.document().to_bytes()).unwrap();
    service.publish("dir/file.txt", "content");
    let old_cache = service.path("old-cache");
    download(&service, &old_cache).expect("python-tuf passes at once");
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
    download(&service, &service.path("new-cache")).expect("python-tuf passes with a fresh cache");
    download(&service, &old_cache).expect("python-tuf passes with the cache of yesterday");
    assert_eq!(service.get("/metadata/2.root.json").status, 404, "root is for people to renew");
}

#[test]
fn the_client_of_this_test_notices_an_expired_repository() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("dir/file.txt", "content");
    // The client's clock alone goes forward.
    service.clock = Some("+26h");
    let failure = download(&service, &service.path("cache")).expect_err("an expired timestamp is refused");
    assert!(failure.contains("Expired"), "{failure}");
}

fn download(service: &Service, cache: &Path) -> Result<(), String> {
    python_client(service, cache, &[("dir/file.txt", "content")])
}
