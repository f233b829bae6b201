//! `/metadata/…`.

use crate::http::send;
use crate::service::Service;

#[test]
fn versioned_files_live_for_ever_and_the_timestamp_is_asked_for_anew() {
    let (service, _) = Service::bootstrapped();
    for name in ["1.root.json", "1.targets.json", "1.snapshot.json", "1.bins-0.json"] {
        let answer = service.get(&format!("/metadata/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.header("cache-control").contains("immutable"), "{name}");
        assert!(!answer.header("etag").is_empty());
    }
    let answer = service.get("/metadata/timestamp.json");
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-cache"));
    let url = format!("{}/metadata/timestamp.json", service.url);
    let again = send("GET", &url, &[("if-none-match", answer.header("etag"))], b"");
    assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, answer.header("etag")));
    service.publish("a", "content");
    let again = send("GET", &url, &[("if-none-match", answer.header("etag"))], b"");
    assert_eq!(again.status, 200);
}

#[test]
fn what_is_missing_is_not_remembered() {
    let (service, _) = Service::bootstrapped();
    let names = [
        "2.root.json",
        "01.root.json",
        "+1.root.json",
        "root.json",
        "1.timestamp.json",
        "1.root",
        "0.root.json",
        "99999999999999999999.root.json",
        "18446744073709551615.root.json",
        "1.nothing.json",
        "1.bins-4.json",
        ".json",
    ];
    for name in names {
        let answer = service.get(&format!("/metadata/{name}"));
        assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"), "{name}");
    }
}

#[test]
fn the_listing_names_every_file_that_a_fresh_client_needs() {
    let (service, _) = Service::bootstrapped();
    service.publish("a", "content");
    for path in ["/metadata", "/metadata/"] {
        let listing = service.get(path);
        assert_eq!(listing.status, 200);
        let names: Vec<String> = listing
            .text()
            .split('"')
            .filter_map(|part| part.strip_prefix("/metadata/"))
            .map(str::to_owned)
            .collect();
        assert_eq!(names.len(), 8, "{names:?}");
        for name in names {
            assert_eq!(service.get(&format!("/metadata/{name}")).status, 200, "{name}");
        }
    }
}

#[test]
fn nothing_is_published_before_the_bootstrap() {
    let mut service = Service::new();
    service.start();
    for name in ["timestamp.json", "1.root.json"] {
        assert_eq!(service.get(&format!("/metadata/{name}")).status, 404);
    }
    assert!(!service.get("/metadata/").text().contains("href"));
}
