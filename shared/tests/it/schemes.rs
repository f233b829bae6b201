//! Every scheme that python securesystemslib signs or verifies with is verified here alike, but for what is refused by
//! name.

use std::num::NonZeroU32;
use std::process::Command;

use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::{CountedScheme, Key, Signature, SignatureError};
use shared::names::KeyId;
use shared::threshold::{RoleKeys, count_signatures};

use crate::securesystemslib::python;

/// What the oracle signed.
struct Signed {
    name: String,
    key: Key,
    keyid: KeyId,
    message: Vec<u8>,
    sig: Vec<u8>,
    accepted: bool,
}

fn oracle() -> Vec<Signed> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/schemes.py");
    let output = Command::new(python()).args(["-W", "ignore", script]).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.trim_ascii().split(|byte| *byte == b'\n').map(read).collect()
}

fn read(line: &[u8]) -> Signed {
    let value = Json::parse(line).unwrap();
    let text = |name: &str| value.get(name).unwrap().as_str().unwrap().to_owned();
    Signed {
        name: text("name"),
        key: Key::from_json(value.get("key").unwrap()).unwrap(),
        keyid: KeyId::parse(&text("keyid")).unwrap(),
        message: text("message").into_bytes(),
        sig: hex::decode(text("sig")).unwrap(),
        accepted: value.get("accepted").unwrap().as_bool().unwrap(),
    }
}

/// What the verdict on a signature shall be.
fn expected(signed: &Signed) -> Result<(), SignatureError> {
    let salt =
        |expected, found| Err(SignatureError::Salt { keyid: signed.key.id().clone(), expected, found });
    match signed.name.split_once(':') {
        None => Ok(()),
        // With 2048 bits, what the digest and two bytes leave of 256 is the longest salt.
        Some(("salt", "256")) => salt(32, 222),
        Some(("salt", "384")) => salt(48, 206),
        Some(("salt", "512")) => salt(64, 190),
        Some(("salt", "none")) => salt(32, 0),
        Some(("large", "4096")) => salt(32, 7),
        // To look for a cause takes too long.
        Some(("large", _)) => Err(SignatureError::Invalid(signed.key.id().clone())),
        Some(("sha224", _)) => Err(SignatureError::Uncounted(signed.key.scheme_name().to_owned())),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn signatures_of_every_scheme_verify_and_flipped_bits_do_not() {
    let signed = oracle();
    let mut schemes: Vec<CountedScheme> = signed.iter().filter_map(|one| one.key.counted_scheme()).collect();
    schemes.sort();
    schemes.dedup();
    assert_eq!(schemes.len(), CountedScheme::ALL.len());
    for one in &signed {
        assert!(one.accepted, "the oracle accepts its own {}", one.name);
        assert_eq!(one.key.verify(&one.message, &one.sig), expected(one), "{}", one.name);
        // A refused RSA-PSS signature is opened to look for its salt, which takes its time.
        let step = if one.key.scheme_name().contains("pss") { 311 } else { 1 };
        for bit in (0..one.sig.len() * 8).step_by(step) {
            assert!(
                one.key.verify(&one.message, &flipped(&one.sig, bit)).is_err(),
                "{}, bit {bit}",
                one.name
            );
        }
        for bit in (0..one.message.len() * 8).step_by(step) {
            assert!(
                one.key.verify(&flipped(&one.message, bit), &one.sig).is_err(),
                "{}, bit {bit}",
                one.name
            );
        }
    }
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn key_ids_are_those_of_the_oracle_and_a_declared_one_is_its_own() {
    for one in oracle().iter().filter(|one| !one.name.contains("older")) {
        assert_eq!(one.key.id(), &one.keyid, "{}", one.name);
    }
}

#[test]
fn one_modulus_is_one_material_whatever_is_signed_with_it() {
    let signed = oracle();
    let rsa: Vec<&Signed> =
        signed.iter().filter(|one| one.key.keytype() == "rsa" && !one.name.starts_with("large")).collect();
    assert!(rsa.len() > 8);
    assert!(rsa.iter().all(|one| one.key.material() == rsa[0].key.material()));
    let of = |name: &str| signed.iter().find(|one| one.name == name).unwrap();
    for curve in ["256", "384"] {
        let new = of(&format!("ecdsa-sha2-nistp{curve}"));
        let old = of(&format!("ecdsa-sha2-nistp{curve} of the older key type"));
        assert_eq!(new.key.material(), old.key.material());
        assert_ne!(new.key.id(), old.key.id());
    }
}

#[test]
fn of_many_refused_signatures_only_the_first_have_their_salt_looked_for() {
    let salted = oracle().into_iter().find(|one| one.name == "salt:256").unwrap();
    let mut document = SignedDocument::new(Json::parse(&salted.message).unwrap());
    assert_eq!(document.signing_bytes(), salted.message);
    let keyids: Vec<KeyId> = (0..6).map(|number| KeyId::parse(&format!("key{number}")).unwrap()).collect();
    for keyid in &keyids {
        document.add_signature(Signature { keyid: keyid.clone(), sig: salted.sig.clone() });
    }
    let keys = keyids.iter().map(|keyid| (keyid.clone(), salted.key.clone())).collect();
    let role = RoleKeys { keyids, threshold: NonZeroU32::MIN };
    let tally = count_signatures(&document, &keys, &role);
    let explained = tally.invalid.iter().map(|(_, reason)| reason.contains("a salt of 222 bytes"));
    assert_eq!(explained.collect::<Vec<_>>(), [true, true, true, false, false, false]);
}
