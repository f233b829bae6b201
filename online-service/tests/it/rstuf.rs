//! What RSTUF's clients rely on.

mod lax;
mod page;
mod recording;
mod replay;
mod verdict;
