//! What changes a token. Done only to tokens that may be changed.

use ceremony_tui::token::{Answer, KeyLocator, Refusal, Request};
use shared::device::Origin;
use shared::key::Key;

use super::Verdict;
use crate::subject::Subject;

const NEW: &str = "246810";
const WRONG: &str = "654321";

pub(super) fn a_changed_pin_replaces_the_old_one(subject: &mut Subject) -> Verdict {
    let (true, Some(token)) = (subject.may.change_pin, subject.token()) else { return Verdict::DoesNotApply };
    let (locator, pin) = (subject.locator(), subject.pin.clone());
    let change = Request::ChangePin { token };
    assert_eq!(subject.ask(change.clone(), &[&pin, NEW]), Ok(Answer::Done));
    let refused = subject.sign_at(locator.clone(), b"root", &pin).unwrap_err();
    assert!(matches!(refused, Refusal::WrongPin { .. }), "{refused:?}");
    subject.sign_at(locator.clone(), b"root", NEW).unwrap();
    assert_eq!(subject.ask(change, &[NEW, &pin]), Ok(Answer::Done));
    subject.sign_at(locator, b"root", &pin).unwrap();
    Verdict::Passed
}

pub(super) fn a_pin_is_not_changed_with_a_wrong_one_or_into_an_unusable_one(
    subject: &mut Subject,
) -> Verdict {
    let (true, Some(token)) = (subject.may.change_pin, subject.token()) else { return Verdict::DoesNotApply };
    let pin = subject.pin.clone();
    let change = Request::ChangePin { token };
    let before = subject.tries_left();
    let refused = subject.ask(change.clone(), &[WRONG, NEW]).unwrap_err();
    assert!(matches!(refused, Refusal::WrongPin { .. }), "{refused:?}");
    assert_eq!(subject.tries_left(), before.map(|tries| tries - 1));
    subject.sign(b"the old one still holds");
    let before = subject.tries_left();
    for unusable in ["1", "", &"9".repeat(600)] {
        let refused = subject.ask(change.clone(), &[&pin, unusable]).unwrap_err();
        assert!(matches!(refused, Refusal::UnusablePin { .. }), "{unusable:?}: {refused:?}");
    }
    let half = &pin[..1];
    let refused = subject.ask(change.clone(), &[half, NEW]).unwrap_err();
    assert!(matches!(refused, Refusal::NotAPin { .. }), "a slip was tried: {refused:?}");
    assert_eq!(subject.ask(change.clone(), &[&pin, &pin]), Err(Refusal::same_pin()));
    assert_eq!(subject.ask(change, &[&pin]), Err(Refusal::SecretMissing));
    assert_eq!(subject.tries_left(), before, "looked at before a try is spent");
    subject.sign(b"the old one still holds");
    Verdict::Passed
}

pub(super) fn a_new_pin_comes_from_whoever_may_unblock_and_from_nobody_else(
    subject: &mut Subject,
) -> Verdict {
    let (Some(unblock), Some(token)) = (subject.may.unblock.clone(), subject.token()) else {
        return Verdict::DoesNotApply;
    };
    let (locator, pin) = (subject.locator(), subject.pin.clone());
    let request = Request::UnblockPin { token };
    let refused = subject.ask(request.clone(), &["11223344", NEW]).unwrap_err();
    assert!(matches!(refused, Refusal::WrongPuk { .. }), "{refused:?}");
    subject.sign_at(locator.clone(), b"root", &pin).unwrap();
    assert_eq!(subject.ask(request.clone(), &[&unblock, NEW]), Ok(Answer::Done));
    subject.sign_at(locator.clone(), b"root", NEW).unwrap();
    assert_eq!(subject.ask(request, &[&unblock, &pin]), Ok(Answer::Done));
    subject.sign_at(locator, b"root", &pin).unwrap();
    Verdict::Passed
}

pub(super) fn a_generated_key_signs_and_is_never_overwritten(subject: &mut Subject) -> Verdict {
    let (Some((new, authority)), Some(token)) = (subject.may.generate.clone(), subject.token()) else {
        return Verdict::DoesNotApply;
    };
    let pin = subject.pin.clone();
    let secrets = &[pin.as_str()][..usize::from(authority.secrets())];
    let request = Request::GenerateKey { token: token.clone(), key: new.clone(), authority };
    let Ok(Answer::Key(key)) = subject.ask(request.clone(), secrets) else { panic!("no key was generated") };
    let shown = subject.keys().into_iter().find(|shown| shown.id == new.key_id).expect("it is listed");
    assert_eq!(shown.key, Ok(key.clone()));
    assert_eq!(shown.origin, Some(Origin::Generated), "made on the token");
    let can_leave = |warning: &String| warning.contains("gives this private key out");
    assert!(!shown.warnings.iter().any(can_leave), "{:?}", shown.warnings);
    let refused = subject.ask(request, secrets).unwrap_err();
    assert!(matches!(refused, Refusal::PlaceTaken { .. }), "{refused:?}");
    let locator = KeyLocator::Token { token, key_id: new.key_id, key: key.clone() };
    let signature = subject.sign_at(locator, b"root", &pin).unwrap();
    Key::from_json(&key).unwrap().verify(b"root", &signature).unwrap();
    Verdict::Passed
}
