//! Every fault ends in a sentence, costs no PIN try beyond the one, and leaves the next request as good as ever.

use ceremony_tui::token::{Authority, Login, NewKey, NewKeyKind, Refusal, Request};
use hardware_tests::card::{Card, Exchange, Plug, Stranger};
use hardware_tests::yubikey::{Fault, Moment, Occasion, YubiKey};

use super::host::{PIN, Room, card, sign, token, usual_card};
use shared::device::Firmware;

/// What happens, what a person reads, whether the card has to be put in again.
const FAULTS: [(Fault, &str, bool); 10] = [
    (Fault::NoTouch, "The token did not allow the signature (no touch in time", false),
    (Fault::INTERNAL, "The token answered with the status 6f00 while it was asked to sign.", false),
    (Fault::Status(0x6a80), "The token answered with the status 6a80 while it was asked to sign.", false),
    (Fault::Truncated, "The token answered a signature that cannot be read while", false),
    (Fault::Malformed, "The token answered a signature that cannot be read while", false),
    (Fault::Stub, "The token answered an answer that is cut short while", false),
    (Fault::WrongSignature, "a signature that its own key does not verify while", false),
    (Fault::Unplugged(Moment::Before), "The token was taken out, or went silent", true),
    (Fault::Unplugged(Moment::During), "The token was taken out, or went silent", true),
    (Fault::Status(0x6982), "The token did not allow the signature (no touch in time", false),
];

#[test]
fn every_fault_of_a_signature_ends_in_a_sentence_and_the_next_signature_is_good() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    for (fault, sentence, is_gone) in FAULTS {
        card.fault(fault);
        let said = room.refused(sign("9c", &key), &[PIN]);
        assert!(said.contains(sentence), "{fault:?}: {said}");
        assert_eq!(said.matches(". ").count(), 1, "two sentences: {said}");
        assert_eq!(card.pin_tries().pin, 3, "{fault:?}");
        if is_gone {
            assert!(card.is_gone());
            room.bench.remove(&card).unwrap();
            room.bench.insert(&card).unwrap();
        }
        let before = card.signatures();
        room.signs("9c", &key);
        assert_eq!(card.signatures(), before + 1, "{fault:?}: one request, one signature");
    }
    println!("figure: bad input: {} rows in faults of a YubiKey's signature", FAULTS.len());
}

#[test]
fn a_card_that_goes_right_after_its_signature_has_signed() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    card.fault(Fault::Unplugged(Moment::After));
    room.signs("9c", &key);
    room.bench.remove(&card).unwrap();
    let said = room.refused(sign("9c", &key), &[PIN]);
    assert_eq!(said, "No token YubiKey with serial number 11111111 is there. Insert it and try again.");
    room.bench.insert(&card).unwrap();
    room.signs("9c", &key);
}

#[test]
fn a_wrong_pin_costs_one_try_and_a_locked_one_is_never_tried() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    for (left, sentence) in
        [(2, "2 tries are left."), (1, "ONE try is left"), (0, "The PIN of this token is locked.")]
    {
        let said = room.refused(sign("9c", &key), &["999999"]);
        assert!(said.contains(sentence) || left == 0 && said.contains("locked"), "{said}");
        assert_eq!(card.pin_tries().pin, left);
    }
    assert!(room.refused(sign("9c", &key), &[PIN]).starts_with("The PIN of this token is locked."));
    assert_eq!((card.pin_tries().pin, card.signatures()), (0, 0));
    assert!(room.ask(Request::UnblockPin { token: token() }, &["12345678", "654321"]).is_ok());
    assert!(room.ask(sign("9c", &key), &["654321"]).is_ok());
}

#[test]
fn what_cannot_be_a_pin_and_a_key_that_is_not_there_cost_no_try() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    for wrong in ["12345", "123456789"] {
        assert!(room.refused(sign("9c", &key), &[wrong]).contains("was not tried"));
    }
    let said = room.refused(sign("9a", &key), &["999999"]);
    assert!(said.contains("The token holds no key 9a that signs."), "{said}");
    card.generate(
        0x9a,
        hardware_tests::yubikey::Algorithm::P256,
        (shared::device::PinPolicy::Once, shared::device::TouchPolicy::Never),
    )
    .unwrap();
    let said = room.refused(sign("9a", &key), &["999999"]);
    assert!(said.contains("The token holds no key 9a that signs."), "another key: {said}");
    assert_eq!(card.pin_tries().pin, 3);
}

#[test]
fn the_pin_that_locks_in_the_middle_is_said_so() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    card.fault_at(Occasion::Pin, Fault::PinBlocked);
    let said = room.refused(sign("9c", &key), &[PIN]);
    assert!(said.starts_with("The PIN of this token is locked."), "{said}");
    assert_eq!(card.signatures(), 0);
}

#[test]
fn two_cards_with_one_serial_number_are_both_refused_by_name() {
    let (one, other) = (usual_card(), usual_card());
    let room = Room::with(&one);
    let key = room.key();
    room.bench.insert(&other).unwrap();
    let listing = room.listing();
    assert_eq!((listing.tokens.len(), listing.unusable.len()), (0, 2), "{listing:?}");
    for unusable in listing.unusable {
        assert!(unusable.reason.contains("Two tokens are called YubiKey"), "{}", unusable.reason);
    }
    let said = room.refused(sign("9c", &key), &[PIN]);
    assert!(said.contains("Take one of them out."), "{said}");
    assert_eq!(one.pin_tries().pin + other.pin_tries().pin, 6);
    room.bench.remove(&other).unwrap();
    room.signs("9c", &key);
}

#[test]
fn a_card_gets_no_pin_while_another_one_of_its_number_says_nothing() {
    let (one, other) = (usual_card(), usual_card());
    let room = Room::with(&one);
    let key = room.key();
    room.bench.insert(&other).unwrap();
    assert!(room.listing().tokens.is_empty());
    other.fault_at(Occasion::Anything, Fault::Hangs);
    let said = room.refused(sign("9c", &key), &[PIN]);
    assert!(said.contains("Take one of them out."), "{said}");
    assert!(room.listing().tokens.is_empty(), "it is offered by nobody");
    assert_eq!(one.pin_tries().pin + other.pin_tries().pin, 6);
    room.bench.remove(&other).unwrap();
    room.signs("9c", &key);
}

/// A host is killed whenever somebody cancels a touch; its card may say nothing for a while.
#[test]
fn a_host_that_was_started_anew_knows_which_number_a_silent_card_showed() {
    let (one, other) = (usual_card(), usual_card());
    let mut room = Room::with(&other);
    let key = room.key();
    let reader = room.listing().shown[0].place.clone();
    room.bench.insert(&one).unwrap();
    other.fault_at(Occasion::Anything, Fault::Hangs);
    for request in [sign("9c", &key), Request::ChangePin { token: token() }] {
        room.restart_host();
        let said = room.refused(request.clone(), &[PIN, "654321"][..usize::from(request.secrets())]);
        assert!(said.contains("Take one of them out."), "{said}");
        room.restart_host();
        let listing = room.listing();
        assert!(
            listing.tokens.is_empty() && listing.shown.len() == 2,
            "it is offered by nobody: {listing:?}"
        );
    }
    assert_eq!(one.pin_tries().pin + other.pin_tries().pin, 6);
    // Another card in that reader is another card, and an empty reader shows nothing.
    room.bench.remove(&other).unwrap();
    room.restart_host();
    assert!(room.listing().shown.iter().all(|shown| shown.place != reader));
    room.signs("9c", &room.key());
}

#[test]
fn a_card_that_is_no_yubikey_is_named_with_its_reader_and_an_empty_reader_is_not() {
    let room = Room::open();
    assert_eq!(room.listing(), ceremony_tui::token::Listing::default());
    room.bench.insert(&Stranger::new()).unwrap();
    room.bench.insert(&usual_card()).unwrap();
    let listing = room.listing();
    assert_eq!((listing.tokens.len(), listing.unusable.len()), (1, 1), "{listing:?}");
    assert!(listing.unusable[0].place.contains("00 00"), "{listing:?}");
    assert!(listing.unusable[0].reason.contains("has no PIV application"), "{listing:?}");
}

#[test]
fn without_the_card_service_and_after_its_death_the_cure_is_named_and_it_works_again() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    room.bench.kill();
    for request in [Request::Tokens, Request::Keys { token: token(), login: Login::None }] {
        let said = room.refused(request, &[]);
        assert!(said.contains("The smart card service (pcscd) cannot be reached"), "{said}");
        assert!(said.contains("systemctl start pcscd"), "{said}");
    }
    assert!(room.refused(sign("9c", &key), &[PIN]).contains("(pcscd) cannot be reached"));
    room.bench.restart().unwrap();
    room.signs("9c", &key);
}

#[test]
fn the_card_service_may_die_while_a_signature_waits_for_its_touch() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    card.set_finger(hardware_tests::yubikey::Finger::WhenTold);
    card.set_touch_limit(std::time::Duration::from_secs(60));
    room.begin(sign("9c", &key), &[PIN]);
    assert!(card.asks_for_touch());
    room.bench.kill();
    let said = room.end().unwrap().unwrap_err().to_string();
    assert!(said.contains("The smart card service (pcscd) cannot be reached"), "{said}");
    card.set_finger(hardware_tests::yubikey::Finger::AtOnce);
    room.bench.restart().unwrap();
    room.signs("9c", &key);
    assert_eq!(card.pin_tries().pin, 3);
}

/// What the broker does to a host that does not answer in time.
#[test]
fn a_host_that_is_killed_in_the_middle_of_a_signature_leaves_card_and_service_usable() {
    let card = usual_card();
    let mut room = Room::with(&card);
    let key = room.key();
    card.set_finger(hardware_tests::yubikey::Finger::WhenTold);
    card.set_touch_limit(std::time::Duration::from_secs(2));
    room.begin(sign("9c", &key), &[PIN]);
    assert!(card.asks_for_touch());
    room.restart_host();
    card.set_finger(hardware_tests::yubikey::Finger::AtOnce);
    room.signs("9c", &key);
    assert_eq!((card.pin_tries().pin, card.signatures()), (3, 1));
}

#[test]
fn a_change_that_was_cut_off_is_said_to_be_uncertain() {
    let card = usual_card();
    let room = Room::with(&card);
    for (occasion, request, secrets, action) in [
        (Occasion::PinChange, Request::ChangePin { token: token() }, &[PIN, "654321"][..], "change the PIN"),
        (Occasion::Generation, generate("9a", Authority::FactoryManagementKey), &[][..], "generate a key"),
        (Occasion::Pin, sign("9c", &room.key()), &["654321"][..], "check the PIN"),
    ] {
        card.fault_at(occasion, Fault::Unplugged(Moment::During));
        let said = room.refused(request, secrets);
        assert!(said.contains(action) && said.contains("it may have done it, or not"), "{said}");
        room.bench.remove(&card).unwrap();
        room.bench.insert(&card).unwrap();
    }
    // It had done both.
    assert!(room.ask(sign("9c", &room.keys()[0].key.clone().unwrap()), &["654321"]).is_ok());
    assert_eq!(room.keys().len(), 2);
}

#[test]
fn faults_of_every_other_request_end_in_sentences_too() {
    let rows = [
        (Occasion::Metadata, Request::Keys { token: token(), login: Login::None }),
        (Occasion::Attestation, Request::Attestation { token: token(), key_id: "9c".to_owned() }),
        (Occasion::Reading, Request::Attestation { token: token(), key_id: "9c".to_owned() }),
        (Occasion::ManagementKey, generate("9a", Authority::FactoryManagementKey)),
        (Occasion::Generation, generate("9a", Authority::FactoryManagementKey)),
    ];
    let faults =
        [Fault::INTERNAL, Fault::Truncated, Fault::Malformed, Fault::Stub, Fault::Unplugged(Moment::Before)];
    for (occasion, request) in &rows {
        for fault in faults {
            // A card of its own: some faults strike after a key was made.
            let card = usual_card();
            let room = Room::with(&card);
            card.fault_at(*occasion, fault);
            let said = match room.ask(request.clone(), &[]) {
                Ok(answer) => panic!("{occasion:?} {fault:?}: {answer:?}"),
                Err(refusal) => refusal.to_string(),
            };
            assert_eq!(said.matches(". ").count(), 1, "{occasion:?} {fault:?}: {said}");
            assert_eq!(card.pin_tries().pin, 3, "{occasion:?} {fault:?}");
            card.cure();
            if card.is_gone() {
                room.bench.remove(&card).unwrap();
                room.bench.insert(&card).unwrap();
            }
            assert_eq!(room.listing().tokens.len(), 1, "{occasion:?} {fault:?}");
        }
    }
    println!("figure: bad input: {} rows in faults of a YubiKey's other requests", rows.len() * faults.len());
}

#[test]
fn a_card_that_cannot_say_what_it_is_is_listed_as_unusable() {
    let faults = [
        (Occasion::Other, Fault::INTERNAL),
        (Occasion::Other, Fault::Stub),
        (Occasion::Metadata, Fault::Malformed),
    ];
    for (occasion, fault) in faults {
        let card = usual_card();
        let room = Room::with(&card);
        card.fault_at(occasion, fault);
        let listing = room.listing();
        assert_eq!(
            (listing.tokens.len(), listing.unusable.len()),
            (0, 1),
            "{occasion:?} {fault:?} {listing:?}"
        );
        assert!(listing.unusable[0].reason.ends_with('.'), "{listing:?}");
        assert_eq!(room.listing().tokens.len(), 1, "{occasion:?} {fault:?}");
    }
}

#[test]
fn another_card_in_the_same_reader_gets_no_pin() {
    let (one, other) = (usual_card(), YubiKey::new(22_222_222, Firmware::new(5, 4, 3)).unwrap());
    let room = Room::with(&one);
    let key = room.key();
    room.bench.remove(&one).unwrap();
    room.bench.insert(&other).unwrap();
    assert_eq!(
        room.ask(sign("9c", &key), &["999999"]),
        Err(Refusal::NoSuchToken { label: "YubiKey".to_owned(), serial: "11111111".to_owned() })
    );
    assert_eq!(other.pin_tries().pin, 3);
}

fn generate(slot: &str, authority: Authority) -> Request {
    let key = NewKey { key_id: slot.to_owned(), label: String::new(), kind: NewKeyKind::P256, policy: None };
    Request::GenerateKey { token: token(), key, authority }
}

#[test]
fn firmware_from_before_the_yubikey_4_is_told_so() {
    let room = Room::with(&card(Firmware::new(3, 5, 0)));
    let listing = room.listing();
    assert!(listing.tokens.is_empty(), "{listing:?}");
    assert!(listing.unusable[0].reason.contains("before the YubiKey 4"), "{listing:?}");
}

/// Says to every command that there is more, and these bytes of it.
#[derive(Debug, Clone)]
struct Endless(Stranger, &'static [u8]);

impl Card for Endless {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn reset(&self) {}

    fn exchange(&self, _: &[u8]) -> Exchange {
        Exchange::Answer([self.1, &[0x61, 0x00]].concat())
    }

    fn plug(&self) -> &Plug {
        self.0.plug()
    }
}

#[test]
fn a_card_that_promises_more_for_ever_is_left_and_the_yubikey_beside_it_is_seen() {
    for piece in [&b""[..], b"\x6f", &[0x6f; 200]] {
        let room = Room::with(&usual_card());
        let endless = Endless(Stranger::new(), piece);
        let reader = room.bench.insert(&endless).unwrap();
        let listing = room.listing();
        assert_eq!((listing.tokens.len(), listing.unusable.len()), (1, 1), "{listing:?}");
        let unusable = &listing.unusable[0];
        assert_eq!(unusable.place, reader);
        assert!(unusable.reason.contains("an answer without an end"), "{unusable:?}");
        room.signs("9c", &room.key());
    }
}

/// A card that answers nothing after its reset, until it is pulled out.
#[test]
fn a_card_that_hangs_is_named_by_its_reader_and_the_yubikey_beside_it_still_signs() {
    let (card, hangs) = (usual_card(), YubiKey::new(22_222_222, Firmware::new(5, 4, 3)).unwrap());
    let room = Room::with(&card);
    let key = room.key();
    hangs.fault_at(Occasion::Anything, Fault::Hangs);
    let reader = room.bench.insert(&hangs).unwrap();
    let listing = room.listing();
    assert_eq!((listing.tokens.len(), listing.unusable.len()), (1, 1), "{listing:?}");
    assert_eq!(listing.unusable[0].place, reader);
    assert!(listing.unusable[0].reason.contains("has said nothing for 5 seconds"), "{listing:?}");
    room.signs("9c", &key);
    let said = room.refused(Request::Identify { token: other_token() }, &[]);
    assert!(said.contains(&reader) && said.contains("may be the one that is wanted"), "{said}");
    // Out and in again, it is a card like any other.
    room.bench.remove(&hangs).unwrap();
    room.bench.insert(&hangs).unwrap();
    assert_eq!(room.listing().tokens.len(), 2);
    room.signs("9c", &key);
}

fn other_token() -> ceremony_tui::token::TokenId {
    ceremony_tui::token::TokenId { label: "YubiKey".to_owned(), serial: "22222222".to_owned() }
}
