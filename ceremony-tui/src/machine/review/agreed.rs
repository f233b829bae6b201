//! What everybody agreed to. It knows nothing of how they came to it.

use shared::digest::DocumentDigest;
use shared::key::Signature;
use shared::metadata::{Metadata, Root};
use shared::names::KeyId;
use shared::rotation::{RootError, self_tally};
use shared::threshold::Tally;

/// A document that was shown, compared and agreed to. Only the review can make one, so nothing else can be signed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::machine) struct Agreed {
    root: Metadata<Root>,
}

impl Agreed {
    /// Everybody agreed to this document.
    pub(super) fn to(root: Metadata<Root>) -> Agreed {
        Agreed { root }
    }

    /// The bytes that were agreed to, and that are signed.
    pub(in crate::machine) fn signing_bytes(&self) -> &[u8] {
        self.root.document().signing_bytes()
    }

    pub(in crate::machine) fn digest(&self) -> DocumentDigest {
        self.root.document().digest()
    }

    pub(in crate::machine) fn root(&self) -> &Metadata<Root> {
        &self.root
    }

    /// Adds a signature if its key verifies it over these very bytes.
    pub(in crate::machine) fn add_verified(&mut self, keyid: &KeyId, sig: Vec<u8>) -> Result<(), String> {
        let key = self.root.body().keys.get(keyid).ok_or("The document does not list this key.")?;
        key.verify(self.root.document().signing_bytes(), &sig).map_err(|error| error.to_string())?;
        self.root.document_mut().add_signature(Signature { keyid: keyid.clone(), sig });
        Ok(())
    }

    /// Who has signed, by the one function that counts.
    pub(in crate::machine) fn tally(&self) -> Result<Tally, RootError> {
        self_tally(&self.root)
    }
}
