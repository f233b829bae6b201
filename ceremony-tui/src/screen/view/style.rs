//! What text looks like by what it means. Palette colours only, so that the terminal's owner has the last word.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::screen::page::Ink;

/// How this terminal is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are used.
    pub colours: Colours,
    /// Which symbols are used.
    pub symbols: Symbols,
}

/// Whether colours are used. Text is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// The sixteen of the terminal's palette.
    Palette,
    /// None.
    Monochrome,
}

/// Which symbols are used. Every one has a twin, so the layout is the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    /// Lines, arrows and dots.
    Unicode,
    /// Their twins on a terminal that only knows ASCII.
    Ascii,
}

impl Look {
    /// In colour, with all symbols.
    pub const FULL: Look = Look { colours: Colours::Palette, symbols: Symbols::Unicode };

    /// The style of a meaning.
    pub(super) fn style(self, ink: Ink) -> Style {
        let coloured = |colour: Color| match self.colours {
            Colours::Palette => Style::new().fg(colour),
            Colours::Monochrome => Style::new(),
        };
        match ink {
            Ink::Plain => Style::new(),
            Ink::Strong => Style::new().add_modifier(Modifier::BOLD),
            Ink::Quiet => Style::new().add_modifier(Modifier::DIM),
            Ink::Good => coloured(Color::Green),
            Ink::Caution => coloured(Color::Yellow),
            Ink::Wrong => coloured(Color::Red),
        }
    }
}

const TWINS: [(&str, &str); 8] =
    [("│", "|"), ("─", "-"), ("·", "-"), ("…", "~"), ("↑", "^"), ("↓", "v"), ("←", "<"), ("→", ">")];

/// Puts each symbol's twin in its place where the terminal does not know it.
pub(super) fn use_symbols(symbols: Symbols, buffer: &mut Buffer) {
    if symbols == Symbols::Unicode {
        return;
    }
    for cell in &mut buffer.content {
        let twin = TWINS.iter().find(|(symbol, _)| *symbol == cell.symbol());
        if let Some((_, twin)) = twin {
            cell.set_symbol(twin);
        }
    }
}
