//! Roots whose fields say what they cannot say, although both holders signed them.

use shared::json::Json;

use super::base::{member, remove, root_with};
use super::{Vector, vector};

fn set(name: &'static str, field: &str, value: Json) -> Vector {
    vector(name, "root.json", root_with(|signed| signed.set(field, value)))
}

fn without(name: &'static str, field: &str) -> Vector {
    vector(name, "root.json", root_with(|signed| remove(signed, field)))
}

pub(super) fn all() -> Vec<Vector> {
    [common(), alike(), extensions()].into_iter().flatten().collect()
}

fn common() -> Vec<Vector> {
    let expires = |name, text: &str| set(name, "expires", Json::from(text));
    vec![
        without("no-type", "_type"),
        set("type-of-another-role", "_type", Json::from("targets")),
        set("type-in-capitals", "_type", Json::from("Root")),
        set("type-that-steers-the-terminal", "_type", Json::from("\u{1b}]0;root\u{7}\u{202e}")),
        set("type-that-is-a-number", "_type", Json::from(1u32)),
        without("no-spec-version", "spec_version"),
        set("spec-version-2", "spec_version", Json::from("2.0.0")),
        set("spec-version-of-words", "spec_version", Json::from("1.latest")),
        set("spec-version-of-one-number", "spec_version", Json::from("1.")),
        without("no-version", "version"),
        set("version-0", "version", Json::from(0u32)),
        set("version-minus-1", "version", Json::Int(-1)),
        set("version-in-a-string", "version", Json::from("1")),
        set("version-beyond-53-bits", "version", Json::Int(1 << 53)),
        set("version-2-as-the-first", "version", Json::from(2u32)),
        without("no-expiry", "expires"),
        expires("expiry-with-a-fraction", "2125-01-01T00:00:00.5Z"),
        expires("expiry-with-an-offset", "2125-01-01T00:00:00+00:00"),
        expires("expiry-without-a-zone", "2125-01-01T00:00:00"),
        expires("expiry-in-small-letters", "2125-01-01t00:00:00z"),
        expires("expiry-with-a-blank", "2125-01-01 00:00:00Z"),
        expires("expiry-on-no-day", "2125-02-30T00:00:00Z"),
        expires("expiry-in-the-past", "2020-01-01T00:00:00Z"),
        expires("expiry-in-the-year-10000", "10000-01-01T00:00:00Z"),
        set("expiry-that-is-a-number", "expires", Json::from(4_891_363_200_u64)),
        without("no-consistent-snapshot", "consistent_snapshot"),
        set("no-consistent-snapshot-said", "consistent_snapshot", Json::from(false)),
        set("consistent-snapshot-in-a-string", "consistent_snapshot", Json::from("true")),
    ]
}

/// What clients sign or sort differently.
fn alike() -> Vec<Vector> {
    let object = |name: &str| Json::object([(name, Json::Null)]);
    vec![
        set("integer-beyond-53-bits", "x-acme-a", Json::Int(1 << 53)),
        set("integer-below-53-bits", "x-acme-a", Json::from(vec![Json::Int(-(1 << 53))])),
        set("text-that-is-not-nfc", "x-acme-a", Json::from("e\u{301}")),
        set("name-that-is-not-nfc", "x-acme-a", object("e\u{301}")),
        set("name-beyond-the-basic-plane", "x-acme-a", object("\u{1f600}")),
        vector(
            "key-name-that-is-not-nfc",
            "root.json",
            root_with(|signed| {
                member(signed, "x-vestry-key-names", |names| {
                    let keyid = names.as_object().unwrap().keys().next().unwrap().clone();
                    names.set(&keyid, Json::from("Rene\u{301}"));
                });
            }),
        ),
    ]
}

/// The fields of this project.
fn extensions() -> Vec<Vector> {
    let settings = |name, change: fn(&mut Json)| {
        vector(name, "root.json", root_with(|signed| member(signed, "x-vestry-settings", change)))
    };
    vec![
        set("settings-that-are-a-list", "x-vestry-settings", Json::from(Vec::new())),
        settings("settings-without-roles", |settings| remove(settings, "roles")),
        settings("settings-without-a-role", |settings| {
            member(settings, "roles", |roles| remove(roles, "timestamp"));
        }),
        settings("settings-of-no-days", |settings| {
            let none = Json::object([("expiration", Json::from(0u32))]);
            member(settings, "roles", |roles| roles.set("root", none));
        }),
        settings("settings-of-three-bins", |settings| {
            member(settings, "roles", |roles| {
                member(roles, "bins", |bins| bins.set("number_of_delegated_bins", Json::from(3u32)));
            });
        }),
        set("record-that-is-a-string", "x-vestry-record", Json::from("record")),
        set("record-without-a-digest", "x-vestry-record", Json::object([("version", Json::from(1u32))])),
    ]
}
