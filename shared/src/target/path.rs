//! Paths of targets.

use std::fmt;

use crate::json::alike::{is_in_the_bmp, is_normalised};
use crate::text::shortened;

/// The longest path, in bytes.
pub const PATH_MAX_BYTES: usize = 512;

/// Names that every JavaScript object has; tuf-js never finds a target of such a name.
const JAVASCRIPT_OWNS: [&str; 5] = ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"];

/// The path of a target, relative to the targets URL, with `/` between segments (4.5, `TARGETPATH`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetPath(String);

impl TargetPath {
    /// Takes a path at the door: only what every client finds and downloads alike.
    ///
    /// # Errors
    /// The first rule that the path breaks.
    pub fn new(text: &str) -> Result<TargetPath, TargetPathError> {
        let refuse = |why| Err(TargetPathError { path: shortened(text), why });
        if text.is_empty() {
            return refuse(PathRule::Empty);
        }
        if text.len() > PATH_MAX_BYTES {
            return refuse(PathRule::TooLong(text.len()));
        }
        if text.starts_with('/') {
            return refuse(PathRule::Absolute);
        }
        if text.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return refuse(PathRule::Segment);
        }
        if let Some(c) = text.chars().find(|c| is_unsafe(*c)) {
            return refuse(PathRule::Character(c));
        }
        if !is_normalised(text) {
            return refuse(PathRule::NotNormalised);
        }
        if !is_in_the_bmp(text) {
            return refuse(PathRule::BeyondBmp);
        }
        if JAVASCRIPT_OWNS.contains(&text) {
            return refuse(PathRule::Reserved);
        }
        Ok(TargetPath(text.to_owned()))
    }

    /// Takes a path out of published metadata, where it only has to be there.
    pub(crate) fn published(text: &str) -> Result<TargetPath, TargetPathError> {
        if text.is_empty() {
            return Err(TargetPathError { path: String::new(), why: PathRule::Empty });
        }
        Ok(TargetPath(text.to_owned()))
    }

    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || c.is_whitespace() || matches!(c, '\\' | '%' | '#' | '?')
}

impl fmt::Display for TargetPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A path that some client would not find, or would find elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The target path \"{}\" {why}", path)]
pub struct TargetPathError {
    path: String,
    why: PathRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum PathRule {
    #[error("is empty. Give a relative path.")]
    Empty,
    #[error("has {0} bytes. Use at most {max} bytes.", max = PATH_MAX_BYTES)]
    TooLong(usize),
    #[error("begins with a slash. Give it relative to the targets URL.")]
    Absolute,
    #[error("has an empty, \".\" or \"..\" segment. Write the path without them.")]
    Segment,
    #[error(
        "contains {0:?}, which clients escape differently. Use a path without white space, control characters, backslash, %, # and ?."
    )]
    Character(char),
    #[error("is not in Unicode normal form C. Normalise it.")]
    NotNormalised,
    #[error("has characters beyond the basic plane, which clients sort differently. Use other characters.")]
    BeyondBmp,
    #[error("is a name that JavaScript objects own, so that tuf-js never finds it. Choose another.")]
    Reserved,
}
