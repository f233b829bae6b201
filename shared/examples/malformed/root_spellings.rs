//! Roots with public keys that some client refuses or that nobody chose as a key, although both holders signed them.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use pkcs1::{RsaPublicKey, UintRef};
use spki::der::asn1::{AnyRef, BitStringRef};
use spki::der::pem::LineEnding;
use spki::der::{Decode as _, Document, Encode as _, EncodePem as _, Tag};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::Vector;
use super::base::{ALICE, key};
use super::root_keys::{P256, public};

const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwoWezkKCeUO32SWB3R8W
ez/f/1vRWIH/nqbrvuBBjnVc6aTynvUVFdq9Gq/TrIABWe7aDurF8J6mvxTBgEh5
QfWa9FJmiF66mmLdE+E49LmBObNoWXVSlEksNTr/HtSmL9sgEwMqek40fVMvNAtz
ypBDpCokluxjl3rVlccvksmD+V2NJhu8EMQbJIuJ6XMk6sgLDK7qYoI9iwIFlpAx
alBNJah9RIb29Y59ZbIE9iN/xljnhPbBkC68QZHAy7f/uNx/Pr7nKpMz7kzjJbuS
8kT/cFdSM2nKCmEnUWOREb3BlPwNrBRSFQgpSLFEE5MI7QXJ+O24gbmLkCYxZXFX
dQIDAQAB
-----END PUBLIC KEY-----
";

pub(super) fn all() -> Vec<Vector> {
    [points(), rsa()].into_iter().flatten().collect()
}

/// The algorithm and the bits of a key.
fn parts<T>(pem: &str, read: impl FnOnce(SubjectPublicKeyInfoRef<'_>) -> T) -> T {
    let (_, document) = Document::from_pem(pem).unwrap();
    read(SubjectPublicKeyInfoRef::try_from(document.as_bytes()).unwrap())
}

fn bits(pem: &str) -> Vec<u8> {
    parts(pem, |info| info.subject_public_key.raw_bytes().to_vec())
}

fn with_bits(pem: &str, bits: &[u8]) -> String {
    parts(pem, |info| {
        let subject_public_key = BitStringRef::from_bytes(bits).unwrap();
        SubjectPublicKeyInfoRef { subject_public_key, ..info }.to_pem(LineEnding::LF).unwrap()
    })
}

fn with_parameters(pem: &str, parameters: Option<AnyRef<'_>>) -> String {
    parts(pem, |info| {
        let algorithm = AlgorithmIdentifierRef { oid: info.algorithm.oid, parameters };
        SubjectPublicKeyInfoRef { algorithm, ..info }.to_pem(LineEnding::LF).unwrap()
    })
}

fn points() -> Vec<Vector> {
    let p256 = |name, pem: &str| public(name, "ecdsa", "ecdsa-sha2-nistp256", pem);
    let point = bits(P256);
    let (x, parity) = (&point[1..33], point[64] & 1);
    let alice = CompressedEdwardsY::from_slice(&hex::decode(key(ALICE).public().public()).unwrap()).unwrap();
    let mixed = (alice.decompress().unwrap() + EIGHT_TORSION[1]).compress();
    vec![
        p256("p-256-with-a-compressed-point", &with_bits(P256, &[&[2 | parity], x].concat())),
        p256("p-256-with-a-compact-point", &with_bits(P256, &[&[5], x].concat())),
        public("ed25519-of-mixed-order", "ed25519", "ed25519", &hex::encode(mixed.as_bytes())),
    ]
}

fn numbers(modulus: &[u8], exponent: &[u8]) -> String {
    let number = |bytes| UintRef::new(bytes).unwrap();
    let key = RsaPublicKey { modulus: number(modulus), public_exponent: number(exponent) };
    with_bits(RSA, &key.to_der().unwrap())
}

fn rsa() -> Vec<Vector> {
    let rsa = |name, pem: &str| public(name, "rsa", "rsassa-pss-sha256", pem);
    let modulus = RsaPublicKey::from_der(&bits(RSA)).unwrap().modulus.as_bytes().to_vec();
    let mut even = modulus.clone();
    *even.last_mut().unwrap() &= 0xfe;
    let seven = AnyRef::new(Tag::Integer, &[7]).unwrap();
    let usual = &[1, 0, 1];
    vec![
        rsa("rsa-without-parameters", &with_parameters(RSA, None)),
        rsa("rsa-with-the-parameters-7", &with_parameters(RSA, Some(seven))),
        rsa("rsa-of-an-even-modulus", &numbers(&even, usual)),
        rsa("rsa-of-a-modulus-of-ones", &numbers(&[0xff; 256], usual)),
        rsa("rsa-of-the-exponent-1", &numbers(&modulus, &[1])),
        rsa("rsa-of-an-even-exponent", &numbers(&modulus, &[1, 0, 0])),
        rsa("rsa-of-an-exponent-beyond-33-bits", &numbers(&modulus, &[2, 0, 0, 0, 1])),
    ]
}
