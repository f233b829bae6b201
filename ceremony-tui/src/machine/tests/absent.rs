//! Holders who are not in the room: their key comes as a document, and signs elsewhere.

use shared::attestation::certificates_of;
use shared::gap::{AttestationVerdict, KeptPlace, RootKeysDocument};
use shared::time::UnixTime;

use super::world::{World, key, root_key};
use crate::machine::draft::Possession;
use crate::machine::*;

const PATH: &str = "root-key.json";
const DAY: i64 = 86_400;

fn with_document(world: &mut World, bytes: Vec<u8>) {
    world.documents = vec![(PATH.to_owned(), bytes)];
}

/// Names the document, and gives what is asked then.
fn offer(world: &mut World, bytes: Vec<u8>) -> String {
    with_document(world, bytes);
    world.answer("document");
    world.answer("");
    let asked = world.question();
    world.tell(Event::Back);
    asked
}

#[test]
fn the_key_of_an_absent_holder_is_shown_and_taken_only_with_a_yes() {
    let mut world = World::at_root_keys();
    let time = UnixTime(world.moment().now.0 - 3 * DAY);
    with_document(&mut world, root_key(&key(40), "dora", time).to_bytes());
    world.answer("document");
    world.answer("");
    assert_eq!(world.question(), "root-keys.absent");
    let question = world.machine.question().unwrap();
    assert_eq!((question.default, question.weight), (None, Weight::Consent));
    assert_eq!(question.text, "Take this key, with a proof 3 days old");
    assert!(world.said(key(40).public().id().as_str()), "the whole key id is shown");
    assert!(world.said("carries no attestation, so nobody knows which device it is on"));
    world.answer("no");
    assert_eq!(world.question(), "root-keys.document");
    assert!(world.machine.draft.root_keys.is_empty());
    world.answer("");
    world.answer("yes");
    let root = &world.machine.draft.root_keys[0];
    assert_eq!((root.name.as_str(), root.possession), ("dora", Possession::ProvedThen(time)));
    assert!(root.reach().is_none());
}

#[test]
fn documents_that_make_no_root_key_are_refused_with_the_reason_and_change_nothing() {
    let now = World::at_root_keys().moment().now;
    let good = root_key(&key(40), "dora", now);
    let mut forged = good.clone();
    forged.proof[0] ^= 1;
    let mut shown = good.to_bytes();
    shown.truncate(40);
    let chain = include_str!("../../../../shared/tests/data/attestation/5.7.4-9c.pem");
    let mut copied = good.clone();
    copied.attestation = certificates_of(chain).unwrap().iter().map(|one| one.to_pem()).collect();
    for (bytes, told) in [
        (forged.to_bytes(), "The proof does not hold"),
        (shown, "JSON"),
        (root_key(&key(40), "dora", UnixTime(now.0 + 3 * DAY)).to_bytes(), "Compare the clocks"),
        (root_key(&key(40), "Alice", now).to_bytes(), "that name is taken already"),
        (root_key(&key(40), "a\u{202e}b", now).to_bytes(), "invisible"),
        (root_key(&key(1), "dora", now).to_bytes(), "is the same key as \"alice\""),
        (root_key(&key(0), "dora", now).to_bytes(), "can never be a root key"),
        (b"-----BEGIN PUBLIC KEY-----".to_vec(), "carries no proof"),
        (b"age-encryption.org/v1".to_vec(), "Choose file instead"),
    ] {
        let mut world = World::at_root_keys();
        world.add_file("alice", 0);
        assert_eq!(offer(&mut world, bytes), "root-keys.document", "{told}");
        assert!(world.said(told), "{told}: {:?}", world.notes);
        assert_eq!(world.machine.draft.root_keys.len(), 1, "{told}");
    }
    for (demand, asked) in [(Demand::Advisory, "root-keys.absent"), (Demand::Required, "root-keys.document")]
    {
        for (document, told) in [(&good, "carries no attestation"), (&copied, "about another key")] {
            let mut world = World::at_root_keys();
            world.machine.draft.options.attestation.demand = demand;
            assert_eq!(offer(&mut world, document.to_bytes()), asked, "{told}");
            assert!(world.said(told), "{told}: {:?}", world.notes);
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_asked_for_again_with_its_path() {
    let mut world = World::at_root_keys();
    world.answer("document");
    world.refuse_next = true;
    world.answer("/media/usb/root-key.json");
    let question = world.machine.question().unwrap();
    assert_eq!(question.id, "root-keys.document");
    assert_eq!(question.default.as_deref(), Some("/media/usb/root-key.json"));
}

#[test]
fn an_absent_holder_cannot_sign_and_nobody_else_has_to() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.add_document();
    world.add_file("bob", 1);
    world.answer("done");
    assert!(world.said("dora is not in the room: the key came as root-key.json"), "the review says it");
    assert!(!world.said("can be made in this room"), "two are here and two are needed");
    world.type_groups();
    world.answer("yes");
    let asked = world.asked;
    for answer in ["dora", "2"] {
        world.answer(answer);
        assert_eq!((world.question().as_str(), world.asked), ("sign.key", asked));
    }
    assert!(world.said("dora was named as absent, so nobody signs with that key here."));
    world.answer("alice");
    world.answer("bob");
    assert_eq!(world.question(), "export.folder", "nobody waits for dora");
    world.answer("/media/usb");
    assert!(world.machine.is_ended() && world.said("It carries 2 signatures"));
    let document = RootKeysDocument::parse(&world.exported[0].1).unwrap();
    let dora = &document.keys[1];
    assert_eq!((dora.name.as_str(), &dora.place), ("dora", &KeptPlace::Elsewhere));
    assert!(dora.possession.is_some(), "the proof of its document is kept");
    assert!(matches!(&dora.verdict, AttestationVerdict::None { reason } if reason.contains("root-key.json")));
    let Board::End(end) = world.machine.board(world.moment().now) else { panic!("the end") };
    let locked: Vec<&str> = end.locked_away.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(locked, ["alice", "bob"]);
}

#[test]
fn too_few_holders_in_the_room_are_told_before_and_sign_what_they_can() {
    let mut world = World::at_root_keys();
    world.add_document();
    let second = root_key(&key(41), "emil", world.moment().now).to_bytes();
    with_document(&mut world, second);
    world.add_document();
    world.answer("done");
    assert_eq!(world.question(), "root-keys.add");
    assert!(world.said("nobody could sign"));
    world.add_file("alice", 0);
    world.answer("done");
    assert!(world.said("1 signature can be made in this room, and 2 are needed."));
    world.type_groups();
    world.answer("yes");
    world.answer("alice");
    assert_eq!(world.question(), "sign.incomplete", "everybody who is here has signed");
    world.answer("yes");
    world.answer("/media/usb");
    assert!(world.said("It carries 1 of 2 signatures"));
}

#[test]
fn nobody_s_number_in_the_list_of_signers_becomes_another_one_s() {
    let mut world = World::at_root_keys();
    for (index, name) in ["alice", "bob", "carol"].into_iter().enumerate() {
        world.add_file(name, index);
    }
    world.answer("done");
    world.type_groups();
    world.answer("yes");
    world.answer("2");
    assert!(world.said("bob: signed and verified"));
    let asked = world.asked;
    for again in ["2", "bob"] {
        world.answer(again);
        assert!(world.said("bob has signed already."));
        assert_eq!((world.question().as_str(), world.asked), ("sign.key", asked));
    }
    world.answer("3");
    assert!(world.said("carol: signed and verified"), "{:?}", world.notes);
}
