//! What the machine under us looks like.

use crate::token::module::ModuleChoice;

/// What was read from `/proc`, `/sys` and the program itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of network interfaces that are up, without the loopback.
    pub interfaces_up: Vec<String>,
    /// Swap areas in use.
    pub swap: Vec<String>,
    /// Whether this process can leave a core dump or be traced.
    pub dumps: Dumps,
    /// Whose powers this process has.
    pub user: User,
    /// Names of variables that may lead PINs or libraries elsewhere.
    pub variables: Vec<String>,
    /// PKCS#11 modules that p11-kit is told of, or that lie where they usually do.
    pub modules: Vec<ModuleChoice>,
    /// What names modules too, and is not believed: root runs the program, and others can change it.
    pub passed_over: Vec<String>,
}

/// Whose powers the process has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum User {
    /// Somebody's, but not root's.
    #[default]
    Ordinary,
    /// Root's.
    Root,
}

/// Whether the process is protected against leaving its memory behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dumps {
    /// No core dumps, not dumpable.
    Off,
    /// At least one protection is missing.
    #[default]
    Possible,
}
