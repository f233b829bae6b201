//! Data objects.

use super::super::tlv::tlv;
use super::NEW;
use super::host::{Answer, Host};

fn read(host: &Host, tag: &str) -> Answer {
    host.send(0xcb, 0x3f, 0xff, &tlv(0x5c, &hex::decode(tag).unwrap()))
}

fn write(host: &Host, tag: &str, object: &[u8]) -> Answer {
    host.send(0xdb, 0x3f, 0xff, &[tlv(0x5c, &hex::decode(tag).unwrap()), tlv(0x53, object)].concat())
}

#[test]
fn objects_are_written_read_and_removed() {
    let host = Host::new(NEW);
    assert_eq!(read(&host, "5fc105"), Err(0x6a82));
    host.manage();
    let large = vec![5; 2000];
    assert_eq!(write(&host, "5fc105", &large), Ok(vec![]));
    assert_eq!(read(&host, "5fc105"), Ok(tlv(0x53, &large)));
    assert_eq!(write(&host, "5fc105", &[]), Ok(vec![]));
    assert_eq!(read(&host, "5fc105"), Err(0x6a82));
    assert_eq!(write(&host, "5fc105", &vec![5; 3053]), Err(0x6a84));
    assert_eq!(host.send(0xcb, 0, 0, &[0x5c, 1, 0x7e]), Err(0x6a86));
}

#[test]
fn what_is_printed_takes_the_pin() {
    let host = Host::new(NEW);
    host.manage();
    assert_eq!(write(&host, "5fc109", &[1, 2]), Ok(vec![]));
    assert_eq!(read(&host, "5fc109"), Err(0x6982));
    host.give_pin();
    assert_eq!(read(&host, "5fc109"), Ok(vec![0x53, 2, 1, 2]));
}

#[test]
fn the_discovery_object_says_that_the_pin_is_the_applets_own() {
    let found = read(&Host::new(NEW), "7e").unwrap();
    assert_eq!(hex::encode(found), "7e124f0ba0000003080000100001005f2f024000");
}
