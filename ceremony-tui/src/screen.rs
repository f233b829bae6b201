//! The full screen over the same machine as `--plain`.
//!
//! ```text
//! key, size, machine event -> update(&mut Model, Event, Moment) -> Vec<Effect> -> runner performs -> Event
//!                                        |
//!                                        +-> view(&Model) draws, and only reads
//! ```
//!
//! From the inside out; nobody knows what comes after:
//!
//! * [`page`] is the text of the screens, broken to a width: the model counts its rows, the view draws them.
//! * [`model`] holds what is seen and typed, and the machine; it knows no terminal.
//! * [`event`] is all that can happen and be caused.
//! * [`keymap`] is the only module that knows what key codes mean; the help line comes from the same table.
//! * [`composed`] shares the rows of the terminal out, and says what a key can be meant for now.
//! * [`update`](mod@update) knows no ratatui. [`view`](mod@view) knows no port.
//! * [`runner`] is the loop, the terminal and the secrets.
//! * [`look`] asks the environment which colours and symbols the terminal knows.

pub mod composed;
pub mod event;
pub mod keymap;
pub mod look;
pub mod model;
pub mod page;
pub mod runner;
#[cfg(test)]
mod tests;
pub mod update;
pub mod view;
