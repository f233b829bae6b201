//! Step 3.

use super::*;
use crate::machine::tests::world::document;
use shared::time::UnixTime;

#[test]
fn a_file_is_asked_for() {
    let mut stage = Stage::at_online_key();
    assert_screens("3-online-key-file", &stage);
    stage.world.refuse_next = true;
    stage.answer("/media/usb/online-key.json");
    assert_screens("3-online-key-file-refused", &stage);
}

#[test]
fn a_bare_public_key_proves_nothing_and_has_no_name() {
    let mut stage = Stage::at_online_key();
    stage.world.online_file = stage.world.online.public().to_public_pem().unwrap().into_bytes();
    stage.answer("online.pem");
    assert_screens("3-online-key-name", &stage);
    stage.answer("");
    assert_screens("3-online-key-no-proof", &stage);
}

#[test]
fn an_old_proof_needs_a_reason() {
    let mut stage = Stage::at_online_key();
    let old = UnixTime(stage.world.moment().now.0 - 8 * 86_400);
    stage.world.online_file = document(&stage.world.online, old).to_bytes();
    stage.answer("");
    assert_screens("3-online-key-old-proof", &stage);
    stage.answer("the courier was ill");
    assert_screens("3-online-key-old-proof-taken", &stage);
}

#[test]
fn groups_are_read_from_the_service_and_never_from_here() {
    let mut stage = Stage::at_online_key();
    stage.answer("");
    let fingerprint = stage.world.online.public().fingerprint().groups();
    assert!(fingerprint.iter().all(|group| !stage.screen().contains(group)), "{}", stage.screen());
    assert_screens("3-online-key-first-group", &stage);
    let right = stage.right_group();
    stage.answer(&right);
    assert_screens("3-online-key-second-group", &stage);
    stage.answer("0000");
    assert_screens("3-online-key-wrong-group", &stage);
}

#[test]
fn a_key_that_was_compared_is_kept_or_dropped() {
    let mut stage = Stage::at_root_keys();
    stage.command(Command::Back);
    assert_screens("3-online-key-keep", &stage);
}
