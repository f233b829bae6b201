//! Good roots whose signatures do not count.

use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::Signature;
use shared::names::KeyId;

use super::base::{ALICE, BOB, STRANGER, remove, root, root_signed, sign, signature};
use super::{Vector, vector};

/// Both signatures, the first one changed by hand.
fn first_entry(name: &'static str, change: impl FnOnce(&mut Json)) -> Vector {
    let mut value = Json::parse(&root()).unwrap();
    let mut entries = value.get("signatures").unwrap().as_array().unwrap().to_vec();
    change(&mut entries[0]);
    value.set("signatures", Json::from(entries));
    vector(name, "root.json", value.to_compact())
}

/// Both signatures, and one more.
fn one_more(name: &'static str, make: impl FnOnce(&SignedDocument) -> Signature) -> Vector {
    let mut document = sign(root_signed(), &[ALICE, BOB]);
    let more = make(&document);
    document.add_signature(more);
    vector(name, "root.json", document.to_bytes())
}

pub(super) fn all() -> Vec<Vector> {
    let whole = |name, change: fn(&mut Json)| {
        let mut value = Json::parse(&root()).unwrap();
        change(&mut value);
        vector(name, "root.json", value.to_compact())
    };
    vec![
        whole("no-signed-part", |value| remove(value, "signed")),
        whole("signed-part-that-is-a-string", |value| value.set("signed", Json::from("root"))),
        whole("no-signatures", |value| remove(value, "signatures")),
        whole("signatures-that-are-an-object", |value| value.set("signatures", Json::object([]))),
        whole("signatures-that-are-strings", |value| {
            value.set("signatures", Json::from(vec![Json::from("00")]));
        }),
        whole("nobody-signed", |value| value.set("signatures", Json::from(Vec::new()))),
        whole("signature-twice", |value| {
            let entries = value.get("signatures").unwrap().as_array().unwrap();
            let twice = [entries, entries].concat();
            value.set("signatures", Json::from(twice));
        }),
        first_entry("signature-without-a-key-id", |entry| remove(entry, "keyid")),
        first_entry("signature-without-a-value", |entry| remove(entry, "sig")),
        first_entry("signature-that-is-a-number", |entry| entry.set("sig", Json::from(7u32))),
        first_entry("signature-that-is-no-hexadecimal", |entry| entry.set("sig", Json::from("xyz"))),
        first_entry("signature-of-half-a-digit", |entry| entry.set("sig", Json::from("abc"))),
        first_entry("signature-that-is-empty", |entry| entry.set("sig", Json::from(""))),
        first_entry("signature-with-a-bundle", |entry| entry.set("bundle", Json::object([]))),
        first_entry("signature-of-zeros", |entry| entry.set("sig", Json::from("00".repeat(64)))),
        first_entry("signature-with-an-empty-key-id", |entry| entry.set("keyid", Json::from(""))),
        one_more("signature-by-a-stranger", |document| signature(document, STRANGER)),
        one_more("signature-under-a-second-id", |document| Signature {
            keyid: KeyId::parse("ab").unwrap(),
            ..signature(document, ALICE)
        }),
        one_more("signature-over-other-bytes", |_| {
            signature(&SignedDocument::new(Json::object([("_type", Json::from("root"))])), BOB)
        }),
        one_more("signature-by-one-holder-under-the-others-id", |document| Signature {
            keyid: signature(document, BOB).keyid,
            ..signature(document, ALICE)
        }),
    ]
}
