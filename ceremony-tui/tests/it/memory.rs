//! After a step is over, its PIN and its passphrase are in the memory of none of our processes.
//!
//! Root reads it all, as the parent that started them, with `process_vm_readv`.

mod reading;
mod search;
mod watched;
mod whole_ceremony;

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};

use ceremony_tui::channel::Channel;
use ceremony_tui::interrupt::Interrupt;
use ceremony_tui::process::hosts::Hosts;
use ceremony_tui::secret::Secret;
use ceremony_tui::token::{
    Answer, AskError, Authority, HostKind, KeyLocator, Login, NewKey, NewKeyKind, Question, Request,
    TokenBroker as _, TokenId, ask,
};
use hardware_tests::modules::{Call, Misbehaviour, Wrapper};
use hardware_tests::oracles::ykcs11;
use hardware_tests::softhsm::{self, KeyKind};
use hardware_tests::terminal::Key;
use hardware_tests::terminal::ceremony::Ceremony;
use hardware_tests::yubikey::Finger;
use shared::device::Firmware;

use crate::full_screen::{at_root_keys, program};
use crate::material::{Online, age_file};
use crate::processes::{descendants, wait_until};
use crate::room::BINARY;
use crate::softhsm::SoftHsm;
use crate::yubikey::host;
use reading::Memory;
use search::search;

/// PINs and passphrases that stand nowhere else.
const PIN: &str = "73519064";
const NEW_PIN: &str = "90641735";
const PASSPHRASE: &str = "marker-passphrase-8841-quokka";

fn assert_nowhere(pids: &[u32], secrets: &[&str]) {
    let found: Vec<String> = pids.iter().flat_map(|pid| search(*pid, secrets)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// A figure: what was found, and how much of each process was read.
fn told(what: &str, pids: &[u32]) -> String {
    let read: Vec<String> = pids.iter().map(|pid| Memory::of(*pid).told(*pid)).collect();
    format!("figure: memory: {what} (process_vm_readv by root, who started them; {})", read.join("; "))
}

/// Typed on the full screen. (`--pin-fd` keeps what it was given until the program ends: its help says so.)
#[test]
fn no_passphrase_is_left_in_screen_broker_or_host_after_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let mut ceremony = at_root_keys(&program(folder.path(), &["new"]), &online);
    let everybody = |ceremony: &Ceremony| {
        let screen = ceremony.terminal.pid();
        [vec![screen], descendants(screen).into_keys().collect()].concat()
    };
    for (index, name) in ["alice", "bob"].into_iter().enumerate() {
        let (path, _) = age_file(folder.path(), name, PASSPHRASE);
        // The wrong one first.
        ceremony.add_file(index, name, &path, &format!("{PASSPHRASE}!")).unwrap();
        ceremony.sees("The passphrase does not open").unwrap();
        assert_nowhere(&everybody(&ceremony), &[PASSPHRASE]);
        ceremony.answer("The passphrase again", "again").unwrap();
        ceremony.give_secret("Passphrase of", PASSPHRASE).unwrap();
        ceremony.sees(&format!("{} of at least 2", index + 1)).unwrap();
        assert_nowhere(&everybody(&ceremony), &[PASSPHRASE]);
    }
    ceremony.answer("2 of at least", "done").unwrap();
    ceremony.review().unwrap();
    ceremony.answer("Signed 0 of 2 needed", "alice").unwrap();
    ceremony.sees("not shown").unwrap();
    ceremony.terminal.type_text(PASSPHRASE).unwrap();
    // The judge can fail: now it has to be there.
    wait_until("the passphrase is typed", || !search(ceremony.terminal.pid(), &[PASSPHRASE]).is_empty());
    ceremony.terminal.press(Key::Enter).unwrap();
    ceremony.sees("Signed 1 of 2 needed").unwrap();
    let pids = everybody(&ceremony);
    assert_eq!(pids.len(), 3, "screen, broker, host");
    assert_nowhere(&pids, &[PASSPHRASE]);
    println!("{}", told("screen, broker and file host read after each step, no passphrase found", &pids));
}

#[test]
fn no_pin_is_left_in_the_host_of_softhsm() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", PIN, KeyKind::P256);
    let (name, path) = hsm.environment();
    let module = softhsm::module().unwrap().display().to_string();
    println!("{}", leaves_no_pin("SoftHSM", (name, path.into()), &module));
}

#[test]
fn no_pin_is_left_in_the_host_of_yubico_s_module() {
    let card = host::usual_card();
    let room = host::Room::with(&card);
    room.ask(Request::ChangePin { token: host::token() }, &[host::PIN, PIN]).unwrap();
    let (name, socket) = room.bench.environment();
    let module = ykcs11().unwrap_or_else(|error| panic!("{error}")).display().to_string();
    println!("{}", leaves_no_pin("ykcs11", (name, socket.into_os_string()), &module));
}

/// The real broker, and whoever asks it for a module's host.
struct Asking {
    broker: Child,
    hosts: Hosts,
    module: String,
}

impl Asking {
    fn begin(environment: (&str, OsString), module: &str) -> Asking {
        let (channel, other) = Channel::pair().unwrap();
        let mut command = Command::new(BINARY);
        command.arg("broker").envs([environment]).stdin(Stdio::from(other));
        let broker = command.spawn().unwrap();
        Asking { broker, hosts: Hosts::new(channel), module: module.to_owned() }
    }

    fn question(&self, request: Request, secrets: &[&str]) -> Question {
        let host = HostKind::Pkcs11 { module: self.module.clone() };
        Question { host, request, secrets: secrets.iter().map(|text| secret(text)).collect() }
    }

    fn ask(&mut self, request: Request, secrets: &[&str]) -> Result<Answer, AskError> {
        let question = self.question(request, secrets);
        ask(&mut self.hosts, question, &Interrupt::never())
    }

    /// The first token.
    fn token(&mut self) -> TokenId {
        let Ok(Answer::Tokens(listing)) = self.ask(Request::Tokens, &[]) else { panic!("no tokens") };
        listing.tokens[0].id.clone()
    }

    /// Broker and host.
    fn both(&self) -> [u32; 2] {
        let hosts: Vec<u32> = descendants(self.broker.id()).into_keys().collect();
        assert_eq!(hosts.len(), 1);
        [self.broker.id(), hosts[0]]
    }

    fn end(mut self) {
        drop(self.hosts);
        self.broker.wait().unwrap();
    }
}

fn keys_of(token: &TokenId) -> Request {
    Request::Keys { token: token.clone(), login: Login::Secret }
}

/// Returns the figure.
fn leaves_no_pin(what: &str, environment: (&str, OsString), module: &str) -> String {
    let mut asking = Asking::begin(environment, module);
    let token = asking.token();
    let both = asking.both();
    let Ok(Answer::Keys(found)) = asking.ask(keys_of(&token), &[PIN]) else { panic!("no keys") };
    assert_nowhere(&both, &[PIN]);
    let found = found.iter().find(|found| found.key.is_ok()).unwrap();
    let key = found.key.clone().unwrap();
    let key = KeyLocator::Token { token: token.clone(), key_id: found.id.clone(), key };
    let sign = Request::Sign { key, message: b"m".to_vec(), login: Login::Secret };
    assert!(matches!(asking.ask(sign, &[PIN]), Ok(Answer::Signature(_))));
    assert_nowhere(&both, &[PIN]);
    assert!(asking.ask(keys_of(&token), &[NEW_PIN]).is_err());
    assert_nowhere(&both, &[PIN, NEW_PIN]);
    assert_eq!(asking.ask(Request::ChangePin { token }, &[PIN, NEW_PIN]), Ok(Answer::Done));
    assert_nowhere(&both, &[PIN, NEW_PIN]);
    let figure =
        told(&format!("broker and PKCS#11 host ({what}) read after each request, no PIN found"), &both);
    asking.end();
    figure
}

/// The judge can fail here too.
#[test]
fn while_a_module_hangs_with_a_pin_the_search_finds_it_in_its_host_alone() {
    let folder = tempfile::tempdir().unwrap();
    let hsm = SoftHsm::new(folder.path());
    hsm.token("alice-p256", PIN, KeyKind::P256);
    let (name, path) = hsm.environment();
    let hangs = Misbehaviour::HangsIn(Call::Login);
    let wrapper = Wrapper::new(folder.path(), &softhsm::module().unwrap(), hangs).unwrap();
    let mut asking = Asking::begin((name, path.into()), wrapper.module().to_str().unwrap());
    let token = asking.token();
    let [broker, host] = asking.both();
    let question = asking.question(keys_of(&token), &[PIN]);
    asking.hosts.begin(question);
    wait_until("the PIN is in the host", || {
        assert_eq!(asking.hosts.advance(), None);
        !search(host, &[PIN]).is_empty()
    });
    assert_nowhere(&[broker], &[PIN]);
    asking.end();
}

/// A wrong one: the right one is the factory's, which every program knows.
const MANAGEMENT_KEY: &str = "f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566aabb";

#[test]
fn no_management_key_is_left_in_the_piv_host() {
    for firmware in [Firmware::new(5, 7, 1), Firmware::new(5, 4, 3)] {
        let card = host::card(firmware);
        let room = host::Room::with(&card);
        let kind = NewKeyKind::P256;
        let key = NewKey { key_id: "9a".to_owned(), label: String::new(), kind, policy: None };
        let authority = Authority::ManagementKey;
        let generate = Request::GenerateKey { token: host::token(), key, authority };
        let said = room.refused(generate, &[MANAGEMENT_KEY]);
        assert!(said.contains("The management key is wrong"), "{said}");
        assert_nowhere(&[room.child.id()], &[MANAGEMENT_KEY]);
    }
}

fn secret(text: &str) -> Secret {
    let mut secret = Secret::empty().unwrap();
    text.bytes().for_each(|byte| secret.push(byte).unwrap());
    secret
}

#[test]
fn no_secret_is_left_in_the_piv_host_and_while_it_waits_for_a_touch_the_search_finds_the_pin() {
    let card = host::usual_card();
    let room = host::Room::with(&card);
    let key = room.key();
    let pid = room.child.id();
    assert_eq!(room.ask(Request::ChangePin { token: host::token() }, &[host::PIN, PIN]), Ok(Answer::Done));
    assert_nowhere(&[pid], &[PIN]);
    card.set_finger(Finger::WhenTold);
    card.set_touch_limit(std::time::Duration::from_secs(60));
    room.begin(host::sign("9c", &key), &[PIN]);
    assert!(card.asks_for_touch());
    // The judge can fail: now it has to be there.
    assert!(!search(pid, &[PIN]).is_empty());
    card.touch();
    assert!(room.end().unwrap().is_ok());
    assert_nowhere(&[pid], &[PIN]);
    room.refused(host::sign("9c", &key), &[NEW_PIN]);
    assert_nowhere(&[pid], &[PIN, NEW_PIN]);
    room.ask(Request::UnblockPin { token: host::token() }, &["12345678", NEW_PIN]).unwrap();
    assert_nowhere(&[pid], &[PIN, NEW_PIN]);
    let what = "the PIV host read after a change, a signature, a wrong PIN and an unblocking: nothing found";
    println!("{}", told(what, &[pid]));
}
