//! What clients of every language sign, sort and compare alike.
//!
//! JavaScript keeps integers only up to 2^53-1 and sorts names by UTF-16 units; some clients normalise text before they
//! sign it, and others do not. A document with what they disagree on verifies for some clients only.

use unicode_normalization::is_nfc;

use super::Json;
use crate::text::shortened;

/// The greatest integer that JavaScript keeps exactly.
pub(crate) const EXACT_EVERYWHERE: i128 = (1 << 53) - 1;

/// Whether every client sees the same text: some normalise to NFC, others do not.
pub(crate) fn is_normalised(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

/// Whether clients sort by it alike: JavaScript sorts by UTF-16 units, which differ beyond the BMP.
pub(crate) fn is_in_the_bmp(text: &str) -> bool {
    text.chars().all(|c| u32::from(c) <= 0xFFFF)
}

impl Json {
    /// Checks that every client reads this value alike, however deep.
    ///
    /// # Errors
    /// The first number, text or name that clients disagree on.
    pub fn check_alike(&self) -> Result<(), AlikeError> {
        match self {
            Json::Int(number) if !(-EXACT_EVERYWHERE..=EXACT_EVERYWHERE).contains(number) => {
                Err(AlikeError::Number(*number))
            }
            Json::String(text) if !is_normalised(text) => Err(AlikeError::Text(shortened(text))),
            Json::Array(elements) => elements.iter().try_for_each(Json::check_alike),
            Json::Object(members) => members.iter().try_for_each(|(name, member)| {
                check_name(name)?;
                member.check_alike()
            }),
            _ => Ok(()),
        }
    }
}

fn check_name(name: &str) -> Result<(), AlikeError> {
    if !is_normalised(name) {
        return Err(AlikeError::Text(shortened(name)));
    }
    if is_in_the_bmp(name) { Ok(()) } else { Err(AlikeError::Name(shortened(name))) }
}

/// Clients would read this differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlikeError {
    /// An integer that JavaScript would round.
    #[error(
        "The number {0} is beyond ±9007199254740991, up to where every client keeps it exactly. Write it as a string."
    )]
    Number(i128),
    /// A string or name that clients would sign differently.
    #[error(
        "The text \"{0}\" is not in Unicode normal form C, so that clients would sign it differently. Normalise it."
    )]
    Text(String),
    /// A name that clients would sort differently.
    #[error(
        "The name \"{0}\" has characters beyond the basic plane, which clients sort differently. Choose other characters."
    )]
    Name(String),
}
