//! The PIV host asked directly, with a virtual YubiKey in the real smart card service.

mod faults;
mod flows;
pub(crate) mod host;
mod linking;
mod spoiled;
