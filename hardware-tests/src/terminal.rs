//! A program on a pseudo-terminal with a terminal emulator behind it: tests press keys, and read the screen as people
//! see it. Everything waits for a condition with a deadline; nothing sleeps.

pub mod ceremony;
mod error;
mod key;
mod modes;
mod picture;
mod pseudo;
mod received;
mod screen;

pub use error::TerminalError;
pub use key::Key;
pub use modes::{Ended, Modes};
pub use pseudo::Terminal;
pub use screen::Screen;
