//! The full screen over the same machine as `--plain`.
//!
//! ```text
//! key, size, machine event -> update(&mut Model, Event, Moment) -> Vec<Effect> -> runner performs -> Event
//!                                        |
//!                                        +-> view(&Model) draws, and only reads
//! ```
//!
//! * [`model`] holds what is seen and typed, and the machine; it knows no terminal.
//! * [`update`](mod@update) knows no ratatui. [`view`](mod@view) knows no port.
//! * [`keymap`] is the only module that knows key codes; the help line comes from the same table.
//! * [`runner`] is the loop, the terminal and the secrets.
//! * [`page`] is the text of the screens, broken to a width: the model counts its rows, the view draws them.
//! * [`look`] asks the environment which colours and symbols the terminal knows.

pub mod keymap;
pub mod look;
pub mod model;
pub mod page;
pub mod runner;
#[cfg(test)]
mod tests;
pub mod update;
pub mod view;
