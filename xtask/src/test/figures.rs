//! Collects the figures that tests print about themselves.
//!
//! A test prints `figure: SUBJECT: NUMBER UNIT in WHERE`, for instance `figure: bad input: 12 rows in callers`. Numbers
//! of one subject and unit are added up, and shown as `12 rows of bad input`. Any other text after the subject is shown
//! as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What tests told so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Sums by subject and unit.
    sums: BTreeMap<(String, String), u64>,
    /// Lines that are no sums.
    others: BTreeSet<String>,
}

impl Figures {
    /// Reads a line that a test printed; other lines are nothing to it.
    pub(crate) fn read_line(&mut self, line: &str) {
        let Some(figure) = line.trim().strip_prefix("figure: ") else { return };
        match counted(figure) {
            Some((subject, unit, number)) => {
                *self.sums.entry((subject.to_owned(), unit.to_owned())).or_default() += number;
            }
            None => {
                self.others.insert(figure.to_owned());
            }
        }
    }
}

/// `SUBJECT: NUMBER UNIT in WHERE`
fn counted(figure: &str) -> Option<(&str, &str, u64)> {
    let (subject, rest) = figure.split_once(": ")?;
    let (count, _) = rest.split_once(" in ")?;
    let (number, unit) = count.split_once(' ')?;
    Some((subject, unit, number.parse().ok()?))
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((subject, unit), sum) in &self.sums {
            writeln!(f, "{sum} {unit} of {subject}")?;
        }
        self.others.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    fn read(lines: &[&str]) -> String {
        let mut figures = Figures::default();
        lines.iter().for_each(|line| figures.read_line(line));
        figures.to_string()
    }

    #[test]
    fn counts_of_one_subject_and_unit_add_up() {
        let lines = [
            "    figure: bad input: 12 rows in callers",
            "figure: bad input: 30 rows in artifacts",
            "figure: bad input: 5 folders in metadata",
            "something else",
        ];
        assert_eq!(read(&lines), "5 folders of bad input\n42 rows of bad input\n");
    }

    #[test]
    fn what_is_no_count_is_repeated_once() {
        let line = "figure: many artifacts: 100000 accepted after 2.1 s, published after 9 s";
        assert_eq!(read(&[line, line]), "many artifacts: 100000 accepted after 2.1 s, published after 9 s\n");
        assert_eq!(read(&["figures: none", "configure: bad input: 1 rows in x"]), "");
    }
}
