//! Which hosts are looked at for tokens, and what people call them.

use crate::token::HostKind;
use crate::token::module::{ModuleChoice, ModuleRequest, ModuleRequestError};

/// The ways to tokens of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lookout {
    /// Modules that were found on this machine.
    found: Vec<ModuleChoice>,
    /// Modules that somebody named.
    named: Vec<ModuleChoice>,
    /// Whether anybody has asked for a token: before that no module is loaded.
    is_open: bool,
}

impl Lookout {
    /// Takes in what this machine has, and what was named on the command line.
    pub(super) fn survey(&mut self, found: &[ModuleChoice], requests: &[ModuleRequest]) {
        self.found = found.to_vec();
        for request in requests {
            self.name(request);
        }
    }

    /// Somebody wants a token.
    pub(super) fn open(&mut self) {
        self.is_open = true;
    }

    /// Whether anybody has wanted a token.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Adds the modules that are meant, and gives their hosts.
    pub(super) fn name(&mut self, request: &ModuleRequest) -> Vec<HostKind> {
        let meant = request.choose(&self.found);
        for module in &meant {
            if !self.named.iter().any(|known| known.path == module.path) {
                self.named.push(module.clone());
            }
        }
        meant.iter().map(host_of).collect()
    }

    /// Reads what somebody typed.
    pub(super) fn read(text: &str) -> Result<ModuleRequest, ModuleRequestError> {
        ModuleRequest::parse(text)
    }

    /// Nobody looks at this module any more, unless it was found on this machine.
    pub(super) fn forget(&mut self, host: &HostKind) {
        self.named.retain(|module| host_of(module) != *host);
    }

    /// The hosts that are looked at. Modules of smart cards are not, unless somebody names them: they show YubiKeys a
    /// second time, and hold their readers.
    pub(super) fn hosts(&self) -> Vec<HostKind> {
        if !self.is_open {
            return Vec::new();
        }
        let mut hosts = vec![HostKind::Piv];
        let first_choice = self.found.iter().filter(|module| module.is_first_choice());
        for host in first_choice.chain(&self.named).map(host_of) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    /// A module of this machine that nobody looks at, to be proposed.
    pub(super) fn another(&self) -> Option<&str> {
        let hosts = self.hosts();
        self.found.iter().find(|module| !hosts.contains(&host_of(module))).map(|module| module.path.as_str())
    }

    /// What people call the host.
    pub(super) fn name_of(&self, host: &HostKind) -> String {
        match host {
            HostKind::Files => "key files".to_owned(),
            HostKind::Piv => "YubiKeys".to_owned(),
            HostKind::Pkcs11 { module } => {
                let known = self.found.iter().chain(&self.named).find(|known| known.path == *module);
                known.map_or_else(|| module.clone(), |known| format!("{} ({module})", known.name))
            }
        }
    }
}

fn host_of(module: &ModuleChoice) -> HostKind {
    HostKind::Pkcs11 { module: module.path.clone() }
}
