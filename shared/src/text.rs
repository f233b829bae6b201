//! A stranger's text on its way to a person: nothing in it steers a terminal, turns text around or hides.

/// How many characters of a stranger's text an error message carries.
const SHORT: usize = 80;

/// Characters that show nothing, or change how the ones around them look.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The text, with whatever would steer a terminal, mislead an eye or not be seen spelt out as `\u{202e}`.
pub fn spelt(text: &str) -> String {
    text.chars().fold(String::new(), push)
}

/// At most the first 80 characters of the text, spelt out and with one space for each run of them, so that it cannot
/// push what follows into a line of its own: for error messages.
pub fn shortened(text: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && !c.is_control();
    let mut after_space = false;
    let mut rest = text.chars().filter(|c| {
        let is_more = after_space && is_space(*c);
        after_space = is_space(*c);
        !is_more
    });
    let beginning = rest.by_ref().take(SHORT).fold(String::new(), push);
    if rest.next().is_some() { beginning + "..." } else { beginning }
}

/// A stranger's text in quotation marks that it cannot leave, shortened: those of its own become single ones. A backslash
/// before them would be no help, since the text may hold one before its own.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text).replace('"', "'"))
}

fn push(mut shown: String, c: char) -> String {
    match c {
        '"' | '\'' | '\\' => shown.push(c),
        _ if is_invisible(c) => shown.extend(c.escape_unicode()),
        _ => shown.extend(c.escape_debug()),
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_told_in_short_and_steers_no_terminal() {
        assert_eq!(shortened("a \"b\" \\ \u{e9}"), "a \"b\" \\ \u{e9}");
        assert_eq!(shortened("\u{1b}[2J\u{202e}e\u{301}\0"), "\\u{1b}[2J\\u{202e}e\\u{301}\\0");
        assert_eq!(shortened(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(shortened(&"x".repeat(1000)), format!("{}...", "x".repeat(80)));
        let padded = format!("a{}b \u{a0}\u{3000} c", " ".repeat(200));
        assert_eq!(shortened(&padded), "a b c", "nothing pads a line");
        assert_eq!(spelt(&"x\n".repeat(100)), "x\\n".repeat(100));
        assert_eq!(quoted("carol\", verified"), "\"carol', verified\"");
        assert_eq!(quoted("x\\\", verified"), "\"x\\', verified\"");
    }

    #[test]
    fn characters_that_show_nothing_are_spelt_out() {
        for c in "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{180e}\u{200b}\u{202e}\u{2800}\u{3164}\u{fe0f}\u{ffa0}\u{e0041}"
            .chars()
        {
            assert!(is_invisible(c), "{:x}", u32::from(c));
            assert_eq!(spelt(&format!("a{c}b")), format!("a\\u{{{:x}}}b", u32::from(c)));
        }
    }
}
