//! Every fault.

use std::time::Duration;

use shared::device::{PinPolicy, TouchPolicy};

use super::super::{Fault, Finger, Moment, Occasion};
use super::NEW;
use super::host::{Host, UNLIMITED, asked_to_sign};
use crate::card::{Card as _, Exchange};

const TOUCHED: (PinPolicy, TouchPolicy) = (PinPolicy::Once, TouchPolicy::Always);

/// Asks for a signature; the answer as it is.
fn signature(host: &Host) -> Exchange {
    let data = asked_to_sign(&[7; 32]);
    let length = u8::try_from(data.len()).unwrap();
    host.0.exchange(&[&[0, 0x87, 0x11, 0x9c, length], &data[..], &[0]].concat())
}

fn ready() -> Host {
    let host = Host::with_key(NEW, TOUCHED);
    host.give_pin();
    host
}

#[test]
fn a_refusal_strikes_once_and_signs_nothing() {
    for status in [0x6f00, 0x6982, 0x1234] {
        let host = ready();
        host.0.fault(Fault::Status(status));
        assert_eq!(host.sign_digest(), Err(status));
        assert_eq!(host.0.signatures(), 0);
        assert!(host.sign_digest().is_ok(), "whoever tries again succeeds");
    }
    assert_eq!(Fault::INTERNAL, Fault::Status(0x6f00));
}

#[test]
fn a_pin_that_is_blocked_meanwhile_is_of_no_use() {
    let host = ready();
    host.0.fault(Fault::PinBlocked);
    assert!(host.sign_digest().is_err());
    assert_eq!(host.verify(b"123456\xff\xff"), Err(0x6983));
    assert_eq!((host.0.pin_tries().pin, host.0.signatures()), (0, 0));
    let at_the_door = Host::with_key(NEW, TOUCHED);
    at_the_door.0.fault_at(Occasion::Pin, Fault::PinBlocked);
    assert_eq!(at_the_door.verify(b"123456\xff\xff"), Err(0x6983));
}

#[test]
fn nobody_touches_it_though_somebody_stands_by() {
    let host = ready();
    host.0.set_touch_limit(Duration::from_millis(10));
    host.0.fault(Fault::NoTouch);
    assert_eq!(host.sign_digest(), Err(0x6982));
    assert_eq!(host.0.signatures(), 0);
    assert!(host.sign_digest().is_ok());
}

#[test]
fn it_is_pulled_out_before_during_or_after_a_signature() {
    for (moment, made) in [(Moment::Before, 0), (Moment::During, 1), (Moment::After, 1)] {
        let host = ready();
        host.0.fault(Fault::Unplugged(moment));
        let answer = signature(&host);
        match moment {
            Moment::Before | Moment::During => assert_eq!(answer, Exchange::Gone, "{moment:?}"),
            Moment::After => assert!(matches!(answer, Exchange::LastAnswer(_)), "{answer:?}"),
        }
        assert_eq!((host.0.signatures(), host.0.is_gone()), (made, true), "{moment:?}");
    }
}

#[test]
fn pulling_it_out_ends_waiting_for_a_touch_and_hanging() {
    for (fault, finger) in [(Fault::Hangs, Finger::AtOnce), (Fault::Slow(Duration::ZERO), Finger::WhenTold)] {
        let host = ready();
        host.0.set_finger(finger);
        host.0.fault(fault);
        let plug = host.0.plug().clone();
        let card = host.0.clone();
        let person = std::thread::spawn(move || {
            if finger == Finger::WhenTold {
                assert!(card.asks_for_touch());
            }
            plug.0.leave();
        });
        assert_eq!(signature(&host), Exchange::Gone);
        person.join().unwrap();
        assert_eq!(host.0.signatures(), 0);
    }
}

#[test]
fn answers_are_truncated_a_stub_or_malformed() {
    for fault in [Fault::Truncated, Fault::Stub, Fault::Malformed] {
        let host = ready();
        let good = signature(&host).into_bytes();
        host.0.fault(fault);
        let bad = signature(&host).into_bytes();
        match fault {
            Fault::Stub => assert_eq!(bad, [0x90]),
            Fault::Truncated => {
                assert!(bad.len() < good.len() - 20 && bad.ends_with(&[0x90, 0]), "{bad:02x?}");
                assert!(usize::from(bad[1]) > bad.len());
            }
            _ => {
                assert!(bad.len() > 60 && bad.ends_with(&[0x90, 0]), "{bad:02x?}");
                assert_eq!(bad[..3], [0x7c, 0x83, 0x83]);
            }
        }
    }
}

#[test]
fn a_wrong_signature_looks_like_a_right_one() {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    let host = ready();
    let public = super::host::among(&super::host::among(&host.metadata(0x9c).unwrap(), 4), 0x86);
    let verifies = |signature: &[u8]| {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &public).verify(b"a root", signature).is_ok()
    };
    host.0.fault(Fault::WrongSignature);
    let asked = digest(&SHA256, b"a root");
    let wrong = host.sign(0x9c, 0x11, asked.as_ref()).unwrap();
    let right = host.sign(0x9c, 0x11, asked.as_ref()).unwrap();
    assert_eq!((wrong[0], verifies(&wrong), verifies(&right)), (0x30, false, true));
}

#[test]
fn faults_wait_for_their_occasion_in_their_order() {
    let host = Host::with_key(NEW, UNLIMITED);
    host.0.fault_at(Occasion::Metadata, Fault::Status(0x6f01));
    host.0.fault_at(Occasion::Attestation, Fault::Status(0x6f02));
    host.0.fault_at(Occasion::ManagementKey, Fault::Status(0x6f03));
    host.0.fault_at(Occasion::Attestation, Fault::Status(0x6f04));
    assert!(host.sign_digest().is_ok());
    assert_eq!(host.send(0xf9, 0x9c, 0, &[]), Err(0x6f02));
    assert_eq!(host.metadata(0x9c), Err(0x6f01));
    assert_eq!(host.send(0xf9, 0x9c, 0, &[]), Err(0x6f04));
    host.0.cure();
    host.manage();
    host.0.fault_at(Occasion::Anything, Fault::INTERNAL);
    assert_eq!(host.send(0xfd, 0, 0, &[]), Err(0x6f00));
}
