//! Keys mean commands. The one module that knows key codes; the key line and the help come from the same tables.

mod table;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::text::columns;

use super::event::{Command, Event};
use super::model::{Doing, Paging, Situation};

use table::{Binding, Listed, keys};

/// What a key press is to the screen in this situation.
pub fn event(key: &KeyEvent, situation: Situation) -> Option<Event> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    // Some terminals report Shift with the character that it made.
    let modifiers = key.modifiers - KeyModifiers::SHIFT;
    let meant = |binding: &&Binding| binding.code == key.code && binding.modifiers == modifiers;
    match (active(situation).find(meant), key.code) {
        (Some(binding), _) => Some(Event::Command(binding.command)),
        (None, KeyCode::Char(character)) if modifiers.is_empty() => Some(typed(character, situation.doing)),
        _ => None,
    }
}

fn typed(character: char, doing: Doing) -> Event {
    match (doing, character.to_digit(10)) {
        (Doing::Choosing, Some(number @ 1..=9)) => Event::Command(Command::Pick(number as usize)),
        _ => Event::Character(character),
    }
}

fn active(situation: Situation) -> impl Iterator<Item = &'static Binding> {
    keys(situation.doing).iter().filter(move |binding| binding.is_offered(situation))
}

/// The key line for this situation, in at most `width` columns: what is left out stands in the help.
pub fn help_line(situation: Situation, width: usize) -> String {
    let listed = |binding: &&Binding| match binding.listed {
        Listed::Always | Listed::IfRoom => true,
        Listed::WhileMore => situation.paging == Paging::More,
        Listed::AtEnd => situation.paging == Paging::AtEnd,
        Listed::InHelp | Listed::Nowhere => false,
    };
    let mut shown: Vec<&Binding> = active(situation).filter(listed).collect();
    while columns(&joined(&shown)) > width {
        let last = |listed| shown.iter().rposition(|binding| binding.listed == listed);
        let Some(index) = last(Listed::AtEnd).or_else(|| last(Listed::IfRoom)) else { break };
        shown.remove(index);
    }
    joined(&shown)
}

fn joined(bindings: &[&Binding]) -> String {
    bindings
        .iter()
        .map(|binding| format!("{} {}", binding.name, binding.short))
        .collect::<Vec<_>>()
        .join("  ")
}

/// Whether a key reads on in this situation.
pub fn reads_on(situation: Situation) -> bool {
    active(situation).any(|binding| binding.command == Command::PageDown)
}

/// Every key of this situation, with its meaning.
pub fn described(situation: Situation) -> Vec<(String, &'static str)> {
    let described = active(situation).filter(|binding| binding.listed != Listed::Nowhere);
    described.map(|binding| (binding.name.to_owned(), binding.long)).collect()
}
