//! The offline ceremony program, as a library that its binaries (`ceremony-tui`, `token-host`, `piv-host`) and its tests share.
//!
//! | module | what it is |
//! |---|---|
//! | [`machine`] | the ceremony itself: pure, no I/O, no clock, no randomness |
//! | [`token`] | the port to everything that holds a private key |
//! | [`process`] | the processes: screen, broker, token hosts, and what each gives up |
//! | [`channel`] | frames on the sockets between them |
//! | [`secret`], [`secrets`] | PINs and passphrases, and where they come from |
//! | [`runner`] | performs the machine's effects through ports |
//! | [`plain`] | numbered lines over the machine |
//! | [`screen`] | the full screen over the same machine: model, update, view, keymap, runner |
//! | [`inspect`] | says in sentences what a document is |
//! | [`clock`], [`dice`], [`surroundings`], [`interrupt`] | the edges: time, randomness, `/proc`, signals |
//! | [`wait`] | the one way to wait, for everything at once |
//! | [`text`] | text on its way to a person |
//! | [`cli`], [`program`] | the command line, and the composition root |
//!
//! The adapters that load modules, open key files and speak to smart cards are not here: they are part of the binaries
//! `token-host` and `piv-host`, so the screen process cannot even call them.

pub mod channel;
pub mod cli;
pub mod clock;
pub mod dice;
pub mod inspect;
pub mod interrupt;
pub mod machine;
pub mod plain;
pub mod process;
pub mod program;
pub mod runner;
pub mod screen;
pub mod secret;
pub mod secrets;
pub mod surroundings;
pub mod text;
pub mod token;
pub mod wait;
