//! What the service needs from the world, as traits.
//!
//! Use cases and the publisher know only these traits; `composition` alone names the adapters that stand behind them.

pub(crate) mod catalog;
pub(crate) mod clock;
pub(crate) mod randomness;
pub(crate) mod vault;

use std::sync::Arc;

use catalog::Catalog;
use catalog::task::TaskId;
use clock::Clock;
use randomness::{Randomness, RandomnessError};
use vault::Vault;

/// All ports of a running service.
#[derive(Clone)]
pub(crate) struct Ports {
    /// What the service knows.
    pub(crate) catalog: Arc<dyn Catalog>,
    /// What it signs with.
    pub(crate) vault: Arc<dyn Vault>,
    /// What time it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// What nobody can guess.
    pub(crate) randomness: Arc<dyn Randomness>,
}

impl Ports {
    /// A new task id.
    pub(crate) fn task_id(&self) -> Result<TaskId, RandomnessError> {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes)?;
        Ok(TaskId::from_random(bytes))
    }
}
