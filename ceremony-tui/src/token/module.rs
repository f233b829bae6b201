//! PKCS#11 modules: which one is meant, by a path or a `pkcs11:` URI, and what is known of it by its name.
//!
//! Nothing here looks at a file: whoever finds modules on this machine is `surroundings`, and whoever loads them is the
//! token host.

pub mod known;
pub mod uri;

use std::path::Path;

pub use uri::{ModuleAddress, Pkcs11Uri, UriError};

/// A module that a person can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleChoice {
    /// Its absolute path.
    pub path: String,
    /// What people call it.
    pub name: String,
    /// Where it was found.
    pub found: ModuleFound,
    /// What is behind it, as far as its name says.
    pub kind: ModuleKind,
}

/// Where a module was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleFound {
    /// Somebody named it, on the command line or at a question.
    Named,
    /// In p11-kit's configuration.
    P11Kit {
        /// The configuration's name, without `.module`.
        name: String,
    },
    /// Where its maker or a distribution puts it.
    UsualPlace,
}

/// What is behind a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// A token of its own: an HSM, a stick, a file.
    Token,
    /// Smart cards of many makes. It shows YubiKeys a second time, which are better asked as PIV cards.
    SmartCards,
    /// A key store on a network: never loaded.
    Network {
        /// What it is known as.
        known_as: &'static str,
    },
}

impl ModuleChoice {
    /// A module by its path, named by what is known of its file name.
    pub fn at(path: &str, found: ModuleFound) -> ModuleChoice {
        let file = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path);
        ModuleChoice {
            path: path.to_owned(),
            name: known::title(file).unwrap_or(file).to_owned(),
            found,
            kind: known::kind(file),
        }
    }

    /// Whether it is the way to choose a key on it: a module of smart cards shows YubiKeys that are better asked as PIV
    /// cards, and a network is never reached.
    pub fn is_first_choice(&self) -> bool {
        self.kind == ModuleKind::Token
    }
}

/// What somebody wrote to name a module, and perhaps one of its tokens and keys: a path or a URI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleRequest {
    /// The module, or none: the token is wherever it is found.
    pub address: Option<ModuleAddress>,
    /// Which of its tokens and keys; anything when nothing was said.
    pub wanted: Pkcs11Uri,
}

impl ModuleRequest {
    /// Reads what somebody wrote.
    pub fn parse(text: &str) -> Result<ModuleRequest, ModuleRequestError> {
        if text.len() > uri::SCHEME.len()
            && text.as_bytes()[..uri::SCHEME.len()].eq_ignore_ascii_case(uri::SCHEME.as_bytes())
        {
            let wanted: Pkcs11Uri = text.parse()?;
            return Ok(ModuleRequest { address: wanted.module.clone(), wanted });
        }
        if !text.starts_with('/') {
            return Err(ModuleRequestError::NotAbsolute { text: shared::text::shortened(text) });
        }
        Ok(ModuleRequest {
            address: Some(ModuleAddress::Path(text.to_owned())),
            wanted: Pkcs11Uri::default(),
        })
    }

    /// The modules that are meant: the one at a path, or those of the found ones that have the name.
    pub fn choose(&self, found: &[ModuleChoice]) -> Vec<ModuleChoice> {
        match &self.address {
            Some(ModuleAddress::Path(path)) => {
                let known = found.iter().find(|module| module.path == *path).cloned();
                vec![known.unwrap_or_else(|| ModuleChoice::at(path, ModuleFound::Named))]
            }
            Some(ModuleAddress::Name(name)) => {
                found.iter().filter(|module| module.is_called(name)).cloned().collect()
            }
            None => found.to_vec(),
        }
    }
}

impl ModuleChoice {
    /// RFC 7512 leaves open what a `module-name` is: here p11-kit's name of the module, or its file name, with or without
    /// `lib` and `.so`.
    fn is_called(&self, name: &str) -> bool {
        let file = Path::new(&self.path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let stem = file.split(".so").next().unwrap_or(file);
        let by_p11_kit = matches!(&self.found, ModuleFound::P11Kit { name: known } if known == name);
        by_p11_kit || file == name || stem == name || stem.strip_prefix("lib") == Some(name)
    }
}

/// What was written names no module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleRequestError {
    /// Neither a whole path nor a URI.
    #[error(
        "{text:?} is not an absolute path. Type the whole path of the module, such as \
         /usr/lib/softhsm/libsofthsm2.so, or a pkcs11: URI."
    )]
    NotAbsolute {
        /// What was written.
        text: String,
    },
    /// A URI that cannot be read.
    #[error(transparent)]
    Uri(#[from] UriError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_a_uri_name_a_module_and_anything_else_is_refused() {
        let by_path = ModuleRequest::parse("/usr/lib/softhsm/libsofthsm2.so").unwrap();
        let chosen = by_path.choose(&[]);
        assert_eq!((chosen[0].name.as_str(), chosen[0].kind), ("SoftHSM", ModuleKind::Token));
        let by_uri = ModuleRequest::parse("PKCS11:token=alice?module-path=/opt/lib.so").unwrap();
        assert_eq!(by_uri.address, Some(ModuleAddress::Path("/opt/lib.so".to_owned())));
        assert_eq!(by_uri.wanted.token.as_deref(), Some("alice"));
        for wrong in ["", "libsofthsm2.so", "pkcs11"] {
            let refused = ModuleRequest::parse(wrong).unwrap_err().to_string();
            assert!(refused.contains("is not an absolute path"), "{refused}");
        }
    }

    #[test]
    fn a_module_is_found_by_the_name_that_p11_kit_or_its_file_gives_it() {
        let found = [
            ModuleChoice::at("/usr/lib/libsofthsm2.so", ModuleFound::P11Kit { name: "softhsm".to_owned() }),
            ModuleChoice::at("/usr/lib/opensc-pkcs11.so", ModuleFound::UsualPlace),
        ];
        for (name, count) in
            [("softhsm", 1), ("softhsm2", 1), ("libsofthsm2", 1), ("opensc-pkcs11", 1), ("x", 0)]
        {
            let request = ModuleRequest::parse(&format!("pkcs11:?module-name={name}")).unwrap();
            assert_eq!(request.choose(&found).len(), count, "{name}");
        }
        assert_eq!(ModuleRequest::parse("pkcs11:token=a").unwrap().choose(&found).len(), 2);
    }

    #[test]
    fn modules_of_smart_cards_and_networks_are_no_first_choice() {
        let kind = |path: &str| ModuleChoice::at(path, ModuleFound::UsualPlace).kind;
        assert_eq!(kind("/usr/lib/x86_64-linux-gnu/libykcs11.so.2"), ModuleKind::SmartCards);
        assert_eq!(kind("/usr/lib/onepin-opensc-pkcs11.so"), ModuleKind::SmartCards);
        assert_eq!(
            kind("/opt/cloudhsm/libcloudhsm_pkcs11.so"),
            ModuleKind::Network { known_as: "AWS CloudHSM" }
        );
        assert_eq!(kind("/opt/unheard/of.so"), ModuleKind::Token);
    }
}
