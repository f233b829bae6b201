//! Days later.

use std::process::Command;

use crate::service::{Service, wait_for};

/// The service slept for 26 hours, longer than timestamp, snapshot and bins live. The tests of clients of other
/// people need `VESTRY_PYTHON`, a Python with the package `tuf`; `cargo xtask test` sets it.
#[test]
fn after_26_hours_a_fresh_client_passes_again() {
    let (mut service, ceremony) = Service::bootstrapped();
    let root = service.path("root.json");
    std::fs::write(&root, ceremony.root.document().to_bytes()).unwrap();
    service.publish("dir/file.txt", "content");
    let old_cache = service.path("old-cache");
    python_client(&service, &old_cache).expect("python-tuf passes at once");
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
    python_client(&service, &service.path("new-cache")).expect("python-tuf passes with a fresh cache");
    python_client(&service, &old_cache).expect("python-tuf passes with the cache of yesterday");
    assert_eq!(service.get("/metadata/2.root.json").status, 404, "root is for people to renew");
}

#[test]
fn the_client_of_this_test_notices_an_expired_repository() {
    let (mut service, _) = Service::bootstrapped();
    service.publish("dir/file.txt", "content");
    // The client's clock alone goes forward.
    service.clock = Some("+26h");
    let failure =
        python_client(&service, &service.path("cache")).expect_err("an expired timestamp is refused");
    assert!(failure.contains("Expired"), "{failure}");
}

#[expect(clippy::disallowed_methods, reason = "the test is told where Python is")]
fn python_client(service: &Service, cache: &std::path::Path) -> Result<(), String> {
    let python = std::env::var_os("VESTRY_PYTHON").expect(
        "VESTRY_PYTHON is not set. Run `cargo xtask test`, or set it to a Python with the package tuf installed",
    );
    let mut command = Command::new(python);
    service.move_clock(&mut command);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/client.py");
    command.arg(script).arg(&service.url).arg(cache).arg("dir/file.txt").arg("content");
    let output = command.output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
