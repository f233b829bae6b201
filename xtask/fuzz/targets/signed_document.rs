//! Signed documents: whatever is in them survives, and signatures do not change what was signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::Signature;
use shared::metadata::{Body, Metadata, Root, Snapshot, Targets, Timestamp};
use shared::names::KeyId;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = SignedDocument::parse(bytes) else { return };
    let received = Json::parse(bytes).expect("a document is JSON");
    assert_eq!(document.to_json().canonical(), received.canonical(), "everything survives");
    assert_eq!(SignedDocument::parse(&document.to_bytes()).as_ref(), Ok(&document));
    assert_eq!(document.signing_bytes(), document.signed().canonical());
    signatures_change_nothing_that_is_signed(&document);
    match document.signed().get("_type").and_then(Json::as_str) {
        Some("root") => reads_again_as::<Root>(&document),
        Some("targets") => reads_again_as::<Targets>(&document),
        Some("snapshot") => reads_again_as::<Snapshot>(&document),
        Some("timestamp") => reads_again_as::<Timestamp>(&document),
        _ => {}
    }
});

fn signatures_change_nothing_that_is_signed(document: &SignedDocument) {
    let mut signed = document.clone();
    let keyid = KeyId::parse("somebody-new").expect("a key id");
    signed.remove_signature(&keyid);
    let before = signed.clone();
    signed.add_signature(Signature { keyid: keyid.clone(), sig: vec![1, 2, 3] });
    assert_eq!((signed.digest(), signed.signing_bytes()), (document.digest(), document.signing_bytes()));
    assert_eq!(signed.signatures().count(), before.signatures().count() + 1);
    signed.remove_signature(&keyid);
    assert_eq!(signed, before);
    let reduced = signed.reduced_to(&[keyid]);
    assert_eq!((reduced.digest(), reduced.signatures().count()), (document.digest(), 0));
}

fn reads_again_as<T: Body + PartialEq + std::fmt::Debug>(document: &SignedDocument) {
    let Ok(metadata) = Metadata::<T>::from_document(document.clone()) else { return };
    assert_eq!(metadata.document(), document);
    let written = SignedDocument::new(metadata.body().to_signed());
    let again = Metadata::<T>::from_document(written).expect("what is written can be read");
    assert_eq!(again.body(), metadata.body());
}
