//! Real devices, named in the environment: a device that is not listed gets no PIN, and nothing on it changes.
//!
//! `VESTRY_TOKENS="piv:12345678 pkcs11:/path/module.so:label/serial/02"` lists them; the key that signs is the first one
//! that can, or the one whose slot or id stands behind the serial number.
//! `VESTRY_TOKEN_PINS` names a file (or `/dev/fd/N`) with one PIN for each, a line each. PINs are tried wrong only on
//! devices that may be changed: `VESTRY_TOKENS_MAY_CHANGE=1`.

use ceremony_tui::token::{HostKind, TokenId};

use crate::cases::named;
use crate::host::Host;
use crate::subject::{May, Place, Subject};

/// The devices that the environment names.
pub(crate) fn named() -> Vec<Subject> {
    let Some(list) = variable("VESTRY_TOKENS") else { return Vec::new() };
    let pins = variable("VESTRY_TOKEN_PINS")
        .expect("VESTRY_TOKEN_PINS names the file with the PINs of VESTRY_TOKENS");
    let pins = std::fs::read_to_string(pins).expect("the file that VESTRY_TOKEN_PINS names can be read");
    let may_change = variable("VESTRY_TOKENS_MAY_CHANGE").as_deref() == Some("1");
    let words: Vec<&str> = list.split_whitespace().collect();
    let pins: Vec<&str> = pins.lines().collect();
    assert_eq!(words.len(), pins.len(), "VESTRY_TOKEN_PINS has one line for each device of VESTRY_TOKENS");
    let pairs = words.into_iter().zip(pins);
    let parse = |word: &str| {
        Named::parse(word).unwrap_or_else(|| {
            panic!("{word} in VESTRY_TOKENS is neither piv:SERIAL nor pkcs11:MODULE:LABEL/SERIAL")
        })
    };
    pairs.map(|(word, pin)| subject(&parse(word), pin, may_change)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks which devices may be used")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One word of the list.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    host: HostKind,
    id: TokenId,
    key_id: Option<String>,
}

impl Named {
    fn parse(word: &str) -> Option<Named> {
        match word.split_once(':')? {
            ("piv", rest) => Named::piv(rest),
            ("pkcs11", rest) => Named::pkcs11(rest),
            _ => None,
        }
    }

    fn piv(rest: &str) -> Option<Named> {
        let (serial, key_id) = serial_and_key(rest);
        let is_number = !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_digit());
        let id = TokenId { label: "YubiKey".to_owned(), serial };
        is_number.then_some(Named { host: HostKind::Piv, id, key_id })
    }

    fn pkcs11(rest: &str) -> Option<Named> {
        let (module, token) = rest.split_once(':')?;
        let (label, rest) = token.split_once('/')?;
        let (serial, key_id) = serial_and_key(rest);
        let host = HostKind::Pkcs11 { module: module.to_owned() };
        let is_whole = module.starts_with('/') && !serial.is_empty();
        is_whole.then_some(Named { host, id: TokenId { label: label.to_owned(), serial }, key_id })
    }
}

fn serial_and_key(text: &str) -> (String, Option<String>) {
    match text.split_once('/') {
        Some((serial, key_id)) => (serial.to_owned(), Some(key_id.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn subject(named: &Named, pin: &str, may_change: bool) -> Subject {
    let key_id = named.key_id.clone().unwrap_or_default();
    let mut subject = Subject {
        title: format!("{} {}", named.id.label, named.id.serial),
        host: Host::process(named.host.clone(), Vec::new()),
        place: Place::Token { id: named.id.clone(), key_id },
        pin: pin.to_owned(),
        tries: None,
        rescue: None,
        may: May {
            change_pin: may_change,
            try_wrong_pins: may_change,
            attest: named.host == HostKind::Piv,
            ..May::default()
        },
        without: match may_change {
            true => named::OF_A_DEVICE_THAT_MAY_CHANGE.to_vec(),
            false => named::OF_A_DEVICE.to_vec(),
        },
        elsewhere: None,
        known: None,
        kept: Vec::new(),
    };
    if named.key_id.is_none() {
        use_first_key(&mut subject);
    }
    subject
}

fn use_first_key(subject: &mut Subject) {
    let first = subject.keys().into_iter().find(|key| key.key.is_ok());
    let first = first.unwrap_or_else(|| panic!("{} holds no key that signs a root", subject.title));
    let Place::Token { key_id, .. } = &mut subject.place else { return };
    *key_id = first.id;
}

#[test]
fn a_device_is_named_by_its_serial_number_and_nothing_less() {
    let piv = Named::parse("piv:12345678/9c").unwrap();
    assert_eq!(
        (piv.host, piv.id.serial.as_str(), piv.key_id.as_deref()),
        (HostKind::Piv, "12345678", Some("9c"))
    );
    assert_eq!(Named::parse("piv:12345678").unwrap().key_id, None);
    let pkcs11 = Named::parse("pkcs11:/usr/lib/token.so:alice/0f/02").unwrap();
    assert_eq!(pkcs11.host, HostKind::Pkcs11 { module: "/usr/lib/token.so".to_owned() });
    assert_eq!((pkcs11.id.label.as_str(), pkcs11.id.serial.as_str()), ("alice", "0f"));
    assert_eq!(pkcs11.key_id.as_deref(), Some("02"));
    for wrong in [
        "12345678",
        "piv:",
        "piv:YubiKey",
        "pkcs11:/usr/lib/token.so:alice",
        "pkcs11:/usr/lib/token.so:alice/",
        "usb:1",
    ] {
        assert_eq!(Named::parse(wrong), None, "{wrong}");
    }
}
