//! Reads the source files that a rule speaks about and compares what they name with what is banned.

use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Violation;
use super::lexer::tokens;
use super::mentions::{Mention, mentions};
use super::rules::{Rule, SourceRule};
use super::tests_removed::without_tests;

/// A source file and everything that it names outside tests.
pub(crate) struct SourceFile {
    /// From the root, with `/`.
    path: String,
    mentions: Vec<Mention>,
}

/// Reads every source file of the packages under `root`.
pub(crate) fn read_all(root: &Path) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for package in folders(root)? {
        let source = package.join("src");
        if source.is_dir() {
            read_folder(root, &source, &mut files)?;
        }
    }
    Ok(files)
}

/// What of the files breaks the rule, and how many files it speaks about.
pub(crate) fn broken(files: &[SourceFile], rule: &Rule, sources: &SourceRule) -> (Vec<Violation>, usize) {
    let guarded: Vec<&SourceFile> = files.iter().filter(|file| sources.covers(&file.path)).collect();
    let violations = guarded.iter().flat_map(|file| file.broken(rule, sources)).collect();
    (violations, guarded.len())
}

/// Areas of the rule that no file lies in: whoever renames a folder has to say so here.
pub(crate) fn without_files(files: &[SourceFile], sources: &SourceRule) -> Vec<&'static str> {
    let is_empty = |area: &&'static str| !files.iter().any(|file| lies_in(&file.path, area));
    sources.within.iter().chain(sources.except).copied().filter(is_empty).collect()
}

impl SourceFile {
    fn broken(&self, rule: &Rule, sources: &SourceRule) -> Vec<Violation> {
        let banned = self.mentions.iter().filter(|mention| sources.bans(&mention.path));
        let violation = |mention: &Mention| Violation {
            rule: rule.name,
            reason: rule.reason,
            place: format!("{}:{}", self.path, mention.line),
            what: mention.path.clone(),
        };
        banned.map(violation).collect()
    }
}

impl SourceRule {
    fn covers(&self, file: &str) -> bool {
        self.within.iter().any(|area| lies_in(file, area))
            && !self.except.iter().any(|area| lies_in(file, area))
    }

    fn bans(&self, path: &str) -> bool {
        self.banned.iter().any(|banned| names(path, banned))
    }
}

/// `a/b` means `a/b.rs` and everything under `a/b/`.
fn lies_in(file: &str, area: &str) -> bool {
    file.strip_prefix(area).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// A path names what it begins with; a glob also names everything that it brings in.
fn names(path: &str, banned: &str) -> bool {
    let begins = path.strip_prefix(banned).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let brought = path
        .strip_suffix("::*")
        .is_some_and(|outer| banned.rsplit_once("::").is_some_and(|(parent, _)| parent == outer));
    begins || brought
}

fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = entries(root)?.into_iter().filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be listed", folder.display()))?;
    listed.map(|entry| Ok(entry?.path())).collect()
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<()> {
    let mut tests = BTreeSet::new();
    let mut read = Vec::new();
    for path in rust_files(folder)? {
        read.push(read_file(root, &path, &mut tests)?);
    }
    files.extend(read.into_iter().filter(|file| !tests.iter().any(|area| lies_in(&file.path, area))));
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one file; the modules that it keeps for tests are noted as areas to leave out.
fn read_file(root: &Path, file: &Path, tests: &mut BTreeSet<String>) -> Result<SourceFile> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned();
    let shipped = without_tests(&tokens(&text));
    tests.extend(shipped.test_modules.iter().map(|module| format!("{}/{module}", module_folder(&path))));
    Ok(SourceFile { mentions: mentions(&shipped.tokens, &module_of(&path)), path })
}

/// The folder that holds the files of a file's child modules.
fn module_folder(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let is_crate_root = stem.ends_with("src/main") || stem.ends_with("src/lib") || is_program(stem);
    let is_mod = stem.ends_with("/mod");
    if is_crate_root || is_mod { stem.rsplit_once('/').map_or("", |(folder, _)| folder) } else { stem }
}

fn is_program(stem: &str) -> bool {
    stem.rsplit_once('/').is_some_and(|(folder, _)| folder.ends_with("src/bin"))
}

/// `online-service/src/http/v1.rs` is `crate::http::v1`.
fn module_of(path: &str) -> String {
    let folder = module_folder(path);
    let inside = folder.split_once("/src").map_or("", |(_, inside)| inside);
    let inside =
        inside.strip_prefix("/bin").filter(|rest| rest.is_empty() || is_program(folder)).unwrap_or(inside);
    format!("crate{}", inside.replace('/', "::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_know_their_module() {
        assert_eq!(module_of("a/src/main.rs"), "crate");
        assert_eq!(module_of("a/src/lib.rs"), "crate");
        assert_eq!(module_of("a/src/http.rs"), "crate::http");
        assert_eq!(module_of("a/src/http/v1/task.rs"), "crate::http::v1::task");
        assert_eq!(module_of("a/src/bin/token-host.rs"), "crate");
    }

    #[test]
    fn an_area_is_a_file_and_its_folder_and_no_neighbour() {
        assert!(lies_in("a/src/view.rs", "a/src/view"));
        assert!(lies_in("a/src/view/title.rs", "a/src/view"));
        assert!(!lies_in("a/src/viewport.rs", "a/src/view"));
    }

    #[test]
    fn a_ban_covers_what_lies_below_and_globs_that_bring_it_in() {
        assert!(names("std::net", "std::net"));
        assert!(names("std::net::TcpStream", "std::net"));
        assert!(names("std::*", "std::net"));
        assert!(!names("std::network", "std::net"));
        assert!(!names("std", "std::net"));
        assert!(!names("std::fmt::*", "std::net"));
    }

    #[test]
    fn an_area_without_a_file_is_named_whether_it_is_guarded_or_excepted() {
        let files = [SourceFile { path: "p/src/a.rs".to_owned(), mentions: Vec::new() }];
        let sources =
            SourceRule { within: &["p/src", "p/src/gone"], except: &["p/src/a", "p/src/moved"], banned: &[] };
        assert_eq!(without_files(&files, &sources), ["p/src/gone", "p/src/moved"]);
    }

    #[test]
    fn files_of_test_modules_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("p/src/a");
        std::fs::create_dir_all(&source).unwrap();
        std::fs::write(folder.path().join("p/src/a.rs"), "#[cfg(test)] mod samples; mod real;").unwrap();
        std::fs::write(source.join("samples.rs"), "use std::fs;").unwrap();
        std::fs::write(source.join("real.rs"), "use std::net;").unwrap();
        let files = read_all(folder.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["p/src/a/real.rs", "p/src/a.rs"]);
    }
}
