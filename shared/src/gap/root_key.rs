//! `root-key.json`: the public key of a holder who is not in the room, with a proof of possession
//! and what the token attests.

use super::possession::{Form, KeyDocumentError, Possession, is_from_the_future};
use crate::attestation::{Anchors, AttestedUse, Proven, UsedDevice, Wanted, certificates_of, judge};
use crate::json::Json;
use crate::key::Key;
use crate::names::KeyId;
use crate::time::UnixTime;

const FORM: Form = Form {
    kind: "vestry-root-key",
    label: "vestry-root-key-v1",
    file: "root-key.json",
    maker: "the ceremony program of the key's holder",
};

const ATTESTATION: &str = "attestation";

/// A public root key, its holder's name, the proof, and the attestation of its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKeyDocument {
    /// The public key.
    pub key: Key,
    /// What people call the key.
    pub name: String,
    /// When the proof was made.
    pub time: UnixTime,
    /// The signature over [`RootKeyDocument::statement`].
    pub proof: Vec<u8>,
    /// Certificates in PEM, the key's own first, then that of its device; empty when the token attests nothing. Not
    /// verified before [`RootKeyDocument::judge`].
    pub attestation: Vec<String>,
}

impl RootKeyDocument {
    /// What the proof signs. It never begins with `{`, so it can never be metadata.
    pub fn statement(keyid: &KeyId, time: UnixTime) -> Vec<u8> {
        FORM.statement(keyid, time)
    }

    /// Reads a document and verifies its proof, not its attestation.
    ///
    /// # Errors
    /// Another kind of document, malformed fields, or a proof that does not hold.
    pub fn parse(bytes: &[u8]) -> Result<RootKeyDocument, KeyDocumentError> {
        let value = Json::parse(bytes)?;
        let Possession { key, name, time, proof } = FORM.read(&value)?;
        let malformed = || KeyDocumentError::Field(ATTESTATION);
        let listed = match value.get(ATTESTATION) {
            None => &[],
            Some(chain) => chain.as_array().ok_or_else(malformed)?,
        };
        let one = |entry: &Json| entry.as_str().map(str::to_owned).ok_or_else(malformed);
        let attestation = listed.iter().map(one).collect::<Result<_, _>>()?;
        Ok(RootKeyDocument { key, name, time, proof, attestation })
    }

    /// Whether these bytes say that they are such a document. Nothing of it is verified.
    pub fn is_claimed_by(bytes: &[u8]) -> bool {
        let kind = Json::parse(bytes).ok().and_then(|value| Some(value.get("kind")?.as_str()? == FORM.kind));
        kind == Some(true)
    }

    /// Whether the proof lies more than a day in the future at `now`: one of the clocks is wrong.
    pub fn is_from_the_future_at(&self, now: UnixTime) -> bool {
        is_from_the_future(self.time, now)
    }

    /// Whether the attestation is about this key: its chain is verified at `at`, and its policies have to be enough. The
    /// proof of possession, which was verified when the document was read, makes it count.
    ///
    /// # Errors
    /// No attestation, or one that is not believed or not enough.
    pub fn judge(
        &self,
        wanted: &Wanted,
        anchors: &Anchors,
        at: UnixTime,
    ) -> Result<Proven, KeyDocumentError> {
        let certificates = certificates_of(&self.attestation.concat())?;
        let used = AttestedUse { key: &self.key, device: UsedDevice::DocumentsOnly };
        let attested = judge(&certificates, used, wanted, anchors, at)?;
        Proven::by_possession(attested, &self.key, self.time, &self.proof).map_err(KeyDocumentError::Proof)
    }

    /// The document as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut value = FORM.write(&self.key, &self.name, self.time, &self.proof);
        if !self.attestation.is_empty() {
            let chain = self.attestation.iter().map(|certificate| Json::from(certificate.as_str()));
            value.set(ATTESTATION, Json::Array(chain.collect()));
        }
        value.to_pretty()
    }
}
