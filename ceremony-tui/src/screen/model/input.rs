//! The line that is typed, with a cursor in it.

use crate::text::{columns, printable};

/// The longest answer that is typed, in bytes.
const LONGEST: usize = 1024;

/// A line of text and a place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputLine {
    before: String,
    after: String,
    /// Whether this very text was refused: what is typed next replaces it.
    refused: bool,
}

/// The text is longer than any answer; nothing of it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl InputLine {
    /// What was typed.
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Takes text in at the cursor, as one line. All of it, or nothing.
    pub fn insert(&mut self, text: &str) -> Result<(), TooLong> {
        let one_line =
            text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let kept = if self.refused { 0 } else { self.before.len() + self.after.len() };
        if kept + one_line.len() > LONGEST {
            return Err(TooLong);
        }
        if self.refused {
            self.clear();
        }
        self.before.push_str(&one_line);
        Ok(())
    }

    /// The text was no answer: it stays to be mended, and what is typed instead replaces it.
    pub fn refuse(&mut self) {
        self.refused = true;
    }

    /// Takes the character before the cursor back.
    pub fn erase(&mut self) {
        self.refused = false;
        self.before.truncate(last_start(&self.before));
    }

    /// Takes the character at the cursor away.
    pub fn delete(&mut self) {
        self.refused = false;
        self.after.drain(..first_end(&self.after));
    }

    /// Takes everything back.
    pub fn clear(&mut self) {
        *self = InputLine::default();
    }

    /// One character to the left.
    pub fn left(&mut self) {
        self.refused = false;
        let moved = self.before.split_off(last_start(&self.before));
        self.after.insert_str(0, &moved);
    }

    /// One character to the right.
    pub fn right(&mut self) {
        self.refused = false;
        let moved: String = self.after.drain(..first_end(&self.after)).collect();
        self.before.push_str(&moved);
    }

    /// To the beginning.
    pub fn home(&mut self) {
        self.refused = false;
        self.after.insert_str(0, &std::mem::take(&mut self.before));
    }

    /// To the end.
    pub fn end(&mut self) {
        self.refused = false;
        self.before.push_str(&std::mem::take(&mut self.after));
    }

    /// What of it fits into `width` columns, and the cursor's column: always inside.
    pub fn window(&self, width: usize) -> (String, usize) {
        let mut before = printable(&self.before);
        // The cursor itself takes a column when it stands behind the text.
        while columns(&before) + 1 > width && !before.is_empty() {
            before.drain(..first_end(&before));
        }
        let column = columns(&before);
        let mut shown = before;
        for character in printable(&self.after).chars() {
            shown.push(character);
            if columns(&shown) > width {
                shown.pop();
                break;
            }
        }
        (shown, column)
    }
}

/// Where the last character begins, with what is drawn on top of it.
fn last_start(text: &str) -> usize {
    let widths = text.char_indices().rev();
    widths.into_iter().find(|(_, c)| !is_attached(*c)).map_or(0, |(index, _)| index)
}

/// Where the first character ends, with what is drawn on top of it.
fn first_end(text: &str) -> usize {
    let next = text.char_indices().skip(1).find(|(_, c)| !is_attached(*c));
    next.map_or(text.len(), |(index, _)| index)
}

/// Accents and the like take no column of their own.
fn is_attached(c: char) -> bool {
    columns(c.encode_utf8(&mut [0; 4])) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> InputLine {
        let mut line = InputLine::default();
        line.insert(text).unwrap();
        line
    }

    #[test]
    fn the_cursor_goes_over_whole_characters_and_text_goes_in_where_it_stands() {
        let mut line = typed("bite\u{301}鍵");
        line.left();
        line.left();
        line.insert("!").unwrap();
        assert_eq!(line.text(), "bit!e\u{301}鍵");
        line.delete();
        assert_eq!(line.text(), "bit!鍵");
        line.home();
        line.delete();
        line.end();
        line.erase();
        assert_eq!(line.text(), "it!");
    }

    #[test]
    fn what_is_typed_replaces_a_refused_line_and_the_arrows_keep_it() {
        let mut line = typed("Alice");
        line.refuse();
        line.insert("bo").unwrap();
        line.insert("b").unwrap();
        assert_eq!(line.text(), "bob");
        line.refuse();
        line.home();
        line.insert("Ja").unwrap();
        assert_eq!(line.text(), "Jabob");
    }

    #[test]
    fn a_paste_becomes_one_line_and_one_that_is_too_long_is_not_cut() {
        let mut line = typed("/media/\u{1b}[2J\r\nusb\n");
        assert_eq!(line.text(), "/media/ [2J usb");
        assert_eq!(line.insert(&"x".repeat(LONGEST)), Err(TooLong));
        assert_eq!(line.text(), "/media/ [2J usb");
    }

    proptest::proptest! {
        #[test]
        fn the_cursor_is_always_inside_the_window(text in "\\PC{0,60}", back in 0_usize..70, width in 3_usize..40) {
            let mut line = typed(&text);
            for _ in 0..back {
                line.left();
            }
            let (shown, column) = line.window(width);
            proptest::prop_assert!(columns(&shown) <= width);
            proptest::prop_assert!(column < width);
            proptest::prop_assert_eq!(line.text(), typed(&text).text());
        }
    }
}
