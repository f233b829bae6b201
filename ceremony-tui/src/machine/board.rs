//! A read-only picture of the ceremony for whoever draws it: data, one variant per step, no layout.
//!
//! A front end that writes lines hears the same as notes; one with room shows the picture, and the notes that are news.

pub(in crate::machine) mod desk;
mod end;
mod export;
mod online_key;
mod preflight;
mod review;
mod root_keys;
mod settings;
mod sign;
mod tokens;
mod what_if;

use shared::digest::DocumentDigest;
use shared::time::UnixTime;

use super::desk::end_board;
use super::draft::Draft;
use super::review::Review;
use super::{Flow, Machine, State};

pub use desk::{DeskBoard, Part};
pub use end::{EndBoard, LockedAway};
pub use export::ExportBoard;
pub use online_key::{Fingerprint, OnlineKeyBoard, OnlineKeyView, Proof};
pub use preflight::{FindingView, PreflightBoard, Verdict};
pub use review::{GroupView, ReviewBoard};
pub use root_keys::{Proved, Provenance, RootKeyView, RootKeysBoard};
pub use settings::{SettingView, SettingsBoard, Source};
pub use sign::{HolderState, HolderView, Presence, SignBoard};
pub use tokens::{SeenToken, Tokens, Trouble};
pub use what_if::{WhatIf, WhatIfRow};

/// What the step that the ceremony is in looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum Board {
    /// Step 1.
    Preflight(PreflightBoard),
    /// Step 2.
    Settings(SettingsBoard),
    /// Step 3.
    OnlineKey(OnlineKeyBoard),
    /// Step 4.
    RootKeys(RootKeysBoard),
    /// Step 5.
    Review(ReviewBoard),
    /// Step 6.
    Sign(SignBoard),
    /// Step 7.
    Export(ExportBoard),
    /// The ceremony is complete.
    End(EndBoard),
    /// Lines and values: tokens and what is done to them, and a key that came as a document.
    Desk(DeskBoard),
}

/// How far one of several things is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It was answered.
    Done,
    /// It is asked now.
    Here,
    /// It comes later.
    Later,
}

/// Where a root key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In an encrypted file.
    File {
        /// Its path.
        path: String,
    },
    /// On a token.
    Token {
        /// What people call it: model and serial number of a YubiKey, label and serial number of another token.
        name: String,
        /// Where on a YubiKey: its slot.
        slot: Option<String>,
    },
    /// Its holder is not in the room.
    Elsewhere,
}

/// The document that is reviewed or signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentView<'a> {
    /// The bytes that are signed.
    pub bytes: &'a [u8],
    /// Their digest.
    pub digest: DocumentDigest,
}

impl Machine {
    /// The picture of the step that the ceremony is in, as seen at `now`.
    pub fn board(&self, now: UnixTime) -> Board {
        let draft = &self.draft;
        match &self.state {
            State::Preflight(state) => Board::Preflight(PreflightBoard::of(state, draft)),
            State::Settings(state) => Board::Settings(SettingsBoard::of(*state, draft, now)),
            State::OnlineKey(state) => Board::OnlineKey(OnlineKeyBoard::of(state, draft)),
            State::RootKeys(state) => match state.desk_board(draft) {
                Some(board) => Board::Desk(board),
                None => Board::RootKeys(RootKeysBoard::of(state, draft)),
            },
            State::Review(state) => Board::Review(ReviewBoard::of(state, draft)),
            State::Sign(state) => Board::Sign(SignBoard::of(state, draft)),
            State::Export(_) => Board::Export(ExportBoard::of(draft)),
            State::Tokens(desk) => Board::Desk(desk.board(draft)),
            State::Ended if self.flow == Flow::Tokens => Board::Desk(end_board(draft)),
            State::Ended => end_or_export(draft),
        }
    }

    /// The document, from the review on.
    pub fn document(&self) -> Option<DocumentView<'_>> {
        let root = match &self.state {
            State::Review(Review::Comparing(reviewed, _) | Review::Agreeing(reviewed)) => reviewed.root(),
            State::Sign(_) | State::Export(_) | State::Ended => self.draft.agreed.as_ref()?.root(),
            State::Preflight(_)
            | State::Settings(_)
            | State::OnlineKey(_)
            | State::RootKeys(_)
            | State::Tokens(_) => return None,
        };
        Some(DocumentView { bytes: root.document().signing_bytes(), digest: root.document().digest() })
    }
}

fn end_or_export(draft: &Draft) -> Board {
    EndBoard::of(draft).map_or_else(|| Board::Export(ExportBoard::of(draft)), Board::End)
}
