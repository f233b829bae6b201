//! Random ceremonies: any answer at any time, hosts that refuse and die. The invariants hold after every event.

use std::collections::BTreeSet;

use proptest::prelude::*;

use shared::software::SoftwareKey;

use super::world::{MODULE, World, token, yubikey};
use crate::machine::*;
use crate::token::{AskError, HostKind, PinState, Refusal, TokenInfo};

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
    /// A token is plugged in, or taken out when it is there.
    Token(u8),
    /// A host cannot be asked, or can be asked again.
    Host(u8),
    /// The next signature of a token fails like this.
    Fault(AskError),
    /// Somebody looks at every host, as a screen does all the time.
    Look,
}

fn fault() -> impl Strategy<Value = AskError> {
    proptest::sample::select(vec![
        AskError::Refused(Refusal::WrongPin { state: PinState::FinalTry }),
        AskError::Refused(Refusal::TokenRemoved),
        AskError::Refused(Refusal::NotAllowed),
        AskError::Died,
        AskError::TimedOut,
        AskError::Interrupted,
    ])
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
        4 => any::<u8>().prop_map(Act::Token),
        1 => any::<u8>().prop_map(Act::Host),
        1 => fault().prop_map(Act::Fault),
        3 => Just(Act::Look),
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
        "root-keys.add" if keys < 2 && (world.tokens.is_empty() || world.asked.is_multiple_of(3)) => {
            "file".to_owned()
        }
        "root-keys.add" if keys < 2 => "token".to_owned(),
        "root-keys.absent" => "yes".to_owned(),
        "root-keys.add" => "done".to_owned(),
        "root-keys.name" => format!("holder {keys} of {}", world.asked),
        "root-keys.file" => format!("keys/{}", (world.asked / 2) % 4),
        "root-keys.new-file" => "keys/new".to_owned(),
        "root-keys.token" => first_choice(world),
        "root-keys.module" => "/usr/lib/other.so".to_owned(),
        "root-keys.remove" => world.machine.draft.root_keys[0].name.clone(),
        "export.folder" => "/media/usb".to_owned(),
        _ => String::new(),
    }
}

fn first_choice(world: &World) -> String {
    match world.machine.question().map(|question| question.form) {
        Some(Form::Choice(choices)) => choices[0].word.clone(),
        _ => String::new(),
    }
}

/// Four tokens, of which two are one YubiKey behind two hosts.
fn some_token(number: u8) -> (TokenInfo, Vec<(String, SoftwareKey)>) {
    match number % 4 {
        0 => token("tuf-root", "0a11ce", 21),
        1 => yubikey("11111111", "5.7.1", 31),
        2 => yubikey("22222222", "5.4.3", 32),
        _ => {
            let (mut token, keys) = token("YubiKey PIV #11111111", "11111111", 31);
            token.manufacturer = "Yubico (www.yubico.com)".to_owned();
            (token, keys)
        }
    }
}

fn plug(world: &mut World, number: u8) {
    let token = some_token(number);
    let before = world.tokens.len();
    world.tokens.retain(|(known, _)| known.id != token.0.id);
    if world.tokens.len() == before {
        world.tokens.push(token);
    }
}

fn trouble(world: &mut World, number: u8) {
    let hosts = [HostKind::Piv, HostKind::Pkcs11 { module: MODULE.to_owned() }];
    let host = hosts[usize::from(number % 2)].clone();
    let before = world.troubles.len();
    world.troubles.retain(|(known, _)| *known != host);
    if world.troubles.len() == before {
        world.troubles.push((host, AskError::TimedOut));
    }
}

/// A look changes what is seen, and nothing else; at the desk, a token that is back is read again.
fn look(world: &mut World) {
    let state = |world: &World| (world.machine.step(), world.question(), world.machine.holds_signatures());
    let (before, asked) = (state(world), world.asked);
    let may_read = before.1 == "tokens.do";
    world.look_around();
    assert_eq!(state(world), before);
    assert!(world.asked == asked || may_read, "a look asks nothing: {before:?}");
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
        Act::Token(number) => plug(world, number),
        Act::Host(number) => trouble(world, number),
        Act::Fault(error) => {
            world.fail_next = Some(error);
            world.answer(&right_answer(world));
            world.fail_next = None;
        }
        Act::Look => look(world),
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
    let seen: Vec<_> = draft.seen.tokens().into_iter().map(|(_, token)| token).collect();
    let devices: Vec<_> = seen.iter().filter_map(|token| seen::device_of(token)).collect();
    assert_eq!(devices.iter().collect::<BTreeSet<_>>().len(), devices.len(), "one device, one line");
    assert!(draft.lookout.is_open() || seen.is_empty(), "nobody looks before somebody wants a token");
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
