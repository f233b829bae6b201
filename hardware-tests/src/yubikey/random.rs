//! The dice of a card.

use super::status::Status;

/// So many random bytes.
#[expect(clippy::disallowed_methods, reason = "the one place of this crate that asks for randomness")]
pub(super) fn bytes(count: usize) -> Result<Vec<u8>, Status> {
    let mut bytes = vec![0; count];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Status::INTERNAL)?;
    Ok(bytes)
}
