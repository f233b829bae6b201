//! Which PKCS#11 modules this machine has: p11-kit's configuration first, then the places where they usually lie.
//!
//! Files are looked at and never loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::token::module::known::{self, KNOWN, LIBRARY_FOLDERS};
use crate::token::module::{ModuleChoice, ModuleFound};

use super::p11_kit::{ModuleFile, UserConfiguration, module_name};

/// Configuration files beyond this are nobody's.
const MOST_BYTES: u64 = 64 * 1024;

/// Every module below `root`, each once.
pub(super) fn find(root: &Path, home: Option<&Path>) -> Vec<ModuleChoice> {
    let machine = Machine { root, home };
    let mut found: Vec<ModuleChoice> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for (path, found_by) in machine.configured().into_iter().chain(machine.in_usual_places()) {
        let Ok(file) = std::fs::canonicalize(machine.below(&path)) else { continue };
        if file.is_file() && !files.contains(&file) && !is_no_token(&path) {
            files.push(file);
            found.push(ModuleChoice::at(&path, found_by));
        }
    }
    found
}

fn is_no_token(path: &str) -> bool {
    let file = Path::new(path).file_name().and_then(|name| name.to_str());
    file.is_none_or(|file| known::no_token(file).is_some())
}

struct Machine<'a> {
    root: &'a Path,
    home: Option<&'a Path>,
}

impl Machine<'_> {
    fn below(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn in_usual_places(&self) -> Vec<(String, ModuleFound)> {
        let places = KNOWN.iter().flat_map(|known| known.places);
        let paths = places.flat_map(|place| match place.strip_prefix("LIB") {
            Some(rest) => LIBRARY_FOLDERS.iter().map(|folder| format!("{folder}{rest}")).collect(),
            None => vec![(*place).to_owned()],
        });
        paths.map(|path| (path, ModuleFound::UsualPlace)).collect()
    }

    /// p11-kit's modules in its order: by priority, then by name.
    fn configured(&self) -> Vec<(String, ModuleFound)> {
        let mut files: Vec<(String, ModuleFile)> = self.module_files().into_iter().collect();
        files.sort_by_key(|(_, file)| -file.priority());
        let paths = files.iter().filter_map(|(name, file)| {
            let path = self.whole_path(file.module()?)?;
            Some((path, ModuleFound::P11Kit { name: name.clone() }))
        });
        paths.collect()
    }

    fn module_files(&self) -> BTreeMap<String, ModuleFile> {
        let mut files = BTreeMap::new();
        for folder in self.configuration_folders() {
            for (name, text) in texts_in(&folder) {
                let file = ModuleFile::parse(&text);
                match files.get_mut(&name) {
                    None => drop(files.insert(name, file)),
                    Some(specific) => ModuleFile::fill(specific, file),
                }
            }
        }
        files
    }

    /// The most specific first.
    fn configuration_folders(&self) -> Vec<PathBuf> {
        let system = || vec![self.below("/etc/pkcs11/modules"), self.below("/usr/share/p11-kit/modules")];
        let user = self.home.map(|home| home.join(".config/pkcs11/modules")).into_iter();
        let says = text_of(&self.below("/etc/pkcs11/pkcs11.conf")).unwrap_or_default();
        match UserConfiguration::parse(&says) {
            UserConfiguration::Ignored => system(),
            UserConfiguration::Merged => user.chain(system()).collect(),
            UserConfiguration::Only => user.collect(),
        }
    }

    /// A name without folders lies in p11-kit's folder of modules.
    fn whole_path(&self, module: &str) -> Option<String> {
        if module.starts_with('/') {
            return Some(module.to_owned());
        }
        let candidates = LIBRARY_FOLDERS.iter().map(|folder| format!("{folder}/pkcs11/{module}"));
        candidates.into_iter().find(|path| self.below(path).is_file())
    }
}

fn texts_in(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = entries.flatten().filter_map(|entry| {
        let name = module_name(entry.file_name().to_str()?)?.to_owned();
        Some((name, text_of(&entry.path())?))
    });
    files.collect()
}

/// A small regular file; a pipe in its place is not waited for.
fn text_of(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MOST_BYTES {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::module::ModuleKind;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn paths(found: &[ModuleChoice]) -> Vec<&str> {
        found.iter().map(|module| module.path.as_str()).collect()
    }

    #[test]
    fn what_p11_kit_names_comes_first_and_each_module_is_listed_once() {
        let root = tempfile::tempdir().unwrap();
        let folder = "/usr/lib/x86_64-linux-gnu";
        put(root.path(), &format!("{folder}/opensc-pkcs11.so"), "");
        put(root.path(), &format!("{folder}/softhsm/libsofthsm2.so"), "");
        put(root.path(), &format!("{folder}/libykcs11.so"), "");
        put(root.path(), &format!("{folder}/pkcs11/p11-kit-trust.so"), "");
        std::os::unix::fs::symlink(
            "../opensc-pkcs11.so",
            root.path().join("usr/lib/x86_64-linux-gnu/pkcs11/opensc-pkcs11.so"),
        )
        .unwrap();
        let modules = "/usr/share/p11-kit/modules";
        put(root.path(), &format!("{modules}/opensc.module"), "module: opensc-pkcs11.so");
        put(root.path(), &format!("{modules}/trust.module"), "module: p11-kit-trust.so\npriority: 9");
        put(
            root.path(),
            &format!("{modules}/softhsm2.module"),
            &format!("module: {folder}/softhsm/libsofthsm2.so\npriority: 1"),
        );
        put(root.path(), &format!("{modules}/gone.module"), "module: /nowhere/libgone.so");
        let found = find(root.path(), None);
        let expected = ["softhsm/libsofthsm2.so", "pkcs11/opensc-pkcs11.so", "libykcs11.so"];
        assert_eq!(paths(&found), expected.map(|path| format!("{folder}/{path}")));
        assert_eq!(found[0].found, ModuleFound::P11Kit { name: "softhsm2".to_owned() });
        assert_eq!((found[2].kind, &found[2].found), (ModuleKind::SmartCards, &ModuleFound::UsualPlace));
    }

    #[test]
    fn the_system_switches_a_packages_module_off_and_a_user_adds_one_where_he_may() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "/opt/own.so", "");
        put(root.path(), "/opt/acme.so", "");
        put(root.path(), "/usr/share/p11-kit/modules/acme.module", "module: /opt/acme.so");
        put(root.path(), "/home/ann/.config/pkcs11/modules/own.module", "module: /opt/own.so");
        let home = root.path().join("home/ann");
        let look = || paths(&find(root.path(), Some(&home))).join(" ");
        assert_eq!(look(), "/opt/acme.so /opt/own.so");
        put(root.path(), "/etc/pkcs11/modules/acme.module", "module:");
        assert_eq!(look(), "/opt/own.so");
        put(root.path(), "/etc/pkcs11/pkcs11.conf", "user-config: none");
        assert_eq!(look(), "");
    }

    #[test]
    fn a_network_module_is_named_so_that_people_read_why_it_is_refused() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "/opt/cloudhsm/lib/libcloudhsm_pkcs11.so", "");
        let text = "module: /opt/cloudhsm/lib/libcloudhsm_pkcs11.so";
        put(root.path(), "/etc/pkcs11/modules/cloudhsm.module", text);
        let found = find(root.path(), None);
        assert_eq!(found[0].kind, ModuleKind::Network { known_as: "AWS CloudHSM" });
        assert!(!found[0].is_first_choice());
    }
}
