//! Targets: their paths, and what is said of them. What stands here is what clients agree on.

mod info;
mod path;

pub use info::{CUSTOM_MAX_BYTES, CUSTOM_MAX_DEPTH, HASH_ALGORITHMS, TargetInfo, TargetInfoError};
pub use path::{PATH_MAX_BYTES, TargetPath, TargetPathError};

#[cfg(test)]
mod tests;
