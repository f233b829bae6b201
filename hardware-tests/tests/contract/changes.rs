//! Modules that fail in the middle of a change: "nothing was done" is said only where it is true.

use std::time::Duration;

use ceremony_tui::token::{Answer, Authority, NewKey, NewKeyKind, Refusal, Request, TokenId};
use hardware_tests::modules::{Call, Failure, Misbehaviour, Wrapper};

use crate::faults::{LIMIT, Scene, fails};

const NEW: &str = "246810";
/// What a module says when it, or the device, does not know itself how far it came.
const UNCLEAR: [Failure; 7] = [
    Failure::SessionClosed,
    Failure::SessionHandleInvalid,
    Failure::DeviceError,
    Failure::DeviceRemoved,
    Failure::TokenNotPresent,
    Failure::General,
    Failure::Code(0x31),
];
const CHANGES: [Call; 3] = [Call::GenerateKeyPair, Call::SetPin, Call::InitPin];

fn change(call: Call, token: TokenId, pin: &str) -> (Request, Vec<String>) {
    let two = |first: &str| vec![first.to_owned(), NEW.to_owned()];
    match call {
        Call::SetPin => (Request::ChangePin { token }, two(pin)),
        Call::InitPin => (Request::UnblockPin { token }, two(pin)),
        _ => (
            Request::GenerateKey { token, key: new_key(NewKeyKind::P256), authority: Authority::Pin },
            vec![pin.to_owned()],
        ),
    }
}

fn new_key(kind: NewKeyKind) -> NewKey {
    NewKey { key_id: "09".to_owned(), label: "made here".to_owned(), kind, policy: None }
}

impl Scene {
    /// Asks a module that misbehaves for a change, and gives the refusal with how often it began to misbehave.
    fn change_through(
        &self,
        misbehaviour: Misbehaviour,
        (request, secrets): (Request, Vec<String>),
        limit: Duration,
    ) -> (Result<Answer, Refusal>, usize) {
        let place = tempfile::tempdir().unwrap();
        let wrapper = Wrapper::new(place.path(), self.real(), misbehaviour).unwrap();
        let secrets: Vec<&[u8]> = secrets.iter().map(String::as_bytes).collect();
        let answer = self.host(wrapper.module()).try_to_ask(request, &secrets, limit).unwrap();
        (answer, wrapper.misbehaved())
    }
}

#[test]
fn a_change_that_fails_in_the_middle_is_uncertain_and_not_tried_again() {
    let mut scene = Scene::new();
    let (token, pin) = (scene.subject.token().unwrap(), scene.subject.pin.clone());
    for call in CHANGES {
        for failure in UNCLEAR {
            let asked = change(call, token.clone(), &pin);
            let (answer, began) = scene.change_through(fails(call, failure), asked, LIMIT);
            let refusal = answer.unwrap_err();
            assert!(matches!(refusal, Refusal::Uncertain { .. }), "{call:?} {failure:?}: {refusal}");
            assert_eq!(began, 1, "{call:?} {failure:?}");
        }
    }
    assert!(scene.subject.keys().iter().all(|key| key.id != "09"));
    scene.goes_on();
    println!("figure: token faults: {} faults in PKCS#11 modules that change", CHANGES.len() * UNCLEAR.len());
}

#[test]
fn a_change_that_was_made_and_is_said_to_have_failed_is_never_said_to_be_undone() {
    let mut scene = Scene::new();
    let (token, pin) = (scene.subject.token().unwrap(), scene.subject.pin.clone());
    for call in CHANGES {
        let asked = change(call, token.clone(), &pin);
        let asked = match call {
            // The officer gives it back what the change before took.
            Call::InitPin => (asked.0, vec![pin.clone(), pin.clone()]),
            _ => asked,
        };
        let done = Misbehaviour::DoesAndFailsIn(call, Failure::DeviceError);
        let (answer, began) = scene.change_through(done, asked, LIMIT);
        let refusal = answer.unwrap_err();
        assert!(matches!(refusal, Refusal::Uncertain { .. }), "{call:?}: {refusal}");
        assert_eq!(began, 1, "{call:?}");
        if call == Call::SetPin {
            let locator = scene.subject.locator();
            scene.subject.sign_at(locator, b"root", NEW).unwrap();
        }
    }
    assert!(scene.subject.keys().iter().any(|key| key.id == "09"), "it was made all the same");
    scene.goes_on();
}

#[test]
fn a_change_that_is_refused_at_once_has_changed_nothing() {
    let mut scene = Scene::new();
    let (token, pin) = (scene.subject.token().unwrap(), scene.subject.pin.clone());
    for (call, failure, expected) in [
        (Call::SetPin, Failure::Code(0xe2), "write-protected, so nothing was changed"),
        (Call::SetPin, Failure::PinLocked, "The PIN of this token is locked"),
        (Call::SetPin, Failure::Code(0xa2), "Nothing was changed"),
        (Call::InitPin, Failure::Code(0xa1), "Nothing was changed"),
        (Call::GenerateKeyPair, Failure::MechanismInvalid, "so nothing was done"),
        (Call::GenerateKeyPair, Failure::Code(0x101), "so nothing was made"),
    ] {
        let (answer, _) =
            scene.change_through(fails(call, failure), change(call, token.clone(), &pin), LIMIT);
        let said = answer.unwrap_err().to_string();
        assert!(said.contains(expected), "{call:?} {failure:?}: {said}");
    }
    scene.goes_on();
}

#[test]
fn a_token_that_made_an_ed25519_key_and_says_that_it_failed_is_not_asked_for_another() {
    let mut scene = Scene::new();
    let (token, pin) = (scene.subject.token().unwrap(), scene.subject.pin.clone());
    let request =
        Request::GenerateKey { token, key: new_key(NewKeyKind::Ed25519), authority: Authority::Pin };
    let done = Misbehaviour::DoesAndFailsIn(Call::GenerateKeyPair, Failure::DeviceError);
    let (answer, began) = scene.change_through(done, (request, vec![pin]), LIMIT);
    assert!(matches!(answer, Err(Refusal::Uncertain { .. })), "{answer:?}");
    assert_eq!(began, 1, "the other name of the curve is not tried");
    assert_eq!(scene.subject.keys().iter().filter(|key| key.id == "09").count(), 1);
}
