//! Files that an operator names: often from a medium that somebody else had in hand.

use std::path::Path;

use airgap_transfer::folder::{FolderError, import};

/// Larger than any document that crosses the gap, and than any root or key file.
const LIMIT: u64 = 8 * 1024 * 1024;

/// The bytes of a regular file. A device never ends and a pipe never begins, so neither is read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    import(path, LIMIT)
}
