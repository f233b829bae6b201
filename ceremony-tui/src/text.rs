//! Text on its way to a person: nothing in it can steer a terminal or mislead an eye.

pub(crate) use shared::text::is_invisible;
use unicode_width::UnicodeWidthChar;

/// Text with every control character, and every character that is invisible or turns text around, made visible.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// Columns of a terminal that the text takes: some characters take two.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Breaks between words, and inside words that are longer than a line. Nothing is left out.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        let mut word = word;
        let full = columns(&line) >= width || !line.trim().is_empty();
        if full && columns(&line) + columns(word.trim_end()) > width {
            lines.push(std::mem::take(&mut line));
        }
        while columns(&line) + columns(word.trim_end()) > width {
            let mut end = fitting(word, width.saturating_sub(columns(&line)));
            if end == 0 && line.is_empty() {
                // Wider than any line: shown all the same, or this would never end.
                end = word.chars().next().map_or(word.len(), char::len_utf8);
            }
            lines.push(format!("{line}{}", &word[..end]));
            line.clear();
            word = &word[end..];
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Breaks wherever the width ends, as bytes are read. Nothing is left out.
pub(crate) fn break_anywhere(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let end = fitting(rest, width);
        if end == rest.len() {
            break;
        }
        let first = rest.chars().next().map_or(rest.len(), char::len_utf8);
        let (line, after) = rest.split_at(end.max(first));
        lines.push(line.to_owned());
        rest = after;
    }
    lines.push(rest.to_owned());
    lines
}

/// The text, or its beginning and a mark that says that there is more.
pub(crate) fn clip(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    format!("{}…", &text[..fitting(text, width.saturating_sub(1))])
}

/// How many bytes of the word fit into `width` columns.
fn fitting(word: &str, width: usize) -> usize {
    let mut taken = 0;
    for (index, c) in word.char_indices() {
        taken += columns_of(c);
        if taken > width {
            return index;
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{printable, wrap};

    #[test]
    fn wrapping_leaves_nothing_out_and_keeps_the_width() {
        let text = "a sentence with averyveryverylongword and some more words in it";
        for width in [5, 8, 20, 100] {
            let lines = wrap(text, width);
            let kept: String = lines.concat().split_whitespace().collect();
            assert_eq!(kept, text.split_whitespace().collect::<String>());
            assert!(lines.iter().all(|line| line.trim_end().chars().count() <= width), "{lines:?}");
        }
    }

    #[test]
    fn text_from_outside_can_neither_steer_the_terminal_nor_turn_around() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\u{200b}d"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
    }

    #[test]
    fn wide_characters_take_two_columns_and_none_is_lost() {
        let text = printable("鍵".repeat(50).as_str()) + " of the cafe\u{301} 鍵鍵鍵 👩‍🔧 and the rest";
        for width in [5, 20, 57] {
            let lines = wrap(&text, width);
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| line.trim_end().width() <= width), "{lines:?}");
        }
    }

    #[test]
    fn characters_that_show_nothing_are_made_visible() {
        for c in "\u{34f}\u{2800}\u{3164}\u{fe0f}\u{e0041}".chars() {
            assert_eq!(printable(&format!("a{c}b")), "a\u{fffd}b");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(text in "\\PC{0,120}", width in 4_usize..60) {
            let text = printable(&text);
            let lines = wrap(&text, width);
            proptest::prop_assert_eq!(lines.concat(), text);
            proptest::prop_assert!(lines.iter().all(|line| line.trim_end().width() <= width), "{:?}", lines);
        }
    }
}
