//! What a holder shows.

use std::collections::BTreeSet;

use ceremony_tui::token::{Answer, KeyFileKind, Login, Refusal, Request, TokenId};
use shared::key::{Key, key_id};

use super::Verdict;
use crate::subject::{Place, Subject};

pub(super) fn a_token_is_listed_once_with_label_and_serial_number(subject: &mut Subject) -> Verdict {
    if subject.token().is_none() {
        return Verdict::DoesNotApply;
    }
    let info = subject.info();
    assert!(!info.id.label.is_empty() && !info.id.serial.is_empty(), "{info:?}");
    assert_eq!(info.id.label.trim(), info.id.label);
    Verdict::Passed
}

pub(super) fn it_is_seen_without_a_secret(subject: &mut Subject) -> Verdict {
    match subject.place.clone() {
        Place::File { path } => {
            let seen = subject.ask(Request::InspectKeyFile { path }, &[]);
            assert_eq!(seen, Ok(Answer::KeyFile(KeyFileKind::Age)));
        }
        Place::Token { id, .. } => {
            let seen = subject.ask(Request::Keys { token: id, login: Login::None }, &[]);
            assert!(matches!(seen, Ok(Answer::Keys(_))), "{seen:?}");
        }
    }
    Verdict::Passed
}

pub(super) fn its_keys_are_the_same_each_time(subject: &mut Subject) -> Verdict {
    assert_eq!(subject.key_json(), subject.key_json());
    if subject.token().is_some() {
        let keys = subject.keys();
        assert_eq!(keys, subject.keys());
        let ids: BTreeSet<_> = keys.iter().map(|key| (&key.id, key.key.is_ok())).collect();
        assert_eq!(ids.len(), keys.len(), "each key once: {keys:?}");
    }
    Verdict::Passed
}

pub(super) fn its_key_is_of_an_offered_scheme_and_has_its_own_id(subject: &mut Subject) -> Verdict {
    let json = subject.key_json();
    let key = Key::from_json(&json).unwrap();
    assert!(key.scheme().is_some(), "{json:?}");
    assert_eq!(key.to_json(), json, "three fields and no other");
    assert_eq!(*key.id(), key_id(key.keytype(), key.scheme_name(), key.public()));
    Verdict::Passed
}

pub(super) fn its_key_is_the_same_after_its_host_was_killed(subject: &mut Subject) -> Verdict {
    let before = subject.key();
    subject.host.restart();
    assert_eq!(subject.key(), before);
    let signature = subject.sign(b"after the host was killed");
    before.verify(b"after the host was killed", &signature).unwrap();
    Verdict::Passed
}

pub(super) fn a_token_that_is_not_there_is_said(subject: &mut Subject) -> Verdict {
    let Some(id) = subject.token() else { return Verdict::DoesNotApply };
    for token in
        [TokenId { label: "nobody's".to_owned(), ..id.clone() }, TokenId { serial: "0".to_owned(), ..id }]
    {
        let refused = subject.ask(Request::Keys { token: token.clone(), login: Login::None }, &[]);
        let TokenId { label, serial } = token.clone();
        assert_eq!(refused, Err(Refusal::NoSuchToken { label, serial }));
        let refused = subject.ask(Request::Identify { token }, &[]);
        assert!(matches!(refused, Err(Refusal::NoSuchToken { .. })), "{refused:?}");
    }
    Verdict::Passed
}

pub(super) fn what_is_not_for_it_is_not_supported(subject: &mut Subject) -> Verdict {
    let foreign = match subject.token() {
        None => Request::Tokens,
        Some(_) => Request::InspectKeyFile { path: "/etc/hostname".to_owned() },
    };
    assert_eq!(subject.ask(foreign, &[]), Err(Refusal::NotSupported));
    subject.sign(b"and it goes on");
    Verdict::Passed
}

pub(super) fn it_says_why_a_key_is_not_attested_or_attests_it(subject: &mut Subject) -> Verdict {
    let Place::Token { id, key_id } = subject.place.clone() else { return Verdict::DoesNotApply };
    let answer = subject.ask(Request::Attestation { token: id, key_id }, &[]);
    match answer {
        Ok(Answer::Attestation(attestation)) => {
            assert!(subject.may.attest, "{} attests its keys?", subject.title);
            assert!(!attestation.key_certificate.is_empty() && !attestation.device_certificate.is_empty());
        }
        Err(Refusal::NotAttested { reason }) => {
            assert!(!subject.may.attest && !reason.is_empty(), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    Verdict::Passed
}

pub(super) fn it_shows_itself_or_says_that_it_cannot(subject: &mut Subject) -> Verdict {
    let Some(token) = subject.token() else { return Verdict::DoesNotApply };
    let shown = subject.ask(Request::Identify { token }, &[]);
    assert!(matches!(shown, Ok(Answer::Done) | Err(Refusal::Said { .. })), "{shown:?}");
    Verdict::Passed
}
