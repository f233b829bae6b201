//! The proof that somebody holds a key: a signature over a statement of now, which no metadata is.

use shared::gap::RootKeyDocument;
use shared::key::Key;
use shared::time::UnixTime;

/// Whether what a token signed proves that it holds the key.
pub(super) fn check(key: &Key, time: UnixTime, proof: &[u8]) -> Result<(), String> {
    key.verify(&RootKeyDocument::statement(key.id(), time), proof).map_err(|_| refused())
}

/// What people hear of a signature that proves nothing.
pub(super) fn refused() -> String {
    "The token signed, but its public key does not verify that signature. Do not use this key; choose another."
        .to_owned()
}
