//! A token in memory: the shortest program that keeps the contract.

use std::sync::{Arc, Mutex};

use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::Adapter;
use ceremony_tui::token::{
    Answer, Authority, KeyLocator, Listing, Login, NewKey, NewKeyKind, PinState, Refusal, Request, TokenId,
    TokenInfo, TokenKey, TokenKind, Traits,
};
use shared::device::Origin;
use shared::json::Json;
use shared::key::{Key, Scheme};
use shared::software::SoftwareKey;

/// Where its first key is.
pub(crate) const KEY_ID: &str = "02";
/// Shorter ones are slips.
const LEAST: usize = 4;
const TRIES: u8 = 3;

/// A token in memory; its clones are the same token.
#[derive(Clone)]
pub(crate) struct Fake(Arc<Mutex<Inside>>);

struct Inside {
    pin: Vec<u8>,
    officer: Vec<u8>,
    tries: u8,
    keys: Vec<(String, SoftwareKey)>,
}

impl Fake {
    pub(crate) fn new(pin: &str, officer: &str) -> Fake {
        let keys = vec![(KEY_ID.to_owned(), SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap())];
        let (pin, officer) = (pin.as_bytes().to_vec(), officer.as_bytes().to_vec());
        Fake(Arc::new(Mutex::new(Inside { pin, officer, tries: TRIES, keys })))
    }

    pub(crate) fn id(&self) -> TokenId {
        TokenId { label: "fake".to_owned(), serial: "1".to_owned() }
    }

    pub(crate) fn tries_left(&self) -> u8 {
        self.0.lock().unwrap().tries
    }
}

impl Adapter for Fake {
    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        let id = self.id();
        let mut inside = self.0.lock().unwrap();
        match request {
            Request::Tokens => {
                Ok(Answer::Tokens(Listing { tokens: vec![inside.describe(id)], ..Listing::default() }))
            }
            Request::Keys { token, login } => {
                is_here(&id, token)?;
                inside.log_in(login, secrets)?;
                Ok(Answer::Keys(inside.keys.iter().map(show).collect()))
            }
            Request::Sign { key: KeyLocator::Token { token, key_id, key }, message, login } => {
                is_here(&id, token)?;
                if login == Login::None {
                    return Err(Refusal::SecretMissing);
                }
                inside.log_in(login, secrets)?;
                inside.sign(&key_id, &key, &message).map(Answer::Signature)
            }
            Request::GenerateKey { token, key, authority: Authority::Pin } => {
                is_here(&id, token)?;
                inside.log_in(Login::Secret, secrets)?;
                inside.generate(&key).map(Answer::Key)
            }
            Request::ChangePin { token } => {
                is_here(&id, token)?;
                inside.change_pin(secrets).map(|()| Answer::Done)
            }
            Request::UnblockPin { token } => {
                is_here(&id, token)?;
                inside.unblock(secrets).map(|()| Answer::Done)
            }
            Request::Identify { token } => is_here(&id, token).map(|()| Answer::Done),
            Request::Attestation { token, .. } => {
                is_here(&id, token)?;
                Err(Refusal::NotAttested { reason: "it is a fake".to_owned() })
            }
            _ => Err(Refusal::NotSupported),
        }
    }
}

fn is_here(own: &TokenId, TokenId { label, serial }: TokenId) -> Result<(), Refusal> {
    let is_own = (&own.label, &own.serial) == (&label, &serial);
    if is_own { Ok(()) } else { Err(Refusal::NoSuchToken { label, serial }) }
}

fn show((id, key): &(String, SoftwareKey)) -> TokenKey {
    TokenKey {
        id: id.clone(),
        label: "fake".to_owned(),
        key: Ok(key.public().to_json()),
        policy: None,
        origin: Some(Origin::Generated),
        details: Vec::new(),
        warnings: Vec::new(),
    }
}

impl Inside {
    fn describe(&self, id: TokenId) -> TokenInfo {
        TokenInfo {
            id,
            kind: TokenKind::Pkcs11,
            model: "fake".to_owned(),
            manufacturer: "nobody".to_owned(),
            firmware: None,
            pin: PinState::of_tries(self.tries),
            pin_pad: false,
            traits: Traits::default(),
            details: Vec::new(),
        }
    }

    fn log_in(&mut self, login: Login, secrets: &[Secret]) -> Result<(), Refusal> {
        match (login, secrets.first()) {
            (Login::None, _) => Ok(()),
            (_, Some(pin)) if !pin.is_empty() => self.check(pin),
            _ => Err(Refusal::SecretMissing),
        }
    }

    fn check(&mut self, pin: &Secret) -> Result<(), Refusal> {
        if self.tries == 0 {
            return Err(Refusal::PinLocked);
        }
        if pin.len() < LEAST {
            return Err(Refusal::NotAPin { rule: format!("{LEAST} characters or more") });
        }
        if pin.expose() == self.pin {
            self.tries = TRIES;
            return Ok(());
        }
        self.tries -= 1;
        Err(Refusal::WrongPin { state: PinState::of_tries(self.tries) })
    }

    fn sign(&self, key_id: &str, key: &Json, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let missing = || Refusal::NoSuchKey { key_id: key_id.to_owned() };
        let (_, own) = self.keys.iter().find(|(id, _)| id == key_id).ok_or_else(missing)?;
        let wanted = Key::from_json(key).map_err(|_| missing())?;
        if wanted.material() != own.public().material() {
            return Err(missing());
        }
        own.sign(message).map_err(|_| Refusal::NotAllowed)
    }

    fn generate(&mut self, new: &NewKey) -> Result<Json, Refusal> {
        if self.keys.iter().any(|(id, _)| *id == new.key_id) {
            return Err(Refusal::PlaceTaken { place: new.key_id.clone() });
        }
        let scheme = match new.kind {
            NewKeyKind::P256 => Scheme::EcdsaP256Sha256,
            NewKeyKind::Ed25519 => Scheme::Ed25519,
            NewKeyKind::Rsa2048 | NewKeyKind::Rsa3072 => Scheme::RsaPssSha256,
        };
        let key = SoftwareKey::generate(scheme).map_err(|_| Refusal::NotSupported)?;
        let public = key.public().to_json();
        self.keys.push((new.key_id.clone(), key));
        Ok(public)
    }

    fn change_pin(&mut self, secrets: &[Secret]) -> Result<(), Refusal> {
        let [old, new] = secrets else { return Err(Refusal::SecretMissing) };
        if old.expose() == new.expose() {
            return Err(Refusal::same_pin());
        }
        takes(new)?;
        self.check(old)?;
        self.pin = new.expose().to_vec();
        Ok(())
    }

    fn unblock(&mut self, secrets: &[Secret]) -> Result<(), Refusal> {
        let [officer, new] = secrets else { return Err(Refusal::SecretMissing) };
        takes(new)?;
        if officer.expose() != self.officer {
            return Err(Refusal::WrongPuk { state: PinState::Low });
        }
        (self.pin, self.tries) = (new.expose().to_vec(), TRIES);
        Ok(())
    }
}

fn takes(pin: &Secret) -> Result<(), Refusal> {
    let fits = (6..=8).contains(&pin.len()) && pin.expose_text().is_ok();
    if fits { Ok(()) } else { Err(Refusal::UnusablePin { rule: "a PIN has 6 to 8 characters".to_owned() }) }
}
