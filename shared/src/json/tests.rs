use proptest::prelude::*;

use super::*;

fn canonical(text: &str) -> String {
    String::from_utf8(Json::parse(text.as_bytes()).unwrap().canonical()).unwrap()
}

#[test]
fn canonical_corner_cases_have_the_bytes_of_olpc() {
    let cases = [
        ("{}", "{}"),
        ("[ ]", "[]"),
        (r#"{"b":{"d":1,"c":2},"a":[3, 1]}"#, r#"{"a":[3,1],"b":{"c":2,"d":1}}"#),
        (r#""\u0001\n\t\\\"\/""#, "\"\u{1}\n\t\\\\\\\"/\""),
        ("\"\u{e9}\"", "\"\u{e9}\""),
        ("\"e\u{301}\"", "\"e\u{301}\""),
        ("{\"\u{1f600}\":1,\"\u{ff5e}\":2}", "{\"\u{ff5e}\":2,\"\u{1f600}\":1}"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551615", "18446744073709551615"),
        ("-1", "-1"),
        ("null", "null"),
        (r#"[true,false]"#, "[true,false]"),
    ];
    for (input, expected) in cases {
        assert_eq!(canonical(input), expected, "for {input}");
    }
}

#[test]
fn what_parsers_disagree_on_is_refused() {
    let refused = [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        "1.0",
        "1e3",
        "-0",
        "18446744073709551616",
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        "NaN",
        "[1,]",
        "{} {}",
        "\"raw\nnewline\"",
        "",
    ];
    for input in refused {
        assert!(Json::parse(input.as_bytes()).is_err(), "accepted {input}");
    }
    assert!(Json::parse(b"\"\xff\"").is_err());
}

#[test]
fn a_duplicate_is_named_in_the_error() {
    let error = Json::parse(br#"{"x":{"sig":1,"sig":2}}"#).unwrap_err().to_string();
    assert!(error.contains("\"sig\" stands twice"), "{error}");
}

#[test]
fn nesting_is_bounded() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(deep(MAX_DEPTH).as_bytes()).is_ok());
    assert!(Json::parse(deep(MAX_DEPTH + 2).as_bytes()).is_err());
}

#[test]
fn a_short_text_does_not_become_a_large_value() {
    let text = format!("[{}{{}}]", "5,".repeat(94));
    assert!(Json::parse_within(text.as_bytes(), 95 + OBJECT_WEIGHT).is_ok());
    let error = Json::parse_within(text.as_bytes(), 94 + OBJECT_WEIGHT).unwrap_err().to_string();
    assert!(error.contains("too many values"), "{error}");
    assert!(Json::parse(text.as_bytes()).is_ok());
}

#[test]
fn a_number_with_a_fraction_is_named_as_it_was_written() {
    let error = Json::parse(b"1.0").unwrap_err().to_string();
    assert!(error.contains("the number 1.0 is not an integer") && error.contains("fraction"), "{error}");
}

/// Values of every kind, for property tests.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<String>().prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Json::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..8).prop_map(Json::Object),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_survives_each_form_of_writing(value in any_json()) {
        for bytes in [value.to_compact(), value.to_pretty(), serde_json::to_vec(&value).unwrap()] {
            prop_assert_eq!(&Json::parse(&bytes).unwrap(), &value);
        }
    }

    #[test]
    fn equal_canonical_bytes_mean_equal_values(one in any_json(), two in any_json()) {
        prop_assert_eq!(one.canonical() == two.canonical(), one == two);
    }

    #[test]
    fn white_space_and_escapes_do_not_change_the_canonical_bytes(value in any_json()) {
        let pretty = Json::parse(&value.to_pretty()).unwrap();
        prop_assert_eq!(pretty.canonical(), value.canonical());
    }

    #[test]
    fn no_input_makes_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Json::parse(&bytes);
    }
}
