//! A card that leaves and comes back.

use super::super::tlv::tlv;
use super::super::{Algorithm, CardError, YubiKey};
use super::host::{Host, UNLIMITED, among};
use super::{NEW, OLD};

#[test]
fn a_card_that_comes_back_is_the_card_that_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card.json");
    let host = Host(YubiKey::kept_in(&file, 5, NEW).unwrap());
    host.select_piv();
    for (slot, algorithm) in [(0x9a, Algorithm::Ed25519), (0x9c, Algorithm::P384), (0x9d, Algorithm::Rsa2048)]
    {
        host.0.generate(slot, algorithm, UNLIMITED).unwrap();
    }
    assert_eq!(host.verify(b"000000\xff\xff"), Err(0x63c2));
    host.manage();
    let object = [tlv(0x5c, &[0x5f, 0xc1, 0x05]), tlv(0x53, &[1, 2, 3])].concat();
    host.send(0xdb, 0x3f, 0xff, &object).unwrap();
    let again = Host(YubiKey::kept_in(&file, 5, NEW).unwrap());
    again.select_piv();
    assert_eq!(again.send(0x20, 0, 0x80, &[]), Err(0x63c2), "the tries are kept");
    for slot in [0x9a, 0x9c, 0x9d, 0xf9] {
        assert_eq!(among(&again.metadata(slot).unwrap(), 4), among(&host.metadata(slot).unwrap(), 4));
    }
    assert_eq!(again.send(0xcb, 0x3f, 0xff, &object[..5]), Ok(vec![0x53, 3, 1, 2, 3]));
    assert_eq!(again.generate(0x9c, 0x11, &[]), Err(0x6982), "a session is not");
}

#[test]
fn a_file_of_another_card_or_of_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("card.json");
    YubiKey::kept_in(&file, 5, NEW).unwrap();
    let before = std::fs::read(&file).unwrap();
    for (serial, firmware) in [(6, NEW), (5, OLD)] {
        assert!(matches!(YubiKey::kept_in(&file, serial, firmware), Err(CardError::Another { .. })));
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::write(&file, "{}").unwrap();
    assert!(matches!(YubiKey::kept_in(&file, 5, NEW), Err(CardError::Malformed(..))));
    assert_eq!(std::fs::read(&file).unwrap(), b"{}");
}
