//! Timestamp, snapshot, targets and bins as a client would refuse them, in a repository that is good otherwise.

use shared::json::Json;

use super::base::{ONLINE, STRANGER, member, paths, published_signed, remove, repository, sign};
use super::{Vector, vector};

/// A file that was changed before the service signed it.
fn with(name: &'static str, file: &'static str, change: impl FnOnce(&mut Json)) -> Vector {
    let mut signed = published_signed().remove(file).unwrap();
    change(&mut signed);
    vector(name, file, sign(signed, &[ONLINE]).to_bytes())
}

fn signed_by(name: &'static str, file: &'static str, signers: &[u8]) -> Vector {
    vector(name, file, sign(published_signed().remove(file).unwrap(), signers).to_bytes())
}

/// Changes what timestamp says of snapshot, or snapshot of a role.
fn listed(name: &'static str, file: &'static str, of: &str, change: impl FnOnce(&mut Json)) -> Vector {
    with(name, file, |signed| member(signed, "meta", |meta| member(meta, of, change)))
}

pub(super) fn all() -> Vec<Vector> {
    [timestamp(), snapshot(), targets(), delegations(), bins()].into_iter().flatten().collect()
}

fn timestamp() -> Vec<Vector> {
    const FILE: &str = "timestamp.json";
    let of = |name, change: fn(&mut Json)| listed(name, FILE, "snapshot.json", change);
    let other = repository().remove("1.snapshot.json").unwrap();
    vec![
        signed_by("timestamp-that-nobody-signed", FILE, &[]),
        signed_by("timestamp-by-a-stranger", FILE, &[STRANGER]),
        vector("timestamp-that-is-a-snapshot", FILE, other),
        with("timestamp-that-expired", FILE, |signed| {
            signed.set("expires", Json::from("2020-01-01T00:00:00Z"));
        }),
        with("timestamp-without-meta", FILE, |signed| remove(signed, "meta")),
        with("timestamp-without-snapshot", FILE, |signed| signed.set("meta", Json::object([]))),
        of("timestamp-of-a-snapshot-that-is-not-there", |entry| entry.set("version", Json::from(2u32))),
        of("timestamp-of-snapshot-version-0", |entry| entry.set("version", Json::from(0u32))),
        of("timestamp-of-a-negative-length", |entry| entry.set("length", Json::Int(-1))),
        of("timestamp-of-another-length", |entry| entry.set("length", Json::from(7u32))),
        of("timestamp-of-another-hash", |entry| {
            entry.set("hashes", Json::object([("sha256", Json::from("0".repeat(64)))]));
        }),
        of("timestamp-of-hashes-that-are-a-list", |entry| entry.set("hashes", Json::from(Vec::new()))),
    ]
}

fn snapshot() -> Vec<Vector> {
    const FILE: &str = "1.snapshot.json";
    vec![
        signed_by("snapshot-by-a-stranger", FILE, &[STRANGER]),
        with("snapshot-of-another-version", FILE, |signed| signed.set("version", Json::from(2u32))),
        with("snapshot-that-expired", FILE, |signed| {
            signed.set("expires", Json::from("2020-01-01T00:00:00Z"));
        }),
        with("snapshot-whose-meta-is-a-list", FILE, |signed| signed.set("meta", Json::from(Vec::new()))),
        with("snapshot-without-targets", FILE, |signed| {
            member(signed, "meta", |meta| remove(meta, "targets.json"));
        }),
        with("snapshot-without-a-bin", FILE, |signed| {
            member(signed, "meta", |meta| remove(meta, "bins-1.json"));
        }),
        listed("snapshot-of-a-bin-that-is-not-there", FILE, "bins-1.json", |entry| {
            entry.set("version", Json::from(2u32));
        }),
        listed("snapshot-of-a-version-in-a-string", FILE, "bins-1.json", |entry| {
            entry.set("version", Json::from("1"));
        }),
    ]
}

fn targets() -> Vec<Vector> {
    const FILE: &str = "1.targets.json";
    vec![
        signed_by("targets-by-a-stranger", FILE, &[STRANGER]),
        signed_by("targets-that-nobody-signed", FILE, &[]),
        with("targets-of-another-version", FILE, |signed| signed.set("version", Json::from(2u32))),
        with("targets-without-targets", FILE, |signed| remove(signed, "targets")),
        with("targets-that-are-a-list", FILE, |signed| signed.set("targets", Json::from(Vec::new()))),
        with("targets-of-another-type", FILE, |signed| signed.set("_type", Json::from("snapshot"))),
    ]
}

fn delegations() -> Vec<Vector> {
    let of = |name, change: &dyn Fn(&mut Json)| {
        with(name, "1.targets.json", |signed| member(signed, "delegations", change))
    };
    let succinct =
        |name, change: fn(&mut Json)| of(name, &|delegations| member(delegations, "succinct_roles", change));
    let role = |name, change: &dyn Fn(&mut Json)| {
        of(name, &|delegations| {
            let mut role = delegations.get("succinct_roles").unwrap().clone();
            remove(&mut role, "bit_length");
            remove(&mut role, "name_prefix");
            role.set("name", Json::from("bins-0"));
            role.set("terminating", Json::from(false));
            role.set("paths", Json::from(vec![Json::from("*")]));
            change(&mut role);
            remove(delegations, "succinct_roles");
            delegations.set("roles", Json::from(vec![role]));
        })
    };
    let named = |name, role_name: &'static str| role(name, &|role| role.set("name", Json::from(role_name)));
    vec![
        of("delegations-without-keys", &|delegations| remove(delegations, "keys")),
        of("delegations-without-roles", &|delegations| remove(delegations, "succinct_roles")),
        of("delegations-of-both-kinds", &|delegations| delegations.set("roles", Json::from(Vec::new()))),
        succinct("bins-of-no-bits", |role| role.set("bit_length", Json::from(0u32))),
        succinct("bins-of-33-bits", |role| role.set("bit_length", Json::from(33u32))),
        succinct("bins-of-bits-beyond-32", |role| role.set("bit_length", Json::Int(1 << 40))),
        succinct("bins-of-another-name", |role| role.set("name_prefix", Json::from("../root"))),
        succinct("bins-without-a-threshold", |role| remove(role, "threshold")),
        named("role-named-root", "root"),
        named("role-named-timestamp", "timestamp"),
        named("role-named-with-a-slash", "team/a"),
        named("role-named-with-dots", "../root"),
        named("role-named-with-a-blank", "team a"),
        named("role-named-with-a-percent-sign", "team%2fa"),
        named("role-named-beyond-ascii", "\u{e9}quipe"),
        named("role-named-with-nothing", ""),
        named("role-named-proto", "__proto__"),
        named("role-named-constructor", "constructor"),
        named("role-named-to-string", "toString"),
        role("role-without-a-name", &|role| remove(role, "name")),
        role("role-without-terminating", &|role| remove(role, "terminating")),
        role("role-that-is-terminating-in-a-string", &|role| role.set("terminating", Json::from("false"))),
        role("role-with-paths-and-prefixes", &|role| {
            role.set("path_hash_prefixes", Json::from(vec![Json::from("0")]));
        }),
        role("role-without-paths", &|role| remove(role, "paths")),
        role("role-with-a-path-that-is-a-number", &|role| {
            role.set("paths", Json::from(vec![Json::from(1u32)]));
        }),
        role("role-that-is-not-its-own-path", &|role| {
            role.set("paths", Json::from(vec![Json::from("other/*")]));
        }),
    ]
}

fn bins() -> Vec<Vector> {
    const FILE: &str = "1.bins-0.json";
    let [in_zero, in_one] = paths();
    let info = |name, change: &dyn Fn(&mut Json)| {
        with(name, FILE, |signed| {
            member(signed, "targets", |targets| member(targets, in_zero.as_str(), change));
        })
    };
    vec![
        signed_by("bin-by-a-stranger", FILE, &[STRANGER]),
        vector("bin-that-is-another", FILE, repository().remove("1.bins-1.json").unwrap()),
        with("bin-with-a-path-of-another", FILE, |signed| {
            member(signed, "targets", |targets| {
                let info = targets.get(in_zero.as_str()).unwrap().clone();
                targets.set(in_one.as_str(), info);
            });
        }),
        with("bin-with-an-empty-path", FILE, |signed| {
            member(signed, "targets", |targets| targets.set("", Json::object([])));
        }),
        info("target-without-a-length", &|info| remove(info, "length")),
        info("target-of-a-negative-length", &|info| info.set("length", Json::Int(-1))),
        info("target-of-a-length-in-a-string", &|info| info.set("length", Json::from("3"))),
        info("target-without-hashes", &|info| remove(info, "hashes")),
        info("target-of-a-hash-that-is-a-number", &|info| {
            info.set("hashes", Json::object([("sha256", Json::from(7u32))]));
        }),
    ]
}
