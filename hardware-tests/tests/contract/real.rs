//! Real devices, named in the environment: nothing that is not listed is touched.
//!
//! `VESTRY_TOKENS="piv:12345678/9c pkcs11:/path/module.so:label/serial/02"` lists them, with the key that signs.
//! `VESTRY_TOKEN_PINS` names a file (or `/dev/fd/N`) with one PIN for each, a line each. PINs are tried wrong only on
//! devices that may be changed: `VESTRY_TOKENS_MAY_CHANGE=1`.

use ceremony_tui::token::{HostKind, TokenId};

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
    pairs.map(|(word, pin)| subject(&Named::parse(word), pin, may_change)).collect()
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
    key_id: String,
}

impl Named {
    fn parse(word: &str) -> Named {
        let parsed = match word.split_once(':') {
            Some(("piv", rest)) => Named::piv(rest),
            Some(("pkcs11", rest)) => Named::pkcs11(rest),
            _ => None,
        };
        parsed.unwrap_or_else(|| {
            panic!("{word} in VESTRY_TOKENS is neither piv:SERIAL/SLOT nor pkcs11:MODULE:LABEL/SERIAL/ID")
        })
    }

    fn piv(rest: &str) -> Option<Named> {
        let (serial, slot) = rest.split_once('/')?;
        let id = TokenId { label: "YubiKey".to_owned(), serial: serial.to_owned() };
        Some(Named { host: HostKind::Piv, id, key_id: slot.to_owned() })
    }

    fn pkcs11(rest: &str) -> Option<Named> {
        let (module, token) = rest.split_once(':')?;
        let [label, serial, key_id] = token.split('/').collect::<Vec<_>>().try_into().ok()?;
        let id = TokenId { label: label.to_owned(), serial: serial.to_owned() };
        let host = HostKind::Pkcs11 { module: module.to_owned() };
        Some(Named { host, id, key_id: key_id.to_owned() })
    }
}

fn subject(named: &Named, pin: &str, may_change: bool) -> Subject {
    Subject {
        title: format!("{} {}", named.id.label, named.id.serial),
        host: Host::process(named.host.clone(), Vec::new()),
        place: Place::Token { id: named.id.clone(), key_id: named.key_id.clone() },
        pin: pin.to_owned(),
        tries: None,
        rescue: None,
        may: May {
            change_pin: may_change,
            try_wrong_pins: may_change,
            attest: named.host == HostKind::Piv,
            ..May::default()
        },
        elsewhere: None,
        known: None,
        kept: Vec::new(),
    }
}

#[test]
fn a_device_is_named_by_its_serial_number_and_nothing_less() {
    let piv = Named::parse("piv:12345678/9c");
    assert_eq!((piv.host, piv.id.serial.as_str(), piv.key_id.as_str()), (HostKind::Piv, "12345678", "9c"));
    let pkcs11 = Named::parse("pkcs11:/usr/lib/token.so:alice/0f/02");
    assert_eq!(pkcs11.host, HostKind::Pkcs11 { module: "/usr/lib/token.so".to_owned() });
    assert_eq!(
        (pkcs11.id.label.as_str(), pkcs11.id.serial.as_str(), pkcs11.key_id.as_str()),
        ("alice", "0f", "02")
    );
    for wrong in ["12345678", "piv:12345678", "pkcs11:/usr/lib/token.so:alice", "usb:1/2"] {
        assert!(std::panic::catch_unwind(|| Named::parse(wrong)).is_err(), "{wrong}");
    }
}
