//! PIN and PUK.

use super::super::PinTries;
use super::host::{Host, among};
use super::{ALL, NEW, OLD};

const PIN: &[u8; 8] = b"123456\xff\xff";
const OTHER: &[u8; 8] = b"654321\xff\xff";
const PUK: &[u8; 8] = b"12345678";

fn change(host: &Host, reference: u8, old: &[u8; 8], new: &[u8; 8]) -> super::host::Answer {
    host.send(0x24, 0, reference, &[*old, *new].concat())
}

#[test]
fn a_wrong_pin_costs_a_try_and_the_third_blocks() {
    for firmware in ALL {
        let host = Host::new(firmware);
        assert_eq!(host.send(0x20, 0, 0x80, &[]), Err(0x63c3));
        assert_eq!(host.verify(OTHER), Err(0x63c2));
        assert_eq!(host.verify(PIN), Ok(vec![]));
        assert_eq!(host.send(0x20, 0, 0x80, &[]), Ok(vec![]));
        for left in [2, 1, 0] {
            assert_eq!(host.verify(OTHER), Err(0x63c0 | left));
        }
        assert_eq!(host.verify(PIN), Err(0x6983), "the right one comes too late");
        assert_eq!(host.send(0x20, 0, 0x80, &[]), Err(0x6983));
        assert_eq!(host.0.pin_tries(), PinTries { pin: 0, puk: 3 });
    }
}

#[test]
fn a_wrong_pin_ends_what_the_right_one_began() {
    let host = Host::new(NEW);
    host.give_pin();
    assert_eq!(host.verify(OTHER), Err(0x63c2));
    assert_eq!(host.send(0x20, 0, 0x80, &[]), Err(0x63c2));
    host.give_pin();
    assert_eq!(host.send(0x20, 0xff, 0x80, &[]), Ok(vec![]), "logged out");
    assert_eq!(host.send(0x20, 0, 0x80, &[]), Err(0x63c3));
}

#[test]
fn pin_and_puk_are_changed_by_whoever_knows_the_old_ones() {
    let host = Host::new(NEW);
    assert_eq!(change(&host, 0x80, OTHER, OTHER), Err(0x63c2));
    assert_eq!(change(&host, 0x80, PIN, OTHER), Ok(vec![]));
    assert_eq!((host.verify(PIN), host.verify(OTHER)), (Err(0x63c2), Ok(vec![])));
    assert_eq!(change(&host, 0x81, OTHER, PIN), Err(0x63c2));
    assert_eq!(change(&host, 0x81, PUK, OTHER), Ok(vec![]));
    assert_eq!(host.0.pin_tries(), PinTries { pin: 3, puk: 3 });
    assert_eq!(host.send(0x24, 0, 0x80, b"123456"), Err(0x6700));
    assert_eq!(change(&host, 0x99, PIN, OTHER), Err(0x6a88));
}

#[test]
fn the_puk_unblocks_the_pin() {
    let host = Host::new(NEW);
    for _ in 0..3 {
        assert!(host.verify(OTHER).is_err());
    }
    assert_eq!(host.send(0x2c, 0, 0x80, &[*OTHER, *OTHER].concat()), Err(0x63c2));
    assert_eq!(host.send(0x2c, 0, 0x80, &[*PUK, *OTHER].concat()), Ok(vec![]));
    assert_eq!(host.verify(OTHER), Ok(vec![]));
    assert_eq!(host.0.pin_tries(), PinTries { pin: 3, puk: 3 });
}

#[test]
fn the_number_of_tries_is_set_with_management_key_and_pin() {
    let host = Host::new(OLD);
    assert_eq!(host.send(0xfa, 5, 8, &[]), Err(0x6982));
    host.manage();
    assert_eq!(host.send(0xfa, 5, 8, &[]), Err(0x6982), "the PIN is missing");
    host.give_pin();
    assert_eq!(host.send(0xfa, 0, 8, &[]), Err(0x6a86));
    assert_eq!(host.send(0xfa, 5, 8, &[]), Ok(vec![]));
    assert_eq!(host.0.pin_tries(), PinTries { pin: 5, puk: 8 });
    assert_eq!(host.verify(OTHER), Err(0x63c4));
}

#[test]
fn metadata_says_what_is_left_and_whether_it_was_ever_changed() {
    let host = Host::new(NEW);
    assert_eq!(hex::encode(host.metadata(0x80).unwrap()), "0101ff05010106020303");
    assert!(host.verify(OTHER).is_err());
    assert!(change(&host, 0x81, PUK, OTHER).is_ok());
    assert_eq!(among(&host.metadata(0x80).unwrap(), 6), [3, 2]);
    assert_eq!(hex::encode(host.metadata(0x81).unwrap()), "0101ff05010006020303");
}

#[test]
fn only_a_card_whose_pin_and_puk_are_blocked_is_reset() {
    let host = Host::with_key(NEW, super::host::UNLIMITED);
    assert_eq!(host.send(0xfb, 0, 0, &[]), Err(0x6985));
    for _ in 0..3 {
        assert!(host.verify(OTHER).is_err());
        assert!(change(&host, 0x81, OTHER, OTHER).is_err());
    }
    assert_eq!(host.send(0xfb, 0, 0, &[]), Ok(vec![]));
    assert_eq!(host.0.pin_tries(), PinTries { pin: 3, puk: 3 });
    assert_eq!(host.metadata(0x9c), Err(0x6a88), "the key is gone");
    assert!(host.metadata(0xf9).is_ok(), "the attestation key is not");
}
