//! The edge that asks the environment what the terminal knows: `NO_COLOR`, and whether its text is UTF-8.

use super::view::{Colours, Look, Symbols};

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
    fn colours_go_with_no_color_and_symbols_come_with_utf_8() {
        assert_eq!(Look::of(None, Some("de_DE.UTF-8")), Look::FULL);
        assert_eq!(Look::of(None, Some("C.utf8")), Look::FULL);
        let plain = Look { colours: Colours::Monochrome, symbols: Symbols::Ascii };
        assert_eq!(Look::of(Some("1"), None), plain);
        assert_eq!(Look::of(Some("1"), Some("C")), plain);
    }
}
