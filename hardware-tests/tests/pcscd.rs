//! The bench in the eyes of programs that know nothing of it.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::Result;
use hardware_tests::card::Stranger;
use hardware_tests::oracles::{opensc_tool, ykcs11};
use hardware_tests::pcscd::{Pcscd, PcscdError};
use hardware_tests::yubikey::{Algorithm, Fault, Finger, Moment, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};

const NEW: Firmware = Firmware::new(5, 7, 1);
const OLD: Firmware = Firmware::new(5, 4, 3);
/// What `timeout` says of a program that took too long.
const TOO_LONG: i32 = 124;

/// How many cards `opensc-tool` sees.
fn cards(bench: &Pcscd) -> Result<usize> {
    Ok(opensc_tool(bench, &["--list-readers"])?.matches(" Yes ").count())
}

/// A card that Debian's PKCS#11 module can sign with.
fn signing_card() -> Result<YubiKey> {
    let card = YubiKey::new(22_222_222, OLD)?;
    card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always))?;
    Ok(card)
}

/// Signs through PC/SC and Yubico's PKCS#11 module, within so many seconds.
fn sign(bench: &Pcscd, folder: &Path, seconds: &str) -> Result<Output> {
    let message = folder.join("message");
    std::fs::write(&message, [7; 32])?;
    let mut tool = Command::new("timeout");
    bench.tell(&mut tool);
    tool.args([seconds, "pkcs11-tool", "--module"]).arg(ykcs11()?);
    tool.args(["--login", "--pin", "123456", "--sign", "--mechanism", "ECDSA", "--id", "02"]);
    Ok(tool.arg("-i").arg(&message).arg("-o").arg(folder.join("signature")).output()?)
}

#[test]
fn cards_come_and_go_and_two_fit() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    assert_eq!(cards(&bench)?, 0);
    let (one, two) = (YubiKey::new(11_111_111, NEW)?, YubiKey::new(22_222_222, OLD)?);
    bench.insert(&one)?;
    bench.insert(&two)?;
    let third = YubiKey::new(33_333_333, NEW)?;
    assert!(bench.insert(&third).is_err());
    assert_eq!(cards(&bench)?, 2);
    bench.remove(&one)?;
    assert!(one.is_gone() && bench.remove(&one).is_err());
    bench.insert(&third)?;
    bench.remove(&two)?;
    assert_eq!(cards(&bench)?, 1);
    bench.insert(&one)?;
    assert!(!one.is_gone());
    assert_eq!(cards(&bench)?, 2, "it can come back");
    Ok(())
}

#[test]
fn two_benches_at_once_do_not_see_each_other() -> Result<()> {
    let (here, there) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (here, there) = (Pcscd::start(here.path())?, Pcscd::start_with_readers(there.path(), "Some Reader")?);
    here.insert(&YubiKey::new(5, NEW)?)?;
    assert_eq!((cards(&here)?, cards(&there)?), (1, 0));
    assert!(opensc_tool(&there, &["--list-readers"])?.contains("Some Reader 00 01"));
    Ok(())
}

#[test]
fn a_stranger_and_two_cards_with_one_serial_number_are_what_they_are() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    let stranger = Stranger::new();
    bench.insert(&stranger)?;
    let seen = opensc_tool(&bench, &["--atr", "--send-apdu", "00a4040005a000000308"])?;
    assert!(seen.contains("SW1=0x6A, SW2=0x82") && !seen.contains("59:75:62:69:4b:65:79"), "{seen}");
    bench.remove(&stranger)?;
    for twin in [YubiKey::new(5, NEW)?, YubiKey::new(5, NEW)?] {
        let reader = bench.insert(&twin)?;
        let asked = ["--reader", &reader, "--send-apdu", "00a4040005a000000308", "--send-apdu", "00f8000000"];
        let told = opensc_tool(&bench, &asked)?;
        assert!(told.contains("00 00 00 05"), "{told}");
    }
    Ok(())
}

#[test]
fn a_signature_is_made_after_a_touch_and_the_log_tells_no_pin() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let card = signing_card()?;
    let bench = Pcscd::start(folder.path())?;
    bench.insert(&card)?;
    card.set_finger(Finger::WhenTold);
    let toucher = card.clone();
    let person = std::thread::spawn(move || toucher.touch());
    let output = sign(&bench, folder.path(), "30")?;
    assert!(output.status.success() && person.join().is_ok_and(|touched| touched), "{output:?}");
    assert_eq!(card.signatures(), 1);
    let log = bench.log();
    assert!(log.contains("daemon ready"), "{log}");
    assert!(!log.contains("123456") && !log.contains("31 32 33 34 35 36"), "{log}");
    Ok(())
}

#[test]
fn faults_of_a_signature_leave_the_bench_as_it_was() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    let faults = [
        Fault::PinBlocked,
        Fault::NoTouch,
        Fault::Unplugged(Moment::Before),
        Fault::Unplugged(Moment::During),
        Fault::Unplugged(Moment::After),
        Fault::INTERNAL,
        Fault::Status(0x6985),
        Fault::Truncated,
        Fault::Stub,
        Fault::Malformed,
        Fault::Hangs,
    ];
    for fault in faults {
        let card = signing_card()?;
        card.set_touch_limit(Duration::from_millis(100));
        bench.insert(&card)?;
        card.fault(fault);
        // pkcs11-tool tries once more by itself, so it may succeed in the end.
        let limit = if fault == Fault::Hangs { "2" } else { "30" };
        let output = sign(&bench, folder.path(), limit)?;
        assert_eq!(output.status.code() == Some(TOO_LONG), fault == Fault::Hangs, "{fault:?}: {output:?}");
        bench.remove(&card)?;
    }
    let card = signing_card()?;
    bench.insert(&card)?;
    assert!(sign(&bench, folder.path(), "30")?.status.success());
    assert_eq!(card.signatures(), 1);
    println!("figure: faults of cards: {} faults in pcscd", faults.len());
    Ok(())
}

#[test]
fn a_card_that_a_fault_pulled_out_is_plugged_in_again_and_no_card_is_in_two_readers() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    let card = signing_card()?;
    let reader = bench.insert(&card)?;
    assert!(matches!(bench.insert(&card), Err(PcscdError::AlreadyInserted)));
    card.fault(Fault::Unplugged(Moment::During));
    // pkcs11-tool finds nothing to try again with.
    assert!(!sign(&bench, folder.path(), "30")?.status.success());
    assert!(card.is_gone());
    assert_eq!(bench.insert(&card)?, reader);
    assert!(sign(&bench, folder.path(), "30")?.status.success());
    Ok(())
}

#[test]
fn a_daemon_that_dies_takes_its_socket_along_and_comes_back_with_its_cards() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Pcscd::start(folder.path())?;
    let card = YubiKey::new(11_111_111, NEW)?;
    bench.insert(&card)?;
    bench.kill();
    assert!(opensc_tool(&bench, &["--list-readers"]).is_err() || cards(&bench)? == 0);
    for _ in 0..3 {
        bench.restart()?;
        assert_eq!(cards(&bench)?, 1);
    }
    Ok(())
}

#[test]
fn a_daemon_ends_with_its_bench_even_when_nobody_drops_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let place = folder.path().to_owned();
    let bench = std::thread::spawn(move || Pcscd::start(&place).map(std::mem::ManuallyDrop::new)).join();
    let bench = bench.map_err(|_| anyhow::anyhow!("the thread panicked"))??;
    // The thread is over, so the daemon ends, and with it whoever holds its socket.
    let (_, socket) = bench.environment();
    let mut last_words = std::os::unix::net::UnixStream::connect(&socket).ok();
    if let Some(connection) = &mut last_words {
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        let end = std::io::Read::read(connection, &mut [0; 1]);
        assert!(matches!(&end, Ok(0)) || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    }
    assert!(std::os::unix::net::UnixStream::connect(&socket).is_err());
    Ok(())
}

#[test]
fn a_folder_with_a_long_name_is_refused_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let error = Pcscd::start(&folder.path().join("x".repeat(90))).unwrap_err().to_string();
    assert!(error.contains("Take a folder with a shorter name."), "{error}");
    Ok(())
}
