//! Which applet is there, and who the device is.

use super::super::Finger;
use super::host::{Host, UNLIMITED};
use super::{ALL, ANCIENT, NEW, OLD};

#[test]
fn the_piv_applet_is_found_by_its_short_and_its_long_name() {
    let host = Host::new(NEW);
    for name in ["a000000308", "a00000030800001000", "a000000308000010000100"] {
        let answer = host.send(0xa4, 4, 0, &hex::decode(name).unwrap()).unwrap();
        assert_eq!(hex::encode(answer), "61114f0600001000010079074f05a000000308", "{name}");
    }
    assert_eq!(host.send(0xa4, 4, 0, &hex::decode("d27600012401").unwrap()), Err(0x6a82));
}

#[test]
fn versions_and_serial_numbers_are_told_as_old_and_new_firmware_tell_them() {
    for firmware in ALL {
        let host = Host::new(firmware);
        let version = vec![firmware.major, firmware.minor, firmware.patch];
        assert_eq!(host.send(0xfd, 0, 0, &[]), Ok(version.clone()));
        let serial = 11_111_111u32.to_be_bytes().to_vec();
        let in_piv = if firmware == ANCIENT { Err(0x6d00) } else { Ok(serial.clone()) };
        assert_eq!(host.send(0xf8, 0, 0, &[]), in_piv, "{firmware}");
        // The applet for one-time passwords tells it on every device.
        let selected = host.send(0xa4, 4, 0, &hex::decode("a0000005272001").unwrap()).unwrap();
        assert_eq!(selected[..3], version);
        assert_eq!(host.send(0x01, 0x10, 0, &[]), Ok(serial), "{firmware}");
        assert_eq!(host.send(0xf8, 0, 0, &[]), Err(0x6d00), "it is not PIV");
    }
}

#[test]
fn the_management_applet_tells_what_kind_of_device_it_is() {
    let host = Host::new(OLD);
    let selected = host.send(0xa4, 4, 0, &hex::decode("a000000527471117").unwrap()).unwrap();
    assert_eq!(String::from_utf8_lossy(&selected), "Virtual mgr - FW version 5.4.3");
    let told = host.send(0x1d, 0, 0, &[]).unwrap();
    assert_eq!(hex::encode(told), "1901020011020400a98ac70302001104010105030504030a0100");
}

#[test]
fn selecting_another_applet_or_a_reset_ends_the_session() {
    let host = Host::with_key(NEW, UNLIMITED);
    host.give_pin();
    assert_eq!(host.send(0x20, 0, 0x80, &[]), Ok(vec![]));
    host.select_piv();
    assert_eq!(host.send(0x20, 0, 0x80, &[]), Err(0x63c3));
    host.manage();
    crate::card::Card::reset(&host.0);
    assert_eq!(host.send(0xfd, 0, 0, &[]), Err(0x6d00), "nothing is selected");
    host.select_piv();
    assert_eq!(host.generate(0x9a, 0x11, &[]), Err(0x6982));
}

#[test]
fn an_unknown_instruction_is_refused() {
    let host = Host::new(NEW);
    host.0.set_finger(Finger::Never);
    assert_eq!(host.send(0x99, 0, 0, &[]), Err(0x6d00));
}
