//! Which PKCS#11 modules this machine has: p11-kit's configuration first, then the places where they usually lie.
//!
//! Files are looked at and never loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::machine::User;
use crate::token::module::known::{self, KNOWN, LIBRARY_FOLDERS};
use crate::token::module::{ModuleChoice, ModuleFound};

use super::p11_kit::{ModuleFile, UserConfiguration, module_name};

/// Configuration files beyond this are nobody's.
const MOST_BYTES: u64 = 64 * 1024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every module, each once.
    pub(super) modules: Vec<ModuleChoice>,
    /// Configuration that was not believed.
    pub(super) passed_over: Vec<String>,
}

/// Every module below `root`, by the system's configuration and by that of the user whose home is given.
pub(super) fn find(root: &Path, home: Option<&Path>, user: User) -> Found {
    let users = home.map(|home| users(home, user)).unwrap_or_default();
    let machine = Machine { root, users: users.texts };
    let mut found = Found { modules: Vec::new(), passed_over: users.passed_over };
    let mut files: Vec<PathBuf> = Vec::new();
    for (path, found_by) in machine.configured().into_iter().chain(machine.in_usual_places()) {
        let Ok(file) = std::fs::canonicalize(machine.below(&path)) else { continue };
        if file.is_file() && !files.contains(&file) && !is_no_token(&path) {
            files.push(file);
            found.modules.push(ModuleChoice::at(&path, found_by));
        }
    }
    found
}

fn is_no_token(path: &str) -> bool {
    let file = Path::new(path).file_name().and_then(|name| name.to_str());
    file.is_none_or(|file| known::no_token(file).is_some())
}

/// A user's configuration: names and texts of files, and what is not believed.
#[derive(Default)]
struct Users {
    texts: Vec<(String, String)>,
    passed_over: Vec<String>,
}

/// Root may run the program with another user's HOME. What that user names there would be loaded with root's rights and
/// hear root's PINs, and who may change it can hardly be told from outside: as root none of it counts.
fn users(home: &Path, user: User) -> Users {
    let folder = home.join(".config/pkcs11/modules");
    let texts = texts_in(&folder);
    match user {
        User::Ordinary => Users { texts, passed_over: Vec::new() },
        User::Root if texts.is_empty() => Users::default(),
        User::Root => Users { texts: Vec::new(), passed_over: vec![folder.display().to_string()] },
    }
}

struct Machine<'a> {
    root: &'a Path,
    users: Vec<(String, String)>,
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
        for (name, text) in self.texts() {
            let file = ModuleFile::parse(&text);
            match files.get_mut(&name) {
                None => drop(files.insert(name, file)),
                Some(specific) => ModuleFile::fill(specific, file),
            }
        }
        files
    }

    /// The most specific first.
    fn texts(&self) -> Vec<(String, String)> {
        let folders = ["/etc/pkcs11/modules", "/usr/share/p11-kit/modules"];
        let system = || folders.iter().flat_map(|folder| texts_in(&self.below(folder)));
        let says = text_of(&self.below("/etc/pkcs11/pkcs11.conf")).unwrap_or_default();
        match UserConfiguration::parse(&says) {
            UserConfiguration::Ignored => system().collect(),
            UserConfiguration::Merged => self.users.iter().cloned().chain(system()).collect(),
            UserConfiguration::Only => self.users.clone(),
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
        let found = find(root.path(), None, User::Ordinary).modules;
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
        let look = || {
            let found = find(root.path(), Some(&home), User::Ordinary);
            assert!(found.passed_over.is_empty());
            paths(&found.modules).join(" ")
        };
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
        let found = find(root.path(), None, User::Ordinary).modules;
        assert_eq!(found[0].kind, ModuleKind::Network { known_as: "AWS CloudHSM" });
        assert!(!found[0].is_first_choice());
    }

    #[test]
    fn a_users_configuration_counts_for_that_user_and_never_for_root() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "/opt/own.so", "");
        put(root.path(), "/opt/system.so", "");
        put(root.path(), "/etc/pkcs11/modules/system.module", "module: /opt/system.so");
        let home = root.path().join("home/ann");
        let look = |user| {
            let found = find(root.path(), Some(&home), user);
            (paths(&found.modules).join(" "), found.passed_over)
        };
        assert_eq!(look(User::Root), ("/opt/system.so".to_owned(), Vec::new()), "nothing to say");
        let folder = home.join(".config/pkcs11/modules");
        put(&folder, "own.module", "module: /opt/own.so");
        assert_eq!(look(User::Ordinary), ("/opt/own.so /opt/system.so".to_owned(), Vec::new()));
        assert_eq!(look(User::Root), ("/opt/system.so".to_owned(), vec![folder.display().to_string()]));
    }
}
