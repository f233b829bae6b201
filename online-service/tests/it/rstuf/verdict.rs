//! Compares an answer with the recorded one and with what the page says.

use shared::json::Json;

use super::page::{Page, Row, Section};
use super::recording::Exchange;

/// How an exchange compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Equal, after ids and times.
    Equal,
    /// Different, as the page says.
    Listed,
    /// There is no such endpoint, as the page says.
    WithoutEndpoint,
}

/// Status and body.
pub(super) type Told = (u16, Json);

/// Compares. `later` is what RSTUF said when it was asked again after the thing had ended, where timing alone may
/// differ.
pub(super) fn compare(
    page: &Page,
    exchange: &Exchange,
    later: Option<&Told>,
    ours: &Told,
) -> Result<Verdict, String> {
    let theirs = (exchange.status, timeless(&exchange.answer));
    let ours = (ours.0, timeless(&ours.1));
    let Some(row) = page.rows.get(&exchange.name) else {
        let equal = ours == theirs || later.is_some_and(|(status, body)| ours == (*status, timeless(body)));
        return if equal {
            Ok(Verdict::Equal)
        } else {
            Err("differs, and the page does not say so".to_owned())
        };
    };
    if ours == theirs {
        return Err("is equal, but the page says that it differs".to_owned());
    }
    follow(row, &theirs, &ours)?;
    Ok(match row.section {
        Section::Differences => Verdict::Listed,
        Section::WithoutEndpoint => Verdict::WithoutEndpoint,
    })
}

fn follow(row: &Row, theirs: &Told, ours: &Told) -> Result<(), String> {
    if !row.theirs.contains(&theirs.0) {
        return Err(format!("was answered with {} by RSTUF; the page says {:?}", theirs.0, row.theirs));
    }
    if ours.0 != row.ours {
        return Err(format!("is answered with {}; the page says {}", ours.0, row.ours));
    }
    let text = String::from_utf8(ours.1.to_compact()).unwrap();
    if let Some(phrase) = row.phrases.iter().find(|phrase| !text.contains(phrase.as_str())) {
        return Err(format!("is answered without the words `{phrase}` of the page"));
    }
    if row.places.is_empty() {
        let says_enough = ours.0 != theirs.0 || row.section == Section::WithoutEndpoint;
        return if says_enough { Ok(()) } else { Err("needs the places where it differs".to_owned()) };
    }
    let without = |value: &Json| {
        let mut value = value.clone();
        for place in &row.places {
            remove(&mut value, &place.split('.').collect::<Vec<_>>());
        }
        value
    };
    if without(&ours.1) != without(&theirs.1) {
        return Err(format!("differs elsewhere than at {:?}", row.places));
    }
    Ok(())
}

fn remove(value: &mut Json, steps: &[&str]) {
    let ([name, rest @ ..], Json::Object(members)) = (steps, value) else { return };
    match members.get_mut(*name) {
        Some(member) if !rest.is_empty() => remove(member, rest),
        _ => drop(members.remove(*name)),
    }
}

/// The same with every time as a word. Which times a task has is for no client to compare.
fn timeless(value: &Json) -> Json {
    match value {
        Json::Array(elements) => Json::Array(elements.iter().map(timeless).collect()),
        Json::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, member)| match member.as_str() {
                    Some(text) if name == "last_update" && is_time(text) => {
                        (name.clone(), Json::from("TIME"))
                    }
                    _ => (name.clone(), timeless(member)),
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

/// `2026-11-21T19:18:11.338621Z`
fn is_time(text: &str) -> bool {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    shape == "0000-00-00T00:00:00.000000Z"
}

#[cfg(test)]
mod tests {
    use super::{Told, Verdict, compare};
    use crate::rstuf::page::Page;
    use crate::rstuf::recording::Exchange;
    use shared::json::Json;

    const EQUAL: (u16, &str) = (200, r#"{"data":{"a":1,"last_update":"2030-01-01T00:00:00.000000Z"}}"#);
    const OTHER: (u16, &str) = (200, r#"{"data":{"a":2,"last_update":"2030-01-01T00:00:00.000000Z"}}"#);
    const REFUSED: (u16, &str) = (422, r#"{"detail":"no"}"#);

    fn told((status, text): (u16, &str)) -> Told {
        (status, Json::parse(text.as_bytes()).unwrap())
    }

    fn verdict(row: Option<&str>, later: Option<&Told>, ours: (u16, &str)) -> Result<Verdict, String> {
        let row = row.map(|row| format!("## Differences\n| bins-001 | x | `200` | {row} | y |\n"));
        let answer = r#"{"data":{"a":1,"last_update":"2026-11-21T19:18:11.338621Z"}}"#;
        let exchange = Exchange {
            name: "bins-001".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            body: Vec::new(),
            status: 200,
            answer: told((200, answer)).1,
        };
        compare(&Page::parse(&row.unwrap_or_default()), &exchange, later, &told(ours))
    }

    #[test]
    fn what_is_not_listed_must_be_equal_now_or_later() {
        assert_eq!(verdict(None, None, EQUAL), Ok(Verdict::Equal));
        assert!(verdict(None, None, OTHER).unwrap_err().contains("the page does not say so"));
        assert_eq!(verdict(None, Some(&told(OTHER)), OTHER), Ok(Verdict::Equal));
        assert!(verdict(None, Some(&told(OTHER)), REFUSED).is_err());
        let local = (200, r#"{"data":{"a":1,"last_update":"2030-01-01T00:00:00"}}"#);
        assert!(verdict(None, None, local).is_err(), "a time without an offset is another time");
    }

    #[test]
    fn what_is_listed_must_differ_as_it_is_listed() {
        assert_eq!(verdict(Some("`422` `no`"), None, REFUSED), Ok(Verdict::Listed));
        assert_eq!(verdict(Some("`200` `data.a`"), None, OTHER), Ok(Verdict::Listed));
        for (row, ours, says) in [
            ("`422`", EQUAL, "is equal"),
            ("`404`", REFUSED, "answered with 422"),
            ("`422` `yes`", REFUSED, "without the words"),
            ("`200` `data.b`", OTHER, "differs elsewhere"),
            ("`200`", OTHER, "needs the places"),
        ] {
            let complaint = verdict(Some(row), None, ours).unwrap_err();
            assert!(complaint.contains(says), "{row}: {complaint}");
        }
    }
}
