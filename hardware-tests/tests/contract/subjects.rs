//! The key holders that are on every machine: made for the test, and gone with it.

use std::ffi::OsString;
use std::path::Path;
use std::rc::Rc;

use ceremony_tui::token::{Authority, HostKind, NewKey, NewKeyKind, TokenId};
use hardware_tests::oracles::ykcs11;
use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};
use hardware_tests::yubikey::{Algorithm, YubiKey};
use shared::device::{Firmware, KeyPolicy, PinPolicy, TouchPolicy};
use shared::key::Scheme;
use shared::software::SoftwareKey;
use shared::software::sealed::{Passphrase, Work, seal};

use crate::cases::named;
use crate::fake;
use crate::host::Host;
use crate::subject::{Elsewhere, May, Place, Subject};

const PIN: &str = "123456";
const OFFICER: &str = "87654321";
const PUK: &str = "12345678";

pub(crate) fn the_fake_token(_folder: &Path) -> Subject {
    let token = fake::Fake::new(PIN, OFFICER);
    let (tries, served) = (token.clone(), token.clone());
    Subject {
        title: "the fake".to_owned(),
        host: Host::thread(move || served.clone()),
        place: Place::Token { id: token.id(), key_id: fake::KEY_ID.to_owned() },
        pin: PIN.to_owned(),
        tries: Some(Box::new(move || tries.tries_left())),
        rescue: None,
        may: may_everything("07"),
        without: vec![named::ORACLE],
        elsewhere: None,
        known: None,
        kept: Vec::new(),
    }
}

pub(crate) fn an_age_file(folder: &Path) -> Subject {
    let path = folder.join("key.age");
    let pin = "a passphrase of the contract";
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    std::fs::write(&path, seal(&key, &Passphrase::from(pin.to_owned()), Work::Factor(2)).unwrap()).unwrap();
    Subject {
        title: "an age file".to_owned(),
        host: Host::process(HostKind::Files, Vec::new()),
        place: Place::File { path: path.to_str().unwrap().to_owned() },
        pin: pin.to_owned(),
        tries: None,
        rescue: None,
        may: May::default(),
        without: named::OF_A_FILE.to_vec(),
        elsewhere: None,
        known: None,
        kept: Vec::new(),
    }
}

pub(crate) fn softhsm_p256(folder: &Path) -> Subject {
    softhsm(folder, "SoftHSM P-256", KeyKind::P256)
}

pub(crate) fn softhsm_rsa_2048(folder: &Path) -> Subject {
    softhsm(folder, "SoftHSM RSA-2048", KeyKind::Rsa2048)
}

pub(crate) fn softhsm_rsa_3072(folder: &Path) -> Subject {
    softhsm(folder, "SoftHSM RSA-3072", KeyKind::Rsa3072)
}

pub(crate) fn softhsm_ed25519(folder: &Path) -> Subject {
    softhsm(folder, "SoftHSM Ed25519", KeyKind::Ed25519)
}

fn softhsm(folder: &Path, title: &str, kind: KeyKind) -> Subject {
    let bench = SoftHsm::new(folder).unwrap_or_else(|error| panic!("{error}"));
    let label = "contract";
    bench.token(label, PIN).unwrap();
    bench.generate(label, PIN, kind, "02").unwrap();
    let environment = vec![(CONFIGURATION_VARIABLE, bench.configuration().as_os_str().to_owned())];
    let module = bench.module().to_owned();
    let host = pkcs11(&module, &environment);
    let generated = match kind {
        KeyKind::P256 => NewKeyKind::P256,
        KeyKind::Rsa2048 => NewKeyKind::Rsa2048,
        KeyKind::Rsa3072 => NewKeyKind::Rsa3072,
        KeyKind::Ed25519 => NewKeyKind::Ed25519,
    };
    // securesystemslib reads elliptic curve keys from tokens, and no others.
    let elsewhere =
        (kind == KeyKind::P256).then(|| Elsewhere { module, environment, label: label.to_owned(), id: 2 });
    let mut subject = Subject {
        title: title.to_owned(),
        host,
        place: Place::Token {
            id: TokenId { label: label.to_owned(), serial: String::new() },
            key_id: "02".to_owned(),
        },
        pin: PIN.to_owned(),
        tries: None,
        // It never locks, and its security officer's PIN is the bench's.
        rescue: None,
        may: May { lock: false, unblock: Some(PIN.to_owned()), ..may_generate("07", generated) },
        without: if elsewhere.is_some() { vec![named::LOCK] } else { vec![named::ORACLE, named::LOCK] },
        elsewhere,
        known: None,
        kept: vec![Box::new(bench)],
    };
    found_by_label(&mut subject);
    subject
}

/// The serial number is the token's own invention.
fn found_by_label(subject: &mut Subject) {
    let tokens = subject.listing().tokens;
    let Place::Token { id, .. } = &mut subject.place else { panic!("not a token") };
    let found = tokens.into_iter().find(|token| token.id.label == id.label);
    *id = found.expect("the bench's token").id;
}

pub(crate) fn ykcs11_of_an_old_yubikey(folder: &Path) -> Subject {
    through_ykcs11(folder, "ykcs11, YubiKey 5.4.3", Firmware::new(5, 4, 3), 0x9a, PinPolicy::Once)
}

pub(crate) fn ykcs11_of_a_new_yubikey_with_a_pin_for_each_signature(folder: &Path) -> Subject {
    through_ykcs11(folder, "ykcs11, YubiKey 5.7.1", Firmware::new(5, 7, 1), 0x9c, PinPolicy::Always)
}

/// One whose card can be taken out.
pub(crate) fn ykcs11_with_its_card(folder: &Path) -> (Subject, YubiKey, Rc<Pcscd>) {
    let (title, firmware) = ("ykcs11", Firmware::new(5, 4, 3));
    ykcs11_of(folder, title, firmware, 0x9a, PinPolicy::Once)
}

fn through_ykcs11(folder: &Path, title: &str, firmware: Firmware, slot: u8, pin: PinPolicy) -> Subject {
    ykcs11_of(folder, title, firmware, slot, pin).0
}

fn ykcs11_of(
    folder: &Path,
    title: &str,
    firmware: Firmware,
    slot: u8,
    pin: PinPolicy,
) -> (Subject, YubiKey, Rc<Pcscd>) {
    let serial = 11_111_111;
    let card = YubiKey::new(serial, firmware).unwrap();
    card.generate(slot, Algorithm::P256, (pin, TouchPolicy::Always)).unwrap();
    let bench = Rc::new(Pcscd::start(folder).unwrap_or_else(|error| panic!("{error}")));
    bench.insert(&card).unwrap();
    let (name, socket) = bench.environment();
    let environment = vec![(name, socket.into_os_string())];
    let module = ykcs11().unwrap_or_else(|error| panic!("{error}"));
    let host = pkcs11(&module, &environment);
    // Yubico's numbers: 9a is 1, 9c is 2.
    let number = if slot == 0x9a { 1 } else { 2 };
    let label = format!("YubiKey PIV #{serial}");
    let (counting, locked) = (card.clone(), card.clone());
    let subject = Subject {
        title: title.to_owned(),
        host,
        place: Place::Token {
            id: TokenId { label: label.clone(), serial: serial.to_string() },
            key_id: format!("{number:02x}"),
        },
        pin: PIN.to_owned(),
        tries: Some(Box::new(move || counting.pin_tries().pin)),
        rescue: Some(Box::new(move || unblock(&locked))),
        may: May { lock: true, change_pin: true, ..May::default() },
        without: vec![named::UNBLOCK, named::GENERATE],
        elsewhere: Some(Elsewhere { module, environment, label, id: number }),
        known: None,
        kept: vec![Box::new(Rc::clone(&bench)), Box::new(card.clone())],
    };
    (subject, card, bench)
}

/// RESET RETRY COUNTER with the PUK, as another program would do it.
fn unblock(card: &YubiKey) {
    card.apdu(&[0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08]);
    let both = [PUK.as_bytes(), PIN.as_bytes(), &[0xff, 0xff]].concat();
    let answer = card.apdu(&[&[0x00, 0x2c, 0x00, 0x80, 0x10], &both[..]].concat());
    assert_eq!(answer, [0x90, 0x00]);
}

pub(crate) fn an_old_yubikey(folder: &Path) -> Subject {
    yubikey(folder, Firmware::new(5, 4, 3), Algorithm::P256, PinPolicy::Once)
}

pub(crate) fn a_new_yubikey_with_a_pin_for_each_signature(folder: &Path) -> Subject {
    yubikey(folder, Firmware::new(5, 7, 1), Algorithm::P256, PinPolicy::Always)
}

pub(crate) fn a_new_yubikey_with_rsa_2048(folder: &Path) -> Subject {
    yubikey(folder, Firmware::new(5, 7, 1), Algorithm::Rsa2048, PinPolicy::Once)
}

/// As a PIV card.
fn yubikey(folder: &Path, firmware: Firmware, algorithm: Algorithm, pin: PinPolicy) -> Subject {
    let serial = 22_222_222;
    let card = YubiKey::new(serial, firmware).unwrap();
    card.generate(0x9c, algorithm, (pin, TouchPolicy::Always)).unwrap();
    let bench = Pcscd::start(folder).unwrap_or_else(|error| panic!("{error}"));
    bench.insert(&card).unwrap();
    let (name, socket) = bench.environment();
    let counting = card.clone();
    let environment = vec![(name, socket.into_os_string())];
    // Others see the same card through Yubico's module.
    let elsewhere = (algorithm == Algorithm::P256).then(|| Elsewhere {
        module: ykcs11().unwrap_or_else(|error| panic!("{error}")),
        environment: environment.clone(),
        label: format!("YubiKey PIV #{serial}"),
        id: 2,
    });
    let policy = KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always };
    let new = NewKey {
        key_id: "9d".to_owned(),
        label: String::new(),
        kind: NewKeyKind::P256,
        policy: Some(policy),
    };
    let mut subject = Subject {
        title: format!("YubiKey {firmware} as PIV card, {algorithm:?}"),
        host: Host::process(HostKind::Piv, environment),
        place: Place::Token {
            id: TokenId { label: "YubiKey".to_owned(), serial: serial.to_string() },
            key_id: "9c".to_owned(),
        },
        pin: PIN.to_owned(),
        tries: Some(Box::new(move || counting.pin_tries().pin)),
        rescue: None,
        may: May {
            lock: true,
            change_pin: true,
            unblock: Some(PUK.to_owned()),
            generate: Some((new, Authority::FactoryManagementKey)),
            attest: true,
            ..May::default()
        },
        without: if elsewhere.is_some() { Vec::new() } else { vec![named::ORACLE] },
        elsewhere,
        known: None,
        kept: vec![Box::new(bench), Box::new(card)],
    };
    found_by_label(&mut subject);
    subject
}

fn pkcs11(module: &Path, environment: &[(&'static str, OsString)]) -> Host {
    let module = module.to_str().unwrap().to_owned();
    Host::process(HostKind::Pkcs11 { module }, environment.to_vec())
}

fn may_generate(key_id: &str, kind: NewKeyKind) -> May {
    let key = NewKey { key_id: key_id.to_owned(), label: "made here".to_owned(), kind, policy: None };
    May { change_pin: true, generate: Some((key, Authority::Pin)), ..May::default() }
}

fn may_everything(key_id: &str) -> May {
    May { lock: true, unblock: Some(OFFICER.to_owned()), ..may_generate(key_id, NewKeyKind::P256) }
}
