//! `/api/v1/metadata/sign`.

use shared::gap::SignPayload;
use shared::json::Json;

use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::http::Answer;
use crate::service::Service;
use crate::unchanged::assert_unchanged;

fn waiting() -> (Service, Ceremony) {
    let mut service = Service::new();
    service.start();
    let ceremony = Ceremony::hold(&service, &Options { signatures: 1, ..Options::default() });
    let answer = post(&service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let details = service.finish(&answer);
    assert_eq!(details.get("bootstrap").unwrap().as_str(), Some("Root v1 is pending signature"));
    (service, ceremony)
}

fn sign(service: &Service, role: &str, signature: shared::key::Signature) -> Answer {
    let body = SignPayload { role: role.to_owned(), signature }.to_bytes();
    service.post("/api/v1/metadata/sign", &body)
}

#[test]
fn a_root_with_too_few_signatures_waits_and_the_last_one_publishes_it() {
    let (mut service, ceremony) = waiting();
    let state = service.get("/api/v1/bootstrap").json();
    assert_eq!(state.get("data").unwrap().get("state").unwrap().as_str(), Some("signing"));
    assert_eq!(service.get("/metadata/1.root.json").status, 404);
    let refused = service.post("/api/v1/artifacts", br#"{"artifacts":[]}"#);
    assert_eq!(
        (refused.status, refused.text()),
        (404, r#"{"detail":{"error":"It requires bootstrap finished. State: signing","message":"Task not accepted."}}"#.to_owned())
    );

    service.stop();
    service.start();
    let pending = service.get_as(&service.admin, "/api/v1/metadata/sign/").json();
    assert_eq!(pending.get("message").unwrap().as_str(), Some("Metadata role(s) pending signing"));
    let root = pending.get("data").unwrap().get("metadata").unwrap().get("root").unwrap();
    assert_eq!(root, &ceremony.root.document().to_json());

    // The first key once more: replaced, and still one signature.
    let answer = sign(&service, "root", ceremony.signature(0));
    assert_eq!(answer.json().get("message").unwrap().as_str(), Some("Metadata sign accepted."));
    assert_eq!(
        service.finish(&answer).get("update").unwrap().as_str(),
        Some("Root v1 is pending signatures")
    );

    let answer = sign(&service, "root", ceremony.signature(2));
    assert_eq!(service.finish(&answer).get("bootstrap").unwrap().as_str(), Some("Bootstrap Finished"));
    assert!(service.run(&["verify", "--server", &service.url]).contains("Verified: root 1"));
    let after = service.get_as(&service.admin, "/api/v1/metadata/sign");
    assert_eq!(
        (after.status, after.text()),
        (200, r#"{"message":"No metadata pending signing available"}"#.to_owned())
    );
}

type Row<'a> = (&'a str, Box<dyn FnOnce() -> Answer + 'a>);

#[test]
fn wrong_signatures_are_refused_and_change_nothing() {
    let (service, ceremony) = waiting();
    let stranger = Ceremony::hold(&service, &Options::default());
    let mut broken = ceremony.signature(1);
    broken.sig[0] ^= 1;
    let mut misplaced = ceremony.signature(1);
    misplaced.keyid = ceremony.signature(2).keyid;
    let rows: [Row<'_>; 6] = [
        ("a stranger", Box::new(|| sign(&service, "root", stranger.signature(0)))),
        ("a broken signature", Box::new(|| sign(&service, "root", broken))),
        ("another key's signature", Box::new(|| sign(&service, "root", misplaced))),
        ("another role", Box::new(|| sign(&service, "targets", ceremony.signature(1)))),
        ("no signature", Box::new(|| service.post("/api/v1/metadata/sign", br#"{"role":"root"}"#))),
        (
            "no hexadecimal",
            Box::new(|| {
                service.post(
                    "/api/v1/metadata/sign",
                    br#"{"role":"root","signature":{"keyid":"a","sig":"xyz"}}"#,
                )
            }),
        ),
    ];
    for (what, row) in rows {
        let answer = assert_unchanged(&service, what, row);
        assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        assert!(answer.json().get("detail").and_then(Json::as_array).is_some(), "{what}");
    }
}

#[test]
fn there_is_nothing_to_sign_before_and_after_a_bootstrap() {
    let mut service = Service::new();
    service.start();
    let before = service.get_as(&service.admin, "/api/v1/metadata/sign");
    assert_eq!(
        (before.status, before.text()),
        (404, r#"{"detail":{"error":"Requires bootstrap started. State: None","message":"No metadata pending signing available"}}"#.to_owned())
    );
    let ceremony = Ceremony::hold(&service, &Options::default());
    let before = sign(&service, "root", ceremony.signature(0));
    assert_eq!(
        (before.status, before.text()),
        (404, r#"{"detail":{"error":"Requires bootstrap in signing state. State: None","message":"No signing pending."}}"#.to_owned())
    );
    let (service, ceremony) = Service::bootstrapped();
    assert_unchanged(&service, "a late signature", || {
        assert_eq!(sign(&service, "root", ceremony.signature(2)).status, 422);
    });
}

#[test]
fn a_root_that_expired_while_it_waited_is_not_completed() {
    let (mut service, ceremony) = waiting();
    service.stop();
    service.clock = Some("+400d");
    service.start();
    let answer =
        assert_unchanged(&service, "an expired root", || sign(&service, "root", ceremony.signature(2)));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("The root expired at"), "{}", answer.text());
}
