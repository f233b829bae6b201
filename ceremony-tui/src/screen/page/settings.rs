//! Step 2: the decisions so far with their dates, and what the number of signatures means.

use crate::machine::sentence::count;
use crate::machine::{Progress, SettingView, SettingsBoard, Source, WhatIf, WhatIfRow};

use super::table::{Cell, cell};
use super::{Ink, Page};

pub(super) fn page(board: &SettingsBoard, width: usize) -> Page {
    let done = board.settings.iter().filter(|setting| setting.progress == Progress::Done).count();
    let aside = format!("{done} of {} decided", board.settings.len());
    let mut page = Page::new("What root and the service will say", width).with_aside(&aside);
    let later = |setting: &&SettingView| board.what_if.is_none() || setting.progress != Progress::Later;
    for setting in board.settings.iter().filter(later) {
        page.cells(&[1, 15, 16], &cells(setting));
    }
    if let Some(what_if) = &board.what_if {
        page.blank();
        add_what_if(&mut page, what_if);
    }
    page
}

fn cells(setting: &SettingView) -> Vec<Cell> {
    let (mark, ink) = match setting.progress {
        Progress::Done => ("", Ink::Plain),
        Progress::Here => (">", Ink::Strong),
        Progress::Later => ("", Ink::Quiet),
    };
    [mark, setting.what, &setting.value, &remark(setting)].map(|text| (ink, text.to_owned())).to_vec()
}

fn remark(setting: &SettingView) -> String {
    match (setting.progress, setting.until) {
        (Progress::Later, _) if setting.source == Source::Answered => "as answered before".to_owned(),
        (Progress::Later, _) => "proposed".to_owned(),
        (_, Some(until)) => format!("until {}", day(&until.to_string())),
        (Progress::Here, None) => "asked now".to_owned(),
        (Progress::Done, None) => String::new(),
    }
}

/// The day of a time.
pub(super) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or_default()
}

fn add_what_if(page: &mut Page, what_if: &WhatIf) {
    page.text(Ink::Strong, &format!("What if there are {}?", count(what_if.keys, "key")));
    let widths = [12, 21];
    page.cells(&widths, &["signatures", "stolen without harm", "lost and replaced"].map(quiet));
    for row in &what_if.rows {
        page.cells(&widths, &what_if_cells(row));
    }
}

fn quiet(text: &str) -> Cell {
    (Ink::Quiet, text.to_owned())
}

fn what_if_cells(row: &WhatIfRow) -> Vec<Cell> {
    let keys = |number: u64| if number == 0 { "none".to_owned() } else { count(number, "key") };
    vec![
        cell(row.signatures.to_string()),
        cell(keys(row.harmless_thefts)),
        cell(row.replaceable_losses.map_or("not possible".to_owned(), keys)),
    ]
}
