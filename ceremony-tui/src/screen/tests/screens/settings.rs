//! Step 2.

use super::*;

#[test]
fn the_name_of_the_repository_has_no_default() {
    let mut stage = Stage::at_settings();
    assert_screens("2-settings-repository", &stage);
    stage.answer("");
    assert_screens("2-settings-nothing-typed", &stage);
}

#[test]
fn days_have_a_range_and_a_default() {
    let mut stage = Stage::at_settings();
    stage.answer("acme-releases");
    assert_screens("2-settings-days", &stage);
    stage.answer("0");
    stage.type_text("0");
    stage.command(Command::Left);
    assert_screens("2-settings-days-refused", &stage);
}

#[test]
fn the_threshold_has_a_what_if_table() {
    let mut stage = Stage::at_settings();
    stage.answer("acme-releases");
    while stage.question() != "settings.threshold" {
        stage.answer("");
    }
    assert_screens("2-settings-threshold", &stage);
    stage.answer("1");
    assert_screens("2-settings-one-signature", &stage);
}

#[test]
fn the_kind_and_number_of_bins_are_chosen_for_ever() {
    let mut stage = Stage::at_settings();
    stage.answer("acme-releases");
    while stage.question() != "settings.bins" {
        stage.answer("");
    }
    assert_screens("2-settings-bins", &stage);
    stage.answer("prefix");
    assert_screens("2-settings-bin-count", &stage);
}
