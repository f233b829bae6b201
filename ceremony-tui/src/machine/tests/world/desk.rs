//! Tokens that can be changed: keys are generated, PINs change, and every change is written down.

use shared::device::{Firmware, KeyPolicy, Origin, PinPolicy, TouchPolicy};

use super::{World, key};
use crate::machine::*;
use crate::token::{
    Answer, Attestation, Detail, FactoryValue, PinLength, PinState, Refusal, Request, TokenId, TokenInfo,
    TokenKey, TokenKind, Traits,
};

/// A YubiKey without keys, with the values of the factory.
pub(crate) fn new_yubikey(serial: &str, firmware: Firmware) -> TokenInfo {
    let detail = |name: &str, value: &str| Detail { name: name.to_owned(), value: value.to_owned() };
    TokenInfo {
        id: TokenId { label: "YubiKey".to_owned(), serial: serial.to_owned() },
        kind: TokenKind::YubiKey,
        model: format!("YubiKey {firmware}"),
        manufacturer: "Yubico".to_owned(),
        firmware: Some(firmware),
        pin: PinState::Left(3),
        pin_pad: false,
        traits: Traits { factory: vec![FactoryValue::Pin, FactoryValue::ManagementKey], ..card_traits() },
        details: vec![detail("management key", "AES-192, factory value")],
    }
}

/// What a YubiKey says whose values somebody has changed.
pub(super) fn card_traits() -> Traits {
    Traits {
        unlocking: Some(PinState::Left(3)),
        pin_length: Some(PinLength { least: 6, most: Some(8) }),
        has_light: true,
        ..Traits::default()
    }
}

/// As a root key should be.
const GOOD: KeyPolicy = KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always };

impl World {
    /// The flow of tokens, at its list.
    pub(crate) fn at_tokens(tokens: Vec<TokenInfo>) -> World {
        let mut world = World::before_tokens(tokens);
        world.tell(Event::Started);
        assert_eq!(world.question(), "tokens.token");
        world
    }

    /// The flow of tokens, before anything has happened.
    pub(crate) fn before_tokens(tokens: Vec<TokenInfo>) -> World {
        let mut world = World::begin();
        world.machine = Machine::tokens(super::options());
        world.tokens = tokens.into_iter().map(|token| (token, Vec::new())).collect();
        world
    }

    /// The same, where this token was chosen.
    pub(crate) fn at_token(token: TokenInfo) -> World {
        let word = format!("{}/{}", token.id.label, token.id.serial);
        let mut world = World::at_tokens(vec![token]);
        world.answer(&word);
        assert_eq!(world.question(), "tokens.do");
        world
    }

    pub(super) fn answer_at_desk(&mut self, request: Request) -> Result<Answer, Refusal> {
        let token = token_of(&request).ok_or(Refusal::NotSupported)?.clone();
        let at = self.tokens.iter().position(|(known, _)| known.id == token);
        let gone = Refusal::NoSuchToken { label: token.label, serial: token.serial };
        let at = at.ok_or(gone)?;
        if let Some(refusal) = self.refusals.pop_front() {
            return Err(refusal);
        }
        match request {
            Request::Identify { .. } => Ok(Answer::Done),
            Request::Attestation { .. } => self
                .attestation
                .clone()
                .map(Answer::Attestation)
                .ok_or_else(|| Refusal::NotAttested { reason: "it has no certificate".to_owned() }),
            Request::GenerateKey { key: new, .. } => {
                let made = key(60 + u8::try_from(self.changes.len()).unwrap());
                let public = made.public().to_json();
                self.changes.push(format!("generate {}", new.key_id));
                self.policies.push((new.key_id.clone(), new.policy.unwrap_or(GOOD)));
                self.tokens[at].1.push((new.key_id, made));
                Ok(Answer::Key(public))
            }
            Request::ChangePin { .. } => {
                self.changes.push("pin".to_owned());
                self.tokens[at].0.traits.factory.retain(|value| *value != FactoryValue::Pin);
                Ok(Answer::Done)
            }
            Request::UnblockPin { .. } => {
                self.changes.push("unblock".to_owned());
                self.tokens[at].0.pin = PinState::Left(3);
                Ok(Answer::Done)
            }
            _ => Err(Refusal::NotSupported),
        }
    }

    /// What the token says about a key besides.
    pub(super) fn with_policy(&self, key: TokenKey) -> TokenKey {
        match self.policies.iter().find(|(id, _)| *id == key.id) {
            Some((_, policy)) => TokenKey { policy: Some(*policy), origin: Some(Origin::Generated), ..key },
            None => key,
        }
    }

    /// An attestation that leads nowhere.
    pub(crate) fn attest(&mut self) {
        self.attestation =
            Some(Attestation { key_certificate: b"none".to_vec(), device_certificate: b"none".to_vec() });
    }
}

fn token_of(request: &Request) -> Option<&TokenId> {
    match request {
        Request::GenerateKey { token, .. }
        | Request::ChangePin { token }
        | Request::UnblockPin { token }
        | Request::Identify { token }
        | Request::Attestation { token, .. } => Some(token),
        _ => None,
    }
}
