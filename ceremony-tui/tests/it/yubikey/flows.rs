//! What a YubiKey is asked while all is well; other programs agree with what our host says about it.

use ceremony_tui::token::{
    Answer, Attestation, Authority, FactoryValue, Login, NewKey, NewKeyKind, PinLength, PinState, Request,
    TokenKind, Traits,
};
use hardware_tests::oracles::{Oracles, SignatureScheme, openssl_verifies};
use hardware_tests::yubikey::Algorithm;
use shared::device::{Firmware, KeyPolicy, Origin, PinPolicy, TouchPolicy};
use shared::json::Json;
use shared::key::{Key, Scheme};

use super::host::{MESSAGE, PIN, Room, SERIAL, card, sign, token, usual_card};

const USUAL: (PinPolicy, TouchPolicy) = (PinPolicy::Always, TouchPolicy::Always);
/// The factory's management key, and the one that a test puts in its place.
const FACTORY: &str = "010203040506070801020304050607080102030405060708";

#[test]
fn a_token_is_shown_with_firmware_tries_and_what_is_still_the_factory_s() {
    for (firmware, management) in [
        (Firmware::new(5, 7, 1), "AES-192, still the factory's"),
        (Firmware::new(5, 4, 3), "3DES, still the factory's"),
        (Firmware::new(4, 3, 7), "3DES"),
    ] {
        let room = Room::with(&card(firmware));
        let listing = room.listing();
        assert_eq!((listing.tokens.len(), listing.unusable.len()), (1, 0), "{listing:?}");
        let seen = &listing.tokens[0];
        assert_eq!((&seen.id, seen.kind, seen.firmware), (&token(), TokenKind::YubiKey, Some(firmware)));
        assert_eq!(seen.pin, PinState::Left(3));
        let detail = |name: &str| {
            seen.details.iter().find(|detail| detail.name == name).map(|detail| detail.value.as_str())
        };
        assert_eq!(detail("management key"), Some(management));
        let says = firmware >= Firmware::new(5, 3, 0);
        let Traits { factory, unlocking, pin_length, has_light, .. } = &seen.traits;
        let everything = [FactoryValue::Pin, FactoryValue::Puk, FactoryValue::ManagementKey];
        assert_eq!(factory.as_slice(), if says { &everything[..] } else { &[] }, "{firmware}");
        assert_eq!(*unlocking, says.then_some(PinState::Left(3)), "{firmware}");
        assert_eq!((*pin_length, *has_light), (Some(PinLength { least: 6, most: Some(8) }), true));
    }
}

#[test]
fn every_slot_with_a_key_is_listed_with_policy_and_origin_or_with_the_reason_against_it() {
    let card = card(Firmware::new(5, 7, 1));
    for (slot, algorithm) in [
        (0x9a, Algorithm::P384),
        (0x9c, Algorithm::P256),
        (0x9d, Algorithm::Ed25519),
        (0x82, Algorithm::Rsa2048),
    ] {
        card.generate(slot, algorithm, USUAL).unwrap();
    }
    let number = [7; 32];
    card.import(0x95, Algorithm::P256, &[&number], (PinPolicy::Never, TouchPolicy::Cached)).unwrap();
    let room = Room::with(&card);
    let keys = room.keys();
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["9c", "9a", "9d", "82", "95"]);
    assert!(keys[1].key.as_ref().unwrap_err().contains("tough or tuf-js"));
    assert!(keys[2].key.as_ref().unwrap_err().contains("no room for one as long as a root"));
    assert!(keys[0].key.is_ok() && keys[3].key.is_ok());
    assert_eq!((keys[0].origin, keys[4].origin), (Some(Origin::Generated), Some(Origin::Imported)));
    let policy = KeyPolicy { pin: PinPolicy::Never, touch: TouchPolicy::Cached };
    assert_eq!((keys[4].policy, keys[4].label.as_str()), (Some(policy), "retired key management 20"));
}

#[test]
fn p256_and_rsa_of_every_length_sign_and_openssl_agrees() {
    let card = card(Firmware::new(5, 7, 1));
    for (slot, algorithm) in [
        (0x9c, Algorithm::P256),
        (0x9a, Algorithm::Rsa2048),
        (0x9d, Algorithm::Rsa3072),
        (0x9e, Algorithm::Rsa4096),
    ] {
        card.generate(slot, algorithm, USUAL).unwrap();
    }
    let room = Room::with(&card);
    for found in room.keys() {
        let key = found.key.unwrap();
        let Ok(Answer::Signature(signature)) = room.ask(sign(&found.id, &key), &[PIN]) else {
            panic!("{}", found.id)
        };
        let key = Key::from_json(&key).unwrap();
        let scheme = match key.scheme().unwrap() {
            Scheme::EcdsaP256Sha256 => SignatureScheme::EcdsaSha256,
            _ => SignatureScheme::RsaPssSha256,
        };
        let agreed = openssl_verifies(&key.to_public_pem().unwrap(), scheme, MESSAGE, &signature);
        assert!(agreed.unwrap(), "{}", found.id);
    }
    assert_eq!(card.signatures(), 4);
}

#[test]
fn old_firmware_tells_its_keys_by_attestation_and_weak_rsa_is_refused() {
    for (firmware, is_weak) in [(Firmware::new(4, 3, 4), true), (Firmware::new(4, 3, 7), false)] {
        let card = card(firmware);
        card.generate(0x9a, Algorithm::Rsa2048, USUAL).unwrap();
        card.generate(0x9c, Algorithm::P256, USUAL).unwrap();
        let room = Room::with(&card);
        let keys = room.keys();
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert_eq!(keys[0].policy, Some(KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always }));
        assert!(
            keys.iter().all(|key| key.warnings.is_empty()),
            "what can be derived is said once, elsewhere"
        );
        assert_eq!(keys[1].key.is_err(), is_weak, "{keys:?}");
        room.signs("9c", keys[0].key.as_ref().unwrap());
    }
}

#[test]
fn a_key_is_generated_signs_and_is_attested() {
    for (firmware, kind, slot) in [
        (Firmware::new(5, 7, 1), NewKeyKind::P256, "9c"),
        (Firmware::new(5, 7, 1), NewKeyKind::Rsa3072, "9a"),
        (Firmware::new(5, 4, 3), NewKeyKind::P256, "82"),
        (Firmware::new(5, 4, 3), NewKeyKind::Rsa2048, "9d"),
        (Firmware::new(4, 3, 7), NewKeyKind::P256, "9e"),
    ] {
        let room = Room::with(&card(firmware));
        let policy = KeyPolicy { pin: PinPolicy::Once, touch: TouchPolicy::Cached };
        let request = generate(slot, kind, Some(policy), Authority::FactoryManagementKey);
        let key = made(&room, request, &[]);
        let listed = room.keys();
        assert_eq!(listed[0].key.as_ref(), Ok(&key), "{firmware}");
        assert_eq!((listed[0].policy, listed[0].origin), (Some(policy), Some(Origin::Generated)));
        room.signs(slot, &key);
        let Ok(Answer::Attestation(Attestation { key_certificate, device_certificate })) =
            room.ask(Request::Attestation { token: token(), key_id: slot.to_owned() }, &[])
        else {
            panic!("{firmware}: no attestation")
        };
        for der in [key_certificate, device_certificate] {
            assert!(shared::attestation::Certificate::from_der(&der).is_ok(), "{firmware}");
        }
    }
}

#[test]
fn no_key_is_generated_over_another_or_with_a_form_that_cannot_sign_a_root() {
    for firmware in [Firmware::new(5, 7, 1), Firmware::new(4, 3, 7)] {
        let card = card(firmware);
        card.generate(0x9c, Algorithm::P256, USUAL).unwrap();
        let room = Room::with(&card);
        let before = room.keys();
        let over = generate("9c", NewKeyKind::P256, None, Authority::FactoryManagementKey);
        assert!(room.refused(over, &[]).starts_with("There is a key in slot 9c already"));
        assert_eq!(room.keys(), before);
    }
    let room = Room::with(&card(Firmware::new(5, 4, 3)));
    let never = KeyPolicy { pin: PinPolicy::Never, touch: TouchPolicy::Always };
    for (kind, policy, reason) in [
        (NewKeyKind::Ed25519, None, "no room for one as long as a root"),
        (NewKeyKind::Rsa3072, None, "from firmware 5.7 on"),
        (NewKeyKind::P256, Some(never), "without a PIN"),
    ] {
        let said = room.refused(generate("9c", kind, policy, Authority::FactoryManagementKey), &[]);
        assert!(said.contains(reason), "{said}");
    }
    assert!(room.keys().is_empty());
}

#[test]
fn rsa_keys_are_refused_on_just_the_firmware_that_makes_them_weak() {
    for (patch, is_weak) in [((4, 2, 5), false), ((4, 2, 6), true), ((4, 3, 4), true), ((4, 3, 5), false)] {
        let (major, minor, patch) = patch;
        let room = Room::with(&card(Firmware::new(major, minor, patch)));
        let request = generate("9c", NewKeyKind::Rsa2048, None, Authority::FactoryManagementKey);
        if is_weak {
            let said = room.refused(request, &[]);
            assert!(said.contains("firmware 4.2.6 to 4.3.4") && said.contains("ROCA"), "{said}");
            assert!(room.keys().is_empty());
        } else {
            made(&room, request, &[]);
        }
    }
}

#[test]
fn a_management_key_may_be_typed_and_a_wrong_one_changes_nothing() {
    for (firmware, name) in [(Firmware::new(5, 7, 1), "AES-192"), (Firmware::new(5, 4, 3), "3DES")] {
        let room = Room::with(&card(firmware));
        let request = || generate("9c", NewKeyKind::P256, None, Authority::ManagementKey);
        let wrong = FACTORY.replace("08", "18");
        for typed in [wrong.as_str(), "0102", "not hexadecimal", &FACTORY[2..]] {
            let said = room.refused(request(), &[typed]);
            assert_eq!(
                said,
                format!(
                    "The management key is wrong, so nothing was changed. Type the right one: 48 hex digits ({name})."
                )
            );
        }
        assert!(room.keys().is_empty());
        made(&room, request(), &[FACTORY]);
    }
}

#[test]
fn a_management_key_that_ykman_protected_by_the_pin_is_opened_by_the_pin() {
    let card = card(Firmware::new(5, 7, 1));
    let room = Room::with(&card);
    let by_pin = || generate("9c", NewKeyKind::P256, None, Authority::Pin);
    let said = room.refused(by_pin(), &[PIN]);
    assert!(said.contains("does not keep its management key behind the PIN"), "{said}");
    let words = ["piv", "access", "change-management-key", "--protect", "--generate", "--force", "-P", PIN];
    let oracles = Oracles::of_environment().unwrap_or_else(|error| panic!("{error}"));
    oracles.ykman(&room.bench, SERIAL, &[&words[..], &["-m", FACTORY]].concat()).unwrap();
    let listing = room.listing();
    let seen = &listing.tokens[0];
    assert!(seen.traits.management_by_pin && !seen.traits.factory.contains(&FactoryValue::ManagementKey));
    let details = &seen.details;
    assert!(details.iter().any(|detail| detail.value == "AES-192, protected by the PIN"), "{details:?}");
    let factory = generate("9c", NewKeyKind::P256, None, Authority::FactoryManagementKey);
    assert!(room.refused(factory, &[]).contains("The management key is wrong"));
    assert!(room.refused(by_pin(), &["999999"]).contains("2 tries are left"));
    made(&room, by_pin(), &[PIN]);
}

#[test]
fn the_pin_is_changed_and_unblocked_and_each_wrong_secret_costs_one_try() {
    let card = usual_card();
    let room = Room::with(&card);
    let key = room.key();
    let change = || Request::ChangePin { token: token() };
    let said = room.refused(change(), &[PIN, PIN]);
    assert!(said.contains("a new PIN differs from the old one. Nothing was changed"), "{said}");
    let unblock = || Request::UnblockPin { token: token() };
    assert!(room.refused(change(), &["999999", "654321"]).contains("2 tries are left"));
    assert!(room.refused(change(), &[PIN, "1"]).contains("Nothing was changed"));
    assert_eq!(card.pin_tries().pin, 2);
    assert_eq!(room.ask(change(), &[PIN, "654321"]), Ok(Answer::Done));
    assert!(room.ask(sign("9c", &key), &["654321"]).is_ok());
    assert!(room.refused(unblock(), &["99999999", "123456"]).contains("2 tries are left"));
    assert_eq!(room.ask(unblock(), &["12345678", "246810"]), Ok(Answer::Done));
    assert!(room.ask(sign("9c", &key), &["246810"]).is_ok());
    for _ in 0..3 {
        room.ask(unblock(), &["99999999", "123456"]).unwrap_err();
    }
    assert_eq!(card.pin_tries().puk, 0);
    assert!(room.refused(unblock(), &["12345678", "123456"]).contains("The PUK of this token is locked too"));
}

#[test]
fn without_a_pin_nothing_is_signed_unless_the_key_wants_none() {
    let card = usual_card();
    let number = [7; 32];
    card.import(0x9a, Algorithm::P256, &[&number], (PinPolicy::Never, TouchPolicy::Never)).unwrap();
    let room = Room::with(&card);
    let keys = room.keys();
    let without = |index: usize| match sign(&keys[index].id, keys[index].key.as_ref().unwrap()) {
        Request::Sign { key, message, .. } => Request::Sign { key, message, login: Login::None },
        other => other,
    };
    assert!(room.refused(without(0), &[]).starts_with("This needs a PIN"));
    assert!(matches!(room.ask(without(1), &[]), Ok(Answer::Signature(_))));
}

#[test]
fn its_light_flickers_for_some_seconds() {
    let room = Room::with(&usual_card());
    let some = ceremony_tui::clock::Deadline::after_seconds(3);
    assert_eq!(room.ask(Request::Identify { token: token() }, &[]), Ok(Answer::Done));
    assert!(some.left().is_none());
}

/// Another program may have verified its PIN, and may use the card between two of our requests.
#[test]
fn no_pin_stays_verified_for_the_next_program() {
    let card = card(Firmware::new(5, 7, 1));
    card.generate(0x9a, Algorithm::P256, (PinPolicy::Once, TouchPolicy::Never)).unwrap();
    let room = Room::with(&card);
    let key = room.key();
    room.signs("9a", &key);
    let Request::Sign { key, message, .. } = sign("9a", &key) else { panic!() };
    let said = room.refused(Request::Sign { key, message, login: Login::None }, &[]);
    assert!(said.starts_with("This needs a PIN"), "{said}");
    room.bench.remove(&card).unwrap();
    let is_verified = || card.apdu(&[0x00, 0x20, 0x00, 0x80, 0x00]) == [0x90, 0x00];
    assert!(!is_verified());
    // The judge can fail.
    card.apdu(&[0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08]);
    card.apdu(&[&[0x00, 0x20, 0x00, 0x80, 0x08], PIN.as_bytes(), &[0xff, 0xff]].concat());
    assert!(is_verified());
}

fn generate(slot: &str, kind: NewKeyKind, policy: Option<KeyPolicy>, authority: Authority) -> Request {
    let key = NewKey { key_id: slot.to_owned(), label: String::new(), kind, policy };
    Request::GenerateKey { token: token(), key, authority }
}

fn made(room: &Room, request: Request, secrets: &[&str]) -> Json {
    match room.ask(request, secrets) {
        Ok(Answer::Key(key)) => key,
        other => panic!("{other:?}"),
    }
}
