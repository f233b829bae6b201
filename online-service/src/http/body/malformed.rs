//! What is wrong with text that is no JSON, in the words of RSTUF's server: Python's.

use serde_json::Error;

/// Where malformed text goes wrong, counted from zero, and what is wrong there.
pub(super) fn fault(text: &[u8], error: &Error) -> (u64, String) {
    let at = if error.is_eof() { text.len() } else { offset(text, error) };
    let said = error.to_string();
    let words = if error.is_eof() { at_the_end(text) } else { in_python(&said) };
    (at as u64, words.map_or(said, str::to_owned))
}

/// Line and column, both from one, as an offset from zero.
fn offset(text: &[u8], error: &Error) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    before + error.column().saturating_sub(1)
}

const NAME: &str = "Expecting property name enclosed in double quotes";
const VALUE: &str = "Expecting value";
const COMMA: &str = "Expecting ',' delimiter";

fn in_python(said: &str) -> Option<&'static str> {
    let words = [
        ("key must be a string", NAME),
        ("expected `,`", COMMA),
        ("expected `:`", "Expecting ':' delimiter"),
        ("expected value", VALUE),
        ("expected ident", VALUE),
        ("invalid number", VALUE),
        ("trailing comma", VALUE),
        ("trailing characters", "Extra data"),
        ("control character", "Invalid control character at"),
        ("invalid escape", "Invalid \\escape"),
    ];
    words.into_iter().find(|(ours, _)| said.starts_with(ours)).map(|(_, theirs)| theirs)
}

/// What was expected when the text ended, by what stands before its end.
fn at_the_end(text: &[u8]) -> Option<&'static str> {
    let text = text.trim_ascii_end();
    match text.last() {
        None | Some(b'[' | b':') => Some(VALUE),
        Some(b'{') => Some(NAME),
        Some(b'}' | b']' | b'0'..=b'9') => Some(COMMA),
        // After a comma a name or a value, and a string may have begun anywhere: Rust's own words are as good.
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn pythons_words_stand_at_pythons_places() {
        // As Python's module json complains about them.
        let rows = [
            ("{not json", 1, "Expecting property name enclosed in double quotes"),
            ("[1,2", 4, "Expecting ',' delimiter"),
            ("", 0, "Expecting value"),
            ("{", 1, "Expecting property name enclosed in double quotes"),
            ("[", 1, "Expecting value"),
            ("{\"a\":", 5, "Expecting value"),
            ("{\"a\":1", 6, "Expecting ',' delimiter"),
            ("{\"a\" 1}", 5, "Expecting ':' delimiter"),
            ("[1 2]", 3, "Expecting ',' delimiter"),
            ("{\"a\":1 \"b\":2}", 7, "Expecting ',' delimiter"),
            ("1 2", 2, "Extra data"),
            ("[1,2]]", 5, "Extra data"),
            ("{'a':1}", 1, "Expecting property name enclosed in double quotes"),
            ("[\n\n x]", 4, "Expecting value"),
        ];
        for (text, at, words) in rows {
            let error = serde_json::from_str::<serde::de::IgnoredAny>(text).unwrap_err();
            assert_eq!(fault(text.as_bytes(), &error), (at, words.to_owned()), "{text}");
        }
        let error = serde_json::from_str::<serde::de::IgnoredAny>("\"abc").unwrap_err();
        assert!(fault(b"\"abc", &error).1.contains("EOF"), "whatever has no word is told in others");
    }
}
