//! Variables of whoever started the program: which reach a host, and which a person should know of.
//!
//! A host hears PINs, and the libraries in it take orders from variables: where the service of smart cards listens,
//! what to write down, what else to load. So a host is given a short list of them and nothing else.

use std::ffi::OsString;

/// What a host is given.
const HANDED_ON: [&str; 5] = [
    // A user's own p11-kit and module settings lie below it.
    "HOME",
    // Where modules find their tokens.
    "SOFTHSM2_CONF",
    "YUBIHSM_PKCS11_CONF",
    // Another place of the service of smart cards; the preflight says that it is set.
    "PCSCLITE_CSOCK_NAME",
    // Names of files in other alphabets.
    "LANG",
];

/// What gives orders to this program or to what hears PINs.
const SUSPECT: [&str; 3] = ["LD_AUDIT", "LD_LIBRARY_PATH", "LD_PRELOAD"];
/// The same, for whole families: they log, connect or load elsewhere.
const SUSPECT_BEGINNINGS: [&str; 4] = ["OPENSC_", "PCSCLITE_", "PCSCSPY_", "PKCS11SPY"];

/// The variables that the broker and its hosts start with.
#[expect(clippy::disallowed_methods, reason = "the one place that hands variables on to hosts")]
pub(super) fn handed_on() -> impl Iterator<Item = (&'static str, OsString)> {
    HANDED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// Names of variables that are set, sorted, and that may lead PINs or libraries elsewhere. Never what they hold.
#[expect(clippy::disallowed_methods, reason = "the one place that looks whether such variables are set")]
pub fn suspects() -> Vec<String> {
    among(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
}

fn among(names: impl Iterator<Item = String>) -> Vec<String> {
    let is_suspect = |name: &String| {
        SUSPECT.contains(&name.as_str()) || SUSPECT_BEGINNINGS.iter().any(|begin| name.starts_with(begin))
    };
    let mut found: Vec<String> = names.filter(is_suspect).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_lead_libraries_elsewhere_are_told_by_name() {
        let names = ["PATH", "PKCS11SPY_OUTPUT", "LD_PRELOAD", "OPENSC_DEBUG", "HOME", "PCSCLITE_CSOCK_NAME"];
        let found = among(names.into_iter().map(str::to_owned));
        assert_eq!(found, ["LD_PRELOAD", "OPENSC_DEBUG", "PCSCLITE_CSOCK_NAME", "PKCS11SPY_OUTPUT"]);
    }
}
