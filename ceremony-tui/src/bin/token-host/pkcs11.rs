//! Any local PKCS#11 module, through `cryptoki`.
//!
//! Every request finds its token anew by label and serial number, opens a session, logs in, does one thing, logs out
//! and closes the session: a token that was taken out and put back works, and no login outlives its request.

mod failure;
mod public;
mod refused;
mod sign;

use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::Adapter;
use ceremony_tui::token::{
    Answer, KeyLocator, Listing, Login, PinState, Refusal, Request, TokenId, TokenInfo, TokenKey, TokenKind,
};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::MechanismType;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use shared::json::Json;
use shared::key::{Key, Scheme};

use public::PublicObject;

/// One module, loaded when the first request comes.
pub(crate) struct Module {
    path: String,
    loaded: Option<Pkcs11>,
}

impl Module {
    pub(crate) fn new(path: &str) -> Module {
        Module { path: path.to_owned(), loaded: None }
    }

    fn context(&mut self) -> Result<&Pkcs11, Refusal> {
        if self.loaded.is_none() {
            self.loaded = Some(load(&self.path)?);
        }
        self.loaded.as_ref().ok_or(Refusal::NotSupported)
    }
}

impl Adapter for Module {
    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        let context = self.context()?;
        match request {
            Request::Tokens => Ok(Answer::Tokens(Listing { tokens: tokens(context)?, unusable: Vec::new() })),
            Request::Keys { token, login } => {
                let slot = find_token(context, &token)?;
                let pin = pin_for(login, secrets)?;
                Ok(Answer::Keys(in_session(context, slot, login, pin.as_ref(), list_keys)?))
            }
            Request::Sign { key: KeyLocator::Token { token, key_id, key }, message, login } => {
                let slot = find_token(context, &token)?;
                let pin = pin_for(login, secrets)?;
                let offered = context.get_mechanism_list(slot).unwrap_or_default();
                let wanted = Wanted { key_id: &key_id, key: &key, message: &message, offered: &offered };
                let sign = |session: &Session| wanted.sign(session, pin.as_ref());
                Ok(Answer::Signature(in_session(context, slot, login, pin.as_ref(), sign)?))
            }
            _ => Err(Refusal::NotSupported),
        }
    }
}

fn load(path: &str) -> Result<Pkcs11, Refusal> {
    refused::refuse(path)?;
    let not_loaded = |reason: String| Refusal::ModuleNotLoaded { module: path.to_owned(), reason };
    if !path.starts_with('/') {
        return Err(not_loaded("the path is not absolute".to_owned()));
    }
    match std::fs::metadata(path) {
        Err(error) => return Err(not_loaded(error.to_string())),
        Ok(metadata) if !metadata.is_file() => return Err(not_loaded("it is not a regular file".to_owned())),
        Ok(_) => {}
    }
    let context = Pkcs11::new(path).map_err(|error| not_loaded(error.to_string()))?;
    context
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .map_err(|error| not_loaded(error.to_string()))?;
    Ok(context)
}

fn tokens(context: &Pkcs11) -> Result<Vec<TokenInfo>, Refusal> {
    let slots = context.get_slots_with_token().map_err(|error| failure::refusal("list its slots", &error))?;
    // A reader whose token vanishes in this moment, or is not initialised, is not a token.
    let seen = slots.into_iter().filter_map(|slot| context.get_token_info(slot).ok());
    Ok(seen.filter(|info| info.token_initialized()).map(|info| describe(&info)).collect())
}

fn describe(info: &cryptoki::slot::TokenInfo) -> TokenInfo {
    TokenInfo {
        id: identify(info),
        kind: TokenKind::Pkcs11,
        model: info.model().trim().to_owned(),
        manufacturer: info.manufacturer_id().trim().to_owned(),
        firmware: None,
        pin: pin_state(info),
        pin_pad: info.protected_authentication_path(),
        details: Vec::new(),
    }
}

fn identify(info: &cryptoki::slot::TokenInfo) -> TokenId {
    TokenId { label: info.label().trim().to_owned(), serial: info.serial_number().trim().to_owned() }
}

fn pin_state(info: &cryptoki::slot::TokenInfo) -> PinState {
    if info.user_pin_locked() {
        PinState::Locked
    } else if info.user_pin_final_try() {
        PinState::FinalTry
    } else if info.user_pin_count_low() {
        PinState::Low
    } else {
        PinState::Fine
    }
}

fn find_token(context: &Pkcs11, token: &TokenId) -> Result<Slot, Refusal> {
    let slots = context.get_slots_with_token().map_err(|error| failure::refusal("list its slots", &error))?;
    let mut found = slots
        .into_iter()
        .filter(|slot| context.get_token_info(*slot).is_ok_and(|info| identify(&info) == *token));
    let TokenId { label, serial } = token.clone();
    let slot = found.next().ok_or(Refusal::NoSuchToken { label: label.clone(), serial: serial.clone() })?;
    if found.next().is_some() { Err(Refusal::AmbiguousToken { label, serial }) } else { Ok(slot) }
}

fn pin_for(login: Login, secrets: &[Secret]) -> Result<Option<AuthPin>, Refusal> {
    match (login, secrets) {
        (Login::None | Login::PinPad, _) => Ok(None),
        (Login::Secret, []) => Err(Refusal::SecretMissing),
        (Login::Secret, [secret, ..]) => {
            let text = secret.expose_text().map_err(|_| Refusal::SecretMissing)?;
            Ok(Some(AuthPin::from(text.to_owned())))
        }
    }
}

/// Opens a session, logs in if asked to, works, and leaves the token logged out whatever happened.
fn in_session<T>(
    context: &Pkcs11,
    slot: Slot,
    login: Login,
    pin: Option<&AuthPin>,
    work: impl FnOnce(&Session) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let session =
        context.open_ro_session(slot).map_err(|error| failure::refusal("open a session", &error))?;
    if login == Login::None {
        return work(&session);
    }
    if let Err(error) = session.login(UserType::User, pin) {
        if failure::is_wrong_pin(&error) {
            let state = context.get_token_info(slot).map_or(PinState::Low, |info| pin_state(&info));
            return Err(Refusal::WrongPin { state });
        }
        return Err(failure::refusal("log in", &error));
    }
    let result = work(&session);
    // The session is closed next, which ends the login as well.
    let _ = session.logout();
    result
}

fn list_keys(session: &Session) -> Result<Vec<TokenKey>, Refusal> {
    let failed = |error| failure::refusal("list its keys", &error);
    let objects = session.find_objects(&[Attribute::Class(ObjectClass::PUBLIC_KEY)]).map_err(failed)?;
    let mut keys = Vec::new();
    for object in objects {
        let public = PublicObject::read(session, object).map_err(failed)?;
        keys.push(TokenKey {
            id: hex::encode(&public.id),
            label: public.label.clone(),
            key: public.to_key().map(|key| key.to_json()),
            policy: None,
            origin: None,
            details: Vec::new(),
            warnings: Vec::new(),
        });
    }
    keys.sort_by(|left, right| left.id.cmp(&right.id));
    Ok(keys)
}

/// The key that shall sign, as the screen process knows it.
struct Wanted<'a> {
    key_id: &'a str,
    key: &'a Json,
    message: &'a [u8],
    offered: &'a [MechanismType],
}

impl Wanted<'_> {
    fn sign(&self, session: &Session, pin: Option<&AuthPin>) -> Result<Vec<u8>, Refusal> {
        let key = Key::from_json(self.key)
            .map_err(|error| Refusal::UnsupportedKey { reason: error.to_string() })?;
        let Some(scheme) = key.scheme() else {
            return Err(Refusal::UnsupportedKey { reason: "its scheme is only read here".to_owned() });
        };
        let object = self.private_key(session, scheme)?;
        sign::sign(session, object, scheme, self.message, self.offered, pin)
    }

    fn private_key(&self, session: &Session, scheme: Scheme) -> Result<ObjectHandle, Refusal> {
        let missing = || Refusal::NoSuchKey { key_id: self.key_id.to_owned() };
        let id = hex::decode(self.key_id).map_err(|_| missing())?;
        let key_type = match scheme {
            Scheme::Ed25519 => KeyType::EC_EDWARDS,
            Scheme::EcdsaP256Sha256 => KeyType::EC,
            Scheme::RsaPssSha256 => KeyType::RSA,
        };
        let template =
            [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id), Attribute::KeyType(key_type)];
        let found =
            session.find_objects(&template).map_err(|error| failure::refusal("find the key", &error))?;
        let usable = |object: &ObjectHandle| {
            session
                .get_attributes(*object, &[AttributeType::Sign])
                .is_ok_and(|attributes| !attributes.contains(&Attribute::Sign(false)))
        };
        found.into_iter().find(usable).ok_or_else(missing)
    }
}
