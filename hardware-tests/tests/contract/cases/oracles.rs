//! Programs of other people agree with what a holder shows and signs.

use hardware_tests::oracles::{Oracles, Question, SignatureScheme, openssl_verifies};
use shared::key::Scheme;

use super::Verdict;
use crate::subject::Subject;

const MESSAGE: &[u8] = b"a root that others read";

pub(super) fn openssl_accepts_its_signature(subject: &mut Subject) -> Verdict {
    let key = subject.key();
    let signature = subject.sign(MESSAGE);
    let scheme = match key.scheme().unwrap() {
        Scheme::EcdsaP256Sha256 => SignatureScheme::EcdsaSha256,
        Scheme::Ed25519 => SignatureScheme::Ed25519,
        Scheme::RsaPssSha256 => SignatureScheme::RsaPssSha256,
    };
    let public = key.to_public_pem().unwrap();
    assert!(openssl_verifies(&public, scheme, MESSAGE, &signature).unwrap());
    assert!(!openssl_verifies(&public, scheme, b"another root", &signature).unwrap());
    Verdict::Passed
}

pub(super) fn securesystemslib_knows_the_same_key_and_accepts_its_signature(
    subject: &mut Subject,
) -> Verdict {
    if subject.elsewhere.is_none() {
        return Verdict::DoesNotApply;
    }
    let key = subject.key();
    let signature = hex::encode(subject.sign(MESSAGE));
    let Some(elsewhere) = &subject.elsewhere else { return Verdict::DoesNotApply };
    let oracles = Oracles::of_environment().unwrap_or_else(|error| panic!("{error}"));
    let question = Question {
        module: &elsewhere.module,
        environment: &elsewhere.environment,
        label: Some(&elsewhere.label),
        id: elsewhere.id,
    };
    let theirs = oracles.securesystemslib_key(&question).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(theirs.id, key.id().as_str());
    assert!(oracles.securesystemslib_verifies(&theirs, MESSAGE, &signature).unwrap());
    assert!(!oracles.securesystemslib_verifies(&theirs, b"another root", &signature).unwrap());
    Verdict::Passed
}
