//! Carrying documents between the two machines.
//!
//! Today one way exists: a folder, usually on a USB medium that somebody mounted ([`folder`]).
//! The content of a folder is hostile input: nothing here trusts a name, a size or a link.
//!
//! This crate knows no key, no threshold and no ceremony: it moves bytes and says exactly what became of them.

pub mod folder;
