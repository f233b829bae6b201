//! Signatures that do not count, and every malformed root and payload of `shared/tests/data/malformed`.

use std::path::Path;

use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::Signature;

use super::{Rows, available};
use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::http::Answer;
use crate::service::Service;

/// A payload around a malformed root, whatever that is.
fn around(service: &Service, root: &[u8]) -> Vec<u8> {
    let settings =
        Ceremony::hold(service, &Options::default()).payload_json().get("settings").unwrap().to_compact();
    [&b"{\"settings\":"[..], &settings, b",\"metadata\":{\"root\":", root, b"}}"].concat()
}

/// The digest that people would have read aloud, if there is one.
fn digest(payload: &[u8]) -> String {
    let root = Json::parse(payload).ok().and_then(|value| value.get("metadata")?.get("root").cloned());
    let signed = root.and_then(|root| root.get("signed").cloned()).unwrap_or_default();
    SignedDocument::new(signed).digest().to_string()
}

/// Documents that do not come in at this door.
const OTHERS: [&str; 9] = [
    "1.bins-0.json",
    "1.snapshot.json",
    "1.targets.json",
    "online-key.json",
    "root-key.json",
    "sign-payload.json",
    "sign-request.json",
    "timestamp.json",
    "update-payload.json",
];

#[test]
fn every_malformed_root_and_payload_is_refused_in_the_words_that_stand_beside_it() {
    let service = available();
    let mut rows = Rows::of(&service, "malformed roots and payloads");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/data/malformed");
    let mut vectors: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    vectors.sort();
    let mut documents = 0;
    for vector in &vectors {
        let name = vector.file_name().unwrap().to_str().unwrap();
        let expected = std::fs::read_to_string(vector.join("expected.txt")).unwrap();
        let payload =
            match (std::fs::read(vector.join("payload.json")), std::fs::read(vector.join("root.json"))) {
                (Ok(payload), _) => payload,
                (_, Ok(root)) => around(&service, &root),
                _ => continue,
            };
        let answer = post(&service, &payload, Some(&digest(&payload)));
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        says(name, &answer, expected.trim_end());
        rows.nothing_changed(name);
        documents += 1;
    }
    // The test of `shared` makes sure that the folder has all of them.
    let left = vectors.iter().filter(|vector| OTHERS.iter().any(|file| vector.join(file).exists())).count();
    assert_eq!(documents + left, vectors.len());
    for (name, _) in IN_THE_DOORS_WORDS {
        assert!(vectors.iter().any(|vector| vector.ends_with(name)), "there is no {name} any more");
    }
}

/// Where the door has words of its own: RSTUF's, which its clients know.
const IN_THE_DOORS_WORDS: [(&str, &str); 24] = [
    ("a-list", "Input should be a valid dictionary"),
    ("a-string", "Input should be a valid dictionary"),
    ("byte-order-mark", "JSON decode error"),
    ("comma-at-the-end", "JSON decode error"),
    ("comment", "JSON decode error"),
    ("cut-in-the-middle", "JSON decode error"),
    ("empty-file", "JSON decode error"),
    ("infinity", "JSON decode error"),
    ("leading-zero", "JSON decode error"),
    ("not-a-number", "JSON decode error"),
    ("nul-after-the-end", "JSON decode error"),
    ("null", "Input should be a valid dictionary"),
    ("payload-whose-root-is-a-string", "Input should be a valid dictionary"),
    (
        "payload-with-days-that-are-none",
        "Input should be a valid integer, unable to parse string as an integer",
    ),
    ("payload-without-metadata", "Field required"),
    ("payload-without-settings", "Field required"),
    ("plus-sign", "JSON decode error"),
    ("raw-newline-in-a-string", "JSON decode error"),
    ("single-quotes", "JSON decode error"),
    ("something-after-the-end", "JSON decode error"),
    ("two-documents", "JSON decode error"),
    ("unknown-escape", "JSON decode error"),
    ("utf-16", "JSON decode error"),
    ("white-space-alone", "JSON decode error"),
];

fn says(name: &str, answer: &Answer, expected: &str) {
    let detail = answer.json().get("detail").unwrap().as_array().unwrap().to_vec();
    let messages: Vec<&str> = detail.iter().filter_map(|fault| fault.get("msg")?.as_str()).collect();
    let own = IN_THE_DOORS_WORDS.iter().find(|(vector, _)| *vector == name).map(|(_, words)| *words);
    let says = own.unwrap_or_else(|| expected.split(" at line ").next().unwrap());
    assert!(
        messages.iter().any(|message| message.contains(says)),
        "{name} should say \"{says}\": {messages:?}"
    );
}

/// Bodies of another shape, and what is said of each.
const SHAPES: [(&str, &str); 12] = [
    ("{}", r#"["body","signature"],"msg":"Field required"#),
    (r#"{"role":"root"}"#, r#"["body","signature"],"msg":"Field required"#),
    (r#"{"signature":{"keyid":"ab","sig":"00"}}"#, r#"["body","role"],"msg":"Field required"#),
    (
        r#"{"role":5,"signature":{"keyid":"ab","sig":"00"}}"#,
        r#"["body","role"],"msg":"Input should be a valid string"#,
    ),
    (
        r#"{"role":"root","signature":[]}"#,
        r#"["body","signature"],"msg":"Input should be a valid dictionary"#,
    ),
    (r#"{"role":"root","signature":{"keyid":"ab"}}"#, r#"["body","signature","sig"],"msg":"Field required"#),
    (r#"{"role":"root","signature":{"keyid":"","sig":"00"}}"#, "is no key id"),
    (r#"{"role":"root","signature":{"keyid":"a b","sig":"00"}}"#, "is no key id"),
    (r#"{"role":"root","signature":{"keyid":"a","sig":"xyz"}}"#, "key a is not hexadecimal"),
    (r#"{"role":"root","signature":{"keyid":"a","sig":"0"}}"#, "key a is not hexadecimal"),
    (
        r#"{"role":"root","signature":{"keyid":"a","sig":5}}"#,
        r#"["body","signature","sig"],"msg":"Input should be a valid string"#,
    ),
    (r#"{"role":"root","role":"root","signature":{"keyid":"a","sig":"00"}}"#, "stands twice in one object"),
];

#[test]
fn signatures_that_do_not_count() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options { signatures: 1, ..Options::default() });
    let answer = post(&service, &ceremony.payload(), Some(&ceremony.digest()));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
    let stranger = Ceremony::hold(&service, &Options::default());
    let sign = |role: &str, signature: Signature| {
        let body = shared::gap::SignPayload { role: role.to_owned(), signature };
        service.post("/api/v1/metadata/sign", &body.to_bytes())
    };
    let with = |change: &dyn Fn(&mut Signature)| {
        let mut signature = ceremony.signature(1);
        change(&mut signature);
        signature
    };
    let other = ceremony.signature(2).keyid;
    let mut rows = Rows::of(&service, "signatures that do not count");
    let signatures: Vec<(&str, Signature)> = vec![
        ("a stranger's", stranger.signature(0)),
        ("a broken one", with(&|signature| signature.sig[0] ^= 1)),
        ("one with more at its end", with(&|signature| signature.sig.push(0))),
        ("one without its end", with(&|signature| signature.sig.truncate(63))),
        ("an empty one", with(&|signature| signature.sig.clear())),
        ("zeros", with(&|signature| signature.sig.fill(0))),
        ("a megabyte", with(&|signature| signature.sig = vec![7; 1 << 20])),
        ("one under another holder's id", with(&|signature| signature.keyid = other.clone())),
        ("one over another root", {
            let mut foreign = stranger.signature(1);
            foreign.keyid = ceremony.signature(1).keyid;
            foreign
        }),
    ];
    for (what, signature) in signatures {
        rows.refused(what, 422, "signature", || sign("root", signature));
    }
    for role in ["", "../root", "root.json\n", "a/b"] {
        rows.refused(role, 422, "is no role name", || sign(role, ceremony.signature(1)));
    }
    rows.refused("a role of a megabyte", 422, "...", || {
        let answer = sign(&"x".repeat(1 << 20), ceremony.signature(1));
        assert!(answer.bytes.len() < 1_000, "{} bytes", answer.bytes.len());
        answer
    });
    for role in ["__proto__", "constructor"] {
        rows.refused(role, 422, "already means something", || sign(role, ceremony.signature(1)));
    }
    for role in ["targets", "timestamp", "bins-0", "Root", "trusted_root"] {
        rows.refused(role, 422, "pending", || sign(role, ceremony.signature(1)));
    }
    for (shape, says) in SHAPES {
        rows.refused(shape, 422, says, || service.post("/api/v1/metadata/sign", shape.as_bytes()));
    }
    drop(rows);
    let answer = sign("root", ceremony.signature(2));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
    assert!(service.run(&["verify", "--server", &service.url]).contains("Verified: root 1"));
}
