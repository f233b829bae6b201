//! Whether the audit log is whole.

use crate::ports::catalog::{Catalog, CatalogError};

/// A log whose chain holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Log {
    /// How many lines it has.
    pub(crate) lines: u64,
    /// The hash of its last line: who noted it earlier can tell that nothing before it was changed.
    pub(crate) head: String,
}

/// Follows the chain from its beginning.
pub(crate) fn check(catalog: &dyn Catalog) -> Result<Log, CatalogError> {
    let mut log = Log { lines: 0, head: String::new() };
    let mut previous = [0; 32];
    for row in catalog.audit()? {
        if row.number != log.lines + 1 || !row.follows(previous) {
            return Err(CatalogError::Corrupt(format!("the audit log was changed at line {}", row.number)));
        }
        previous = row.hash;
        log.lines = row.number;
    }
    log.head = hex::encode(previous);
    Ok(log)
}
