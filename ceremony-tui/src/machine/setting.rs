//! What is settled in step 2, in the order of its questions.

/// One of them, which is one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Repository,
    RootDays,
    TargetsDays,
    SnapshotDays,
    TimestampDays,
    BinsDays,
    Threshold,
    Artifacts,
    BinKind,
    BinCount,
}

impl Setting {
    pub(super) const ORDER: [Setting; 10] = [
        Setting::Repository,
        Setting::RootDays,
        Setting::TargetsDays,
        Setting::SnapshotDays,
        Setting::TimestampDays,
        Setting::BinsDays,
        Setting::Threshold,
        Setting::Artifacts,
        Setting::BinKind,
        Setting::BinCount,
    ];

    /// What is decided, in few words.
    pub(super) fn what(self) -> &'static str {
        match self {
            Setting::Repository => "Repository",
            Setting::RootDays => "Root lives",
            Setting::TargetsDays => "Targets live",
            Setting::SnapshotDays => "Snapshots live",
            Setting::TimestampDays => "Timestamps live",
            Setting::BinsDays => "Bins live",
            Setting::Threshold => "Signatures",
            Setting::Artifacts => "Artifacts",
            Setting::BinKind => "Kind of bins",
            Setting::BinCount => "Number of bins",
        }
    }

    /// The question before this one.
    pub(super) fn before(self) -> Option<Setting> {
        let index = Setting::ORDER.iter().position(|field| *field == self)?;
        Setting::ORDER.get(index.checked_sub(1)?).copied()
    }
}
