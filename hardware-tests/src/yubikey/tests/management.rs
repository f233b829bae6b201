//! The management key.

use super::super::tlv::{nested, tlv};
use super::host::{FACTORY_KEY, Host, field};
use super::{ANCIENT, NEW, OLD};

#[test]
fn the_kind_of_the_first_key_depends_on_the_firmware() {
    for (firmware, number, other) in [(ANCIENT, 3, 10), (OLD, 3, 10), (NEW, 10, 3)] {
        let host = Host::new(firmware);
        assert_eq!(host.manage_with(other, &FACTORY_KEY), Err(0x6a80), "{firmware}");
        assert_eq!(host.manage_with(number, &FACTORY_KEY), Ok(()), "{firmware}");
    }
    assert_eq!(hex::encode(Host::new(NEW).metadata(0x9b).unwrap()), "01010a02020001050101");
}

#[test]
fn every_kind_of_key_can_be_set_and_the_old_one_is_over() {
    for (number, length) in [(3, 24), (8, 16), (10, 24), (12, 32)] {
        let host = Host::new(NEW);
        let key: Vec<u8> = (1..=length).collect();
        let set = [&[number, 0x9b, length], &key[..]].concat();
        assert_eq!(host.send(0xff, 0xff, 0xff, &set), Err(0x6982));
        host.manage();
        assert_eq!(host.send(0xff, 0xff, 0xff, &set[..5]), Err(0x6700));
        assert_eq!(host.send(0xff, 0xff, 0xff, &set), Ok(vec![]));
        host.select_piv();
        assert!(host.manage_with(10, &FACTORY_KEY).is_err());
        assert_eq!(host.manage_with(number, &key), Ok(()), "{number}");
    }
}

#[test]
fn firmware_before_5_4_2_takes_no_aes_key() {
    let host = Host::new(ANCIENT);
    host.manage();
    assert_eq!(host.send(0xff, 0xff, 0xff, &[&[8, 0x9b, 16], &[5; 16][..]].concat()), Err(0x6a80));
}

#[test]
fn a_question_is_good_for_one_wrong_answer() {
    let host = Host::new(NEW);
    let asked = host.send(0x87, 10, 0x9b, &nested(0x7c, &[tlv(0x81, &[])])).unwrap();
    assert_eq!(field(&asked, 0x81).len(), 16);
    let wrong = nested(0x7c, &[tlv(0x82, &[0; 16])]);
    assert_eq!(host.send(0x87, 10, 0x9b, &wrong), Err(0x6982));
    assert_eq!(host.send(0x87, 10, 0x9b, &wrong), Err(0x6985));
    assert_eq!(host.generate(0x9c, 0x11, &[]), Err(0x6982));
}

#[test]
fn nothing_is_written_generated_imported_or_moved_without_it() {
    let host = Host::new(NEW);
    for (instruction, data) in
        [(0x47, "ac03800111"), (0xdb, "5c035fc10553020102"), (0xfe, "0620"), (0xf6, "")]
    {
        let data = hex::decode(data).unwrap();
        assert_eq!(host.send(instruction, 0x11, 0x9c, &data), Err(0x6982), "{instruction:02x}");
    }
}
