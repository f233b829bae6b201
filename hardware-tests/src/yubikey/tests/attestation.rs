//! Attestation.

use shared::device::{Firmware, PinPolicy, TouchPolicy};

use super::super::tlv::tlv;
use super::super::{Algorithm, Authority, YubiKey};
use super::host::{Host, UNLIMITED};
use super::{ALL, ANCIENT, NEW};

fn contains(certificate: &[u8], expected: &str) -> bool {
    hex::encode(certificate).contains(expected)
}

#[test]
fn an_attestation_names_key_firmware_serial_number_policies_and_form_factor() {
    for firmware in ALL {
        let host = Host::with_key(firmware, (PinPolicy::Always, TouchPolicy::Cached));
        let certificate = host.send(0xf9, 0x9c, 0, &[]).unwrap();
        let Firmware { major, minor, patch } = firmware;
        // The names of the extensions end in 3, 7, 8 and 9; each value follows as an OCTET STRING.
        let version = format!("030403{major:02x}{minor:02x}{patch:02x}");
        for value in [version.as_str(), "07040602", "0804020303", "09040101"] {
            assert!(contains(&certificate, &format!("2b0601040182c40a03{value}")), "{firmware}: {value}");
        }
        assert!(contains(&certificate, "020400a98ac7"), "the serial number as INTEGER");
        assert!(contains(&certificate, &hex::encode("YubiKey PIV Attestation 9c")));
    }
}

#[test]
fn the_certificate_of_the_attestation_key_is_an_object_and_survives_a_reset() {
    let host = Host::new(NEW);
    let object = host.send(0xcb, 0x3f, 0xff, &tlv(0x5c, &[0x5f, 0xff, 0x01])).unwrap();
    assert!(host.0.attestation_certificate().unwrap().starts_with("-----BEGIN CERTIFICATE-----\n"));
    for _ in 0..3 {
        assert!(host.verify(b"000000\xff\xff").is_err());
        assert!(host.send(0x24, 0, 0x81, &[0; 16]).is_err());
    }
    host.send(0xfb, 0, 0, &[]).unwrap();
    assert_eq!(host.send(0xcb, 0x3f, 0xff, &tlv(0x5c, &[0x5f, 0xff, 0x01])), Ok(object));
}

#[test]
fn only_what_was_generated_on_a_device_that_can_is_attested() {
    let host = Host::with_key(ANCIENT, UNLIMITED);
    assert!(host.send(0xf9, 0x9c, 0, &[]).is_ok());
    assert_eq!(host.send(0xf9, 0x9a, 0, &[]), Err(0x6a80), "there is no key");
    assert_eq!(host.send(0xf9, 0xf9, 0, &[]), Err(0x6a80), "it came with the device");
    let older = Host::with_key(Firmware::new(4, 2, 7), UNLIMITED);
    assert_eq!(older.send(0xf9, 0x9c, 0, &[]), Err(0x6d00));
}

#[test]
fn authorities_of_one_name_have_one_key_and_others_have_another() {
    let key_of = |authority: &Authority| {
        let certificate = authority.root_pem().unwrap();
        // The signature at the end is another one each time, and so is the length at the beginning.
        certificate.lines().skip(2).take(3).collect::<String>()
    };
    assert_eq!(key_of(&Authority::default()), key_of(&Authority::default()));
    assert_ne!(key_of(&Authority::default()), key_of(&Authority::new("Another")));
}

#[test]
fn devices_attest_with_the_kind_of_key_that_their_maker_chose() {
    let maker = Authority::new("Old times").attesting_with(Algorithm::Rsa2048).valid_until("20200101000000Z");
    let card = YubiKey::made_by(&maker, 5, NEW).unwrap();
    card.generate(0x9c, Algorithm::P256, UNLIMITED).unwrap();
    let host = Host(card);
    host.select_piv();
    let leaf = host.send(0xf9, 0x9c, 0, &[]).unwrap();
    assert!(contains(&leaf, "06092a864886f70d01010b"), "sha256WithRSAEncryption");
    let own = host.send(0xcb, 0x3f, 0xff, &tlv(0x5c, &[0x5f, 0xff, 0x01])).unwrap();
    assert!(contains(&own, &hex::encode("200101000000Z")));
}
