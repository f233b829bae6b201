//! Random ceremonies: any answer at any time, hosts that refuse and die. The invariants hold after every event.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::World;
use crate::machine::*;

/// What somebody does next.
#[derive(Debug, Clone)]
enum Act {
    /// The answer that leads on.
    Right,
    /// One of the choices, or something near.
    Choice(u8),
    /// Anything.
    Garbage(String),
    Back,
    Help,
    /// The next host or medium fails, then the right answer.
    Failure,
    /// The next signature is over other bytes.
    Garbled,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        24 => Just(Act::Right),
        4 => any::<u8>().prop_map(Act::Choice),
        1 => "\\PC{0,8}".prop_map(Act::Garbage),
        1 => Just(Act::Back),
        1 => Just(Act::Help),
        2 => Just(Act::Failure),
        1 => Just(Act::Garbled),
    ]
}

fn right_answer(world: &World) -> String {
    if let Some(group) = world.right_group() {
        return group;
    }
    let keys = world.machine.draft.root_keys.len();
    match world.question().as_str() {
        "preflight.clock" | "review.agree" => "yes".to_owned(),
        "settings.repository" => "acme".to_owned(),
        "root-keys.add" if keys < 2 => "file".to_owned(),
        "root-keys.add" => "done".to_owned(),
        "root-keys.name" => format!("holder {keys} of {}", world.asked),
        "root-keys.file" => format!("keys/{}", (world.asked / 2) % 4),
        "root-keys.new-file" => "keys/new".to_owned(),
        "root-keys.remove" => world.machine.draft.root_keys[0].name.clone(),
        "export.folder" => "/media/usb".to_owned(),
        _ => String::new(),
    }
}

fn perform(world: &mut World, act: Act) {
    match act {
        Act::Right => world.answer(&right_answer(world)),
        Act::Choice(number) => {
            let choices = match world.machine.question().map(|question| question.form) {
                Some(Form::Choice(choices)) => choices.len(),
                _ => 9,
            };
            world.answer(&(usize::from(number) % (choices + 1)).to_string());
        }
        Act::Garbage(text) => world.answer(&text),
        Act::Back => world.tell(Event::Back),
        Act::Help => world.tell(Event::Help),
        Act::Failure => {
            world.refuse_next = true;
            world.answer(&right_answer(world));
            world.refuse_next = false;
        }
        Act::Garbled => {
            world.garble_next = true;
            world.answer(&right_answer(world));
            world.garble_next = false;
        }
    }
}

/// What has to hold after every event.
fn check(world: &World, agreements: usize) {
    let draft = &world.machine.draft;
    let materials: BTreeSet<_> = draft.root_keys.iter().map(|root| root.key.material()).collect();
    assert_eq!(materials.len(), draft.root_keys.len(), "one material, one key");
    if let Some(online) = &draft.online {
        assert!(!materials.contains(online.key.material()), "no online key in root");
    }
    let names: BTreeSet<_> = draft.root_keys.iter().map(|root| root.name.as_str()).collect();
    assert_eq!(names.len(), draft.root_keys.len(), "one name, one key");
    if world.machine.step() >= Step::Review {
        assert!(
            draft.threshold <= draft.root_keys.len() as u64,
            "the threshold can be reached at the review"
        );
    }
    // Proofs begin with words; only metadata begins with a brace.
    let documents = world.signed.iter().filter(|bytes| bytes.starts_with(b"{")).count();
    assert!(agreements > 0 || documents == 0, "nothing is signed before it was agreed to");
    if let Some(agreed) = &draft.agreed {
        let tally = agreed.tally().unwrap();
        assert!(tally.invalid.is_empty(), "every signature that is kept verifies");
    }
    assert!(world.machine.is_ended() || world.machine.question().is_some(), "somebody is asked something");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_acts_in_any_order_keep_the_invariants(acts in proptest::collection::vec(act(), 0..90)) {
        let mut world = World::begin();
        world.tell(Event::Started);
        let mut agreements = 0;
        for act in acts {
            let asked_to_agree = world.question() == "review.agree";
            perform(&mut world, act);
            if asked_to_agree && world.machine.step() == Step::Sign {
                agreements += 1;
            }
            check(&world, agreements);
        }
    }
}

#[test]
fn right_answers_alone_lead_to_the_end() {
    let mut world = World::begin();
    world.tell(Event::Started);
    for _ in 0..60 {
        if world.machine.is_ended() {
            return;
        }
        perform(&mut world, Act::Right);
    }
    panic!("the ceremony did not end, it asks {}", world.question());
}
