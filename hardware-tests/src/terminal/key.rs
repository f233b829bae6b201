//! Keys, as xterm sends them.

/// A key that is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Character(char),
    /// A letter with Ctrl.
    Control(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Up.
    Up,
    /// Down.
    Down,
    /// A page down.
    PageDown,
    /// F1.
    F1,
}

impl Key {
    /// The bytes that a terminal sends.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let fixed: &[u8] = match self {
            Key::Character(character) => return character.to_string().into_bytes(),
            Key::Control(letter) => return vec![u8::try_from(letter).unwrap_or(b'@') & 0x1f],
            Key::Enter => b"\r",
            Key::Escape => b"\x1b",
            Key::Backspace => b"\x7f",
            Key::Up => b"\x1b[A",
            Key::Down => b"\x1b[B",
            Key::PageDown => b"\x1b[6~",
            Key::F1 => b"\x1bOP",
        };
        fixed.to_vec()
    }
}
