//! Documents that cross the gap, and keys: reading never panics, and what was read is written and read again as the
//! same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::gap::{
    BootstrapPayload, OnlineKeyDocument, RootKeyDocument, RootKeysDocument, SignPayload, SignRequest,
    UpdatePayload,
};
use shared::json::Json;
use shared::key::Key;
use shared::settings::RepositorySettings;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = Json::parse(bytes) else {
        // A public key on its way is PEM.
        return std::str::from_utf8(bytes).into_iter().for_each(pem);
    };
    if let Ok(payload) = BootstrapPayload::from_json(&value) {
        assert_eq!(BootstrapPayload::parse(&payload.to_bytes()).as_ref(), Ok(&payload));
    }
    let has = |member: &str| value.get(member).is_some();
    // Each of these reads the text again, so it is asked only where it could be right.
    if has("metadata")
        && let Ok(payload) = UpdatePayload::parse(bytes)
    {
        assert_eq!(UpdatePayload::parse(&payload.to_bytes()).as_ref(), Ok(&payload));
    }
    if let Ok(payload) = SignPayload::from_json(&value) {
        let again = Json::parse(&payload.to_bytes()).expect("what is written is JSON");
        assert_eq!(SignPayload::from_json(&again).as_ref(), Ok(&payload));
    }
    if has("data")
        && let Ok(request) = SignRequest::parse(bytes)
    {
        assert!(!request.pending.is_empty());
    }
    if has("kind")
        && let Ok(document) = OnlineKeyDocument::parse(bytes)
    {
        assert_eq!(OnlineKeyDocument::parse(&document.to_bytes()).as_ref(), Ok(&document));
    }
    if has("kind")
        && let Ok(document) = RootKeyDocument::parse(bytes)
    {
        assert_eq!(RootKeyDocument::parse(&document.to_bytes()).as_ref(), Ok(&document));
    }
    if has("keys")
        && let Ok(document) = RootKeysDocument::parse(bytes)
    {
        assert_eq!(RootKeysDocument::parse(&document.to_bytes()).as_ref(), Ok(&document));
    }
    key(&value);
    if let Ok(settings) = RepositorySettings::from_json(&value) {
        assert_eq!(RepositorySettings::from_json(&settings.to_json()), Ok(settings));
        assert!(settings.says_all_of(&settings.to_json()));
    }
});

fn key(value: &Json) {
    let Ok(key) = Key::from_json(value) else { return };
    assert!(key.counted_scheme().is_none() || key.verify(b"message", b"").is_err());
    if key.counted_scheme().is_some() {
        assert_eq!(Key::from_json(&key.to_json()).as_ref(), Ok(&key));
        let pem = key.to_public_pem().expect("a key whose signatures count can be exported");
        if key.scheme().is_some() {
            assert_eq!(
                Key::from_public_pem(&pem).expect("what is exported can be read").material(),
                key.material()
            );
        }
    }
}

fn pem(text: &str) {
    let Ok(key) = Key::from_public_pem(text) else { return };
    assert!(key.scheme().is_some(), "only what is offered");
    let again =
        Key::from_public_pem(&key.to_public_pem().expect("a key")).expect("what is exported can be read");
    assert_eq!(again, key);
}
