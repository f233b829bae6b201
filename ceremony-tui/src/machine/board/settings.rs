//! The picture of step 2: the decisions so far, with what they mean.

use shared::settings::Days;
use shared::time::{Expiry, UnixTime};

use super::Progress;
use super::what_if::WhatIf;
use crate::machine::draft::Draft;
use crate::machine::setting::Setting;

/// Everything that is decided in this step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsBoard {
    /// The decisions in the order in which they are asked.
    pub settings: Vec<SettingView>,
    /// What the number of signatures means, while it is asked.
    pub what_if: Option<WhatIf>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingView {
    /// What is decided.
    pub what: &'static str,
    /// The decision, or what is proposed.
    pub value: String,
    /// Until when something is valid that is signed now.
    pub until: Option<Expiry>,
    /// Whether it is asked in this round.
    pub progress: Progress,
    /// Who says so.
    pub source: Source,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The program.
    Proposed,
    /// Somebody answered it, perhaps before coming back to an earlier question.
    Answered,
}

/// So many holders are usual; the table before any key is known takes it.
const USUAL_KEYS: u64 = 3;

impl SettingsBoard {
    pub(super) fn of(state: Setting, draft: &Draft, now: UnixTime) -> SettingsBoard {
        let settings = Setting::ORDER.iter().map(|setting| view(*setting, state, draft, now)).collect();
        let keys = (draft.root_keys.len() as u64).max(USUAL_KEYS);
        let what_if = (state == Setting::Threshold).then(|| WhatIf::table(keys));
        SettingsBoard { settings, what_if }
    }
}

fn view(setting: Setting, here: Setting, draft: &Draft, now: UnixTime) -> SettingView {
    let index = |wanted: Setting| Setting::ORDER.iter().position(|setting| *setting == wanted);
    let progress = match index(setting).cmp(&index(here)) {
        std::cmp::Ordering::Less => Progress::Done,
        std::cmp::Ordering::Equal => Progress::Here,
        std::cmp::Ordering::Greater => Progress::Later,
    };
    let until = setting.lifetime(draft).map(|days| {
        let days = u32::try_from(days).unwrap_or(Days::MAX);
        Expiry::after_days(now, days)
    });
    let answered = draft.decided.contains(&setting);
    let source = if answered { Source::Answered } else { Source::Proposed };
    SettingView { what: setting.what(), value: setting.value(draft), until, progress, source }
}
