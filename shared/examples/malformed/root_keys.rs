//! Roots whose keys and roles cannot be trusted, although both holders signed them.

use shared::json::Json;

use super::base::{ALICE, ONLINE, key, member, remove, root_with};
use super::{Vector, vector};

const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBOd+wDpoSWZd7Kaq79oPoEdB4
6kKBu0vUQfVJqRj8grSiUZOfhasiXHZUoE5y6mTjpaS5KbNOuZhJE2vlkqXgUVyJ
u83U7Gd1J/EZgbferTzKhO41S4FK7XAzwAwbWupeXT9WsOj3Boh09xhvaCfQk8tT
M9wN/5dMd5hJD+Cy8wIDAQAB
-----END PUBLIC KEY-----
";
const P384: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEUZtJayh7PPqdcZOJ0BPVHIsyRP7IZjAc
o1eou2GLnbNfGUXCyYuzUTay8vuZpkr6ZXsmJwrF8UYEo0Ojeid3MB80Tj3rJo3v
Cb9MG8nvt8UhMw5rDWq4KM015XKraXZF
-----END PUBLIC KEY-----
";
pub(super) const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3pcvy9RR9T39txhawuxzA4Do9kHs
YIpnHqSuR9ugk35HQSs+V1C1a+HDgT9Jq/Ioq1IJ2B7OaubBaxgh7E/Y5g==
-----END PUBLIC KEY-----
";

fn id(number: u8) -> String {
    key(number).public().id().to_string()
}

/// Changes alice's key object.
fn with_key(name: &'static str, change: impl FnOnce(&mut Json)) -> Vector {
    let bytes = root_with(|signed| member(signed, "keys", |keys| member(keys, &id(ALICE), change)));
    vector(name, "root.json", bytes)
}

/// Puts another public value, and what it claims to be, into alice's key object.
pub(super) fn public(name: &'static str, keytype: &str, scheme: &str, public: &str) -> Vector {
    with_key(name, |key| {
        key.set("keytype", Json::from(keytype));
        key.set("scheme", Json::from(scheme));
        key.set("keyval", Json::object([("public", Json::from(public))]));
    })
}

/// Changes a role.
fn with_role(name: &'static str, role: &str, change: impl FnOnce(&mut Json)) -> Vector {
    vector(
        name,
        "root.json",
        root_with(|signed| member(signed, "roles", |roles| member(roles, role, change))),
    )
}

fn add_keyid(role: &mut Json, keyid: &str) {
    let listed = role.get("keyids").unwrap().as_array().unwrap();
    let longer = [listed, &[Json::from(keyid)]].concat();
    role.set("keyids", Json::from(longer));
}

/// Lists alice's key a second time, under another id.
fn second_id(name: &'static str, second: &str) -> Vector {
    let bytes = root_with(|signed| {
        member(signed, "keys", |keys| keys.set(second, key(ALICE).public().to_json()));
        member(signed, "roles", |roles| member(roles, "root", |root| add_keyid(root, second)));
    });
    vector(name, "root.json", bytes)
}

pub(super) fn all() -> Vec<Vector> {
    [keys(), roles()].into_iter().flatten().collect()
}

fn keys() -> Vec<Vector> {
    let root = |name, change: fn(&mut Json)| vector(name, "root.json", root_with(change));
    let small_order = format!("01{}", "00".repeat(31));
    let beyond_the_field = "ff".repeat(32);
    let off_the_curve = P256.replace("5g==", "5w==");
    let private = P256.replace("PUBLIC", "PRIVATE");
    vec![
        root("no-keys", |signed| remove(signed, "keys")),
        root("keys-that-are-a-list", |signed| signed.set("keys", Json::from(Vec::new()))),
        root("keys-that-are-strings", |signed| {
            signed.set("keys", Json::object([("ab", Json::from("ed25519"))]));
        }),
        root("empty-key-id", |signed| {
            member(signed, "keys", |keys| keys.set("", key(ALICE).public().to_json()));
        }),
        root("key-id-with-a-blank", |signed| {
            member(signed, "keys", |keys| keys.set("a b", key(ALICE).public().to_json()));
        }),
        root("key-id-of-200-characters", |signed| {
            member(signed, "keys", |keys| keys.set(&"a".repeat(200), key(ALICE).public().to_json()));
        }),
        with_key("key-without-a-type", |key| remove(key, "keytype")),
        with_key("key-without-a-scheme", |key| remove(key, "scheme")),
        with_key("key-without-a-value", |key| remove(key, "keyval")),
        with_key("key-with-a-private-half", |key| {
            member(key, "keyval", |value| value.set("private", Json::from("01".repeat(32))));
        }),
        public("ed25519-that-is-short", "ed25519", "ed25519", "abcd"),
        public("ed25519-that-is-no-hexadecimal", "ed25519", "ed25519", &"z".repeat(64)),
        public("ed25519-that-is-no-point", "ed25519", "ed25519", &beyond_the_field.replacen("ff", "02", 1)),
        public("ed25519-of-small-order", "ed25519", "ed25519", &small_order),
        public("ed25519-in-pem", "ed25519", "ed25519", P256),
        public("p-256-that-is-no-pem", "ecdsa", "ecdsa-sha2-nistp256", "abcd"),
        public("p-256-off-the-curve", "ecdsa", "ecdsa-sha2-nistp256", &off_the_curve),
        public("p-256-that-is-p-384", "ecdsa", "ecdsa-sha2-nistp256", P384),
        public("p-256-that-is-rsa", "ecdsa", "ecdsa-sha2-nistp256", RSA_1024),
        public("pem-of-a-private-key", "ecdsa", "ecdsa-sha2-nistp256", &private),
        public("rsa-that-is-p-256", "rsa", "rsassa-pss-sha256", P256),
        public("rsa-of-1024-bits", "rsa", "rsassa-pss-sha256", RSA_1024),
        second_id("one-key-under-two-ids", "ab"),
        second_id("one-key-under-its-id-in-capitals", &id(ALICE).to_uppercase()),
    ]
}

fn roles() -> Vec<Vector> {
    let root = |name, change: fn(&mut Json)| vector(name, "root.json", root_with(change));
    let threshold = |name, value: Json| with_role(name, "root", |role| role.set("threshold", value));
    vec![
        root("no-roles", |signed| remove(signed, "roles")),
        root("roles-that-are-a-list", |signed| signed.set("roles", Json::from(Vec::new()))),
        root("no-role-root", |signed| member(signed, "roles", |roles| remove(roles, "root"))),
        root("no-role-timestamp", |signed| member(signed, "roles", |roles| remove(roles, "timestamp"))),
        root("a-role-mirrors", |signed| {
            member(signed, "roles", |roles| {
                let timestamp = roles.get("timestamp").unwrap().clone();
                roles.set("mirrors", timestamp);
            });
        }),
        root("a-role-that-is-null", |signed| {
            member(signed, "roles", |roles| roles.set("snapshot", Json::Null));
        }),
        threshold("threshold-0", Json::from(0u32)),
        threshold("threshold-minus-1", Json::Int(-1)),
        threshold("threshold-in-a-string", Json::from("2")),
        threshold("threshold-beyond-32-bits", Json::Int(1 << 32)),
        threshold("threshold-above-the-keys", Json::from(3u32)),
        with_role("no-threshold", "root", |role| remove(role, "threshold")),
        with_role("no-key-ids", "root", |role| remove(role, "keyids")),
        with_role("empty-key-ids", "timestamp", |role| role.set("keyids", Json::from(Vec::new()))),
        with_role("key-ids-that-are-a-string", "root", |role| role.set("keyids", Json::from(id(ALICE)))),
        with_role("key-ids-that-are-numbers", "root", |role| {
            role.set("keyids", Json::from(vec![Json::from(1u32), Json::from(2u32)]));
        }),
        with_role("key-id-listed-twice", "root", |role| add_keyid(role, &id(ALICE))),
        with_role("key-id-without-a-key", "root", |role| add_keyid(role, "ab")),
        with_role("online-key-in-the-root-role", "root", |role| add_keyid(role, &id(ONLINE))),
        with_role("root-key-in-an-online-role", "snapshot", |role| add_keyid(role, &id(ALICE))),
    ]
}
