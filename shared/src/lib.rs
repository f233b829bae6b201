//! The domain that both programs share: TUF metadata, keys, thresholds, root rotation and the
//! documents that cross the gap between the offline and the online machine.
//!
//! Nothing here reads a file, a clock, the network or the environment. Times are parameters.
//! The one module that needs randomness, and knows private keys, is [`software`].
//!
//! Each rule that protects users exists once:
//!
//! * [`document::SignedDocument::signing_bytes`] makes the bytes that are signed,
//! * [`threshold::count_signatures`] counts signatures against a threshold,
//! * [`rotation::check_succession`] decides whether root N+1 may follow root N.

pub mod attestation;
pub mod bins;
pub mod device;
pub mod digest;
pub mod document;
pub mod gap;
pub mod json;
pub mod key;
pub mod metadata;
pub mod names;
pub mod repository;
pub mod root_draft;
pub mod rotation;
pub mod settings;
pub mod software;
pub mod target;
pub mod text;
pub mod threshold;
pub mod time;
