//! What the pictures say, and what they never say.

use super::world::{World, token};
use crate::machine::*;
use crate::token::TokenId;

fn board(world: &World) -> Board {
    world.machine.board(world.moment().now)
}

#[test]
fn no_picture_holds_the_online_key_s_fingerprint_before_it_was_compared() {
    let mut world = World::at_online_key();
    world.answer("online-key.json");
    let groups = world.online.public().fingerprint().groups();
    let said = format!("{:?}", board(&world));
    assert!(groups.iter().all(|group| !said.contains(group)), "{said}");
    world.type_groups();
    world.tell(Event::Back);
    let Board::OnlineKey(OnlineKeyBoard { fingerprint: Fingerprint::Compared(shown), .. }) = board(&world)
    else {
        panic!("a compared key is kept")
    };
    assert_eq!(shown, groups);
}

#[test]
fn the_what_if_table_counts_thefts_and_losses() {
    let mut world = World::begin();
    world.tell(Event::Started);
    world.answer("yes");
    while world.question() != "settings.threshold" {
        world.answer(if world.question() == "settings.repository" { "acme" } else { "" });
    }
    let Board::Settings(SettingsBoard { what_if: Some(what_if), .. }) = board(&world) else {
        panic!("the threshold has a table")
    };
    let rows: Vec<_> = what_if
        .rows
        .iter()
        .map(|row| (row.signatures, row.harmless_thefts, row.replaceable_losses))
        .collect();
    assert_eq!(rows, [(1, 0, Some(2)), (2, 1, Some(1)), (3, 2, Some(0))]);
}

#[test]
fn the_sentences_of_a_review_do_not_change_while_they_are_read() {
    let mut world = World::at_review();
    let Board::Review(before) = board(&world) else { panic!("a review") };
    world.tell(Event::Help);
    let Board::Review(after) = world.machine.board(world.moment().now.plus_days(3)) else {
        panic!("a review")
    };
    assert_eq!(before.sentences, after.sentences);
    assert!(before.sentences.iter().any(|sentence| sentence.contains("(365 days)")));
}

#[test]
fn every_holder_has_a_state() {
    let mut world = World::at_root_keys();
    world.tokens = vec![token("tuf-root", "01", 21)];
    world.add_file("alice", 0);
    for answer in ["token", "bob", "tuf-root/01", "01", "no"] {
        world.answer(answer);
    }
    world.add_file("carol", 1);
    world.answer("done");
    world.type_groups();
    world.answer("yes");
    let signed_at = world.moment().now;
    world.answer("alice");
    world.tokens[0].0.id = TokenId { label: "another".to_owned(), serial: "02".to_owned() };
    world.answer("bob");
    world.refuse_next = true;
    world.answer("carol");
    let Board::Sign(board) = board(&world) else { panic!("signing") };
    assert_eq!((board.signed, board.needed), (1, 2));
    let states: Vec<&HolderState> = board.holders.iter().map(|holder| &holder.state).collect();
    assert!(matches!(states[0], HolderState::Signed { at: Some(at) } if *at > signed_at), "{states:?}");
    assert_eq!(*states[1], HolderState::NotHere);
    assert!(matches!(states[2], HolderState::Refused { why } if why.contains("try again")), "{states:?}");
}

#[test]
fn a_document_can_be_looked_at_from_the_review_on() {
    let mut world = World::at_root_keys();
    assert!(world.machine.document().is_none());
    world.add_file("alice", 0);
    world.add_file("bob", 1);
    world.answer("done");
    let reviewed = world.machine.document().map(|document| document.digest);
    world.type_groups();
    world.answer("yes");
    assert_eq!(world.machine.document().map(|document| document.digest), reviewed);
    world.answer("alice");
    assert_eq!(
        world.signed.last().map(Vec::as_slice),
        world.machine.document().map(|document| document.bytes)
    );
}
