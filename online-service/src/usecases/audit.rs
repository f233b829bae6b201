//! Whether the audit log is whole, and whether the catalog still says what was signed.

use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::{Catalog, CatalogError};
use crate::publisher::PublishError;
use crate::publisher::consistency::compare;
use crate::publisher::memory::read_settings;

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

/// Compares the stored artifacts of every bin with its last signed file. Whether that is signed, a client's walk finds out.
pub(crate) fn check_artifacts(catalog: &dyn Catalog) -> Result<(), PublishError> {
    let Some(record) = catalog.repository()? else { return Ok(()) };
    let bins = read_settings(&record.settings)?.bins;
    for (bin, name) in (0..).zip(bins.role_names()) {
        let role = RoleLabel::new(name.as_str());
        compare(&role, &catalog.bin(bin)?, catalog.current(&role)?.as_ref())?;
    }
    Ok(())
}
