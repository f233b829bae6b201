//! Keys come, are told about, move and go.

use shared::device::{PinPolicy, TouchPolicy};
use shared::key::Key;

use super::super::private::Algorithm;
use super::super::tlv::tlv;
use super::host::{Host, UNLIMITED, among, policies};
use super::{ANCIENT, NEW, OLD};

/// A generated key of each kind as GENERATE spells it, and the firmware that cannot.
const KINDS: [(Algorithm, usize); 5] = [
    (Algorithm::P256, 65),
    (Algorithm::P384, 97),
    (Algorithm::Ed25519, 32),
    (Algorithm::Rsa2048, 256),
    (Algorithm::Rsa3072, 384),
];

#[test]
fn keys_of_every_kind_are_generated_and_told_about() {
    let host = Host::new(NEW);
    host.manage();
    for (algorithm, size) in KINDS {
        let answer = host.generate(0x9c, algorithm.number(), &[]).unwrap();
        assert_eq!(answer[..2], [0x7f, 0x49], "{algorithm:?}");
        let metadata = host.metadata(0x9c).unwrap();
        assert_eq!(among(&metadata, 1), [algorithm.number()]);
        let public = among(&metadata, 4);
        assert!(answer.ends_with(&public), "{algorithm:?}");
        let tag = if size > 200 { 0x81 } else { 0x86 };
        assert_eq!(among(&public, tag).len(), size, "{algorithm:?}");
    }
}

#[test]
fn firmware_before_5_7_knows_neither_ed25519_nor_long_rsa_keys() {
    for firmware in [ANCIENT, OLD] {
        let host = Host::new(firmware);
        host.manage();
        for number in [0xe0, 0x05, 0x16] {
            assert_eq!(host.generate(0x9c, number, &[]), Err(0x6a80), "{firmware} {number:02x}");
        }
        assert!(host.generate(0x9c, 0x11, &[]).is_ok(), "{firmware}");
    }
}

#[test]
fn metadata_came_with_firmware_5_3() {
    let host = Host::with_key(ANCIENT, UNLIMITED);
    assert_eq!(host.metadata(0x9c), Err(0x6d00));
    assert_eq!(Host::with_key(OLD, UNLIMITED).metadata(0x9a), Err(0x6a88));
}

#[test]
fn policies_are_those_of_the_slot_or_those_that_are_asked_for() {
    let host = Host::new(NEW);
    host.manage();
    for (slot, expected) in [(0x9a, [2, 1]), (0x9c, [3, 1]), (0x9d, [2, 1]), (0x9e, [1, 1]), (0x82, [2, 1])] {
        host.generate(slot, 0x11, &[]).unwrap();
        assert_eq!(among(&host.metadata(slot).unwrap(), 2), expected, "{slot:02x}");
    }
    host.generate(0x9a, 0x11, &policies(PinPolicy::Always, TouchPolicy::Cached)).unwrap();
    assert_eq!(among(&host.metadata(0x9a).unwrap(), 2), [3, 3]);
    assert_eq!(host.generate(0x9a, 0x11, &tlv(0xaa, &[9])), Err(0x6a80));
    assert_eq!(host.generate(0x9b, 0x11, &[]), Err(0x6a86), "that is the management key");
    assert_eq!(host.generate(0x55, 0x11, &[]), Err(0x6a86));
}

#[test]
fn an_imported_key_says_so_and_is_the_one_that_was_given() {
    let host = Host::new(NEW);
    host.manage();
    let secret = hex::decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721").unwrap();
    let given = [tlv(6, &secret), policies(PinPolicy::Once, TouchPolicy::Always)].concat();
    assert_eq!(host.send(0xfe, 0x11, 0x9c, &given), Ok(vec![]));
    let metadata = host.metadata(0x9c).unwrap();
    assert_eq!((among(&metadata, 2), among(&metadata, 3)), (vec![2, 2], vec![2]));
    // RFC 6979, A.2.5.
    let point = among(&among(&metadata, 4), 0x86);
    assert_eq!(hex::encode(&point[1..9]), "60fed4ba255a9d31");
    assert_eq!(host.send(0xf9, 0x9c, 0, &[]), Err(0x6a80), "it cannot be attested");
    assert_eq!(host.send(0xfe, 0x11, 0x9c, &tlv(6, &[0; 32])), Err(0x6a80), "zero is no secret");
    assert_eq!(host.send(0xfe, 0x07, 0x9c, &[tlv(1, &[3]), tlv(2, &[5])].concat()), Err(0x6a80));
}

#[test]
fn keys_of_this_crate_become_keys_of_the_workspace() {
    for algorithm in [Algorithm::P256, Algorithm::Ed25519, Algorithm::Rsa2048] {
        let host = Host::new(NEW);
        let public = host.0.generate(0x9a, algorithm, UNLIMITED).unwrap();
        assert!(Key::from_spki_der(&public).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn keys_move_and_go_from_firmware_5_7_on() {
    let host = Host::with_key(NEW, UNLIMITED);
    let public = among(&host.metadata(0x9c).unwrap(), 4);
    host.manage();
    assert_eq!(host.send(0xf6, 0x82, 0x9c, &[]), Ok(vec![]));
    assert_eq!(host.metadata(0x9c), Err(0x6a88));
    assert_eq!(among(&host.metadata(0x82).unwrap(), 4), public);
    assert_eq!(host.send(0xf6, 0xff, 0x82, &[]), Ok(vec![]));
    assert_eq!(host.send(0xf6, 0xff, 0x82, &[]), Err(0x6a88));
    assert_eq!(host.send(0xf6, 0xff, 0xf9, &[]), Err(0x6a86));
    let old = Host::with_key(OLD, UNLIMITED);
    old.manage();
    assert_eq!(old.send(0xf6, 0x82, 0x9c, &[]), Err(0x6d00));
}
