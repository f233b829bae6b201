//! Signing on a token: one attempt, no retry.

use ceremony_tui::token::Refusal;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use shared::digest::sha256;
use shared::key::Scheme;

use super::failure;

const SIGN: &str = "sign";

/// What the token signs (the message or its digest) and how.
struct Job<'a> {
    mechanism: Mechanism<'a>,
    input: Vec<u8>,
}

/// Signs `message` and gives the signature in the form that TUF wants.
pub(super) fn sign(
    session: &Session,
    key: ObjectHandle,
    scheme: Scheme,
    message: &[u8],
    offered: &[MechanismType],
    pin: Option<&AuthPin>,
) -> Result<Vec<u8>, Refusal> {
    let job = job(scheme, message, offered);
    let raw = if wants_login_each_time(session, key)? {
        sign_with_login(session, key, &job, pin)?
    } else {
        session.sign(&job.mechanism, key, &job.input).map_err(|error| failure::refusal(SIGN, &error))?
    };
    match scheme {
        Scheme::EcdsaP256Sha256 => der_from_raw(&raw),
        Scheme::Ed25519 | Scheme::RsaPssSha256 => Ok(raw),
    }
}

fn job<'a>(scheme: Scheme, message: &[u8], offered: &[MechanismType]) -> Job<'a> {
    let pss =
        PkcsPssParams { hash_alg: MechanismType::SHA256, mgf: PkcsMgfType::MGF1_SHA256, s_len: 32.into() };
    match scheme {
        // SoftHSM and others know no CKM_ECDSA_SHA256: the digest is made here for all.
        Scheme::EcdsaP256Sha256 => Job { mechanism: Mechanism::Ecdsa, input: sha256(message).to_vec() },
        Scheme::Ed25519 => Job {
            mechanism: Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
            input: message.to_vec(),
        },
        Scheme::RsaPssSha256 if offered.contains(&MechanismType::SHA256_RSA_PKCS_PSS) => {
            Job { mechanism: Mechanism::Sha256RsaPkcsPss(pss), input: message.to_vec() }
        }
        Scheme::RsaPssSha256 => {
            Job { mechanism: Mechanism::RsaPkcsPss(pss), input: sha256(message).to_vec() }
        }
    }
}

/// CKA_ALWAYS_AUTHENTICATE (a PIN for each signature). Tokens that do not know the attribute do not want it.
fn wants_login_each_time(session: &Session, key: ObjectHandle) -> Result<bool, Refusal> {
    let attributes = session
        .get_attributes(key, &[AttributeType::AlwaysAuthenticate])
        .map_err(|error| failure::refusal("show a key", &error))?;
    Ok(attributes.contains(&Attribute::AlwaysAuthenticate(true)))
}

/// The login has to come between the start and the end of the signature, so the parts are called one by one.
fn sign_with_login(
    session: &Session,
    key: ObjectHandle,
    job: &Job<'_>,
    pin: Option<&AuthPin>,
) -> Result<Vec<u8>, Refusal> {
    let failed = |error| failure::refusal(SIGN, &error);
    session.sign_init(&job.mechanism, key).map_err(failed)?;
    session.login(UserType::ContextSpecific, pin).map_err(failed)?;
    session.sign_update(&job.input).map_err(failed)?;
    session.sign_final().map_err(failed)
}

/// PKCS#11 gives r and s side by side; TUF wants the DER sequence of two integers.
fn der_from_raw(raw: &[u8]) -> Result<Vec<u8>, Refusal> {
    if raw.len() != 64 {
        return Err(Refusal::Device {
            action: SIGN.to_owned(),
            code: format!("an ECDSA signature of {} bytes instead of 64", raw.len()),
        });
    }
    let (r, s) = raw.split_at(32);
    let mut body = der_integer(r);
    body.extend(der_integer(s));
    let mut der = vec![0x30, length_byte(&body)];
    der.extend(body);
    Ok(der)
}

fn der_integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
    let mut digits = number[start..].to_vec();
    if digits[0] & 0x80 != 0 {
        digits.insert(0, 0);
    }
    let mut der = vec![0x02, length_byte(&digits)];
    der.extend(digits);
    der
}

/// Two integers of at most 33 bytes make at most 70 bytes: one length byte is always enough.
fn length_byte(content: &[u8]) -> u8 {
    u8::try_from(content.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_integers_are_minimal_and_positive() {
        assert_eq!(der_integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(der_integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(der_integer(&[0, 0]), [2, 1, 0]);
    }

    #[test]
    fn a_raw_signature_becomes_a_sequence_and_another_length_is_refused() {
        let mut raw = [0; 64];
        raw[31] = 1;
        raw[63] = 2;
        assert_eq!(der_from_raw(&raw).unwrap(), [0x30, 6, 2, 1, 1, 2, 1, 2]);
        assert!(der_from_raw(&raw[..63]).is_err());
    }
}
