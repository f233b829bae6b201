//! What a person sees at one moment.

use std::fmt;

/// A picture of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The rows, without blanks at their ends.
    pub rows: Vec<String>,
    /// Whether it is the alternate screen, which full-screen programs use.
    pub is_alternate: bool,
    /// Whether the cursor is shown.
    pub shows_cursor: bool,
    /// Whether pasted text is marked as such.
    pub marks_paste: bool,
}

impl Screen {
    pub(crate) fn of(screen: &vt100::Screen) -> Screen {
        let (_, columns) = screen.size();
        Screen {
            rows: screen.rows(0, columns).map(|row| row.trim_end().to_owned()).collect(),
            is_alternate: screen.alternate_screen(),
            shows_cursor: !screen.hide_cursor(),
            marks_paste: screen.bracketed_paste(),
        }
    }

    /// Whether this text is in one of the rows.
    pub fn shows(&self, text: &str) -> bool {
        self.rows.iter().any(|row| row.contains(text))
    }

    /// All of a part of the screen as one text, with single blanks: what was broken into rows is whole again.
    pub fn flowing(&self, from_column: usize) -> String {
        let parts = self.rows.iter().map(|row| row.chars().skip(from_column).collect::<String>());
        let words: Vec<String> =
            parts.flat_map(|part| part.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
        words.join(" ")
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|row| writeln!(f, "|{row}"))
    }
}
