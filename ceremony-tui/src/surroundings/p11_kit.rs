//! p11-kit's configuration, pkcs11.conf(5): one file for each module.

use std::collections::BTreeMap;

/// The name by which `enable-in` and `disable-in` know this program.
const PROGRAM: &str = "ceremony-tui";

/// What one `.module` file says. More specific files (a user's before the system's before a package's) are read first,
/// and what they say stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ModuleFile {
    fields: BTreeMap<String, String>,
}

impl ModuleFile {
    /// Reads `name: value` lines; anything else is p11-kit's to complain about.
    pub(super) fn parse(text: &str) -> ModuleFile {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let fields = lines.filter_map(|line| line.split_once(':'));
        ModuleFile {
            fields: fields.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect(),
        }
    }

    /// Takes over what a less specific file of the same name says and this one does not.
    pub(super) fn fill(&mut self, general: ModuleFile) {
        for (name, value) in general.fields {
            self.fields.entry(name).or_insert(value);
        }
    }

    /// The module, as a path or a name in p11-kit's folder, if this program may use it.
    pub(super) fn module(&self) -> Option<&str> {
        let module = self.field("module").filter(|module| !module.is_empty())?;
        // What p11-kit runs or reaches for us is no module, and a source of trusted certificates is no token.
        let is_token = self.field("remote").is_none() && self.field("trust-policy") != Some("yes");
        (is_token && self.is_enabled()).then_some(module)
    }

    /// Higher comes first.
    pub(super) fn priority(&self) -> i64 {
        self.field("priority").and_then(|priority| priority.parse().ok()).unwrap_or(0)
    }

    fn is_enabled(&self) -> bool {
        match (self.field("enable-in"), self.field("disable-in")) {
            (Some(programs), _) => names(programs, PROGRAM),
            (None, Some(programs)) => !names(programs, PROGRAM),
            (None, None) => true,
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

fn names(programs: &str, program: &str) -> bool {
    programs.split([',', ' ', '\t']).any(|name| name == program)
}

/// Which folders of modules count, by `user-config` in `pkcs11.conf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserConfiguration {
    /// The system's alone.
    Ignored,
    /// The user's, and the system's behind it.
    Merged,
    /// The user's alone.
    Only,
}

impl UserConfiguration {
    /// Reads the system's `pkcs11.conf`; p11-kit merges the user's when it says nothing.
    pub(super) fn parse(text: &str) -> UserConfiguration {
        match ModuleFile::parse(text).field("user-config") {
            None | Some("merge") => UserConfiguration::Merged,
            Some("only") => UserConfiguration::Only,
            Some(_) => UserConfiguration::Ignored,
        }
    }
}

/// Whether p11-kit reads a file of that name.
pub(super) fn module_name(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".module")?;
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_file_names_a_module_unless_it_is_switched_off() {
        let module = |text: &str| ModuleFile::parse(text).module().map(str::to_owned);
        assert_eq!(
            module("# softhsm\nmodule: /usr/lib/libsofthsm2.so\n"),
            Some("/usr/lib/libsofthsm2.so".to_owned())
        );
        assert_eq!(module("module:opensc-pkcs11.so\npriority: 3"), Some("opensc-pkcs11.so".to_owned()));
        for off in [
            "",
            "module:\n",
            "module: a.so\ndisable-in: firefox, ceremony-tui",
            "module: a.so\nenable-in: firefox chrome",
            "module: a.so\ntrust-policy: yes",
            "module: a.so\nremote: |ssh machine",
            "remote: |ssh machine",
        ] {
            assert_eq!(module(off), None, "{off}");
        }
        for on in ["module: a.so\ndisable-in: firefox", "module: a.so\nenable-in: ceremony-tui"] {
            assert!(module(on).is_some(), "{on}");
        }
    }

    #[test]
    fn what_a_more_specific_file_says_stands_and_the_rest_is_filled_in() {
        let mut users = ModuleFile::parse("priority: 7");
        users.fill(ModuleFile::parse("module: /a.so\npriority: 1"));
        assert_eq!((users.module(), users.priority()), (Some("/a.so"), 7));
        let mut switched_off = ModuleFile::parse("module:");
        switched_off.fill(ModuleFile::parse("module: /a.so"));
        assert_eq!(switched_off.module(), None);
    }

    #[test]
    fn the_users_modules_count_only_where_the_system_says_so() {
        for (text, expected) in [
            ("", UserConfiguration::Merged),
            ("user-config: none", UserConfiguration::Ignored),
            ("# here\nuser-config: merge\n", UserConfiguration::Merged),
            ("user-config: only", UserConfiguration::Only),
        ] {
            assert_eq!(UserConfiguration::parse(text), expected);
        }
    }

    #[test]
    fn files_of_other_names_are_passed_over() {
        assert_eq!(module_name("softhsm2.module"), Some("softhsm2"));
        for other in ["softhsm2.module.bak", ".module", ".hidden.module", "a b.module", "README"] {
            assert_eq!(module_name(other), None, "{other}");
        }
    }
}
