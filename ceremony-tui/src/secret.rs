//! PINs and passphrases.
//!
//! A [`Secret`] lives in one memory page of its own that is locked (never swapped), cleared when it is dropped,
//! and has no way out but [`Secret::expose`]: no `Clone`, no `Serialize`, no `Display`, and a `Debug` that says
//! nothing. It is never an event, never part of a request, never in an error.

use std::fmt;

use zeroize::Zeroize;

/// The longest PIN or passphrase, in bytes.
pub const MAX_SECRET: usize = 1024;

const PAGE: usize = 4096;

/// How deep the calls of a request go: ciphers, passphrase hashing and modules together.
const DEEPEST: usize = 256 * 1024;

/// Overwrites the stack below its caller. Modules and ciphers copy PINs and keys from frame to frame and clear none; in
/// an optimised program nothing else writes over them. What was called before it must not be inlined into the caller.
#[inline(never)]
pub fn clear_stack() {
    [0_u8; DEEPEST].zeroize();
}

#[repr(align(4096))]
struct Page([u8; PAGE]);

/// A PIN or a passphrase in a locked page, cleared on drop.
pub struct Secret {
    length: usize,
    // Before `page`: fields drop in this order, and the page must still exist when it is unlocked.
    _lock: region::LockGuard,
    page: Box<Page>,
}

impl Secret {
    /// An empty secret in a freshly locked page.
    pub fn empty() -> Result<Secret, SecretError> {
        let page = Box::new(Page([0; PAGE]));
        let lock = region::lock(page.0.as_ptr(), PAGE).map_err(|_| SecretError::NotLocked)?;
        Ok(Secret { length: 0, _lock: lock, page })
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) -> Result<(), SecretError> {
        if self.length == MAX_SECRET {
            return Err(SecretError::TooLong);
        }
        self.page.0[self.length] = byte;
        self.length += 1;
        Ok(())
    }

    /// Removes the last character (not only its last byte).
    pub fn pop_character(&mut self) {
        while self.length > 0 {
            self.length -= 1;
            let byte = self.page.0[self.length];
            self.page.0[self.length] = 0;
            if byte & 0b1100_0000 != 0b1000_0000 {
                return;
            }
        }
    }

    /// Forgets everything typed so far.
    pub fn clear(&mut self) {
        self.page.0.zeroize();
        self.length = 0;
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes themselves. Callers copy them nowhere that is not cleared again.
    pub fn expose(&self) -> &[u8] {
        &self.page.0[..self.length]
    }

    /// The secret as text, for libraries that take nothing else.
    pub fn expose_text(&self) -> Result<&str, SecretError> {
        std::str::from_utf8(self.expose()).map_err(|_| SecretError::NotText)
    }

    /// Whether two secrets are equal (a passphrase typed twice).
    pub fn same_as(&self, other: &Secret) -> bool {
        let mut difference = self.length ^ other.length;
        for (left, right) in self.page.0.iter().zip(&other.page.0) {
            difference |= usize::from(left ^ right);
        }
        difference == 0
    }

    /// A second locked page with the same content, for a secret that is needed again.
    pub fn duplicate(&self) -> Result<Secret, SecretError> {
        let mut copy = Secret::empty()?;
        copy.room(self.length)?.copy_from_slice(self.expose());
        Ok(copy)
    }

    /// Room for exactly `length` bytes that are read straight into the locked page.
    pub(crate) fn room(&mut self, length: usize) -> Result<&mut [u8], SecretError> {
        if length > MAX_SECRET {
            return Err(SecretError::TooLong);
        }
        self.clear();
        self.length = length;
        Ok(&mut self.page.0[..length])
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret could not be kept. Says nothing about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The page could not be locked into memory.
    #[error("Memory for a secret could not be locked. Raise the limit (ulimit -l) and start again.")]
    NotLocked,
    /// Longer than any PIN or passphrase may be.
    #[error("That is longer than 1024 bytes. Use a shorter PIN or passphrase.")]
    TooLong,
    /// Not UTF-8.
    #[error("That is not UTF-8 text. Type it on a UTF-8 terminal.")]
    NotText,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_about_the_content() {
        let mut secret = Secret::empty().unwrap();
        for byte in b"marker-9317" {
            secret.push(*byte).unwrap();
        }
        let shown = format!("{secret:?}");
        assert_eq!(shown, "Secret(…)");
    }

    #[test]
    fn backspace_removes_a_whole_character() {
        let mut secret = Secret::empty().unwrap();
        for byte in "aé".bytes() {
            secret.push(byte).unwrap();
        }
        secret.pop_character();
        assert_eq!(secret.expose(), b"a");
        secret.pop_character();
        secret.pop_character();
        assert!(secret.is_empty());
    }

    #[test]
    fn a_secret_beyond_the_limit_is_refused() {
        let mut secret = Secret::empty().unwrap();
        for _ in 0..MAX_SECRET {
            secret.push(b'x').unwrap();
        }
        assert_eq!(secret.push(b'x'), Err(SecretError::TooLong));
        assert!(secret.room(MAX_SECRET + 1).is_err());
    }

    #[test]
    fn equality_looks_at_length_and_bytes() {
        let mut one = Secret::empty().unwrap();
        let mut two = Secret::empty().unwrap();
        assert!(one.same_as(&two));
        one.push(b'a').unwrap();
        assert!(!one.same_as(&two));
        two.push(b'a').unwrap();
        assert!(one.same_as(&two));
        assert!(one.duplicate().unwrap().same_as(&two));
    }
}
