//! The document from JSON: what can be verified without asking anybody is verified on the way.

use super::{
    AnchorName, AttestationVerdict, KIND, KeptAttestation, KeptKey, KeptPlace, KeptPossession, MOST_KEYS,
    RootKeysDocument, RootKeysError, VERSION,
};
use crate::attestation::{Certificate, CertificateDigest, certificates_of};
use crate::device::{KeyPolicy, PinPolicy, Serial, TouchPolicy};
use crate::digest::DocumentDigest;
use crate::gap::RootKeyDocument;
use crate::json::Json;
use crate::key::Key;
use crate::text::shortened;
use crate::time::UnixTime;

/// The longest name of a key that a ceremony takes, in characters.
const LONGEST_NAME: usize = 64;
/// No other text of a ceremony is longer.
const LONGEST_TEXT: usize = 2000;
/// More believed roots than a file of roots can have are refused.
const MOST_ANCHORS: usize = 64;

impl RootKeysDocument {
    /// Reads a document. Every proof in it holds and every certificate can be read; attestations are judged by
    /// [`KeptKey::judge`].
    ///
    /// # Errors
    /// Another kind of document, malformed fields, a key twice, or a proof that does not hold.
    pub fn parse(bytes: &[u8]) -> Result<RootKeysDocument, RootKeysError> {
        let value = Json::parse(bytes)?;
        if text(&value, "kind")? != KIND || value.get("version") != Some(&Json::from(VERSION)) {
            return Err(RootKeysError::Kind);
        }
        let root = DocumentDigest::parse_spoken(text(&value, "root")?);
        let anchors = list(&value, "anchors")?;
        if anchors.len() > MOST_ANCHORS {
            return Err(RootKeysError::Field("anchors"));
        }
        let listed = list(&value, "keys")?;
        if listed.len() > MOST_KEYS {
            return Err(RootKeysError::TooMany(listed.len()));
        }
        let mut keys: Vec<KeptKey> = Vec::with_capacity(listed.len());
        for entry in listed {
            let kept = key(entry)?;
            if keys.iter().any(|other| other.key.material() == kept.key.material()) {
                return Err(RootKeysError::Twice(kept.key.id().clone()));
            }
            keys.push(kept);
        }
        Ok(RootKeysDocument {
            root: root.map_err(|_| RootKeysError::Field("root"))?,
            time: UnixTime::parse(text(&value, "time")?)?,
            anchors: anchors.iter().map(anchor).collect::<Result<_, _>>()?,
            keys,
        })
    }
}

fn text<'a>(value: &'a Json, name: &'static str) -> Result<&'a str, RootKeysError> {
    value.get(name).and_then(Json::as_str).ok_or(RootKeysError::Field(name))
}

/// A text that is shown to people.
fn told(value: &Json, name: &'static str, longest: usize) -> Result<String, RootKeysError> {
    let text = text(value, name)?;
    if text.chars().count() > longest { Err(RootKeysError::Field(name)) } else { Ok(text.to_owned()) }
}

fn list<'a>(value: &'a Json, name: &'static str) -> Result<&'a [Json], RootKeysError> {
    value.get(name).and_then(Json::as_array).ok_or(RootKeysError::Field(name))
}

fn digest(value: &Json, name: &'static str) -> Result<CertificateDigest, RootKeysError> {
    CertificateDigest::parse(text(value, name)?).ok_or(RootKeysError::Field(name))
}

fn anchor(value: &Json) -> Result<AnchorName, RootKeysError> {
    Ok(AnchorName { name: told(value, "name", LONGEST_TEXT)?, digest: digest(value, "sha256")? })
}

fn key(value: &Json) -> Result<KeptKey, RootKeysError> {
    let key = Key::from_json(value.get("key").ok_or(RootKeysError::Field("key"))?)?;
    let declared = text(value, "keyid")?;
    if declared != key.id().as_str() {
        return Err(RootKeysError::OtherId { declared: shortened(declared), computed: key.id().clone() });
    }
    let possession = value.get("possession").map(|proof| possession(proof, &key)).transpose()?;
    Ok(KeptKey {
        name: told(value, "name", LONGEST_NAME)?,
        place: place(value.get("place").ok_or(RootKeysError::Field("place"))?)?,
        attestation: value.get("attestation").map(attestation).transpose()?,
        verdict: verdict(value.get("verdict").ok_or(RootKeysError::Field("verdict"))?)?,
        possession,
        key,
    })
}

fn possession(value: &Json, key: &Key) -> Result<KeptPossession, RootKeysError> {
    let time = UnixTime::parse(text(value, "time")?)?;
    let proof = hex::decode(text(value, "proof")?).map_err(|_| RootKeysError::Field("proof"))?;
    key.verify(&RootKeyDocument::statement(key.id(), time), &proof).map_err(RootKeysError::Proof)?;
    Ok(KeptPossession { time, proof })
}

fn place(value: &Json) -> Result<KeptPlace, RootKeysError> {
    match text(value, "kind")? {
        "file" => Ok(KeptPlace::File),
        "elsewhere" => Ok(KeptPlace::Elsewhere),
        "pkcs11" => Ok(KeptPlace::Pkcs11 {
            label: told(value, "label", LONGEST_TEXT)?,
            serial: told(value, "serial", LONGEST_TEXT)?,
        }),
        "yubikey" => Ok(KeptPlace::YubiKey {
            serial: Serial::parse(text(value, "serial")?).ok_or(RootKeysError::Field("serial"))?,
            firmware: match value.get("firmware") {
                None => None,
                Some(_) => {
                    Some(text(value, "firmware")?.parse().map_err(|_| RootKeysError::Field("firmware"))?)
                }
            },
            policy: policy(value)?,
        }),
        _ => Err(RootKeysError::Field("kind")),
    }
}

fn policy(value: &Json) -> Result<Option<KeyPolicy>, RootKeysError> {
    if value.get("pin").is_none() && value.get("touch").is_none() {
        return Ok(None);
    }
    let pin = PinPolicy::from_word(text(value, "pin")?).ok_or(RootKeysError::Field("pin"))?;
    let touch = TouchPolicy::from_word(text(value, "touch")?).ok_or(RootKeysError::Field("touch"))?;
    Ok(Some(KeyPolicy { pin, touch }))
}

fn attestation(value: &Json) -> Result<KeptAttestation, RootKeysError> {
    let entries = value.as_array().ok_or(RootKeysError::Field("attestation"))?;
    let certificates = entries.iter().map(certificate).collect::<Result<_, _>>()?;
    Ok(KeptAttestation { certificates })
}

/// One certificate, which must have the digest that stands beside it: people compare digests, not certificates.
fn certificate(value: &Json) -> Result<Certificate, RootKeysError> {
    let read = certificates_of(text(value, "pem")?)?;
    let [certificate] = read.as_slice() else { return Err(RootKeysError::Field("pem")) };
    if certificate.digest() != digest(value, "sha256")? {
        return Err(RootKeysError::Field("sha256"));
    }
    Ok(certificate.clone())
}

fn verdict(value: &Json) -> Result<AttestationVerdict, RootKeysError> {
    let reason = || told(value, "reason", LONGEST_TEXT);
    match text(value, "outcome")? {
        "verified" => Ok(AttestationVerdict::Verified { anchor: digest(value, "anchor")? }),
        "refused" => Ok(AttestationVerdict::Refused { reason: reason()? }),
        "none" => Ok(AttestationVerdict::None { reason: reason()? }),
        _ => Err(RootKeysError::Field("outcome")),
    }
}
