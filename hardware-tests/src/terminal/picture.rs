//! Whether a picture is on the screen as a whole.

/// A program that marks its pictures (synchronised output) is never looked at in the middle of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// It is, or the program marks none.
    Whole,
    /// It has begun.
    Begun,
}

const BEGINS: &[u8] = b"\x1b[?2026h";
const ENDS: &[u8] = b"\x1b[?2026l";

impl Picture {
    /// After the last `new` bytes of all that was received.
    pub(super) fn after(self, received: &[u8], new: usize) -> Picture {
        // A mark may come in two pieces.
        let from = received.len().saturating_sub(new + BEGINS.len() - 1);
        received[from..].windows(BEGINS.len()).fold(self, |picture, mark| match mark {
            BEGINS => Picture::Begun,
            ENDS => Picture::Whole,
            _ => picture,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_in_whatever_pieces_it_comes() {
        let all = [b"x", BEGINS, b"picture", ENDS].concat();
        for size in 1..=all.len() {
            let mut picture = Picture::Whole;
            let mut received = Vec::new();
            let mut seen = Vec::new();
            for piece in all.chunks(size) {
                received.extend_from_slice(piece);
                picture = picture.after(&received, piece.len());
                seen.push(picture);
            }
            assert_eq!(picture, Picture::Whole);
            assert!(size > 8 || seen.contains(&Picture::Begun), "{size}");
        }
    }
}
