//! Every answer of a card, cut short at every place that matters and with lengths and tags that are wrong: the host
//! lives, says what it heard in two sentences, spends no PIN try, and takes nothing for a signature that is none.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ceremony_tui::token::{Answer, Authority, Login, NewKey, NewKeyKind, Refusal, Request};
use hardware_tests::card::{Card, Exchange, Plug};
use hardware_tests::yubikey::{Algorithm, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};

use super::host::{MESSAGE, PIN, Room, card, sign, token, usual_card};

/// What becomes of an answer.
#[derive(Debug, Clone, Copy)]
enum Spoil {
    /// Its data end here; the status word is kept.
    Data(usize),
    /// Everything ends here: what came before is taken for the status word. (An empty answer is a card that went.)
    All(usize),
    /// These bits of this byte are other ones.
    Byte(usize, u8),
}

impl Spoil {
    fn apply(self, mut answer: Vec<u8>) -> Vec<u8> {
        match self {
            Spoil::Data(length) => {
                let status = answer.split_off(answer.len().saturating_sub(2));
                answer.truncate(length);
                answer.extend(status);
            }
            Spoil::All(length) => answer.truncate(length),
            Spoil::Byte(place, bits) => answer.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= bits),
        }
        answer
    }

    /// Wherever a length or a tag may stand: the beginning, the end, and here and there between.
    fn all(length: usize) -> Vec<Spoil> {
        let places =
            (0..length).filter(|place| *place < 24 || place + 4 > length || place.is_multiple_of(32));
        let one = |place: usize| {
            let bytes = if place.is_multiple_of(2) { [0x80, 0x01] } else { [0x7f, 0xff] };
            let bytes = bytes.map(|bits| Spoil::Byte(place, bits));
            // The last two are the status word.
            let cut = (place + 2 < length).then_some(Spoil::Data(place));
            cut.into_iter().chain(bytes).collect::<Vec<_>>()
        };
        places.flat_map(one).chain([Spoil::All(1), Spoil::All(2), Spoil::All(3)]).collect()
    }
}

/// What is said, and which answer is spoiled.
#[derive(Debug, Default)]
struct Wire {
    said: Vec<(u8, usize)>,
    spoil: Option<(usize, Spoil)>,
}

/// A YubiKey, and somebody on the way to it.
#[derive(Debug, Clone)]
struct Spoiled(YubiKey, Arc<Mutex<Wire>>);

impl Spoiled {
    fn new(card: &YubiKey) -> Spoiled {
        Spoiled(card.clone(), Arc::default())
    }

    fn wire<T>(&self, work: impl FnOnce(&mut Wire) -> T) -> T {
        work(&mut self.1.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, with this answer spoiled.
    fn begin(&self, spoil: Option<(usize, Spoil)>) {
        self.wire(|wire| *wire = Wire { said: Vec::new(), spoil });
    }

    /// Instructions, and the lengths of answers.
    fn said(&self) -> Vec<(u8, usize)> {
        self.wire(|wire| wire.said.clone())
    }
}

impl Card for Spoiled {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn reset(&self) {
        self.0.reset();
    }

    fn exchange(&self, command: &[u8]) -> Exchange {
        let Exchange::Answer(answer) = self.0.exchange(command) else { return Exchange::Gone };
        let spoiled = self.wire(|wire| {
            let place = wire.said.len();
            wire.said.push((command.get(1).copied().unwrap_or_default(), answer.len()));
            match wire.spoil {
                Some((wanted, spoil)) if wanted == place => spoil.apply(answer),
                _ => answer,
            }
        });
        Exchange::Answer(spoiled)
    }

    fn plug(&self) -> &Plug {
        self.0.plug()
    }
}

/// Asks with every answer spoiled in every way, but for those that looked the same before; counts how often.
fn spoil_all(
    room: &Room,
    card: &Spoiled,
    known: &mut BTreeSet<(u8, usize)>,
    (request, secrets): (&Request, &[&str]),
    judge: impl Fn(&str, Result<Answer, Refusal>),
) -> usize {
    card.begin(None);
    room.ask(request.clone(), secrets).unwrap();
    let said = card.said();
    let mut rows = 0;
    for (place, (instruction, length)) in said.into_iter().enumerate() {
        if !known.insert((instruction, length)) {
            continue;
        }
        for spoil in Spoil::all(length) {
            card.begin(Some((place, spoil)));
            let what = format!("{request:?}: answer {place}, to {instruction:02x}: {spoil:?}");
            let answer = room.ask(request.clone(), secrets);
            if let Err(refusal) = &answer {
                let sentences = refusal.to_string().matches(". ").count();
                assert!(sentences >= 1, "{what}: {refusal}");
            }
            judge(&what, answer);
            rows += 1;
        }
    }
    card.begin(None);
    rows
}

#[test]
fn no_answer_of_a_card_however_spoiled_ends_the_host_or_passes_for_another_one() {
    let mut rows = 0;
    // The older one tells its serial number elsewhere, and its keys only by certificates.
    for firmware in [Firmware::new(5, 7, 1), Firmware::new(4, 4, 5)] {
        let card = card(firmware);
        card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always)).unwrap();
        let room = Room::open();
        let wire = Spoiled::new(&card);
        room.bench.insert(&wire).unwrap();
        let key = room.key();
        let requests: [(Request, &[&str]); 4] = [
            (Request::Tokens, &[]),
            (Request::Keys { token: token(), login: Login::None }, &[]),
            (Request::Attestation { token: token(), key_id: "9c".to_owned() }, &[]),
            (sign("9c", &key), &[PIN]),
        ];
        let mut known = BTreeSet::new();
        for (request, secrets) in &requests {
            rows += spoil_all(&room, &wire, &mut known, (request, secrets), |what, answer| {
                assert_eq!(card.pin_tries().pin, 3, "{what}");
                if let Ok(Answer::Signature(signature)) = answer {
                    let key = shared::key::Key::from_json(&key).unwrap();
                    key.verify(MESSAGE, &signature).unwrap_or_else(|_| panic!("{what}"));
                }
            });
        }
        assert_eq!(room.listing().tokens.len(), 1);
        room.signs("9c", &key);
    }
    println!("figure: bad input: {rows} rows in answers of a YubiKey");
}

#[test]
fn an_answer_that_is_spoiled_after_a_key_was_generated_is_never_said_to_be_nothing() {
    const SLOTS: [&str; 20] = [
        "82", "83", "84", "85", "86", "87", "88", "89", "8a", "8b", "8c", "8d", "8e", "8f", "90", "91", "92",
        "93", "94", "95",
    ];
    let (mut slots, mut rows) = (SLOTS.iter(), 0);
    let card = usual_card();
    let room = Room::open();
    let wire = Spoiled::new(&card);
    room.bench.insert(&wire).unwrap();
    wire.begin(None);
    room.ask(generate(slots.next().unwrap()), &[]).unwrap();
    let said = wire.said();
    let made = said.iter().position(|(instruction, _)| *instruction == 0x47).unwrap();
    for spoil in [0, 1, 2, 3, 4, 5, 6, 30].map(Spoil::Data).into_iter().chain([
        Spoil::All(1),
        Spoil::Byte(0, 0x01),
        Spoil::Byte(1, 0x01),
        Spoil::Byte(2, 0xbc),
        Spoil::Byte(3, 0x03),
        Spoil::Byte(4, 0x01),
        Spoil::Byte(5, 0x01),
    ]) {
        let slot = slots.next().unwrap();
        wire.begin(Some((made, spoil)));
        let refused = room.ask(generate(slot), &[]).unwrap_err();
        assert!(matches!(refused, Refusal::Uncertain { .. }), "{spoil:?}: {refused}");
        wire.begin(None);
        assert!(room.keys().iter().any(|key| key.id == *slot), "{spoil:?}: it was made all the same");
        rows += 1;
    }
    println!("figure: bad input: {rows} rows in answers about a generated key");
}

#[test]
fn an_answer_that_is_spoiled_before_a_key_is_generated_makes_none() {
    let card = usual_card();
    let room = Room::open();
    let wire = Spoiled::new(&card);
    room.bench.insert(&wire).unwrap();
    wire.begin(None);
    room.ask(generate("82"), &[]).unwrap();
    let said = wire.said();
    let proofs: Vec<(usize, usize)> = said
        .iter()
        .enumerate()
        .filter(|(_, said)| said.0 == 0x87)
        .map(|(place, said)| (place, said.1))
        .collect();
    assert_eq!(proofs.len(), 2, "a challenge and a response: {said:02x?}");
    let mut rows = 0;
    for (place, length) in proofs {
        for spoil in Spoil::all(length) {
            wire.begin(Some((place, spoil)));
            let Err(refused) = room.ask(generate("83"), &[]) else { panic!("{place} {spoil:?}") };
            assert!(refused.to_string().matches(". ").count() >= 1, "{spoil:?}: {refused}");
            rows += 1;
        }
    }
    wire.begin(None);
    assert!(room.keys().iter().all(|key| key.id != "83"));
    println!("figure: bad input: {rows} rows in proofs of the management key");
}

fn generate(slot: &str) -> Request {
    let key = NewKey { key_id: slot.to_owned(), label: String::new(), kind: NewKeyKind::P256, policy: None };
    Request::GenerateKey { token: token(), key, authority: Authority::FactoryManagementKey }
}
