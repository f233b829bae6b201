use ratatui::Frame;
