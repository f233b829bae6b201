//! Random visits: tokens come, go, refuse and die, and any answer may be given. Nothing changes without a yes.

use proptest::prelude::*;
use shared::device::Firmware;

use crate::machine::tests::world::{World, key, new_yubikey, token};
use crate::machine::*;
use crate::token::{HostKind, Listing, PinState, Refusal};

/// The page for people, with the name of every question.
const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tokens.md"));

/// What happens next.
#[derive(Debug, Clone)]
enum Act {
    /// One of the choices, or the default.
    Choice(u8),
    Garbage(String),
    Back,
    Help,
    /// The next host dies.
    Failure,
    /// The token says no next.
    Refusal(u8),
    /// All tokens are taken out, or put back.
    Unplug,
    /// A screen looks at the YubiKeys meanwhile.
    Seen,
    Locked,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        30 => any::<u8>().prop_map(Act::Choice),
        3 => "\\PC{0,8}".prop_map(Act::Garbage),
        3 => Just(Act::Back),
        1 => Just(Act::Help),
        2 => Just(Act::Failure),
        3 => any::<u8>().prop_map(Act::Refusal),
        1 => Just(Act::Unplug),
        2 => Just(Act::Seen),
        1 => Just(Act::Locked),
    ]
}

fn perform(world: &mut World, aside: &mut Vec<Plugged>, act: Act) {
    match act {
        Act::Choice(number) => world.answer(&answer(world, number)),
        Act::Garbage(text) => world.answer(&text),
        Act::Back => world.tell(Event::Back),
        Act::Help => world.tell(Event::Help),
        Act::Failure => {
            world.refuse_next = true;
            world.answer(&answer(world, 0));
            world.refuse_next = false;
        }
        Act::Refusal(number) => world.refusals.push_back(refusal(number)),
        Act::Unplug => std::mem::swap(&mut world.tokens, aside),
        Act::Seen => {
            let tokens = world.tokens.iter().map(|(token, _)| token.clone()).collect();
            world.tell(Event::TokensSeen(HostKind::Piv, Ok(Listing { tokens, ..Listing::default() })));
        }
        Act::Locked => world.tokens.iter_mut().for_each(|(token, _)| token.pin = PinState::Locked),
    }
}

type Plugged = (crate::token::TokenInfo, Vec<(String, shared::software::SoftwareKey)>);

/// One of the answers; leaving is rare.
fn answer(world: &World, number: u8) -> String {
    let Some(question) = world.machine.question() else { return String::new() };
    let choices = match &question.form {
        Form::Choice(choices) => choices.len(),
        _ => return if question.id == "tokens.name" { "alice".to_owned() } else { "/usb".to_owned() },
    };
    let chosen = usize::from(number) % choices;
    let leaves = question.id == "tokens.token" && chosen + 1 == choices && number < 250;
    (if leaves { 1 } else { chosen + 1 }).to_string()
}

fn refusal(number: u8) -> Refusal {
    match number % 5 {
        0 => Refusal::WrongPin { state: PinState::FinalTry },
        1 => Refusal::WrongPuk { state: PinState::Locked },
        2 => Refusal::PlaceTaken { place: "9c".to_owned() },
        3 => Refusal::TokenRemoved,
        _ => Refusal::UnusablePin { rule: "6 to 8 characters".to_owned() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_changes_on_a_token_without_a_yes(acts in proptest::collection::vec(act(), 0..80)) {
        let card = new_yubikey("11111111", Firmware::new(5, 4, 3));
        let mut world = World::at_tokens(vec![card, token("tuf-root", "0a11ce", 1).0]);
        world.tokens[1].1.push(("01".to_owned(), key(7)));
        let mut aside = Vec::new();
        let mut agreed = 0;
        for act in acts {
            let asked = world.machine.question();
            let (keys, changes) = (key_count(&world, &aside), world.changes.len());
            perform(&mut world, &mut aside, act);
            let made = world.changes.len() - changes;
            if made > 0 {
                let asked = asked.expect("somebody was asked");
                assert_eq!(asked.weight, Weight::Consent, "{} changed something", asked.id);
                agreed += 1;
            }
            assert_eq!(world.changes.len(), agreed, "one yes, one change");
            assert!(key_count(&world, &aside) >= keys, "no key is ever lost");
            assert!(no_place_twice(&world), "no key is written over");
            assert!(world.machine.is_ended() || world.machine.question().is_some(), "somebody is asked something");
            assert_eq!(world.machine.step(), Step::Tokens);
            let id = world.question();
            assert!(id.is_empty() || PAGE.contains(&format!("`{id}`")), "{id} stands in docs/tokens.md");
        }
    }
}

fn key_count(world: &World, aside: &[Plugged]) -> usize {
    world.tokens.iter().chain(aside).map(|(_, keys)| keys.len()).sum()
}

fn no_place_twice(world: &World) -> bool {
    world.tokens.iter().all(|(_, keys)| {
        let ids: std::collections::BTreeSet<_> = keys.iter().map(|(id, _)| id).collect();
        ids.len() == keys.len()
    })
}
