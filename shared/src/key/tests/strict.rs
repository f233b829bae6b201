//! What is no key, or is one in a spelling that some client refuses.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use pkcs1::RsaPublicKey;
use spki::der::pem::{LineEnding, encode_string};
use spki::der::{Decode as _, Document};

use super::*;

/// SubjectPublicKeyInfo of a scheme, in hexadecimal.
fn read(keytype: &str, scheme: &str, der: &str) -> Result<Key, KeyError> {
    key(keytype, scheme, &encode_string("PUBLIC KEY", LineEnding::LF, &hex::decode(der).unwrap()).unwrap())
}

fn der(scheme: Scheme) -> String {
    let pem = SoftwareKey::generate(scheme).unwrap().public().to_public_pem().unwrap();
    hex::encode(Document::from_pem(&pem).unwrap().1.as_bytes())
}

#[test]
fn a_point_that_is_not_uncompressed_is_refused() {
    let whole = der(Scheme::EcdsaP256Sha256);
    let x = &whole[54..118];
    let head = "3039301306072a8648ce3d020106082a8648ce3d030107032200";
    // SubjectPublicKeyInfo of the base point of P-384.
    let long = "3046301006072a8648ce3d020106052b8104002203320003aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7";
    assert!(read("ecdsa", "ecdsa-sha2-nistp256", &whole).is_ok());
    for tag in ["02", "03", "05"] {
        let der = format!("{head}{tag}{x}");
        for keytype in ["ecdsa", "ecdsa-sha2-nistp256"] {
            assert_eq!(read(keytype, "ecdsa-sha2-nistp256", &der), Err(KeyError::Compressed), "{tag}");
        }
        assert_eq!(Key::from_spki_der(&hex::decode(&der).unwrap()), Err(KeyError::Compressed), "{tag}");
    }
    assert_eq!(read("ecdsa", "ecdsa-sha2-nistp384", long), Err(KeyError::Compressed));
}

#[test]
fn a_token_may_give_a_compressed_point_and_no_compact_one() {
    let whole = hex::decode(der(Scheme::EcdsaP256Sha256)).unwrap();
    let point = &whole[26..];
    let short = |tag| [&[tag], &point[1..33]].concat();
    let given = Key::from_p256_point(point);
    assert_eq!(Key::from_p256_point(&short(2 | point[64] & 1)), given);
    assert_eq!(Key::from_p256_point(&short(5)), Err(KeyError::Compressed));
}

#[test]
fn parameters_other_than_those_of_the_algorithm_are_refused() {
    let rsa = der(Scheme::RsaPssSha256);
    let (algorithm, numbers) = ("06092a864886f70d010101", &rsa[38..]);
    let ed25519 = der(Scheme::Ed25519)[18..].to_owned();
    let with = |parameters: &str| read("rsa", "rsassa-pss-sha256", &spelled(algorithm, parameters, numbers));
    assert!(with("0500").is_ok());
    for parameters in ["", "020107", "3000"] {
        assert_eq!(with(parameters), Err(KeyError::Spelling), "{parameters:?}");
    }
    let der = hex::decode(spelled("06032b6570", "0500", &ed25519)).unwrap();
    assert_eq!(Key::from_spki_der(&der), Err(KeyError::Spelling));
}

/// SubjectPublicKeyInfo in hexadecimal, of its parts.
fn spelled(algorithm: &str, parameters: &str, bits: &str) -> String {
    let inner = format!("30{:02x}{algorithm}{parameters}", (algorithm.len() + parameters.len()) / 2);
    let length = (inner.len() + bits.len()) / 2;
    let head = if length < 128 { format!("30{length:02x}") } else { format!("3082{length:04x}") };
    format!("{head}{inner}{bits}")
}

#[test]
fn a_key_in_metadata_is_one_pem_block_and_nothing_around_it() {
    for scheme in [Scheme::EcdsaP256Sha256, Scheme::RsaPssSha256] {
        let pem = || SoftwareKey::generate(scheme).unwrap().public().to_public_pem().unwrap();
        let (mine, other) = (pem(), pem());
        let read = |public: &str| key(scheme.keytype(), CountedScheme::from(scheme).name(), public);
        assert!(read(&mine).is_ok() && read(mine.trim_end()).is_ok());
        for around in [
            // For this reader the second block, for others the first.
            format!(" {other}{mine}"),
            format!("\u{feff}{other}{mine}"),
            format!("{mine}{other}"),
            format!("a line of text\n{mine}"),
            format!("\n{mine}"),
            format!("{mine}\n"),
            format!("{mine} "),
            mine.replace('\n', "\r\n"),
            mine.replacen("KEY-----\n", "KEY-----\nProc-Type: 4\n\n", 1),
        ] {
            assert!(matches!(read(&around), Err(KeyError::Around | KeyError::Pem)), "{around:?}");
        }
    }
}

#[test]
fn the_sentences_on_spelling_say_how_to_export_the_key() {
    for error in [KeyError::Compressed, KeyError::Spelling, KeyError::Around] {
        assert!(error.to_string().contains("Export the key again with `openssl pkey -pubout"), "{error}");
    }
}

/// With the secret of A, signatures for A + T hold too, for each T of small order.
#[test]
fn one_secret_of_ed25519_is_one_key() {
    let public = SoftwareKey::generate(Scheme::Ed25519).unwrap().public().public().to_owned();
    let point = CompressedEdwardsY::from_slice(&hex::decode(public).unwrap()).unwrap().decompress().unwrap();
    for (number, small) in EIGHT_TORSION.into_iter().enumerate() {
        let bytes = (point + small).compress().to_bytes();
        let read = Key::from_ed25519_bytes(&bytes);
        assert_eq!(read.err(), (number != 0).then_some(KeyError::MixedOrder), "{number}");
    }
}

#[test]
fn rsa_numbers_that_nobody_chose_as_a_key_are_refused() {
    let pem = SoftwareKey::generate(Scheme::RsaPssSha256).unwrap().public().public().to_owned();
    let info = Document::from_pem(&pem).unwrap().1;
    let genuine = RsaPublicKey::from_der(&info.as_bytes()[24..]).unwrap();
    let modulus = genuine.modulus.as_bytes();
    let exponents: [&[u8]; 7] =
        [&[], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 0], &[2, 0, 0, 0, 1], &[0xff; 250]];
    for exponent in exponents {
        assert_eq!(Key::from_rsa_numbers(modulus, exponent), Err(KeyError::Rsa), "{exponent:?}");
    }
    let exponents: [&[u8]; 4] =
        [&[3], &[1, 0, 1], &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]];
    for exponent in exponents {
        assert!(Key::from_rsa_numbers(modulus, exponent).is_ok(), "{exponent:?}");
    }
    let mut even = modulus.to_vec();
    *even.last_mut().unwrap() &= 0xfe;
    // The multiples of 193, of 3 and of 751.
    let mut multiple = vec![0; 256];
    multiple[0] = 0x80;
    let rest = multiple.iter().fold(0_u32, |rest, byte| (rest << 8 | u32::from(*byte)) % 1502);
    multiple[254..].copy_from_slice(&u16::try_from(1502 - rest + 751).unwrap().to_be_bytes());
    for modulus in [even, vec![0xc1; 256], vec![0xff; 256], multiple] {
        assert_eq!(Key::from_rsa_numbers(&modulus, &[1, 0, 1]), Err(KeyError::Rsa));
    }
    assert_eq!(Key::from_rsa_numbers(&[0xc1; 128], &[1, 0, 1]), Err(KeyError::RsaSize(1024)));
}
