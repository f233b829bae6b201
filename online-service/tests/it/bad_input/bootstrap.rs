//! Payloads that nobody may follow.

use shared::json::Json;
use shared::key::Scheme;
use shared::root_draft::NamedKey;
use shared::software::SoftwareKey;

use super::{Rows, available};
use crate::bootstrap::post;
use crate::ceremony::{Ceremony, Options};
use crate::service::Service;

#[test]
fn payloads_that_nobody_may_follow() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let (payload, digest) = (ceremony.payload(), ceremony.digest());
    let mut rows = Rows::of(&service, "payloads that nobody may follow");

    let strangers = Ceremony::hold(&service, &Options::default());
    rows.refused("a root of strangers", 422, "not the root that was expected", || {
        post(&service, &strangers.payload(), Some(&digest))
    });
    rows.refused("no digest", 403, "x-vestry-expect-digest", || post(&service, &payload, None));
    let words = ceremony.root.document().digest().words().join(" ");
    for (what, wrong) in [
        ("a part of the digest", digest.rsplit_once(' ').unwrap().0),
        ("a part of the words", words.rsplit_once(' ').unwrap().0),
        ("an empty digest", ""),
        ("another digest's first half", &format!("{} {digest}", &digest[..4])),
        ("a digest of other characters", &digest.replace(['0', '1', '2', '3'], "g")),
    ] {
        rows.refused(what, 422, "not a whole document digest", || post(&service, &payload, Some(wrong)));
    }

    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    for (what, from, to) in [
        ("a longer timestamp", "\"timestamp\":{\"expiration\":1}", "\"timestamp\":{\"expiration\":300}"),
        ("more bins", "\"number_of_delegated_bins\":4", "\"number_of_delegated_bins\":8"),
        (
            "bins of the other kind",
            "\"number_of_delegated_bins\":4",
            "\"kind\":\"prefix\",\"number_of_delegated_bins\":4",
        ),
        ("a setting more", "\"delegations\":null", "\"delegations\":null,\"mirrors\":{}"),
    ] {
        let (head, tail) = text.rsplit_once(from).unwrap();
        let changed = format!("{head}{to}{tail}");
        rows.refused(what, 422, "differ from those that people signed", || {
            post(&service, changed.as_bytes(), Some(&digest))
        });
    }

    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let online = NamedKey { name: "elsewhere".to_owned(), key: key.public().clone() };
    let foreign = Ceremony::hold_for(online, &Options::default());
    rows.refused("an online key that the vault does not hold", 422, "does not hold the private key", || {
        post(&service, &foreign.payload(), Some(&foreign.digest()))
    });

    let unsigned = Ceremony::hold(&service, &Options { signatures: 0, ..Options::default() });
    rows.refused("no signature", 422, "carries no signature", || {
        post(&service, &unsigned.payload(), Some(&unsigned.digest()))
    });
    let rehearsal = Ceremony::hold(&service, &Options { rehearsal: true, ..Options::default() });
    rows.refused("a rehearsal", 422, "comes from a rehearsal", || {
        post(&service, &rehearsal.payload(), Some(&rehearsal.digest()))
    });
}

/// Changes the root role of a signed part.
fn root_role(signed: &mut Json, change: impl FnOnce(&mut Json)) {
    role(signed, "root", change);
}

fn role(signed: &mut Json, name: &str, change: impl FnOnce(&mut Json)) {
    let mut roles = signed.get("roles").unwrap().clone();
    let mut role = roles.get(name).unwrap().clone();
    change(&mut role);
    roles.set(name, role);
    signed.set("roles", roles);
}

fn keyids(role: &Json) -> Vec<Json> {
    role.get("keyids").unwrap().as_array().unwrap().to_vec()
}

/// The first root key a second time, under an id of its own that root lists too.
fn one_key_under_two_ids(signed: &mut Json) {
    let first = keyids(signed.get("roles").unwrap().get("root").unwrap()).remove(0);
    let mut keys = signed.get("keys").unwrap().clone();
    keys.set("ab", keys.get(first.as_str().unwrap()).unwrap().clone());
    signed.set("keys", keys);
    root_role(signed, |root| root.set("keyids", Json::from([keyids(root), vec![Json::from("ab")]].concat())));
}

type Change = fn(&mut Json);

const BROKEN_RULES: [(&str, &str, Change); 16] = [
    ("an expired root", "expired", |signed| signed.set("expires", Json::from("2020-01-01T00:00:00Z"))),
    ("version 2", "Expected root version 1", |signed| signed.set("version", Json::from(2u32))),
    ("unversioned names", "consistent_snapshot", |signed| {
        signed.set("consistent_snapshot", Json::from(false));
    }),
    ("an online role of two", "Lower the threshold", |signed| {
        role(signed, "targets", |targets| targets.set("threshold", Json::from(2u32)));
    }),
    ("one key under two ids", "same key under two ids", one_key_under_two_ids),
    ("a threshold above the keys", "but only 3 of the role's keys", |signed| {
        root_role(signed, |root| root.set("threshold", Json::from(4u32)));
    }),
    ("a threshold of zero", "no usable \\\"threshold\\\"", |signed| {
        root_role(signed, |root| root.set("threshold", Json::from(0u32)));
    }),
    ("one id listed twice", "stands twice in one role", |signed| {
        root_role(signed, |root| {
            let all = keyids(root);
            root.set("keyids", Json::from([all.clone(), all].concat()));
        });
    }),
    ("an id without a key", "which the document does not contain", |signed| {
        root_role(signed, |root| {
            root.set("keyids", Json::from([keyids(root), vec![Json::from("ab")]].concat()));
        });
    }),
    ("the online key in the root role", "is an online key and has a vote", |signed| {
        let online = keyids(signed.get("roles").unwrap().get("timestamp").unwrap());
        root_role(signed, |root| root.set("keyids", Json::from([keyids(root), online].concat())));
    }),
    ("a role of RSTUF's imagination", "names the role \\\"mirrors\\\"", |signed| {
        let mut roles = signed.get("roles").unwrap().clone();
        roles.set("mirrors", roles.get("root").unwrap().clone());
        signed.set("roles", roles);
    }),
    ("an integer that JavaScript rounds", "9007199254740992", |signed| {
        signed.set("x-acme-number", Json::Int(1 << 53));
    }),
    ("a text that is not NFC", "Unicode normal form C", |signed| {
        signed.set("x-acme-text", Json::from(vec![Json::from("e\u{301}")]));
    }),
    ("a member beyond the BMP", "beyond the basic plane", |signed| {
        signed.set("x-acme-object", Json::object([("\u{1f600}", Json::Null)]));
    }),
    ("settings that are no settings", "no usable \\\"roles\\\"", |signed| {
        signed.set("x-vestry-settings", Json::object([]));
    }),
    ("a private key beside a public one", "private", |signed| {
        let Json::Object(members) = signed else { return };
        let Some(Json::Object(keys)) = members.get_mut("keys") else { return };
        for key in keys.values_mut() {
            let mut keyval = key.get("keyval").unwrap().clone();
            keyval.set("private", Json::from("00".repeat(32)));
            key.set("keyval", keyval);
        }
    }),
];

#[test]
fn roots_that_break_a_rule_although_people_signed_them() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let mut rows = Rows::of(&service, "roots that break a rule");
    for (what, says, change) in BROKEN_RULES {
        let (payload, digest) = ceremony.payload_with_root(change);
        rows.refused(what, 422, says, || post(&service, &payload, Some(&digest)));
    }
    let mut payload = ceremony.payload_json();
    let mut with = |what: &str, says: &str, keyid: &str, change: fn(&mut Vec<u8>)| {
        let mut document = ceremony.root.document().clone();
        let mut signature = ceremony.signature(1);
        signature.keyid = shared::names::KeyId::parse(keyid).unwrap();
        change(&mut signature.sig);
        document.add_signature(signature);
        payload.set("metadata", Json::object([("root", document.to_json())]));
        rows.refused(what, 422, says, || post(&service, &payload.to_compact(), Some(&ceremony.digest())));
    };
    let own = ceremony.signature(1).keyid;
    with("a broken signature", "not a valid signature", own.as_str(), |sig| sig[0] ^= 1);
    with("a signature with more at its end", "not a valid signature", own.as_str(), |sig| sig.push(0));
    with("a signature of zeros", "not a valid signature", own.as_str(), |sig| sig.fill(0));
    with("an empty signature", "not a valid signature", own.as_str(), Vec::clear);
    with("a valid signature under another id", "not a valid signature", "ab", |_| ());
    let other = ceremony.signature(2).keyid;
    with("a valid signature under another holder's id", "not a valid signature", other.as_str(), |_| ());
}

#[test]
fn payloads_of_another_shape() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let digest = ceremony.digest();
    let mut rows = Rows::of(&service, "payloads of another shape");
    rows.refused(
        "an empty object",
        422,
        r#"{"detail":[{"input":{},"loc":["body","settings"],"msg":"Field required","type":"missing"},{"input":{},"loc":["body","metadata"],"msg":"Field required","type":"missing"}]}"#,
        || post(&service, b"{}", Some(&digest)),
    );
    let text = String::from_utf8(ceremony.payload_json().to_compact()).unwrap();
    let (head, settings) = text.split_at(text.rfind("\"settings\"").unwrap());
    let with = |from: &str, to: &str| format!("{head}{}", settings.replacen(from, to, 1));
    let delegations = with("\"bins\":{", "\"other\":{").replacen(
        "\"delegations\":null",
        "\"delegations\":{\"keys\":{},\"roles\":[]}",
        2,
    );
    let long = "x".repeat(1 << 20);
    let cases = [
        ("malformed JSON", "{not json".to_owned(), "json_invalid"),
        ("an empty body", String::new(), "json_invalid"),
        ("no object", "[1]".to_owned(), "valid dictionary"),
        ("null", "null".to_owned(), "valid dictionary"),
        ("too many bins", with(":4", ":32768"), "less than 16385"),
        ("one bin", with(":4", ":1"), "greater than 1"),
        ("three bins", with(":4", ":3"), "no number of bins"),
        ("minus four bins", with(":4", ":-4"), "greater than 1"),
        ("bins beyond 64 bits", with(":4", ":99999999999999999999"), "not an integer"),
        ("no days", with("\"expiration\":1", "\"expiration\":0"), "greater than 0"),
        ("days before today", with("\"expiration\":1", "\"expiration\":-1"), "greater than 0"),
        ("more than a century", with("\"expiration\":1", "\"expiration\":36501"), "no number of days"),
        ("days that are none", with("\"expiration\":1", "\"expiration\":\"soon\""), "int_parsing"),
        ("days that are a list", with("\"expiration\":1", "\"expiration\":[1]"), "valid integer"),
        ("a fraction", with("\"expiration\":1", "\"expiration\":1.5"), "not an integer"),
        ("a huge exponent", with("\"expiration\":1", "\"expiration\":1e400"), "number out of range"),
        ("neither bins nor delegations", with("\"bins\":{", "\"other\":{"), "Exactly one of"),
        ("custom delegations", delegations, "custom delegations, which this version does not support"),
        ("bins of no known kind", with(":4", ":4,\"kind\":\"tree\""), "neither"),
        ("a member twice", text.replacen('{', "{\"timeout\":1,", 1), "stands twice"),
        ("a member twice, escaped", text.replacen('{', "{\"time\\u006fut\":1,", 1), "stands twice"),
        ("no root", text.replace("\"root\":{\"sign", "\"other\":{\"sign"), "metadata.root"),
        (
            "a root that is a string",
            format!("{{\"metadata\":{{\"root\":\"{long}\"}},{settings}"),
            "\"root\"],\"msg\":\"Input should be a valid dictionary",
        ),
        ("settings that are a string", format!("{head}\"settings\":\"{long}\"}}"), "valid dictionary"),
        ("metadata that is a list", format!("{{\"metadata\":[],{settings}"), "metadata"),
    ];
    for (what, body, says) in cases {
        rows.refused(what, 422, says, || post(&service, body.as_bytes(), Some(&digest)));
    }
}

#[test]
fn a_second_bootstrap() {
    let (service, ceremony) = Service::bootstrapped();
    let mut rows = Rows::of(&service, "second bootstraps");
    let says = r#"{"detail":{"error":"System already has a Metadata. State: finished"}}"#;
    rows.refused("the same once more", 404, says, || {
        post(&service, &ceremony.payload(), Some(&ceremony.digest()))
    });
    let other = Ceremony::hold(&service, &Options::default());
    rows.refused("another one", 404, "State: finished", || {
        post(&service, &other.payload(), Some(&other.digest()))
    });
    rows.and_others_publish();
}

#[test]
fn what_the_service_does_not_understand_survives_byte_for_byte() {
    let service = available();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let text =
        r#"{"z":[null,true,-9007199254740991,{"b":{},"a":[]}],"a":"\u0001\u007f\ud83d\ude00 /\\\"","é":""}"#;
    let (payload, digest) = ceremony.payload_with_root(|signed| {
        signed.set("x-acme-anything", Json::parse(text.as_bytes()).unwrap());
        let mut keys = signed.get("keys").unwrap().clone();
        let Json::Object(members) = &mut keys else { panic!() };
        members
            .values_mut()
            .for_each(|key| key.set("keyid_hash_algorithms", Json::from(vec![Json::from("sha256")])));
        signed.set("keys", keys);
        root_role(signed, |root| root.set("x-acme-quorum", Json::from("two")));
    });
    let answer = post(&service, &payload, Some(&digest));
    assert_eq!(answer.status, 202, "{}", answer.text());
    service.finish(&answer);
    let sent = Json::parse(&payload).unwrap();
    let sent = sent.get("metadata").unwrap().get("root").unwrap();
    let published = service.get("/metadata/1.root.json");
    assert_eq!(published.json().get("signed"), sent.get("signed"));
    // Byte for byte: what people signed is in the file as it was, and nothing else is.
    let signed = String::from_utf8(sent.get("signed").unwrap().to_compact()).unwrap();
    assert!(
        published.text().starts_with(&format!("{{\"signed\":{signed},\"signatures\":[")),
        "{}",
        published.text()
    );
    assert!(service.run(&["verify", "--server", &service.url]).contains("Verified: root 1"));
}
