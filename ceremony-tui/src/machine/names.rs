//! Names that people give to keys, and that files claim for them.

use super::draft::Draft;
use crate::text::is_invisible;

/// The answer that ends a list of keys, so it can be no key's name.
pub(super) const DONE: &str = "done";
const LONGEST: usize = 64;
const LAST_OF_BMP: u32 = 0xffff;

/// Whether `name` can stand in root and on a screen.
pub(super) fn check_shape(name: &str) -> Result<(), String> {
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(format!("A name has 1 to {LONGEST} characters. Choose another name."));
    }
    if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(
            "A name may not hold control characters or invisible ones. Choose another name.".to_owned()
        );
    }
    if name.chars().any(|c| u32::from(c) > LAST_OF_BMP) || !unicode_normalization::is_nfc(name) {
        return Err(
            "A name holds only characters that every client writes alike: no emoji, and letters with their accents in \
             one piece (NFC). Choose another name."
                .to_owned(),
        );
    }
    if name.split(' ').any(str::is_empty) || name.contains(|c: char| c.is_whitespace() && c != ' ') {
        return Err(
            "A name has single blanks between its words, and none around them: with others it looks like another \
             name. Choose another name."
                .to_owned(),
        );
    }
    if name.chars().all(|c| c.is_ascii_digit()) {
        return Err("A name of digits reads like the number of an answer. Choose another name.".to_owned());
    }
    if name.contains([':', ';', '"']) {
        return Err(
            "A name with a colon, a semicolon or a quotation mark reads like a sentence about its holder. Choose \
             another name."
                .to_owned(),
        );
    }
    if name.contains(',')
        || name.split_whitespace().any(|word| ["and", "or"].contains(&word.to_lowercase().as_str()))
    {
        return Err(
            "A name with a comma, or with the word \"and\" or \"or\", reads like several holders in the \
             sentences of the review. Choose another name."
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether `name` is fit for a new root key.
pub(super) fn check_new(draft: &Draft, name: &str) -> Result<(), String> {
    check_shape(name)?;
    if name.eq_ignore_ascii_case(DONE) {
        return Err(format!("{DONE:?} is an answer in this ceremony. Give this key another name."));
    }
    if draft.has_name(name) {
        return Err(format!("The name {name:?} is taken already. Give this key another name."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_shape;

    #[test]
    fn names_that_could_fool_a_reader_are_refused() {
        for bad in [
            "",
            "a\u{1b}[2J",
            "a\u{202e}b",
            "zero\u{200b}width",
            "soft\u{ad}hyphen",
            "e\u{301}",
            "\u{1f511}",
            "alice, bob",
            "alice and bob",
            "Alice Or bob",
            " alice",
            "alice ",
            "alice  smith",
            "alice\u{a0}",
            " ",
            "2",
            "bob: its holder proved it",
            "bob; attested",
            "carol\", Ed25519",
            &"x".repeat(65),
        ] {
            assert!(check_shape(bad).is_err(), "{bad:?}");
        }
        assert!(check_shape("Zoë Andor (box 3)").is_ok());
    }
}
