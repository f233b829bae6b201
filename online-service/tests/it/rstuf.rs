//! What RSTUF's clients rely on.

mod lax;
