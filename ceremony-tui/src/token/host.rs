//! Which process answers.

use serde::{Deserialize, Serialize};

/// Which host answers: one process each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HostKind {
    /// Encrypted key files.
    Files,
    /// The tokens of one local PKCS#11 module.
    Pkcs11 {
        /// The module's absolute path.
        module: String,
    },
    /// The YubiKeys of this machine, through the smart card service.
    Piv,
}

impl HostKind {
    /// The program that runs the host; it lies beside the ceremony program.
    pub fn program(&self) -> &'static str {
        match self {
            HostKind::Files | HostKind::Pkcs11 { .. } => "token-host",
            HostKind::Piv => "piv-host",
        }
    }

    /// The command line of the host.
    pub fn arguments(&self) -> Vec<&str> {
        match self {
            HostKind::Files => vec!["files"],
            HostKind::Pkcs11 { module } => vec!["pkcs11", module],
            HostKind::Piv => vec!["piv"],
        }
    }

    /// Reads the command line of the host.
    pub fn from_arguments(arguments: &[String]) -> Option<HostKind> {
        match arguments {
            [kind] if kind == "files" => Some(HostKind::Files),
            [kind] if kind == "piv" => Some(HostKind::Piv),
            [kind, module] if kind == "pkcs11" => Some(HostKind::Pkcs11 { module: module.clone() }),
            _ => None,
        }
    }
}
