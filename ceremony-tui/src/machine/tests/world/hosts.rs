//! What hosts answer here: what is plugged in, keys, attestations, signatures.

use shared::software::SoftwareKey;

use super::{World, cards};
use crate::token::{
    Answer, AskError, HostKind, KeyFileKind, KeyLocator, Listing, Refusal, Request, Shown, Sight, TokenId,
    TokenInfo, TokenKey, TokenKind, Unusable,
};

/// The reader that holds a YubiKey.
fn reader_of(token: &TokenInfo) -> String {
    format!("Reader of {}", token.id.serial)
}

impl World {
    /// The card of a token says nothing from now on; it stays where it is.
    pub(crate) fn hold(&mut self, token: &TokenInfo) {
        let reason = "The card in it has said nothing for 5 seconds. Close what else may use it.".to_owned();
        self.unusable.push(Unusable { place: reader_of(token), reason });
    }

    /// What a host shows now.
    pub(crate) fn sight(&self, host: &HostKind) -> Sight {
        if let Some((_, error)) = self.troubles.iter().find(|(known, _)| known == host) {
            return Err(error.clone());
        }
        let is_behind = |token: &TokenInfo| match host {
            HostKind::Files => false,
            HostKind::Piv => token.kind == TokenKind::YubiKey,
            HostKind::Pkcs11 { .. } => token.kind == TokenKind::Pkcs11,
        };
        let tokens = self.tokens.iter().map(|(token, _)| token).filter(|token| is_behind(token)).cloned();
        if *host != HostKind::Piv {
            return Ok(Listing { tokens: tokens.collect(), ..Listing::default() });
        }
        let shown = |token: &TokenInfo| Shown { place: reader_of(token), token: token.id.clone() };
        let tokens: Vec<TokenInfo> = tokens.collect();
        let shown = tokens.iter().map(shown).collect();
        let is_held = |token: &TokenInfo| self.unusable.iter().any(|what| what.place == reader_of(token));
        let tokens = tokens.into_iter().filter(|token| !is_held(token)).collect();
        Ok(Listing { tokens, unusable: self.unusable.clone(), shown })
    }

    pub(super) fn answer_as(&mut self, host: &HostKind, request: Request) -> Result<Answer, AskError> {
        if request == Request::Tokens {
            return self.sight(host).map(Answer::Tokens);
        }
        if let Some((_, error)) = self.troubles.iter().find(|(known, _)| known == host) {
            return Err(error.clone());
        }
        match self.fail_next.take_if(|_| matches!(request, Request::Sign { .. })) {
            Some(error) => Err(error),
            None => self.answer_as_host(request).map_err(AskError::Refused),
        }
    }

    fn answer_as_host(&mut self, request: Request) -> Result<Answer, Refusal> {
        let missing = || Refusal::NotAKeyFile { path: "?".to_owned() };
        let find = |path: &str| self.files.iter().find(|(known, _)| known == path).ok_or_else(missing);
        match request {
            Request::Keys { token, .. } if self.tokens.iter().all(|(known, _)| known.id != token) => {
                Err(Refusal::NoSuchToken { label: token.label, serial: token.serial })
            }
            Request::Keys { token, .. } => Ok(Answer::Keys(self.keys_of(&token))),
            Request::Attestation { token, .. } if self.attests(&token) => {
                let said = self.attestations.iter().find(|(known, ..)| *known == token);
                let nothing = Refusal::NotAttested { reason: "it has no certificate".to_owned() };
                said.map_or(Err(nothing), |(.., said)| said.clone()).map(Answer::Attestation)
            }
            Request::Sign { key: KeyLocator::Token { ref token, .. }, ref message, .. }
                if self.card(token).is_some() =>
            {
                self.card(token).map(|card| cards::sign(card, message)).ok_or_else(missing)
            }
            Request::Sign { key: KeyLocator::Token { key_id, token, .. }, message, .. } => {
                let keys = self.tokens.iter().find(|(known, _)| known.id == token).map(|(_, keys)| keys);
                let key = keys.and_then(|keys| keys.iter().find(|(id, _)| *id == key_id));
                let (_, key) = key.ok_or(Refusal::NoSuchKey { key_id })?;
                let mut signature = key.sign(&message).unwrap();
                if std::mem::take(&mut self.garble_next) {
                    let last = signature.len() - 1;
                    signature[last] ^= 1;
                }
                self.signed.push(message);
                Ok(Answer::Signature(signature))
            }
            Request::InspectKeyFile { path } => find(&path).map(|_| Answer::KeyFile(KeyFileKind::Age)),
            Request::CheckNewKeyFile { .. } => Ok(Answer::Writable),
            Request::OpenKeyFile { path } => Ok(Answer::Key(find(&path)?.1.public().to_json())),
            Request::Sign { key: KeyLocator::File { path }, message, .. } => {
                let mut signature = find(&path)?.1.sign(&message).unwrap();
                if std::mem::take(&mut self.garble_next) {
                    signature[0] ^= 1;
                }
                self.signed.push(message);
                Ok(Answer::Signature(signature))
            }
            other => self.answer_at_desk(other),
        }
    }

    fn attests(&self, token: &TokenId) -> bool {
        self.attestations.iter().any(|(known, ..)| known == token)
    }

    fn keys_of(&self, wanted: &TokenId) -> Vec<TokenKey> {
        let held = self.tokens.iter().find(|(token, _)| token.id == *wanted);
        let is_card = held.is_some_and(|(token, _)| token.kind == TokenKind::YubiKey);
        let shown = |(id, key): &(String, SoftwareKey)| TokenKey {
            id: id.clone(),
            label: if is_card { "signature" } else { "root" }.to_owned(),
            key: Ok(key.public().to_json()),
            policy: self.policy.filter(|_| is_card),
            origin: is_card.then_some(self.origin),
            details: Vec::new(),
            warnings: Vec::new(),
        };
        let own = held.into_iter().flat_map(|(_, keys)| keys).map(shown).map(|key| self.with_policy(key));
        let attested = self.attestations.iter().filter(|(token, ..)| token == wanted);
        let attested = attested.map(|(_, key, _)| TokenKey {
            id: "9c".to_owned(),
            label: "signature".to_owned(),
            key: Ok(key.to_json()),
            policy: self.policy,
            origin: Some(self.origin),
            details: Vec::new(),
            warnings: Vec::new(),
        });
        own.chain(attested).collect()
    }
}
