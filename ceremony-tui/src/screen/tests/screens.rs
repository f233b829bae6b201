//! Every screen of the flow at every size, one snapshot a screen. The states come from driving the real machine.

mod desk;
mod export;
mod online_key;
mod preflight;
mod review;
mod root_keys;
mod settings;
mod sign;
mod tokens;

use super::stage::{MODULE, Stage, draw, two_tokens, two_yubikeys};
use super::{Command, Event, Size};
use crate::screen::model::Round;
use crate::screen::view::Look;

/// Compares a screen at every size with what was reviewed.
fn assert_screens(name: &str, stage: &Stage) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, stage.screens());
    });
}

#[test]
fn a_screen_that_is_too_small_says_both_sizes() {
    let mut stage = Stage::begin();
    let sizes = [(79, 24), (80, 23), (40, 10), (12, 3)];
    let screens = sizes.map(|(columns, rows)| {
        stage.happen(Event::Resized(Size { columns, rows }));
        format!("== {columns}x{rows}\n{}\n", draw(&stage.model, Look::FULL).0.trim_end())
    });
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("too-small", screens.concat());
    });
}
