//! Signed documents as they were received.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::DocumentDigest;
use crate::json::{Json, JsonError};
use crate::key::{Signature, SignatureError};
use crate::names::KeyId;
use crate::text::shortened;

/// `{"signed": …, "signatures": […]}` (4.2.1), with everything that was in it.
///
/// The canonical bytes are made once, from the received value, so unknown fields are signed and
/// verified like known ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDocument {
    signed: Json,
    canonical: Vec<u8>,
    entries: Vec<Entry>,
    /// Members beside `signed` and `signatures`: nobody signed them, and they are kept.
    beside: BTreeMap<String, Json>,
}

/// A signature as received, beside its parsed form. Sigstore's have no hexadecimal `sig`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    received: Json,
    signature: Option<Signature>,
}

impl SignedDocument {
    /// A document without signatures.
    pub fn new(signed: Json) -> SignedDocument {
        let canonical = signed.canonical();
        SignedDocument { signed, canonical, entries: Vec::new(), beside: BTreeMap::new() }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// JSON that cannot be signed, a missing part, or two signatures under one key id, which
    /// every client refuses.
    pub fn parse(bytes: &[u8]) -> Result<SignedDocument, DocumentError> {
        SignedDocument::from_json(Json::parse(bytes)?)
    }

    /// Takes a value that was read before.
    ///
    /// # Errors
    /// As [`SignedDocument::parse`].
    pub fn from_json(value: Json) -> Result<SignedDocument, DocumentError> {
        let Json::Object(mut members) = value else {
            return Err(DocumentError::Missing("signed"));
        };
        let Some(signed @ Json::Object(_)) = members.remove("signed") else {
            return Err(DocumentError::Missing("signed"));
        };
        let Some(Json::Array(signatures)) = members.remove("signatures") else {
            return Err(DocumentError::Missing("signatures"));
        };
        let mut document = SignedDocument::new(signed);
        let mut seen = BTreeSet::new();
        for received in signatures {
            let entry = Entry::read(received)?;
            let keyid = entry.received.get("keyid").and_then(Json::as_str).unwrap_or_default();
            if !seen.insert(keyid.to_owned()) {
                return Err(DocumentError::SignedTwice(shortened(keyid)));
            }
            document.entries.push(entry);
        }
        document.beside = members;
        Ok(document)
    }

    /// The `signed` part as received.
    pub fn signed(&self) -> &Json {
        &self.signed
    }

    /// The bytes that are signed: the canonical form of `signed`. The one place that makes them.
    pub fn signing_bytes(&self) -> &[u8] {
        &self.canonical
    }

    /// The document digest: the same before and after signatures.
    pub fn digest(&self) -> DocumentDigest {
        DocumentDigest::of_canonical(&self.canonical)
    }

    /// The signatures whose `sig` is hexadecimal; only such can count.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        self.entries.iter().filter_map(|entry| entry.signature.as_ref())
    }

    /// Adds a signature, in place of one under the same key id.
    pub fn add_signature(&mut self, signature: Signature) {
        self.remove_signature(&signature.keyid);
        self.entries.push(Entry { received: signature.to_json(), signature: Some(signature) });
    }

    /// Takes the signature under a key id out.
    pub fn remove_signature(&mut self, keyid: &KeyId) {
        self.entries
            .retain(|entry| entry.received.get("keyid").and_then(Json::as_str) != Some(keyid.as_str()));
    }

    /// The same `signed` with nothing beside it but the signatures under these key ids, `keyid` and `sig` alone.
    ///
    /// What nobody signed and nobody counted is not published.
    pub fn reduced_to(&self, keyids: &[KeyId]) -> SignedDocument {
        let mut reduced = SignedDocument::new(self.signed.clone());
        for signature in self.signatures().filter(|signature| keyids.contains(&signature.keyid)) {
            reduced.add_signature(signature.clone());
        }
        reduced
    }

    /// The key id of the first signature that is not just a `keyid` and a hexadecimal `sig`.
    pub fn foreign_signature(&self) -> Option<&str> {
        let plain = |entry: &&Entry| {
            let members = entry.received.as_object().map_or(0, BTreeMap::len);
            entry.signature.is_some() && members == 2
        };
        let foreign = self.entries.iter().find(|entry| !plain(entry))?;
        Some(foreign.received.get("keyid").and_then(Json::as_str).unwrap_or_default())
    }

    /// The whole document as a value.
    pub fn to_json(&self) -> Json {
        let mut members = self.beside.clone();
        members.insert("signed".to_owned(), self.signed.clone());
        members.insert("signatures".to_owned(), self.signatures_json());
        Json::Object(members)
    }

    /// The document as a file: ordinary JSON on one line, `signed` first, signatures last.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = b"{\"signed\":".to_vec();
        bytes.extend(self.signed.to_compact());
        for (name, value) in &self.beside {
            bytes.push(b',');
            bytes.extend(Json::from(name.as_str()).to_compact());
            bytes.push(b':');
            bytes.extend(value.to_compact());
        }
        bytes.extend_from_slice(b",\"signatures\":");
        bytes.extend(self.signatures_json().to_compact());
        bytes.push(b'}');
        bytes
    }

    fn signatures_json(&self) -> Json {
        Json::Array(self.entries.iter().map(|entry| entry.received.clone()).collect())
    }
}

impl Entry {
    fn read(received: Json) -> Result<Entry, DocumentError> {
        let signature = match Signature::from_json(&received) {
            Ok(signature) => Some(signature),
            // Signatures of other kinds are kept and never counted.
            Err(SignatureError::NotHex(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Entry { received, signature })
    }
}

/// A document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, or not JSON that can be signed.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A part is missing.
    #[error(
        "The document has no usable \"{0}\". A signed document has the object \"signed\" and the array \"signatures\"."
    )]
    Missing(&'static str),
    /// Two signatures under one key id.
    #[error(
        "Key {0} signed twice in one document, which every client refuses. Keep one of the two signatures."
    )]
    SignedTwice(String),
    /// A malformed signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_survive_and_are_signed() {
        let text = br#"{"signed":{"x-unknown":{"b":1,"a":[9007199254740993]},"_type":"root"},"signatures":[{"keyid":"ab","sig":"00","bundle":{"k":1}}],"note":[1]}"#;
        let document = SignedDocument::parse(text).unwrap();
        assert_eq!(
            document.signing_bytes(),
            br#"{"_type":"root","x-unknown":{"a":[9007199254740993],"b":1}}"#
        );
        let again = SignedDocument::parse(&document.to_bytes()).unwrap();
        assert_eq!(again, document);
        let text = String::from_utf8(document.to_bytes()).unwrap();
        assert!(text.contains("bundle") && text.contains(r#""note":[1]"#), "{text}");
        assert_eq!(SignedDocument::from_json(document.to_json()).unwrap(), document);
    }

    #[test]
    fn a_reduced_document_carries_nothing_that_was_not_counted() {
        let text = br#"{"signed":{"a":1},"signatures":[{"keyid":"ab","sig":"00","bundle":{}},{"keyid":"cd","sig":"01"},{"keyid":"ef","sig":"zz"}],"note":[1]}"#;
        let document = SignedDocument::parse(text).unwrap();
        assert_eq!(document.foreign_signature(), Some("ab"));
        let reduced = document.reduced_to(&[KeyId::parse("ab").unwrap()]);
        assert_eq!(reduced.to_bytes(), br#"{"signed":{"a":1},"signatures":[{"keyid":"ab","sig":"00"}]}"#);
        assert_eq!((reduced.foreign_signature(), reduced.digest()), (None, document.digest()));
        let not_hex = br#"{"signed":{},"signatures":[{"keyid":"ef","sig":"zz"}]}"#;
        assert_eq!(SignedDocument::parse(not_hex).unwrap().foreign_signature(), Some("ef"));
    }

    #[test]
    fn two_signatures_under_one_key_id_are_refused() {
        let text = br#"{"signed":{},"signatures":[{"keyid":"ab","sig":"00"},{"keyid":"ab","sig":"01"}]}"#;
        assert_eq!(SignedDocument::parse(text), Err(DocumentError::SignedTwice("ab".into())));
    }

    #[test]
    fn the_digest_does_not_change_with_signatures() {
        let mut document = SignedDocument::new(Json::object([("a", Json::from(1u32))]));
        let before = document.digest();
        document.add_signature(Signature { keyid: KeyId::parse("ab").unwrap(), sig: vec![1] });
        document.add_signature(Signature { keyid: KeyId::parse("ab").unwrap(), sig: vec![2] });
        assert_eq!(document.digest(), before);
        assert_eq!(document.signatures().map(|s| s.sig.clone()).collect::<Vec<_>>(), vec![vec![2]]);
    }
}
