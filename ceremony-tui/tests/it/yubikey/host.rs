//! A PIV host in a room of its own: daemon, cards, process.

use std::cell::RefCell;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ceremony_tui::channel::{Channel, ChannelError};
use ceremony_tui::token::{
    Answer, Envelope, KeyLocator, Listing, Login, Refusal, Request, Shown, TokenId, TokenKey,
};
use hardware_tests::pcscd::Pcscd;
use hardware_tests::yubikey::{Algorithm, YubiKey};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::json::Json;
use shared::key::Key;

pub(crate) const SERIAL: u32 = 11_111_111;
pub(crate) const PIN: &str = "123456";
pub(crate) const MESSAGE: &[u8] = b"what is signed";
/// Longer than any request takes here.
const LIMIT: Duration = Duration::from_secs(60);

/// A host, and the daemon that it asks.
pub(crate) struct Room {
    pub(crate) bench: Pcscd,
    pub(crate) channel: Channel,
    pub(crate) child: Child,
    /// Where everything of this room writes to.
    pub(crate) folder: tempfile::TempDir,
    /// What the last listing showed; the next host hears it with its first request.
    shown: RefCell<Vec<Shown>>,
}

impl Room {
    pub(crate) fn open() -> Room {
        let folder = tempfile::tempdir().unwrap();
        let bench = Pcscd::start(folder.path()).unwrap_or_else(|error| panic!("{error}"));
        let (channel, child) = start(&bench, folder.path());
        Room { bench, channel, child, folder, shown: RefCell::default() }
    }

    /// One with a card in a reader.
    pub(crate) fn with(card: &YubiKey) -> Room {
        let room = Room::open();
        room.bench.insert(card).unwrap();
        room
    }

    /// Kills the host, wherever it is, and starts another.
    pub(crate) fn restart_host(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.channel, self.child) = start(&self.bench, self.folder.path());
    }

    pub(crate) fn begin(&self, request: Request, secrets: &[&str]) {
        set_socket_timeout(self.channel.as_descriptor(), Timeout::Recv, Some(LIMIT)).unwrap();
        let secret_count = u8::try_from(secrets.len()).unwrap();
        let shown = self.shown.borrow().clone();
        self.channel.send(&Envelope { request, secrets: secret_count, shown }).unwrap();
        let mut socket =
            std::fs::File::from(self.channel.as_descriptor().as_fd().try_clone_to_owned().unwrap());
        for secret in secrets {
            let length = u32::try_from(secret.len()).unwrap().to_be_bytes();
            socket.write_all(&[&length[..], secret.as_bytes()].concat()).unwrap();
        }
    }

    pub(crate) fn end(&self) -> Result<Result<Answer, Refusal>, ChannelError> {
        self.channel.receive()
    }

    /// Asks and waits; a host that dies or hangs fails the test.
    pub(crate) fn ask(&self, request: Request, secrets: &[&str]) -> Result<Answer, Refusal> {
        self.begin(request, secrets);
        self.end().unwrap()
    }

    /// What a person reads when the host says no.
    pub(crate) fn refused(&self, request: Request, secrets: &[&str]) -> String {
        self.ask(request, secrets).unwrap_err().to_string()
    }

    pub(crate) fn listing(&self) -> Listing {
        match self.ask(Request::Tokens, &[]) {
            Ok(Answer::Tokens(listing)) => {
                self.shown.replace(listing.shown.clone());
                listing
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn keys(&self) -> Vec<TokenKey> {
        match self.ask(Request::Keys { token: token(), login: Login::None }, &[]) {
            Ok(Answer::Keys(keys)) => keys,
            other => panic!("{other:?}"),
        }
    }

    /// The one key of the token, which can sign a root.
    pub(crate) fn key(&self) -> Json {
        let keys = self.keys();
        assert_eq!(keys.len(), 1, "{keys:?}");
        keys[0].key.clone().unwrap()
    }

    /// Asks for a signature with the right PIN, and verifies it.
    pub(crate) fn signs(&self, slot: &str, key: &Json) {
        self.verified(slot, key, PIN);
    }

    /// The same in 9c, with a PIN that somebody chose.
    pub(crate) fn signs_with(&self, pin: &str, key: &Json) {
        self.verified("9c", key, pin);
    }

    fn verified(&self, slot: &str, key: &Json, pin: &str) {
        match self.ask(sign(slot, key), &[pin]) {
            Ok(Answer::Signature(signature)) => {
                Key::from_json(key).unwrap().verify(MESSAGE, &signature).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

fn start(bench: &Pcscd, folder: &Path) -> (Channel, Child) {
    let (channel, other) = Channel::pair().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_piv-host"));
    bench.tell(&mut command);
    let output =
        || std::fs::File::options().create(true).append(true).open(folder.join("host.output")).unwrap();
    command.arg("piv").stdin(Stdio::from(other)).stdout(output()).stderr(output());
    command.envs([("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")]);
    // No broker hands these on; here they reach the library all the same.
    command.envs([("PCSCLITE_DEBUG", "0"), ("MUSCLECARD_DEBUG", "0")]);
    (channel, command.spawn().unwrap())
}

pub(crate) fn token() -> TokenId {
    TokenId { label: "YubiKey".to_owned(), serial: SERIAL.to_string() }
}

pub(crate) fn sign(slot: &str, key: &Json) -> Request {
    let key = KeyLocator::Token { token: token(), key_id: slot.to_owned(), key: key.clone() };
    Request::Sign { key, message: MESSAGE.to_vec(), login: Login::Secret }
}

/// A YubiKey with firmware 5.7.1 and a key of the usual kind in 9c, touched at once.
pub(crate) fn usual_card() -> YubiKey {
    let card = card(Firmware::new(5, 7, 1));
    card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always)).unwrap();
    card
}

pub(crate) fn card(firmware: Firmware) -> YubiKey {
    let card = YubiKey::new(SERIAL, firmware).unwrap();
    card.set_touch_limit(Duration::from_millis(300));
    card
}
