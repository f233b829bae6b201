//! Modules that are never loaded: those of a network, and those that are no token.

use std::path::{Path, PathBuf};

use ceremony_tui::token::Refusal;
use ceremony_tui::token::module::known;

/// Refuses a module by its file name, or by the name that links lead to.
pub(super) fn refuse(module: &str) -> Result<(), Refusal> {
    let resolved = std::fs::canonicalize(module).unwrap_or_else(|_| module.into());
    for path in [PathBuf::from(module), resolved] {
        let Some(file) = name_of(&path) else { continue };
        if let Some(known_as) = known::network(file) {
            return Err(Refusal::NetworkHsm { module: module.to_owned(), known_as: known_as.to_owned() });
        }
        if let Some(reason) = known::no_token(file) {
            return Err(Refusal::ModuleNotLoaded { module: module.to_owned(), reason: reason.to_owned() });
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_a_network_and_modules_that_write_pins_down_are_refused_and_others_are_not() {
        assert!(matches!(refuse("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so"), Err(Refusal::NetworkHsm { .. })));
        let spy = refuse("/usr/lib/x86_64-linux-gnu/pkcs11-spy.so").unwrap_err().to_string();
        assert!(spy.contains("writes every PIN"), "{spy}");
        for local in ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/opensc-pkcs11.so", "/usr/lib/libykcs11.so"]
        {
            assert_eq!(refuse(local), Ok(()));
        }
    }

    #[test]
    fn a_link_does_not_hide_a_network_module() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("libnethsm.so");
        std::fs::write(&real, b"").unwrap();
        let link = folder.path().join("token.so");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let refused = refuse(link.to_str().unwrap());
        assert!(
            matches!(refused, Err(Refusal::NetworkHsm { known_as, .. }) if known_as == "Nitrokey NetHSM")
        );
    }
}
