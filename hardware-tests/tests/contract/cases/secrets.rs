//! PINs and passphrases: each is tried once, and nothing happens without one.

use ceremony_tui::token::{Answer, Login, PinState, Refusal, Request};

use super::Verdict;
use crate::subject::Subject;

const WRONG: &str = "654321";

pub(super) fn a_wrong_pin_is_said_costs_one_try_and_the_right_one_works_after_it(
    subject: &mut Subject,
) -> Verdict {
    if !subject.may.try_wrong_pins {
        return Verdict::DoesNotApply;
    }
    let (key, locator, pin) = (subject.key(), subject.locator(), subject.pin.clone());
    let before = subject.tries_left();
    let refused = subject.sign_at(locator.clone(), b"root", WRONG).unwrap_err();
    assert!(matches!(refused, Refusal::WrongPin { .. } | Refusal::WrongPassphrase { .. }), "{refused:?}");
    assert_eq!(subject.tries_left(), before.map(|tries| tries - 1), "one try, and no second one");
    if let Refusal::WrongPin { state } = refused {
        assert_ne!(state, PinState::Locked);
        assert_ne!(subject.info().pin, PinState::Locked);
    }
    let signature = subject.sign_at(locator, b"root", &pin).unwrap();
    key.verify(b"root", &signature).unwrap();
    assert_eq!(subject.tries_left(), before);
    Verdict::Passed
}

pub(super) fn without_a_secret_nothing_is_signed_and_no_try_is_spent(subject: &mut Subject) -> Verdict {
    let key = subject.locator();
    let before = subject.tries_left();
    for login in [Login::None, Login::Secret] {
        let request = Request::Sign { key: key.clone(), message: b"root".to_vec(), login };
        let refused = subject.ask(request, &[]).unwrap_err();
        let says_why =
            matches!(refused, Refusal::SecretMissing | Refusal::NotAllowed | Refusal::NoSuchKey { .. });
        assert!(says_why, "{login:?}: {refused:?}");
    }
    assert_eq!(subject.tries_left(), before);
    Verdict::Passed
}

pub(super) fn an_empty_secret_is_none(subject: &mut Subject) -> Verdict {
    let (key, pin) = (subject.locator(), subject.pin.clone());
    let before = subject.tries_left();
    let refused = subject.sign_at(key, b"root", "").unwrap_err();
    let is_said =
        matches!(refused, Refusal::SecretMissing | Refusal::NotAPin { .. } | Refusal::WrongPassphrase { .. });
    assert!(is_said, "{refused:?}");
    assert_eq!(subject.tries_left(), before);
    if let Some(token) = subject.token() {
        let listed = subject.ask(Request::Keys { token, login: Login::Secret }, &[&pin]);
        assert!(matches!(listed, Ok(Answer::Keys(_))), "{listed:?}");
    }
    Verdict::Passed
}

/// Too long for any PIN, with a NUL, no ASCII, no text.
pub(super) fn odd_secrets_are_refused_and_the_right_one_works_after_each(subject: &mut Subject) -> Verdict {
    if !subject.may.try_wrong_pins {
        return Verdict::DoesNotApply;
    }
    let (key, locator, pin) = (subject.key(), subject.locator(), subject.pin.clone());
    let longest = vec![b'9'; ceremony_tui::secret::MAX_SECRET];
    let odd: [&[u8]; 5] = [&longest, b"1234\x0056", "pässwört".as_bytes(), b"\xff\xfe\xfd\xfc\xfb\xfa", b"1"];
    for secret in odd {
        let before = subject.tries_left();
        let refused = subject.sign_with(locator.clone(), b"root", secret).unwrap_err();
        let says_why = matches!(
            refused,
            Refusal::WrongPin { .. }
                | Refusal::NotAPin { .. }
                | Refusal::UnusablePin { .. }
                | Refusal::WrongPassphrase { .. }
                | Refusal::SecretMissing
        );
        assert!(says_why, "{secret:?}: {refused:?}");
        let is_half_a_pin = secret.len() == 1;
        assert!(
            !is_half_a_pin || !matches!(refused, Refusal::WrongPin { .. }),
            "a slip was tried: {refused:?}"
        );
        let spent = before.zip(subject.tries_left()).map(|(before, after)| before - after);
        let costs = u8::from(matches!(refused, Refusal::WrongPin { .. }));
        assert!(spent.is_none_or(|spent| spent == costs), "{refused:?} spent {spent:?} tries");
        let signature = subject.sign_at(locator.clone(), b"root", &pin).unwrap();
        key.verify(b"root", &signature).unwrap();
    }
    Verdict::Passed
}

pub(super) fn a_pin_that_is_locked_is_said_and_tried_no_more(subject: &mut Subject) -> Verdict {
    let (true, Some(token)) = (subject.may.lock, subject.token()) else { return Verdict::DoesNotApply };
    let (locator, pin) = (subject.locator(), subject.pin.clone());
    let tries = subject.tries_left().expect("whoever may lock a token can count");
    for left in (1..tries).rev() {
        let refused = subject.sign_at(locator.clone(), b"root", WRONG).unwrap_err();
        assert!(matches!(refused, Refusal::WrongPin { .. }), "{refused:?}");
        assert_eq!(subject.tries_left(), Some(left));
    }
    assert_eq!(subject.info().pin, PinState::FinalTry);
    let last = subject.sign_at(locator.clone(), b"root", WRONG).unwrap_err();
    let is_locked = matches!(last, Refusal::PinLocked | Refusal::WrongPin { state: PinState::Locked });
    assert!(is_locked, "{last:?}");
    assert_eq!(subject.info().pin, PinState::Locked);
    assert_eq!(subject.sign_at(locator, b"root", &pin), Err(Refusal::PinLocked));
    match (subject.may.unblock.clone(), &subject.rescue) {
        (Some(unblock), _) => {
            assert_eq!(subject.ask(Request::UnblockPin { token }, &[&unblock, &pin]), Ok(Answer::Done));
        }
        (None, Some(rescue)) => rescue(),
        (None, None) => panic!("nobody can unblock {} again", subject.title),
    }
    assert_eq!(subject.tries_left(), Some(tries));
    subject.sign(b"unblocked");
    Verdict::Passed
}
