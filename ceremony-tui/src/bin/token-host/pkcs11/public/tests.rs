use super::*;

const ED25519_PUBLIC: &str = "2fecfe7f26d5a0a36b9d0b5ea48a0623a5e16a29cdea4629d8bee96db9ed9daf";
/// A point whose x coordinate begins with 63: bare, it begins like a wrapped one.
const TREACHEROUS: &str = "043fb12a4a3a9c3ef0d05d14c4b6fd6ae8a2d5d2dd38fb0ee1fe3b9e0d29b0ad1a";

fn ed25519(curve: &[u8], prefix: &[u8]) -> Object {
    let point = [prefix, &hex::decode(ED25519_PUBLIC).unwrap()].concat();
    Object { key_type: Some(KeyType::EC_EDWARDS), curve: curve.to_vec(), point, ..Object::default() }
}

fn p256(curve: &[u8], point: &[u8]) -> Object {
    Object { key_type: Some(KeyType::EC), curve: curve.to_vec(), point: point.to_vec(), ..Object::default() }
}

fn some_p256() -> (Key, Vec<u8>) {
    let software = shared::software::SoftwareKey::generate(shared::key::Scheme::EcdsaP256Sha256).unwrap();
    let key = software.public().clone();
    let info = spki_of(&key);
    let point = info[info.len() - 65..].to_vec();
    (key, point)
}

fn spki_of(key: &Key) -> Vec<u8> {
    use pkcs8::der::pem::PemLabel as _;
    let pem = key.to_public_pem().unwrap();
    let (label, document) = pkcs8::Document::from_pem(&pem).unwrap();
    assert_eq!(label, pkcs8::spki::SubjectPublicKeyInfoOwned::PEM_LABEL);
    document.into_vec()
}

#[test]
fn ed25519_points_are_read_raw_and_wrapped_and_with_every_name_of_the_curve() {
    for curve in ED25519 {
        for prefix in [&b""[..], b"\x04\x20", b"\x03\x21\x00"] {
            let key = key_of(&ed25519(curve, prefix)).unwrap();
            assert_eq!(key.public(), ED25519_PUBLIC);
        }
    }
}

#[test]
fn p256_points_are_read_raw_wrapped_and_compressed_and_are_one_key() {
    let (key, point) = some_p256();
    let sign = if point[64] % 2 == 0 { 2 } else { 3 };
    let compressed = [&[sign], &point[1..33]].concat();
    let spellings = [
        point.clone(),
        [&[4, 65], &point[..]].concat(),
        compressed.clone(),
        [&[4, 33], &compressed[..]].concat(),
    ];
    for curve in P256 {
        for point in &spellings {
            assert_eq!(key_of(&p256(curve, point)).unwrap(), key);
        }
    }
}

#[test]
fn a_bare_point_that_begins_like_a_wrapped_one_is_read_as_it_is() {
    let mut bare = hex::decode(TREACHEROUS).unwrap();
    bare.resize(65, 7);
    assert_eq!((bare[0], usize::from(bare[1])), (OCTET_STRING, bare.len() - 2));
    assert_eq!(bare_p256(&bare), bare);
}

#[test]
fn keys_that_cannot_sign_a_root_say_why() {
    let explicit = [0x30, 0x82, 0x01, 0x00];
    for (object, reason) in [
        (p256(&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22], &[4; 97]), "its curve is not P-256 or Ed25519"),
        (p256(&explicit, &[4; 65]), "its curve is written out in numbers"),
        (p256(P256[0], &[4; 65]), "no point of"),
        (p256(P256[0], &[]), "does not show its public half"),
        (
            Object { key_type: Some(KeyType::AES), ..Object::default() },
            "neither an elliptic curve key nor an RSA",
        ),
        (ed25519(ED25519[0], b"\x00"), "wrong length"),
    ] {
        let said = key_of(&object).unwrap_err();
        assert!(said.contains(reason), "{said}");
        assert!(!said.ends_with('.'), "it stands inside a sentence: {said}");
    }
}

#[test]
fn what_shows_no_point_is_read_by_its_public_key_info() {
    let (key, _) = some_p256();
    let object = Object { public_info: spki_of(&key), ..p256(&[], &[]) };
    assert_eq!(key_of(&object).unwrap(), key);
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u8::try_from(content.len()).unwrap();
    let header = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [header, content].concat()
}

#[test]
fn the_public_key_in_a_certificate_is_found_with_and_without_a_version() {
    let (key, _) = some_p256();
    let info = spki_of(&key);
    let empty = der(SEQUENCE, &[]);
    let number = der(2, &[&[1]]);
    let version = der(0xa0, &[&number]);
    for version in [&version[..], &[]] {
        let body = der(SEQUENCE, &[version, &number, &empty, &empty, &empty, &empty, &info]);
        let certificate = der(SEQUENCE, &[&body, &empty]);
        assert_eq!(key_of_certificate(&certificate), Some(Ok(key.clone())));
        for cut in 0..certificate.len() {
            let _ = key_of_certificate(&certificate[..cut]);
        }
    }
    assert_eq!(key_of_certificate(b"no certificate"), None);
}
