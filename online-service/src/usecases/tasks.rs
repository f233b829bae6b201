//! What became of a request.

use crate::ports::catalog::task::{Task, TaskId};
use crate::ports::catalog::{Catalog, CatalogError};

/// The task of that id; `None` when it never was, which RSTUF calls `PENDING`.
pub(crate) fn find(catalog: &dyn Catalog, id: &str) -> Result<Option<Task>, CatalogError> {
    catalog.task(&TaskId::from_text(id))
}
