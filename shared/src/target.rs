//! Targets: their paths, and what is said of them. What stands here is what clients agree on.

mod info;
mod path;

pub use info::{CUSTOM_MAX_BYTES, CUSTOM_MAX_DEPTH, HASH_ALGORITHMS, TargetInfo, TargetInfoError};
pub use path::{PATH_MAX_BYTES, TargetPath, TargetPathError};

use unicode_normalization::is_nfc;

/// The greatest integer that JavaScript keeps exactly.
const EXACT_EVERYWHERE: i128 = (1 << 53) - 1;

/// Whether every client sees the same text: some normalise to NFC, others do not.
fn is_normalised(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

/// Whether clients sort by it alike: JavaScript sorts by UTF-16 units, which differ beyond the BMP.
fn is_in_the_bmp(text: &str) -> bool {
    text.chars().all(|c| u32::from(c) <= 0xFFFF)
}

#[cfg(test)]
mod tests;
