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
    /// Tab.
    Tab,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
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
            Key::Tab => b"\t",
            Key::Up => b"\x1b[A",
            Key::Down => b"\x1b[B",
            Key::Right => b"\x1b[C",
            Key::Left => b"\x1b[D",
            Key::PageUp => b"\x1b[5~",
            Key::PageDown => b"\x1b[6~",
            Key::Home => b"\x1b[H",
            Key::End => b"\x1b[F",
            Key::F1 => b"\x1bOP",
        };
        fixed.to_vec()
    }
}
