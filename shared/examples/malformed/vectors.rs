//! Every way in which metadata can be malformed, made of good documents and signed by keys of which everybody knows
//! the private half.

#[path = "base.rs"]
pub(crate) mod base;
#[path = "crossing.rs"]
mod crossing;
#[path = "published.rs"]
mod published;
#[path = "root_keys.rs"]
mod root_keys;
#[path = "root_signatures.rs"]
mod root_signatures;
#[path = "root_spellings.rs"]
mod root_spellings;
#[path = "root_syntax.rs"]
mod root_syntax;
#[path = "root_values.rs"]
mod root_values;

/// One malformed document.
pub(crate) struct Vector {
    /// What is wrong, and the name of its folder.
    pub(crate) name: &'static str,
    /// The name of the document, which says what it claims to be.
    pub(crate) file: &'static str,
    /// The document.
    pub(crate) bytes: Vec<u8>,
}

/// All of them.
pub(crate) fn all() -> Vec<Vector> {
    let parts = [
        root_syntax::all(),
        root_values::all(),
        root_keys::all(),
        root_spellings::all(),
        root_signatures::all(),
        crossing::all(),
        published::all(),
    ];
    parts.into_iter().flatten().collect()
}

fn vector(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>) -> Vector {
    Vector { name, file, bytes: bytes.into() }
}
