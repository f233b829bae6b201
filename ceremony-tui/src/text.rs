//! Text on its way to a person: nothing in it can steer a terminal or mislead an eye.

/// Text with every control character, and every character that is invisible or turns text around, made visible.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that change how the ones around them look.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Breaks between words, and inside words that are longer than a line. Nothing is left out.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        let mut word = word;
        if line.chars().count() + word.trim_end().chars().count() > width && !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while word.chars().count() > width {
            let end = word.char_indices().nth(width).map_or(word.len(), |(index, _)| index);
            lines.push(format!("{line}{}", &word[..end]));
            line.clear();
            word = &word[end..];
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
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
}
