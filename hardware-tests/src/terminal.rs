//! A program on a pseudo-terminal with a terminal emulator behind it: tests press keys, and read the screen as people
//! see it. Everything waits for a condition with a deadline; nothing sleeps.

pub mod ceremony;
mod key;
mod picture;
mod pseudo;
mod screen;

pub use key::Key;
pub use pseudo::{Ended, Modes, Terminal, TerminalError};
pub use screen::Screen;
