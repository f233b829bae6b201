//! Keys mean commands. The one module that knows key codes; the help line is generated from the same table.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::Mode;
use super::update::{Command, Event};

struct Binding {
    code: KeyCode,
    modifiers: KeyModifiers,
    command: Command,
    /// How the help line says it; nothing for keys that everybody knows.
    help: Option<&'static str>,
}

const fn plain(code: KeyCode, command: Command, help: Option<&'static str>) -> Binding {
    Binding { code, modifiers: KeyModifiers::NONE, command, help }
}

const fn control(letter: char, command: Command, help: Option<&'static str>) -> Binding {
    Binding { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL, command, help }
}

const KEYS: [Binding; 8] = [
    plain(KeyCode::Enter, Command::Submit, Some("Enter answer")),
    plain(KeyCode::PageDown, Command::PageDown, Some("PgDn more")),
    plain(KeyCode::PageUp, Command::PageUp, Some("PgUp back up")),
    plain(KeyCode::F(1), Command::Help, Some("F1 help")),
    plain(KeyCode::Esc, Command::Back, Some("Esc back")),
    control('c', Command::Stop, Some("Ctrl-C stop")),
    control('u', Command::Clear, None),
    plain(KeyCode::Backspace, Command::Erase, None),
];

/// What a key press is to the screen.
pub fn event(key: &KeyEvent) -> Option<Event> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let bound = KEYS.iter().find(|binding| binding.code == key.code && binding.modifiers == key.modifiers);
    match (bound, key.code) {
        (Some(binding), _) => Some(Event::Command(binding.command)),
        (None, KeyCode::Char(character)) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Event::Character(character))
        }
        _ => None,
    }
}

/// The key line for what is waited for now.
pub fn help_line(mode: &Mode) -> String {
    match mode {
        Mode::Stopping => "y stop   any other key goes on".to_owned(),
        Mode::Secret(_) => "Enter end   Esc cancel (nothing is asked of the token)".to_owned(),
        Mode::Working(_) => "please wait".to_owned(),
        Mode::Ended => "Enter leave   PgUp PgDn read".to_owned(),
        Mode::Asking => KEYS.iter().filter_map(|binding| binding.help).collect::<Vec<_>>().join("   "),
    }
}
