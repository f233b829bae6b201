//! Finds a digest in what a program shows: sixteen groups of four hexadecimal digits, possibly over several lines.

/// How many groups a digest has.
const GROUPS: usize = 16;
const HALF: usize = GROUPS / 2;

/// A digest as it is read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups(Vec<String>);

impl Groups {
    /// The first digest that is shown. Before its second half may stand the numbers of the groups in it.
    pub fn first_in(text: &str) -> Option<Self> {
        let mut run: Vec<String> = Vec::new();
        let mut numbers = 0;
        for word in text.split_whitespace() {
            if run.len() == HALF && word.parse() == Ok(HALF + numbers + 1) {
                numbers += 1;
                continue;
            }
            if !is_group(word) || !matches!(numbers, 0 | HALF) {
                run.clear();
            }
            numbers = 0;
            run.extend(is_group(word).then(|| word.to_owned()));
            if run.len() == GROUPS {
                return Some(Self(run));
            }
        }
        None
    }

    /// All of them.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// The group with this number, counted from 1.
    pub fn group(&self, number: usize) -> Option<&str> {
        number.checked_sub(1).and_then(|index| self.0.get(index)).map(String::as_str)
    }

    /// As it is typed.
    pub fn typed(&self) -> String {
        self.0.join(" ")
    }
}

fn is_group(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
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
    fn numbers_over_each_half_are_no_part_of_it() {
        let half = "0a1b ".repeat(8);
        let numbers = |from: usize| (from..from + 8).map(|number| format!("{number} ")).collect::<String>();
        let ruled = format!("{}{half}{}{half}", numbers(1), numbers(9));
        assert_eq!(
            Groups::first_in(&ruled).map(|groups| groups.typed()),
            Some("0a1b ".repeat(16).trim().to_owned())
        );
        let halves_of_two = format!("{}{half}{}{half}", numbers(1), numbers(1));
        assert_eq!(Groups::first_in(&halves_of_two), None);
        assert_eq!(Groups::first_in(&format!("{half} 9 10 {half}")), None);
    }

    #[test]
    fn half_a_digest_is_none() {
        assert_eq!(Groups::first_in("7f31 0c9e a4d2 118b 90ee 5ac1 03f7 d26b"), None);
        let halves = format!("{0} and {0}", "7f31 ".repeat(8));
        assert_eq!(Groups::first_in(&halves), None, "two halves are no digest either");
    }
}
