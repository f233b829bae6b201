//! Finds a digest in what a program shows: sixteen groups of four hex digits, possibly over several lines.

/// How many groups a digest has.
const GROUPS: usize = 16;

/// A digest as it is read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Groups(Vec<String>);

impl Groups {
    /// The first digest that is shown.
    pub(crate) fn first_in(text: &str) -> Option<Self> {
        let mut run: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            if is_group(word) {
                run.push(word.to_owned());
            } else {
                run.clear();
            }
            if run.len() == GROUPS {
                return Some(Self(run));
            }
        }
        None
    }

    /// The group with this number, counted from 1.
    pub(crate) fn group(&self, number: usize) -> Option<&str> {
        number.checked_sub(1).and_then(|index| self.0.get(index)).map(String::as_str)
    }

    /// As it is typed.
    pub(crate) fn typed(&self) -> String {
        self.0.join(" ")
    }
}

fn is_group(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "Read aloud cafe and compare:\n  7f31 0c9e a4d2 118b 90ee 5ac1 03f7 d26b\n  \
                         55c0 e1a8 0b94 6f2d 3d7e 88a1 c4f0 1937   [words: w]\n";

    #[test]
    fn a_digest_is_found_over_two_lines_and_words_that_look_like_groups_are_not_part_of_it() {
        let groups = Groups::first_in(SHOWN).unwrap();
        assert_eq!((groups.group(1), groups.group(16), groups.group(17)), (Some("7f31"), Some("1937"), None));
        assert_eq!(groups.typed().len(), 16 * 5 - 1);
    }

    #[test]
    fn half_a_digest_is_none() {
        assert_eq!(Groups::first_in("7f31 0c9e a4d2 118b 90ee 5ac1 03f7 d26b"), None);
    }
}
