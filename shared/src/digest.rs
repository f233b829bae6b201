//! The two digests, never mixed.
//!
//! The [`DocumentDigest`] is SHA-256 of the canonical `signed` part: the same before and after
//! signatures, and the only digest that people read aloud. The [`FileDigest`] is SHA-256 of a
//! file's bytes and serves copies.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use bip39::{Language, Mnemonic};

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// How many groups of four hexadecimal digits a spoken digest has.
pub const GROUPS: usize = 16;

/// How many words a spoken digest has.
pub const WORDS: usize = 24;

/// Sixteen groups of four lower-case hexadecimal digits.
pub fn groups(digest: &[u8; 32]) -> [String; GROUPS] {
    std::array::from_fn(|index| hex::encode(&digest[2 * index..2 * index + 2]))
}

/// SHA-256 of the canonical `signed` part of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentDigest([u8; 32]);

impl DocumentDigest {
    /// The digest of the canonical bytes of a `signed` part.
    pub fn of_canonical(canonical: &[u8]) -> DocumentDigest {
        DocumentDigest(sha256(canonical))
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Sixty-four lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Sixteen groups of four digits, to be read aloud.
    pub fn groups(&self) -> [String; GROUPS] {
        groups(&self.0)
    }

    /// Twenty-four words of the BIP 39 English list, the last one carrying a checksum.
    pub fn words(&self) -> Vec<&'static str> {
        // 32 bytes is one of the lengths that BIP 39 knows, so this is never the empty list.
        Mnemonic::from_entropy(&self.0).map(|mnemonic| mnemonic.words().collect()).unwrap_or_default()
    }

    /// Reads a digest as a person types it: all sixteen groups, or all twenty-four words.
    ///
    /// Spaces, commas, colons and hyphens separate; upper case is the same as lower case.
    ///
    /// # Errors
    /// Anything else, above all a part of a digest: a prefix is easy to collide.
    pub fn parse_spoken(text: &str) -> Result<DocumentDigest, DigestError> {
        let lower = text.to_lowercase();
        let separators = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-');
        let parts: Vec<&str> = lower.split(separators).filter(|part| !part.is_empty()).collect();
        let bytes = if parts.len() == WORDS {
            let mnemonic = Mnemonic::parse_in_normalized(Language::English, &parts.join(" "));
            mnemonic.map_err(|_| DigestError::Words)?.to_entropy()
        } else {
            let digits = parts.concat();
            hex::decode(&digits).ok().filter(|bytes| bytes.len() == 32).ok_or(DigestError::Incomplete)?
        };
        <[u8; 32]>::try_from(bytes).map(DocumentDigest).map_err(|_| DigestError::Incomplete)
    }
}

impl fmt::Display for DocumentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.groups().join(" "))
    }
}

impl fmt::Debug for DocumentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DocumentDigest({})", self.to_hex())
    }
}

/// SHA-256 of a file's bytes, to compare copies. It changes when a signature is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigest([u8; 32]);

impl FileDigest {
    /// The digest of a file's bytes.
    pub fn of(bytes: &[u8]) -> FileDigest {
        FileDigest(sha256(bytes))
    }
}

impl fmt::Display for FileDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

/// What was typed is no complete digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Neither 64 hexadecimal digits nor 24 words.
    #[error(
        "This is not a whole document digest. Give all 16 groups of 4 digits, or all 24 words, as the ceremony showed them."
    )]
    Incomplete,
    /// Twenty-four words whose checksum is wrong or of which one is not in the list.
    #[error("These 24 words are not a digest: one of them is misheard or misspelt. Read them once more.")]
    Words,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_words_read_back_as_the_same_digest() {
        let digest = DocumentDigest::of_canonical(b"{}");
        assert_eq!(digest.words().len(), WORDS);
        assert_eq!(DocumentDigest::parse_spoken(&digest.to_string()), Ok(digest));
        assert_eq!(DocumentDigest::parse_spoken(&digest.to_hex().to_uppercase()), Ok(digest));
        assert_eq!(DocumentDigest::parse_spoken(&digest.words().join(" ")), Ok(digest));
        assert_eq!(DocumentDigest::parse_spoken(&digest.groups().join(":")), Ok(digest));
    }

    #[test]
    fn a_prefix_or_a_misheard_word_is_refused() {
        let digest = DocumentDigest::of_canonical(b"{}");
        assert_eq!(
            DocumentDigest::parse_spoken(&digest.groups()[..15].join(" ")),
            Err(DigestError::Incomplete)
        );
        let mut words = digest.words();
        words[3] = if words[3] == "zoo" { "zone" } else { "zoo" };
        assert_eq!(DocumentDigest::parse_spoken(&words.join(" ")), Err(DigestError::Words));
        assert_eq!(DocumentDigest::parse_spoken(""), Err(DigestError::Incomplete));
    }
}
