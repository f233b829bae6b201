//! The machine without a world: refusals by name, and random ceremonies that check the invariants after every event.

mod absent;
mod attestation;
mod desk;
mod pictures;
mod random;
mod ways_back;
pub(crate) mod world;

use shared::key::Scheme;

use super::*;
use world::{World, document};

#[test]
fn a_network_interface_that_is_up_needs_a_typed_reason() {
    let mut world = World::begin();
    world.facts.interfaces_up = vec!["eth0".to_owned()];
    world.tell(Event::Started);
    assert_eq!(world.question(), "preflight.except.network");
    world.answer("again");
    assert_eq!(world.question(), "preflight.except.network");
    world.answer("x");
    assert_eq!(world.question(), "preflight.except.network");
    world.answer("a rehearsal in the office");
    assert_eq!(world.question(), "preflight.clock");
    world.answer("yes");
    world.pass_settings();
    world.import_online();
    world.add_file("alice", 0);
    world.add_file("bob", 1);
    world.answer("done");
    assert!(world.said("because: a rehearsal in the office."), "the review repeats it");
}

#[test]
fn variables_that_lead_libraries_elsewhere_are_told_and_need_no_reason() {
    let mut world = World::begin();
    world.facts.variables = vec!["LD_PRELOAD".to_owned(), "PCSCLITE_CSOCK_NAME".to_owned()];
    world.tell(Event::Started);
    assert!(world.said("LD_PRELOAD, PCSCLITE_CSOCK_NAME are set, which may lead PINs"));
    assert_eq!(world.question(), "preflight.clock");
}

#[test]
fn a_configuration_that_root_does_not_believe_is_told_by_its_path() {
    let mut world = World::begin();
    world.facts.passed_over = vec!["/home/ann/.config/pkcs11/modules".to_owned()];
    world.tell(Event::Started);
    assert!(
        world
            .said("no module that a user's configuration names is loaded (/home/ann/.config/pkcs11/modules)")
    );
    assert_eq!(world.question(), "preflight.clock");
}

#[test]
fn a_clock_before_the_build_date_is_a_finding() {
    let mut world = World::begin();
    world.machine.draft.options.build_date = Some(shared::time::UnixTime(world.moment().now.0 + 1000));
    world.tell(Event::Started);
    assert_eq!(world.question(), "preflight.except.clock");
}

#[test]
fn a_wrong_group_is_asked_for_again_in_other_groups_and_takes_no_online_key() {
    let mut world = World::at_online_key();
    world.answer("online-key.json");
    assert!(world.question().starts_with("online-key.group."));
    let first = world.question();
    world.answer("zzzz");
    assert!(world.said("A group is four of 0-9 and a-f"));
    assert_eq!(world.question(), first, "a slip of the fingers is no other key");
    world.answer("0000");
    assert!(world.said("two other groups are asked"));
    assert!(world.question().starts_with("online-key.group."));
    assert!(world.machine.draft.online.is_none());
    world.tell(Event::Back);
    assert_eq!(world.question(), "online-key.file");
}

#[test]
fn a_proof_older_than_a_week_needs_a_reason_and_one_from_the_future_is_refused() {
    let mut world = World::at_online_key();
    let now = world.moment().now;
    let old = shared::time::UnixTime(now.0 - 8 * 86_400);
    world.online_file = document(&world.online, old).to_bytes();
    world.answer("online-key.json");
    assert_eq!(world.question(), "online-key.except.age");
    let mut world = World::at_online_key();
    world.online_file = document(&world.online, shared::time::UnixTime(now.0 + 2 * 86_400)).to_bytes();
    world.answer("online-key.json");
    assert_eq!(world.question(), "online-key.file");
    assert!(world.said("Compare the clocks of both machines"));
}

#[test]
fn a_name_that_would_steer_the_terminal_is_refused() {
    let mut world = World::at_online_key();
    let mut bad = document(&world.online, world.moment().now);
    bad.name = "online\u{1b}[2J".to_owned();
    world.online_file = bad.to_bytes();
    world.answer("online-key.json");
    assert_eq!(world.question(), "online-key.file");
}

#[test]
fn one_key_is_one_vote_whatever_it_is_called() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.add_file("bob", 0);
    assert!(world.said("is the same key as \"alice\""));
    assert_eq!(world.machine.draft.root_keys.len(), 1);
    world.answer("file");
    world.answer("alice");
    assert!(world.said("is taken already"));
}

#[test]
fn the_online_key_is_never_a_root_key_and_the_other_way_round() {
    let mut world = World::at_root_keys();
    world.files.push(("keys/9".to_owned(), World::copy(&world.online)));
    world.answer("file");
    world.answer("mallory");
    world.answer("keys/9");
    assert!(world.said("can never be a root key"));
    assert!(world.machine.draft.root_keys.is_empty());

    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.tell(Event::Back);
    world.answer("no");
    assert_eq!(world.question(), "online-key.file");
    world.online_file = document(&world.files[0].1, world.moment().now).to_bytes();
    world.answer("online-key.json");
    assert!(world.said("This is the root key of \"alice\""));
}

#[test]
fn a_threshold_above_the_number_of_keys_ends_at_the_end_of_the_step() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.answer("done");
    assert_eq!(world.question(), "root-keys.add");
    assert!(world.said("no root could ever be signed"));
    world.add_file("bob", 1);
    world.answer("done");
    assert!(world.question().starts_with("review.group."));
    assert!(world.said("Every key is needed"), "equal is a warning");
}

#[test]
fn the_review_shows_raw_bytes_and_words_and_asks_other_groups_after_a_wrong_one() {
    let mut world = World::at_review();
    let before = world.question();
    world.answer("b");
    assert!(world.said("bytes that will be signed:"));
    world.answer("w");
    assert_eq!(world.question(), before);
    world.answer("0000");
    assert!(world.said("two other groups are asked") || world.said("two other"));
    assert!(world.machine.draft.agreed.is_none());
}

#[test]
fn saying_no_at_the_review_signs_nothing() {
    let mut world = World::at_review();
    world.type_groups();
    world.answer("no");
    assert_eq!(world.question(), "settings.repository");
    assert!(world.machine.draft.agreed.is_none());
}

#[test]
fn a_failed_signature_leaves_everything_as_it_was_and_is_not_repeated() {
    let mut world = World::at_sign();
    world.refuse_next = true;
    let asked = world.asked;
    world.answer("alice");
    assert_eq!(world.asked, asked + 1, "asked once");
    assert_eq!(world.question(), "sign.key");
    assert!(world.said("alice has not signed."));
    assert!(!Sign::holds_signatures(&world.machine.draft));
    world.answer("alice");
    assert!(Sign::holds_signatures(&world.machine.draft));
}

#[test]
fn a_signature_over_other_bytes_is_thrown_away() {
    let mut world = World::at_sign();
    world.garble_next = true;
    world.answer("alice");
    assert!(world.said("does not verify over the reviewed bytes"));
    assert!(!Sign::holds_signatures(&world.machine.draft));
}

#[test]
fn signatures_are_not_thrown_away_by_going_back() {
    let mut world = World::at_sign();
    world.answer("alice");
    world.tell(Event::Back);
    assert_eq!(world.question(), "sign.key");
    assert!(Sign::holds_signatures(&world.machine.draft));
}

#[test]
fn a_failed_export_is_asked_again_and_ends_with_the_digest() {
    let mut world = World::at_sign();
    world.answer("alice");
    world.answer("bob");
    assert_eq!(world.question(), "export.folder");
    world.refuse_next = true;
    world.answer("/media/usb");
    assert_eq!(world.question(), "export.folder");
    world.answer("/media/usb");
    assert!(world.machine.is_ended());
    assert_eq!(world.machine.question(), None);
    assert!(world.said("online-service --config vestry.toml bootstrap payload.json --expect"));
}

#[test]
fn every_scheme_is_described_by_its_kind() {
    for scheme in [Scheme::Ed25519, Scheme::EcdsaP256Sha256] {
        let mut world = World::at_root_keys();
        world.files[0].1 = shared::software::SoftwareKey::generate(scheme).unwrap();
        world.add_file("alice", 0);
        assert!(world.said(&format!("alice: {}", scheme.title())));
    }
}
