//! Tokens that come and go while somebody is asked: a real pcscd, virtual YubiKeys, the full screen.

use std::path::Path;

use hardware_tests::pcscd::Pcscd;
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::yubikey::YubiKey;
use rustix::process::Signal;
use shared::device::Firmware;

use crate::full_screen::{at_root_keys, program};
use crate::material::Online;
use crate::processes::{descendants, is_alive, send, wait_until};

const NEW: Firmware = Firmware::new(5, 7, 1);

/// A bench with cards, and a ceremony that asks which token.
fn at_tokens(folder: &Path) -> (Pcscd, Ceremony) {
    let bench = Pcscd::start(&folder.join("pcscd")).unwrap();
    let online = Online::write(folder);
    let mut command = program(folder, &["new"]);
    bench.tell(&mut command);
    let mut ceremony = at_root_keys(&command, &online);
    ceremony.answer("0 of at least", "token").unwrap();
    ceremony.answer("Name of the key's holder", "alice").unwrap();
    (bench, ceremony)
}

fn piv_host(ceremony: &Ceremony) -> u32 {
    let is_host = |line: &Vec<String>| line.first().is_some_and(|program| program.ends_with("/piv-host"));
    let all = descendants(ceremony.terminal.pid());
    all.into_iter().find(|(_, line)| is_host(line)).map(|(pid, _)| pid).expect("a PIV host runs")
}

#[test]
fn yubikeys_appear_and_vanish_in_the_list_and_the_mark_stays_on_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, mut ceremony) = at_tokens(folder.path());
    ceremony.sees("No token is here.").unwrap();
    let (one, two) = (YubiKey::new(11_111_111, NEW).unwrap(), YubiKey::new(22_222_222, NEW).unwrap());
    bench.insert(&two).unwrap();
    ceremony.sees("22222222 was plugged in.").unwrap();
    ceremony.terminal.press(Key::Character('1')).unwrap();
    ceremony.terminal.wait_for(">  1 YubiKey/22222222").unwrap();
    bench.insert(&one).unwrap();
    ceremony.sees("11111111 was plugged in.").unwrap();
    let marked = |row: &String| row.contains("> ") && row.contains("YubiKey/22222222");
    assert!(ceremony.terminal.screen().rows.iter().any(marked), "{}", ceremony.terminal.screen());
    bench.remove(&two).unwrap();
    let gone = ceremony.sees("22222222 was taken out.").unwrap();
    assert!(!gone.rows.iter().any(|row| row.contains(">  ")), "nothing is chosen in its place: {gone}");
    ceremony.terminal.press(Key::Enter).unwrap();
    ceremony.sees("Nothing is chosen yet.").unwrap();
}

#[test]
fn a_card_service_that_dies_is_said_once_and_its_return_too() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, mut ceremony) = at_tokens(folder.path());
    let card = YubiKey::new(11_111_111, NEW).unwrap();
    bench.insert(&card).unwrap();
    ceremony.sees("YubiKey/11111111").unwrap();
    bench.kill();
    ceremony.sees("YubiKeys cannot be seen now. The smart card service (pcscd) cannot be reached").unwrap();
    bench.restart().unwrap();
    sees_the_service_again(&mut ceremony);
    ceremony.sees("YubiKey/11111111").unwrap();
}

/// Waits until the program says that the service is back. It starts without cards and finds them one after the other:
/// whoever looks in between says that it can be seen again, and a second later that they were plugged in.
pub(crate) fn sees_the_service_again(ceremony: &mut Ceremony) {
    ceremony.sees_one_of(&["YubiKeys can be seen again.", " was plugged in."]).unwrap();
}

/// Thirty seconds pass in a moment for whoever asks.
#[test]
fn a_host_that_dies_beside_the_question_is_said_and_looked_at_again_when_somebody_asks() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, mut ceremony) = at_tokens(folder.path());
    let card = YubiKey::new(11_111_111, NEW).unwrap();
    bench.insert(&card).unwrap();
    ceremony.sees("YubiKey/11111111").unwrap();
    let host = piv_host(&ceremony);
    send(host, Signal::KILL);
    ceremony.sees("YubiKeys cannot be seen now. The process that talks to the token has ended").unwrap();
    wait_until("it is gone", || !is_alive(host));
    ceremony.answer("Which token", "again").unwrap();
    ceremony.sees("YubiKeys can be seen again.").unwrap();
    assert_ne!(piv_host(&ceremony), host);
}
