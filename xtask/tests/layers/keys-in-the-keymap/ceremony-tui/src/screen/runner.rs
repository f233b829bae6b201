use ratatui::crossterm::event::KeyCode;

fn is_escape(code: KeyCode) -> bool {}
