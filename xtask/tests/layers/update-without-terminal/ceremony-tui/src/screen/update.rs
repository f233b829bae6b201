use ratatui::style::Color;

fn colour() -> Color {}
