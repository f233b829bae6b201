//! A key holder that the cases are run on, and what is known of it.

use std::any::Any;
use std::ffi::OsString;
use std::path::PathBuf;

use ceremony_tui::token::{
    Answer, Authority, KeyLocator, Listing, Login, NewKey, Refusal, Request, TokenId, TokenInfo, TokenKey,
};
use shared::json::Json;
use shared::key::Key;

use crate::host::Host;

/// A key holder.
pub(crate) struct Subject {
    pub(crate) title: String,
    pub(crate) host: Host,
    pub(crate) place: Place,
    /// Its PIN or passphrase.
    pub(crate) pin: String,
    /// How many PIN tries it has left, where somebody beside its host can tell.
    pub(crate) tries: Option<Box<dyn Fn() -> u8>>,
    /// Gives a locked token its PIN back, where its host cannot.
    pub(crate) rescue: Option<Box<dyn Fn()>>,
    /// What may be done to it besides signing.
    pub(crate) may: May,
    /// The cases that do not apply to it, in their order.
    pub(crate) without: Vec<&'static str>,
    /// Where other programs find the same token.
    pub(crate) elsewhere: Option<Elsewhere>,
    /// The locator of its key, once it was asked for.
    pub(crate) known: Option<KeyLocator>,
    /// What has to live as long as it does.
    #[expect(dead_code, reason = "held, and never looked at")]
    pub(crate) kept: Vec<Box<dyn Any>>,
}

/// Where its key is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    File { path: String },
    Token { id: TokenId, key_id: String },
}

/// What may be done to a token.
#[derive(Debug, Clone)]
pub(crate) struct May {
    /// One wrong PIN at a time may be tried on it.
    pub(crate) try_wrong_pins: bool,
    /// Wrong PINs may be tried on it until it locks.
    pub(crate) lock: bool,
    /// Its PIN may be changed.
    pub(crate) change_pin: bool,
    /// What gives it a new PIN: PUK or security officer's PIN.
    pub(crate) unblock: Option<String>,
    /// A key that may be generated on it, and what allows that.
    pub(crate) generate: Option<(NewKey, Authority)>,
    /// Its keys are attested.
    pub(crate) attest: bool,
}

impl Default for May {
    fn default() -> May {
        May {
            try_wrong_pins: true,
            lock: false,
            change_pin: false,
            unblock: None,
            generate: None,
            attest: false,
        }
    }
}

/// Where other programs find the same token.
pub(crate) struct Elsewhere {
    pub(crate) module: PathBuf,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) label: String,
    pub(crate) id: u8,
}

impl Subject {
    /// The token, if it is one.
    pub(crate) fn token(&self) -> Option<TokenId> {
        match &self.place {
            Place::Token { id, .. } => Some(id.clone()),
            Place::File { .. } => None,
        }
    }

    pub(crate) fn ask(&mut self, request: Request, secrets: &[&str]) -> Result<Answer, Refusal> {
        let secrets: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
        self.host.ask(request, &secrets)
    }

    pub(crate) fn listing(&mut self) -> Listing {
        match self.ask(Request::Tokens, &[]) {
            Ok(Answer::Tokens(listing)) => listing,
            other => panic!("no list of tokens: {other:?}"),
        }
    }

    /// What it says about itself now.
    pub(crate) fn info(&mut self) -> TokenInfo {
        let id = self.token().expect("a token");
        let mut found: Vec<TokenInfo> =
            self.listing().tokens.into_iter().filter(|token| token.id == id).collect();
        assert_eq!(found.len(), 1, "the token is listed once: {found:?}");
        found.remove(0)
    }

    /// The keys of a token, after a login.
    pub(crate) fn keys(&mut self) -> Vec<TokenKey> {
        let token = self.token().expect("a token");
        let pin = self.pin.clone();
        match self.ask(Request::Keys { token, login: Login::Secret }, &[&pin]) {
            Ok(Answer::Keys(keys)) => keys,
            other => panic!("no list of keys: {other:?}"),
        }
    }

    /// Its public key, as it says it now.
    pub(crate) fn key_json(&mut self) -> Json {
        match self.place.clone() {
            Place::File { path } => {
                let pin = self.pin.clone();
                match self.ask(Request::OpenKeyFile { path }, &[&pin]) {
                    Ok(Answer::Key(key)) => key,
                    other => panic!("the file does not open: {other:?}"),
                }
            }
            Place::Token { key_id, .. } => {
                let keys = self.keys();
                let shown = keys.iter().find(|key| key.id == key_id);
                let shown = shown.unwrap_or_else(|| panic!("no key {key_id} in {keys:?}"));
                shown.key.clone().unwrap_or_else(|reason| panic!("{key_id}: {reason}"))
            }
        }
    }

    pub(crate) fn key(&mut self) -> Key {
        Key::from_json(&self.key_json()).unwrap()
    }

    /// Where its key is. Asked for once: a token that shows another key later signs nothing.
    pub(crate) fn locator(&mut self) -> KeyLocator {
        if let Some(known) = &self.known {
            return known.clone();
        }
        let locator = match self.place.clone() {
            Place::File { path } => KeyLocator::File { path },
            Place::Token { id, key_id } => KeyLocator::Token { token: id, key_id, key: self.key_json() },
        };
        self.known = Some(locator.clone());
        locator
    }

    /// Signs with the right PIN.
    pub(crate) fn sign(&mut self, message: &[u8]) -> Vec<u8> {
        let locator = self.locator();
        let pin = self.pin.clone();
        self.sign_at(locator, message, &pin).unwrap_or_else(|refusal| panic!("{}: {refusal}", self.title))
    }

    /// Signs with a key and a PIN.
    pub(crate) fn sign_at(&mut self, key: KeyLocator, message: &[u8], pin: &str) -> Result<Vec<u8>, Refusal> {
        self.sign_with(key, message, pin.as_bytes())
    }

    /// Signs with a key and a PIN that may be no text.
    pub(crate) fn sign_with(
        &mut self,
        key: KeyLocator,
        message: &[u8],
        pin: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let request = Request::Sign { key, message: message.to_vec(), login: Login::Secret };
        match self.host.ask(request, &[pin]) {
            Ok(Answer::Signature(signature)) => Ok(signature),
            Err(refusal) => Err(refusal),
            other => panic!("that is no answer to a request to sign: {other:?}"),
        }
    }

    pub(crate) fn tries_left(&self) -> Option<u8> {
        self.tries.as_ref().map(|tries| tries())
    }
}
