//! Step 2: how long signatures live, how many make a root, and how the service lays out its targets.

use shared::bins::{BinCount, BinKind};
use shared::settings::{Days, SettingsError};
use shared::time::{Expiry, UnixTime};

use super::draft::Draft;
use super::event::{Effect, Event, Moment};
use super::names;
use super::question::{Choice, Question};
use super::sentence;
use super::setting::Setting;
use super::step::Turn;

/// More root keys than this never sit in one room.
const MOST_SIGNATURES: u64 = 50;
const MOST_ARTIFACTS: u64 = 1_000_000_000;

impl Setting {
    pub(super) fn enter() -> (Setting, Vec<Effect>) {
        (Setting::Repository, Vec::new())
    }

    pub(super) fn question(self, draft: &Draft) -> Question {
        let most = u64::from(Days::MAX);
        let days = |id, what, now: u64| {
            Question::number(id, format!("Days that {what} is valid"), 1, most).or(now.to_string())
        };
        match self {
            Setting::Repository => {
                let question = Question::text("settings.repository", "Name of the repository");
                if draft.repository.is_empty() { question } else { question.or(draft.repository.clone()) }
            }
            Setting::RootDays => days("settings.root-days", "root", draft.root_days),
            Setting::TargetsDays => days("settings.targets-days", "top-level targets", draft.targets_days),
            Setting::SnapshotDays => days("settings.snapshot-days", "a snapshot", draft.snapshot_days),
            Setting::TimestampDays => days("settings.timestamp-days", "a timestamp", draft.timestamp_days),
            Setting::BinsDays => days("settings.bins-days", "a bin", draft.bins_days),
            Setting::Threshold => {
                Question::number("settings.threshold", "Signatures that make a root", 1, MOST_SIGNATURES)
                    .or(draft.threshold.to_string())
            }
            Setting::Artifacts => {
                let text = "Artifacts that the repository will hold one day, about";
                Question::number("settings.artifacts", text, 1, MOST_ARTIFACTS)
                    .or(draft.artifacts.to_string())
            }
            Setting::BinKind => bin_kind_question(draft),
            Setting::BinCount => bin_count_question(draft),
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<Setting> {
        let Event::Answer(answer) = event else { return Turn::stay(self, []) };
        let effects = match self.take(draft, &answer) {
            Err(sentences) => return Turn::stay(self, [Effect::refused(sentences)]),
            Ok(()) => self.consequences(draft, moment.now),
        };
        let index = Setting::ORDER.iter().position(|field| *field == self).unwrap_or(0);
        if !draft.decided.contains(&self) {
            draft.decided.push(self);
        }
        match Setting::ORDER.get(index + 1) {
            Some(next) => Turn::stay(*next, effects),
            None => Turn { effects, ..Turn::done() },
        }
    }

    fn take(self, draft: &mut Draft, answer: &str) -> Result<(), String> {
        let number =
            || answer.parse::<u64>().map_err(|_| format!("{answer:?} is not a number. Type a whole number."));
        match self {
            Setting::Repository => draft.repository = repository_name(answer)?,
            Setting::RootDays => draft.root_days = number()?,
            Setting::TargetsDays => draft.targets_days = number()?,
            Setting::SnapshotDays => draft.snapshot_days = number()?,
            Setting::TimestampDays => draft.timestamp_days = number()?,
            Setting::BinsDays => draft.bins_days = number()?,
            Setting::Threshold => draft.threshold = number()?,
            Setting::Artifacts => {
                let artifacts = number()?;
                if artifacts != draft.artifacts {
                    draft.artifacts = artifacts;
                    draft.bin_count = u64::from(BinCount::recommended(artifacts).get());
                    draft.decided.retain(|decided| *decided != Setting::BinCount);
                }
            }
            Setting::BinKind => draft.bin_kind = bin_kind(draft, answer)?,
            Setting::BinCount => {
                let count = BinCount::new(number()?).map_err(|error| error.to_string())?;
                draft.bin_count = u64::from(count.get());
            }
        }
        Ok(())
    }

    /// What an answer means, said at once.
    fn consequences(self, draft: &Draft, now: UnixTime) -> Vec<Effect> {
        let lives = |what: &str, days: u64| {
            let until = expiry(now, days);
            let days = sentence::days(u32::try_from(days).unwrap_or(Days::MAX));
            Effect::plain(format!("{what} signed now is valid until {until} ({days}).")).pictured()
        };
        match self {
            Setting::RootDays => vec![lives("A root", draft.root_days)],
            Setting::TargetsDays => vec![lives("A targets role", draft.targets_days)],
            Setting::SnapshotDays => vec![lives("A snapshot", draft.snapshot_days)],
            Setting::TimestampDays => vec![lives("A timestamp", draft.timestamp_days)],
            Setting::BinsDays => vec![lives("A bin", draft.bins_days)],
            Setting::Threshold if draft.threshold == 1 => vec![Effect::warning(
                "One signature makes a root: whoever steals a single key owns the repository. Two or more are safer.",
            )],
            // Before both questions: afterwards it would be too late to think.
            Setting::Artifacts => vec![Effect::plain(
                "The kind and number of bins, asked next, cannot be changed later without a new repository.",
            )],
            _ => Vec::new(),
        }
    }
}

impl Setting {
    /// The decision so far, or what is proposed.
    pub(super) fn value(self, draft: &Draft) -> String {
        match self {
            Setting::Repository => draft.repository.clone(),
            Setting::Threshold => draft.threshold.to_string(),
            Setting::Artifacts => draft.artifacts.to_string(),
            Setting::BinKind => bin_kind_word(draft).to_owned(),
            Setting::BinCount => draft.bin_count.to_string(),
            _ => sentence::count(self.lifetime(draft).unwrap_or(0), "day"),
        }
    }

    /// The days that something lives, where that is decided.
    pub(super) fn lifetime(self, draft: &Draft) -> Option<u64> {
        match self {
            Setting::RootDays => Some(draft.root_days),
            Setting::TargetsDays => Some(draft.targets_days),
            Setting::SnapshotDays => Some(draft.snapshot_days),
            Setting::TimestampDays => Some(draft.timestamp_days),
            Setting::BinsDays => Some(draft.bins_days),
            _ => None,
        }
    }
}

fn expiry(now: UnixTime, days: u64) -> Expiry {
    Expiry::after_days(now, u32::try_from(days).unwrap_or(Days::MAX))
}

const SUCCINCT: &str = "succinct";
const PREFIX: &str = "prefix";

fn bin_kind_question(draft: &Draft) -> Question {
    let mut choices = vec![
        Choice::new(SUCCINCT, "TAP 15, small targets.json; python-tuf and tuf-js read it, tough does not"),
        Choice::new(PREFIX, "path_hash_prefixes; every client reads it, targets.json grows with the bins"),
    ];
    if draft.is_for_rstuf() {
        // It would be refused: RSTUF knows no other kind.
        choices.truncate(1);
    }
    Question::choice("settings.bins", "Kind of hash bins", choices).or(bin_kind_word(draft))
}

fn bin_kind_word(draft: &Draft) -> &'static str {
    match draft.bin_kind {
        BinKind::Prefix => PREFIX,
        BinKind::Succinct => SUCCINCT,
    }
}

fn bin_kind(draft: &Draft, answer: &str) -> Result<BinKind, String> {
    match answer == PREFIX {
        false => Ok(BinKind::Succinct),
        true if draft.is_for_rstuf() => Err(SettingsError::NotInRstuf.to_string()),
        true => Ok(BinKind::Prefix),
    }
}

fn bin_count_question(draft: &Draft) -> Question {
    let text = format!("Number of bins, a power of two ({} recommended)", recommended(draft));
    let (least, most) = (*BinCount::RANGE.start(), *BinCount::RANGE.end());
    Question::number("settings.bin-count", text, least, most).or(draft.bin_count.to_string())
}

fn recommended(draft: &Draft) -> u32 {
    BinCount::recommended(draft.artifacts).get()
}

fn repository_name(answer: &str) -> Result<String, String> {
    names::check_shape(answer).map(|()| answer.to_owned())
}
