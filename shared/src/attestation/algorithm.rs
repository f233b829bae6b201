//! The signature algorithms of certificates: those that Yubico's documents name, on keys that still hold.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    VerificationAlgorithm,
};
use spki::AlgorithmIdentifierRef;
use spki::der::asn1::ObjectIdentifier;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// How a signature of that algorithm is verified with a key of that kind, if both belong together.
///
/// Parameters of the signature's algorithm are not looked at: Yubico's own certificates have NULL there, or nothing.
pub(super) fn verification(
    signature: ObjectIdentifier,
    key: &AlgorithmIdentifierRef<'_>,
) -> Option<&'static dyn VerificationAlgorithm> {
    let curve = (key.oid == EC).then(|| key.parameters_oid().ok()).flatten();
    match (curve, signature) {
        (None, RSA_SHA256) if key.oid == RSA => Some(&RSA_PKCS1_2048_8192_SHA256),
        (None, RSA_SHA384) if key.oid == RSA => Some(&RSA_PKCS1_2048_8192_SHA384),
        (None, RSA_SHA512) if key.oid == RSA => Some(&RSA_PKCS1_2048_8192_SHA512),
        (Some(P256), ECDSA_SHA256) => Some(&ECDSA_P256_SHA256_ASN1),
        (Some(P256), ECDSA_SHA384) => Some(&ECDSA_P256_SHA384_ASN1),
        (Some(P384), ECDSA_SHA256) => Some(&ECDSA_P384_SHA256_ASN1),
        (Some(P384), ECDSA_SHA384) => Some(&ECDSA_P384_SHA384_ASN1),
        _ => None,
    }
}
