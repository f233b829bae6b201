//! Spellings of integers and booleans, as leniently as pydantic reads them.

/// An integer that a string spells: with white space around it, a sign, zeros before it, single underscores between its
/// digits, and a fraction of nothing but zeros.
pub(super) fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = match digits.split_once('.') {
        None => digits,
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
    };
    let groups = whole.split('_');
    let are_digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if !groups.clone().all(are_digits) {
        return None;
    }
    format!("{sign}{}", groups.collect::<String>()).parse().ok()
}

/// A boolean that a word spells.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{boolean, integer};

    /// What pydantic 2.14 says to each of these.
    #[test]
    fn strings_are_the_integers_that_pydantic_reads() {
        let rows = [
            ("630", 630),
            ("630.0", 630),
            ("630.00", 630),
            (" 630 ", 630),
            ("\t630\n", 630),
            ("\u{a0}630", 630),
            ("0630", 630),
            ("+630", 630),
            ("-630", -630),
            ("6_30", 630),
            ("00_1", 1),
            ("1_0.0", 10),
            ("-1.0", -1),
            ("-0", 0),
            ("99999999999999999999", 99_999_999_999_999_999_999),
        ];
        for (text, number) in rows {
            assert_eq!(integer(text), Some(number), "{text}");
        }
        for text in [
            "", " ", "-", "+", "- 630", "+-1", "--1", "_630", "630_", "6__30", "630.", ".0", "630.5",
            "1.0_0", "6.3e2", "0x10", "१२", "1,000", "1 0",
        ] {
            assert_eq!(integer(text), None, "{text}");
        }
        assert_eq!(integer(&"9".repeat(5000)), None, "no client needs it");
    }

    #[test]
    fn words_are_the_booleans_that_pydantic_reads() {
        for text in ["true", "TRUE", "tRuE", "t", "T", "yes", "YES", "y", "on", "ON", "1"] {
            assert_eq!(boolean(text), Some(true), "{text}");
        }
        for text in ["false", "FALSE", "f", "no", "n", "off", "0"] {
            assert_eq!(boolean(text), Some(false), "{text}");
        }
        for text in ["", " true", "true ", "1.0", "enable", "null"] {
            assert_eq!(boolean(text), None, "{text}");
        }
    }
}
