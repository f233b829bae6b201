//! Telling the documents that cross the gap apart by their shape.

use shared::json::Json;

/// What a document claims to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// `payload.json`.
    Payload,
    /// `update-payload.json`, with its root.
    Update(&'a Json),
    /// `N.root.json`.
    Root(&'a Json),
    /// The answer of `GET /api/v1/metadata/sign`: pending documents by role.
    SignRequest(&'a Json),
    /// `online-key.json`.
    OnlineKey,
    /// `root-key.json`.
    RootKey,
    /// `root-keys.json`.
    RootKeys,
    /// `sign-payload.json`.
    SignPayload,
}

impl Kind<'_> {
    pub(super) fn of(value: &Json) -> Option<Kind<'_>> {
        let pending = value.get("data").and_then(|data| data.get("metadata"));
        let metadata = value.get("metadata");
        let named = value.get("kind").and_then(Json::as_str).and_then(named);
        match () {
            () if value.get("settings").is_some() && metadata.is_some() => Some(Kind::Payload),
            () if pending.is_some() => pending.map(Kind::SignRequest),
            () if metadata.is_some() => metadata.and_then(|metadata| metadata.get("root")).map(Kind::Update),
            () if is_root(value) => Some(Kind::Root(value)),
            () if named.is_some() => named,
            () if value.get("role").is_some() && value.get("signature").is_some() => Some(Kind::SignPayload),
            () => None,
        }
    }
}

/// Our own documents say what they are.
fn named(kind: &str) -> Option<Kind<'static>> {
    match kind {
        "vestry-online-key" => Some(Kind::OnlineKey),
        "vestry-root-key" => Some(Kind::RootKey),
        "vestry-root-keys" => Some(Kind::RootKeys),
        _ => None,
    }
}

fn is_root(value: &Json) -> bool {
    let signed = value.get("signed");
    signed.and_then(|signed| signed.get("_type")).and_then(Json::as_str) == Some("root")
}
