//! What losing keys, and having keys stolen, would mean.

/// What a number of signatures means when keys are lost or stolen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// The number of keys that is looked at.
    pub keys: u64,
    /// One row for each number of signatures.
    pub rows: Vec<WhatIfRow>,
}

/// One number of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhatIfRow {
    /// Signatures that make a root.
    pub signatures: u64,
    /// How many keys can be stolen without the thief being able to sign.
    pub harmless_thefts: u64,
    /// How many keys can be lost and replaced by the others; nothing when there are too few keys.
    pub replaceable_losses: Option<u64>,
}

impl WhatIfRow {
    pub(super) fn of(signatures: u64, keys: u64) -> WhatIfRow {
        WhatIfRow {
            signatures,
            harmless_thefts: signatures.saturating_sub(1),
            replaceable_losses: keys.checked_sub(signatures),
        }
    }
}

impl WhatIf {
    /// Every number of signatures that `keys` allow, at most five.
    pub(super) fn table(keys: u64) -> WhatIf {
        const MOST_ROWS: u64 = 5;
        let rows = (1..=keys.min(MOST_ROWS)).map(|signatures| WhatIfRow::of(signatures, keys)).collect();
        WhatIf { keys, rows }
    }
}
