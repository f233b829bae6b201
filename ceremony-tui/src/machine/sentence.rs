//! A root document in sentences. What no sentence explains blocks signing.

use shared::bins::BinKind;
use shared::digest::DocumentDigest;
use shared::json::Json;
use shared::key::Key;
use shared::metadata::{Body as _, Metadata, RSTUF_KEY_NAME, RSTUF_ONLINE_KEY_URI, Root, TopRole};
use shared::names::KeyId;
use shared::settings::RepositorySettings;
use shared::time::{Expiry, UnixTime};

/// The whole document in sentences, seen at `now`.
pub fn explain(root: &Metadata<Root>, now: UnixTime) -> Vec<String> {
    let body = root.body();
    let mut sentences = vec![root_role(body)];
    sentences.extend(keys(body, TopRole::Root));
    sentences.push(expiry(root.expires(), now));
    sentences.extend(online_roles(body));
    match &body.settings {
        Some(settings) => sentences.extend(service(settings)),
        None => sentences
            .push("It does not say how the service shall work: nobody signs the settings.".to_owned()),
    }
    sentences.push(if body.consistent_snapshot {
        "Published files carry their version in their name.".to_owned()
    } else {
        "Published files do NOT carry their version in their name, which clients of today refuse.".to_owned()
    });
    sentences.extend(rstuf_fields(root.document().signed()));
    if body.rehearsal {
        sentences.push("It is a REHEARSAL: no real service takes it.".to_owned());
    }
    if let Some(record) = &body.record {
        sentences.push(format!("It names the record of its ceremony, SHA-256 {}.", record.sha256));
    }
    sentences
}

/// Whether the document holds anything that [`explain`] does not say.
pub fn is_fully_explained(root: &Metadata<Root>) -> bool {
    let mut received = root.document().signed().clone();
    let mut body = root.body().clone();
    if strip_rstuf_fields(&mut received) {
        // The names were read from inside the keys; there is no other place in the document for them.
        body.key_names.clear();
    }
    received.canonical() == body.to_signed().canonical()
}

/// The last day on which the next root should be signed: two months before the end, or a third of a short life.
pub fn sign_again_before(expires: Expiry, now: UnixTime) -> UnixTime {
    const TWO_MONTHS: i64 = 60 * 86_400;
    let life = expires.time().0 - now.0;
    UnixTime(expires.time().0 - TWO_MONTHS.min(life / 3).max(0))
}

/// The document digest as two lines of groups, to be read aloud.
pub fn digest_lines(digest: &DocumentDigest) -> [String; 2] {
    let groups = digest.groups();
    [groups[..8].join(" "), groups[8..].join(" ")]
}

/// The document digest as four lines of words.
pub fn word_lines(digest: &DocumentDigest) -> Vec<String> {
    digest.words().chunks(6).map(|line| line.join(" ")).collect()
}

fn root_role(body: &Root) -> String {
    let names: Vec<String> = body.keys_of(TopRole::Root).map(|(keyid, _)| body.name_of(keyid)).collect();
    let threshold = body.roles.get(&TopRole::Root).map_or(0, |role| role.threshold.get());
    match (threshold, names.as_slice()) {
        (1, [only]) => format!("Root is signed by {only} alone."),
        (threshold, names) if threshold as usize == names.len() => {
            format!("Root is signed by all of {}: {threshold} signatures.", names.join(", "))
        }
        (threshold, names) => format!("Root is signed by any {threshold} of {}.", names.join(", ")),
    }
}

fn expiry(expires: Expiry, now: UnixTime) -> String {
    if expires.is_expired_at(now) {
        return format!("It expired on {expires}.");
    }
    let left = u32::try_from(expires.time().days_since(now)).unwrap_or_default();
    let again = sign_again_before(expires, now).to_string();
    let day = again.split('T').next().unwrap_or_default();
    format!("It is valid until {expires} ({}); sign again before {day}.", days(left))
}

fn keys(body: &Root, role: TopRole) -> Vec<String> {
    body.keys_of(role)
        .map(|(keyid, key)| format!("  {}: {}", body.name_of(keyid), describe(keyid, key)))
        .collect()
}

fn describe(keyid: &KeyId, key: &Key) -> String {
    format!("{}, key id {keyid}", key.title())
}

fn online_roles(body: &Root) -> Vec<String> {
    let of = |role: TopRole| body.roles.get(&role);
    let alike = TopRole::ONLINE.iter().all(|role| of(*role) == of(TopRole::Timestamp));
    if alike {
        return online_role(body, TopRole::Timestamp, "targets, snapshot and timestamp");
    }
    TopRole::ONLINE.iter().flat_map(|role| online_role(body, *role, role.name())).collect()
}

fn online_role(body: &Root, role: TopRole, what: &str) -> Vec<String> {
    let names: Vec<String> = body.keys_of(role).map(|(keyid, _)| body.name_of(keyid)).collect();
    let threshold = body.roles.get(&role).map_or(0, |role| role.threshold.get());
    let signatures = if threshold == 1 { String::new() } else { format!(" ({threshold} signatures)") };
    let mut sentences = vec![format!("The service signs {what} with {}{signatures}.", names.join(" or "))];
    sentences.extend(keys(body, role));
    sentences
}

pub(super) fn service(settings: &RepositorySettings) -> Vec<String> {
    let bins = settings.bins.count.get();
    let kind = match settings.bins.kind {
        BinKind::Succinct => "succinct (TAP 15)",
        BinKind::Prefix => "prefix (path_hash_prefixes)",
    };
    vec![
        format!(
            "Targets lie in {bins} hash bins of the kind {kind}, signed by the same key; this cannot change later."
        ),
        format!(
            "The service renews what it signs: timestamps live {}, snapshots {}, bins {}, targets {}; roots live {}.",
            days(settings.timestamp.get()),
            days(settings.snapshot.get()),
            days(settings.bin.get()),
            days(settings.targets.get()),
            days(settings.root.get()),
        ),
    ]
}

/// "1 day", "2 days".
pub(super) fn days(number: u32) -> String {
    count(u64::from(number), "day")
}

/// The beginning of a key id, for a list.
pub(super) fn short_id(key: &Key) -> String {
    key.id().as_str().chars().take(8).chain(['…']).collect()
}

/// Of whom so many signatures are wanted: of all these, or of some.
pub fn from_whom(missing: u64, names: &[String]) -> String {
    let all = names.len() as u64 <= missing;
    names.join(if all { " and " } else { " or " })
}

/// "1 signature", "2 signatures".
pub(crate) fn count(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

fn rstuf_fields(signed: &Json) -> Vec<String> {
    let keys = signed.get("keys").and_then(Json::as_object);
    let objects = || keys.into_iter().flat_map(|keys| keys.values());
    let mut sentences = Vec::new();
    if objects().any(|key| key.get(RSTUF_KEY_NAME).is_some()) {
        sentences.push(
            "Names stand inside the keys, as RSTUF writes them; the client tough refuses such a root."
                .to_owned(),
        );
    }
    for uri in objects().filter_map(|key| key.get(RSTUF_ONLINE_KEY_URI)).filter_map(Json::as_str) {
        sentences.push(format!("It tells everybody where the service keeps the online key: {uri}."));
    }
    sentences
}

/// Takes RSTUF's two fields, which [`rstuf_fields`] explains, out of the keys. Only text is such a field.
fn strip_rstuf_fields(signed: &mut Json) -> bool {
    let Json::Object(members) = signed else { return false };
    let Some(Json::Object(keys)) = members.get_mut("keys") else { return false };
    let mut found = false;
    for key in keys.values_mut() {
        let Json::Object(fields) = key else { continue };
        for name in [RSTUF_KEY_NAME, RSTUF_ONLINE_KEY_URI] {
            if fields.get(name).and_then(Json::as_str).is_some() {
                fields.remove(name);
                found = true;
            }
        }
    }
    found
}

/// What no spare key means.
pub(super) const EVERY_KEY_IS_NEEDED: &str =
    "Every key is needed: if one is lost, this repository's root is lost with it.";
/// What a threshold of one means.
pub(super) const ONE_KEY_IS_ENOUGH: &str = "If one key is stolen, the thief owns the repository.";

/// What losing or stealing a single key would do.
pub(super) fn dangers(threshold: u64, keys: u64) -> Vec<&'static str> {
    let lost = (threshold == keys).then_some(EVERY_KEY_IS_NEEDED);
    let stolen = (threshold == 1).then_some(ONE_KEY_IS_ENOUGH);
    lost.into_iter().chain(stolen).collect()
}
