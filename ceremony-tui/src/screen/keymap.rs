//! Keys mean commands. The one module that knows key codes; the key line is generated from the same tables.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::Situation;
use super::update::{Command, Event};

struct Binding {
    code: KeyCode,
    modifiers: KeyModifiers,
    command: Command,
    /// How the key line says it; nothing for keys that everybody knows.
    help: Option<&'static str>,
}

const fn plain(code: KeyCode, command: Command, help: Option<&'static str>) -> Binding {
    Binding { code, modifiers: KeyModifiers::NONE, command, help }
}

const fn control(letter: char, command: Command, help: Option<&'static str>) -> Binding {
    Binding { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL, command, help }
}

const STOP: Binding = control('c', Command::Stop, Some("Ctrl-C stop"));
const PAGE_DOWN: Binding = plain(KeyCode::PageDown, Command::PageDown, Some("PgDn more"));
const PAGE_UP: Binding = plain(KeyCode::PageUp, Command::PageUp, Some("PgUp back up"));

const ASKING: &[Binding] = &[
    plain(KeyCode::Enter, Command::Submit, Some("Enter answer")),
    PAGE_DOWN,
    PAGE_UP,
    plain(KeyCode::F(1), Command::Help, Some("F1 help")),
    plain(KeyCode::Esc, Command::Back, Some("Esc back")),
    STOP,
    control('u', Command::Clear, None),
    plain(KeyCode::Backspace, Command::Erase, None),
];

const WORKING: &[Binding] =
    &[plain(KeyCode::Esc, Command::CancelWork, Some("Esc cancel (nothing is lost)")), STOP];

const FINISHING: &[Binding] = &[STOP];

/// Secrets are read past the keymap; this is only what the key line says of them.
const SECRET: &[Binding] = &[
    plain(KeyCode::Enter, Command::Submit, Some("Enter end")),
    plain(KeyCode::Esc, Command::CancelWork, Some("Esc cancel (nothing is asked of the token)")),
];

const STOPPING: &[Binding] = &[
    plain(KeyCode::Char('y'), Command::ConfirmStop, Some("y stop")),
    plain(KeyCode::Char('n'), Command::Back, Some("n go on")),
    plain(KeyCode::Esc, Command::Back, Some("Esc go on")),
];

const ENDED: &[Binding] =
    &[plain(KeyCode::Enter, Command::Leave, Some("Enter leave")), PAGE_DOWN, PAGE_UP, STOP];

fn keys(situation: Situation) -> &'static [Binding] {
    match situation {
        Situation::Asking => ASKING,
        Situation::Working => WORKING,
        Situation::Finishing => FINISHING,
        Situation::Secret => SECRET,
        Situation::Stopping => STOPPING,
        Situation::Ended => ENDED,
    }
}

/// What a key press is to the screen in this situation.
pub fn event(key: &KeyEvent, situation: Situation) -> Option<Event> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let meant = |binding: &&Binding| binding.code == key.code && binding.modifiers == key.modifiers;
    match (keys(situation).iter().find(meant), key.code) {
        (Some(binding), _) => Some(Event::Command(binding.command)),
        (None, KeyCode::Char(character)) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Event::Character(character))
        }
        _ => None,
    }
}

/// The key line for this situation.
pub fn help_line(situation: Situation) -> String {
    keys(situation).iter().filter_map(|binding| binding.help).collect::<Vec<_>>().join("   ")
}
