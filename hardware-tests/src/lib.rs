//! Benches for tests and demonstrations: real software behind the real interfaces.
//!
//! * [`softhsm`] makes PKCS#11 tokens of Debian's SoftHSM in a folder of their own, so that tests do
//!   not see each other's tokens and never those of the machine.
//! * [`groups`] finds a digest in what a program shows.
//! * [`judges`] asks TUF clients of other people about a repository, and [`clock`] gives a program another time.
//! * [`medium`] makes a USB medium that can be full, write-protected or pulled out.
//! * [`modules`] makes PKCS#11 modules that do not behave.
//! * [`yubikey`] makes virtual YubiKeys, [`pcscd`] runs the real PC/SC daemon with readers for them, and [`card`] is what
//!   fits into a reader.
//! * [`oracles`] asks programs of other people about tokens, keys and signatures.
//! * [`terminal`] runs a program on a terminal of its own, and reads its screen.

pub mod card;
pub mod clock;
pub mod groups;
pub mod judges;
pub mod medium;
pub mod modules;
pub mod oracles;
pub mod pcscd;
mod pem;
pub mod softhsm;
mod steady;
pub mod terminal;
pub mod yubikey;
