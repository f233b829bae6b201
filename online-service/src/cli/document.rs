//! Files that an operator names: often from a medium that somebody else had in hand.

use std::path::Path;

use airgap_transfer::folder::{ReadError, import};

/// The bytes of a regular file. A device never ends and a pipe never begins, so neither is read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    import(path, shared::gap::MAX_BYTES)
}
