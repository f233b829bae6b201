//! The other documents that cross the gap.

use shared::gap::RootKeyDocument;
use shared::json::Json;

use super::base::{
    ALICE, BOB, NOW, ONLINE, STRANGER, key, member, online_key, payload, remove, root, root_signed, sign,
};
use super::{Vector, vector};

pub(super) fn all() -> Vec<Vector> {
    [payloads(), updates(), signing(), online_keys(), root_keys()].into_iter().flatten().collect()
}

fn changed(name: &'static str, file: &'static str, bytes: &[u8], change: impl FnOnce(&mut Json)) -> Vector {
    let mut value = Json::parse(bytes).unwrap();
    change(&mut value);
    vector(name, file, value.to_compact())
}

fn payloads() -> Vec<Vector> {
    let with = |name, change: fn(&mut Json)| changed(name, "payload.json", &payload(), change);
    let role = |name, change: fn(&mut Json)| {
        changed(name, "payload.json", &payload(), |value| {
            member(value, "settings", |settings| member(settings, "roles", change));
        })
    };
    vec![
        with("payload-without-settings", |value| remove(value, "settings")),
        with("payload-without-metadata", |value| remove(value, "metadata")),
        with("payload-without-root", |value| value.set("metadata", Json::object([]))),
        with("payload-whose-root-is-a-string", |value| {
            member(value, "metadata", |metadata| metadata.set("root", Json::from("root")));
        }),
        with("payload-whose-root-nobody-signed", |value| {
            let unsigned = sign(root_signed(), &[]).to_json();
            member(value, "metadata", |metadata| metadata.set("root", unsigned));
        }),
        with("payload-whose-root-a-stranger-signed", |value| {
            let foreign = sign(root_signed(), &[STRANGER]).to_json();
            member(value, "metadata", |metadata| metadata.set("root", foreign));
        }),
        with("payload-with-a-setting-more", |value| {
            member(value, "settings", |settings| settings.set("mirrors", Json::object([])));
        }),
        role("payload-with-other-settings", |roles| {
            roles.set("timestamp", Json::object([("expiration", Json::from(300u32))]));
        }),
        role("payload-with-days-that-are-none", |roles| {
            roles.set("root", Json::object([("expiration", Json::from("soon"))]));
        }),
        role("payload-with-more-than-a-century", |roles| {
            roles.set("root", Json::object([("expiration", Json::from(36_501u32))]));
        }),
        role("payload-with-bins-of-no-kind", |roles| {
            member(roles, "bins", |bins| bins.set("kind", Json::from("tree")));
        }),
        role("payload-with-custom-delegations", |roles| {
            roles.set("bins", Json::Null);
            roles.set(
                "delegations",
                Json::object([("keys", Json::object([])), ("roles", Json::from(Vec::new()))]),
            );
        }),
    ]
}

fn updates() -> Vec<Vector> {
    let next = |version: u32, signers: &[u8]| {
        let mut signed = root_signed();
        signed.set("version", Json::from(version));
        Json::object([("root", sign(signed, signers).to_json())])
    };
    let update = |name, metadata: Json| {
        vector(name, "update-payload.json", Json::object([("metadata", metadata)]).to_compact())
    };
    let mut beside = next(2, &[ALICE, BOB]);
    beside.set("targets", Json::object([]));
    vec![
        update("update-that-skips-a-version", next(3, &[ALICE, BOB])),
        update("update-to-the-same-version", next(1, &[ALICE, BOB])),
        update("update-with-more-than-root", beside),
        update("update-without-root", Json::object([])),
        update("update-that-is-a-list", Json::from(Vec::new())),
    ]
}

fn signing() -> Vec<Vector> {
    let request = |name, metadata: Json| {
        let data = Json::object([("metadata", metadata)]);
        vector(name, "sign-request.json", Json::object([("data", data)]).to_compact())
    };
    let answer = |name, text: &str| vector(name, "sign-payload.json", text);
    let good = Json::parse(&root()).unwrap();
    let mut broken = good.clone();
    remove(&mut broken, "signatures");
    vec![
        request("request-for-nothing", Json::object([])),
        request("request-with-a-trusted-root-alone", Json::object([("trusted_root", good.clone())])),
        request("request-for-a-broken-root", Json::object([("root", broken.clone())])),
        request(
            "request-with-a-broken-trusted-root",
            Json::object([("root", good), ("trusted_root", broken)]),
        ),
        request("request-that-is-a-string", Json::from("root")),
        answer("answer-without-a-role", r#"{"signature":{"keyid":"ab","sig":"00"}}"#),
        answer("answer-without-a-signature", r#"{"role":"root"}"#),
        answer(
            "answer-for-a-role-with-a-slash",
            r#"{"role":"../root","signature":{"keyid":"ab","sig":"00"}}"#,
        ),
        answer("answer-for-proto", r#"{"role":"__proto__","signature":{"keyid":"ab","sig":"00"}}"#),
        answer("answer-that-is-no-hexadecimal", r#"{"role":"root","signature":{"keyid":"ab","sig":"xyz"}}"#),
        answer("answer-with-an-empty-key-id", r#"{"role":"root","signature":{"keyid":"","sig":"00"}}"#),
        answer(
            "answer-with-a-member-twice",
            r#"{"role":"root","role":"root","signature":{"keyid":"ab","sig":"00"}}"#,
        ),
    ]
}

fn online_keys() -> Vec<Vector> {
    let with = |name, change: fn(&mut Json)| changed(name, "online-key.json", &online_key(), change);
    vec![
        with("online-key-of-another-version", |value| value.set("version", Json::from(2u32))),
        with("online-key-of-a-stranger", |value| value.set("key", key(STRANGER).public().to_json())),
        with("online-key-of-a-stranger-with-its-id", |value| {
            value.set("key", key(STRANGER).public().to_json());
            value.set("keyid", Json::from(key(STRANGER).public().id().as_str()));
        }),
        with("online-key-with-another-time", |value| value.set("time", Json::from("2027-01-16T08:00:00Z"))),
        with("online-key-with-a-time-that-is-none", |value| value.set("time", Json::from("yesterday"))),
        with("online-key-without-a-proof", |value| remove(value, "proof")),
        with("online-key-with-a-proof-that-is-no-hexadecimal", |value| value.set("proof", Json::from("xyz"))),
        with("online-key-with-an-empty-proof", |value| value.set("proof", Json::from(""))),
        with("online-key-without-a-name", |value| remove(value, "name")),
        with("online-key-without-a-key", |value| remove(value, "key")),
    ]
}

fn root_keys() -> Vec<Vector> {
    let holder = key(ALICE);
    let proof = holder.sign(&RootKeyDocument::statement(holder.public().id(), NOW)).unwrap();
    let good = RootKeyDocument {
        key: holder.public().clone(),
        name: "alice".to_owned(),
        time: NOW,
        proof,
        attestation: Vec::new(),
    };
    let bytes = good.to_bytes();
    let with = |name, change: fn(&mut Json)| changed(name, "root-key.json", &bytes, change);
    vec![
        with("root-key-of-another-kind", |value| value.set("kind", Json::from("vestry-online-key"))),
        with("root-key-of-somebody-else", |value| {
            value.set("key", key(ONLINE).public().to_json());
            value.set("keyid", Json::from(key(ONLINE).public().id().as_str()));
        }),
        with("root-key-with-an-attestation-that-is-a-string", |value| {
            value.set("attestation", Json::from("trust me"));
        }),
        with("root-key-with-an-attestation-of-numbers", |value| {
            value.set("attestation", Json::from(vec![Json::from(1u32)]));
        }),
    ]
}
