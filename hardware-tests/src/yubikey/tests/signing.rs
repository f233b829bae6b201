//! Signatures, the PIN and the finger.

use aws_lc_rs::digest::{SHA256, SHA384, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use shared::device::{PinPolicy, TouchPolicy};

use super::super::Finger;
use super::super::private::Algorithm;
use super::host::{Host, UNLIMITED, among, asked_to_sign};
use super::{ALL, NEW, OLD};

const MESSAGE: &[u8] = b"the signed part of a root";

/// The public key as aws-lc takes it.
fn public(host: &Host) -> Vec<u8> {
    among(&among(&host.metadata(0x9c).unwrap(), 4), 0x86)
}

fn verify(algorithm: &'static dyn VerificationAlgorithm, public: &[u8], signature: &[u8]) {
    UnparsedPublicKey::new(algorithm, public).verify(MESSAGE, signature).unwrap();
}

#[test]
fn curves_sign_a_digest_and_ed25519_the_message() {
    for (algorithm, verifier, input) in [
        (
            Algorithm::P256,
            &ECDSA_P256_SHA256_ASN1 as &dyn VerificationAlgorithm,
            digest(&SHA256, MESSAGE).as_ref().to_vec(),
        ),
        (Algorithm::P384, &ECDSA_P384_SHA384_ASN1, digest(&SHA384, MESSAGE).as_ref().to_vec()),
        (Algorithm::Ed25519, &ED25519, MESSAGE.to_vec()),
    ] {
        let host = Host::new(NEW);
        host.0.generate(0x9c, algorithm, UNLIMITED).unwrap();
        let signature = host.sign(0x9c, algorithm.number(), &input).unwrap();
        verify(verifier, &public(&host), &signature);
    }
}

#[test]
fn rsa_takes_a_padded_block_in_a_chain_of_commands() {
    let host = Host::new(OLD);
    host.0.generate(0x9c, Algorithm::Rsa2048, UNLIMITED).unwrap();
    let info = hex::decode("3031300d060960864801650304020105000420").unwrap();
    let info = [&info, digest(&SHA256, MESSAGE).as_ref()].concat();
    let block = [&[0, 1][..], &vec![0xff; 256 - 3 - info.len()], &[0], &info].concat();
    let signature = host.sign(0x9c, 0x07, &block).unwrap();
    let numbers = among(&host.metadata(0x9c).unwrap(), 4);
    let (n, e) = (among(&numbers, 0x81), among(&numbers, 0x82));
    let key = aws_lc_rs::rsa::PublicKeyComponents { n, e };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, MESSAGE, &signature).unwrap();
    assert_eq!(host.sign(0x9c, 0x07, &block[1..]), Err(0x6700));
    assert_eq!(host.sign(0x9c, 0x07, &[0xff; 256]), Err(0x6a80), "no block is larger than the modulus");
}

#[test]
fn the_wrong_algorithm_and_an_empty_slot_are_refused() {
    let host = Host::with_key(NEW, UNLIMITED);
    assert_eq!(host.sign(0x9c, 0x14, &[7; 32]), Err(0x6a80));
    assert_eq!(host.sign(0x9a, 0x11, &[7; 32]), Err(0x6a80));
    assert_eq!(host.sign(0x9c, 0x11, &[7; 33]), Err(0x6a80));
    assert_eq!(host.send(0x87, 0x11, 0x9c, &[0x7c, 2, 0x82, 0]), Err(0x6a80), "nothing to sign");
    assert_eq!(host.0.signatures(), 0);
}

#[test]
fn the_pin_is_good_for_one_signature_or_for_the_session() {
    for firmware in ALL {
        let always = Host::with_key(firmware, (PinPolicy::Always, TouchPolicy::Never));
        assert_eq!(always.sign_digest(), Err(0x6982));
        always.give_pin();
        assert!(always.sign_digest().is_ok());
        assert_eq!(always.sign_digest(), Err(0x6982), "the PIN was for the first");
        let once = Host::with_key(firmware, (PinPolicy::Once, TouchPolicy::Never));
        assert_eq!(once.sign_digest(), Err(0x6982));
        once.give_pin();
        assert!(once.sign_digest().is_ok() && once.sign_digest().is_ok());
        assert!(Host::with_key(firmware, UNLIMITED).sign_digest().is_ok());
        assert_eq!((always.0.signatures(), once.0.signatures()), (1, 2));
    }
}

#[test]
fn without_a_touch_nothing_is_signed() {
    let host = Host::with_key(NEW, (PinPolicy::Never, TouchPolicy::Always));
    host.nobody_touches();
    assert_eq!(host.sign_digest(), Err(0x6982));
    assert_eq!(host.0.signatures(), 0);
    host.0.set_finger(Finger::AtOnce);
    assert!(host.sign_digest().is_ok());
}

#[test]
fn a_card_that_waits_for_a_touch_says_so_and_goes_on_after_it() {
    let host = Host::with_key(NEW, (PinPolicy::Never, TouchPolicy::Always));
    host.0.set_finger(Finger::WhenTold);
    let card = host.0.clone();
    let person =
        std::thread::spawn(move || card.asks_for_touch() && card.pin_tries().pin == 3 && card.touch());
    assert!(host.sign_digest().is_ok());
    assert!(person.join().unwrap(), "the card can be asked while it waits");
}

#[test]
fn a_cached_touch_is_good_for_the_next_signature() {
    let host = Host::with_key(NEW, (PinPolicy::Never, TouchPolicy::Cached));
    assert!(host.sign_digest().is_ok());
    host.nobody_touches();
    assert!(host.sign_digest().is_ok());
    let always = Host::with_key(NEW, (PinPolicy::Never, TouchPolicy::Always));
    assert!(always.sign_digest().is_ok());
    always.nobody_touches();
    assert_eq!(always.sign_digest(), Err(0x6982));
}

#[test]
fn an_extended_command_is_answered_in_one_piece() {
    let host = Host::new(NEW);
    host.0.generate(0x9c, Algorithm::Rsa3072, UNLIMITED).unwrap();
    let data = asked_to_sign(&[0; 384]);
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let command = [&[0, 0x87, 0x05, 0x9c, 0][..], &length, &data, &[0, 0]].concat();
    let (answer, status) = host.raw(&command);
    assert_eq!((answer.len(), status), (384 + 8, 0x9000));
}
