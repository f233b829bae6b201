//! Signatures: by the chosen key, over the given bytes, and not otherwise.

use ceremony_tui::token::{KeyLocator, Refusal};
use shared::key::Scheme;
use shared::software::SoftwareKey;

use super::Verdict;
use crate::subject::Subject;

pub(super) fn messages_of_every_length_are_signed(subject: &mut Subject) -> Verdict {
    let (key, locator, pin) = (subject.key(), subject.locator(), subject.pin.clone());
    for length in [0, 1, 4_000, 100_000] {
        let message = vec![0x5a; length];
        let signature = subject.sign_at(locator.clone(), &message, &pin);
        let signature = signature.unwrap_or_else(|refusal| panic!("{length} bytes: {refusal}"));
        key.verify(&message, &signature).unwrap_or_else(|error| panic!("{length} bytes: {error}"));
    }
    Verdict::Passed
}

pub(super) fn two_signatures_in_a_row_each_have_their_secret(subject: &mut Subject) -> Verdict {
    let (key, locator, pin) = (subject.key(), subject.locator(), subject.pin.clone());
    for message in ["one", "two"] {
        let signature = subject.sign_at(locator.clone(), message.as_bytes(), &pin).unwrap();
        key.verify(message.as_bytes(), &signature).unwrap();
    }
    // What was allowed for the last one is not allowed for this one.
    let refused = subject.sign_at(locator, b"three", "");
    assert!(refused.is_err(), "a login outlived its request");
    Verdict::Passed
}

pub(super) fn a_signature_is_one_of_its_message_only(subject: &mut Subject) -> Verdict {
    let key = subject.key();
    let signature = subject.sign(b"this");
    key.verify(b"this", &signature).unwrap();
    assert!(key.verify(b"that", &signature).is_err());
    Verdict::Passed
}

pub(super) fn metadata_and_statements_are_bytes_to_it(subject: &mut Subject) -> Verdict {
    let key = subject.key();
    for message in [&br#"{"_type":"root","version":1}"#[..], b"vestry-root-key-v1\n", b"\x00\xff\x00"] {
        let signature = subject.sign(message);
        key.verify(message, &signature).unwrap();
    }
    Verdict::Passed
}

pub(super) fn a_locator_may_travel(subject: &mut Subject) -> Verdict {
    let (key, locator, pin) = (subject.key(), subject.locator(), subject.pin.clone());
    let travelled: KeyLocator = serde_json::from_slice(&serde_json::to_vec(&locator).unwrap()).unwrap();
    assert_eq!(travelled, locator);
    let signature = subject.sign_at(travelled, b"root", &pin).unwrap();
    key.verify(b"root", &signature).unwrap();
    Verdict::Passed
}

pub(super) fn a_key_that_is_not_there_signs_nothing(subject: &mut Subject) -> Verdict {
    let pin = subject.pin.clone();
    let elsewhere = match subject.locator() {
        KeyLocator::File { path } => vec![KeyLocator::File { path: format!("{path}.gone") }],
        KeyLocator::Token { token, key, .. } => {
            let other = |key_id: &str| KeyLocator::Token {
                token: token.clone(),
                key_id: key_id.to_owned(),
                key: key.clone(),
            };
            vec![other("95"), other("no hex"), other("")]
        }
    };
    for locator in elsewhere {
        let refused = subject.sign_at(locator, b"root", &pin).unwrap_err();
        assert!(matches!(refused, Refusal::NoSuchKey { .. } | Refusal::File { .. }), "{refused:?}");
    }
    Verdict::Passed
}

pub(super) fn another_key_than_the_chosen_one_signs_nothing(subject: &mut Subject) -> Verdict {
    let pin = subject.pin.clone();
    let KeyLocator::Token { token, key_id, .. } = subject.locator() else { return Verdict::DoesNotApply };
    for scheme in [Scheme::EcdsaP256Sha256, Scheme::RsaPssSha256, Scheme::Ed25519] {
        let key = SoftwareKey::generate(scheme).unwrap().public().to_json();
        let locator = KeyLocator::Token { token: token.clone(), key_id: key_id.clone(), key };
        let refused = subject.sign_at(locator, b"root", &pin).unwrap_err();
        let is_missing = matches!(refused, Refusal::NoSuchKey { .. });
        // A token that can sign with no key of that kind says so before it looks for one.
        let is_impossible = refused.to_string().starts_with("The token does not know ");
        assert!(is_missing || is_impossible, "{scheme:?}: {refused:?}");
    }
    Verdict::Passed
}
