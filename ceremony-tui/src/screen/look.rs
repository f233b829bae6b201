//! The edge that asks the environment what the terminal knows: `TERM`, `NO_COLOR`, and whether its text is UTF-8.

use super::view::{Colours, Look, Symbols};

/// Types of terminals that cannot move their cursor.
const LINE_TERMINALS: [&str; 4] = ["dumb", "unknown", "dialup", "network"];

/// The terminal cannot show a full screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The type of this terminal (TERM) is not set, or one that cannot move its cursor: start with new --plain, which \
     needs lines alone, or set TERM."
)]
pub struct LineTerminal;

/// Whether the terminal says that it can show a full screen.
#[expect(clippy::disallowed_methods, reason = "the one place of the screen that asks the environment")]
pub fn check_terminal_type() -> Result<(), LineTerminal> {
    check_type(std::env::var("TERM").ok().as_deref())
}

fn check_type(term: Option<&str>) -> Result<(), LineTerminal> {
    match term {
        None | Some("") => Err(LineTerminal),
        Some(term) if LINE_TERMINALS.contains(&term) => Err(LineTerminal),
        Some(_) => Ok(()),
    }
}

impl Look {
    /// What the environment says about this terminal.
    #[expect(clippy::disallowed_methods, reason = "the one place of the screen that asks the environment")]
    pub fn of_environment() -> Look {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // The first of these that is set decides, as for every other program.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        Look::of(set("NO_COLOR").as_deref(), locale.as_deref())
    }

    fn of(no_color: Option<&str>, locale: Option<&str>) -> Look {
        let utf8 = locale.map(str::to_ascii_lowercase);
        let utf8 = utf8.is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"));
        Look {
            colours: if no_color.is_some() { Colours::Monochrome } else { Colours::Palette },
            symbols: if utf8 { Symbols::Unicode } else { Symbols::Ascii },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_without_a_cursor_have_lines_alone() {
        for term in [None, Some(""), Some("dumb"), Some("unknown")] {
            assert_eq!(check_type(term), Err(LineTerminal));
        }
        assert!(
            ["linux", "vt100", "vt220", "xterm-256color"].iter().all(|term| check_type(Some(term)).is_ok())
        );
    }

    #[test]
    fn colours_go_with_no_color_and_symbols_come_with_utf_8() {
        assert_eq!(Look::of(None, Some("de_DE.UTF-8")), Look::FULL);
        assert_eq!(Look::of(None, Some("C.utf8")), Look::FULL);
        let plain = Look { colours: Colours::Monochrome, symbols: Symbols::Ascii };
        assert_eq!(Look::of(Some("1"), None), plain);
        assert_eq!(Look::of(Some("1"), Some("C")), plain);
    }
}
