//! JSON that can be signed: what is read is written and read again as the same value, and `serde_json` agrees about
//! what it says.
#![no_main]

use fuzz::members;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::json::{Json, MAX_DEPTH};

fuzz_target!(|bytes: &[u8]| {
    let theirs = serde_json::from_slice::<Value>(bytes);
    match (Json::parse(bytes), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert!(same(&ours, &theirs), "{ours:?} is not {theirs:?}");
            for text in [ours.to_compact(), ours.to_pretty()] {
                assert_eq!(Json::parse(&text).as_ref(), Ok(&ours));
            }
            canonical(&ours);
        }
        (Ok(ours), Err(error)) => panic!("serde_json refuses {ours:?}: {error}"),
        (Err(error), Ok(theirs)) => assert!(may_refuse(bytes, &theirs), "{error}"),
        (Err(_), Err(_)) => {}
    }
});

/// The canonical form is JSON too, as long as no string has control characters, which stand in it as they are.
fn canonical(value: &Json) {
    let canonical = value.canonical();
    if canonical.iter().all(|byte| *byte >= 0x20) {
        let again = Json::parse(&canonical).expect("the canonical form is JSON");
        assert_eq!(&again, value);
        assert_eq!(again.canonical(), canonical);
    }
}

fn same(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::Int(ours), Value::Number(theirs)) => ours.to_string() == theirs.to_string(),
        (Json::String(ours), Value::String(theirs)) => ours == theirs,
        (Json::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => false,
    }
}

/// The reasons for which JSON cannot be signed: fractions, members that stand twice, and too deep nesting.
fn may_refuse(bytes: &[u8], theirs: &Value) -> bool {
    has_fraction(theirs) || depth(theirs) > MAX_DEPTH || members::written(bytes) != members::kept(theirs)
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(elements) => elements.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
