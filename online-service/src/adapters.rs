//! What stands behind the ports. Only `composition` names these modules.

pub(crate) mod age_vault;
pub(crate) mod os_randomness;
pub(crate) mod sqlite;
pub(crate) mod system_clock;
