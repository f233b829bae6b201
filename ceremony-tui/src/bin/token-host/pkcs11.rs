//! Any local PKCS#11 module, through `cryptoki`.
//!
//! Every request finds its token anew by label and serial number, opens a session, logs in, does one thing, logs out
//! and closes the session: a token that was taken out and put back works, and no login outlives its request. After a
//! request with a secret the module is told that it is over (C_Finalize), too: some modules keep a PIN until then.

mod change;
mod failure;
mod generate;
mod keys;
mod load;
mod object;
mod pin;
mod public;
mod refused;
mod session;
mod sign;
mod token;

use ceremony_tui::secret::Secret;
use ceremony_tui::token::serve::Adapter;
use ceremony_tui::token::{Answer, KeyLocator, Refusal, Request};
use cryptoki::context::Pkcs11;

use pin::Pin;
use session::Access;
use sign::Wanted;
use token::Token;

/// One module, loaded when the first request comes.
pub(crate) struct Module {
    path: String,
    state: State,
}

enum State {
    /// Not loaded yet.
    Unknown,
    /// Loaded, and knows nothing any more.
    Finalized(Pkcs11),
    /// Ready for a request.
    Ready(Pkcs11),
}

impl Module {
    pub(crate) fn new(path: &str) -> Module {
        Module { path: path.to_owned(), state: State::Unknown }
    }

    fn context(&mut self) -> Result<&Pkcs11, Refusal> {
        match &self.state {
            State::Unknown => self.state = State::Ready(load::load(&self.path)?),
            State::Finalized(context) => {
                load::initialize(context, &self.path)?;
                self.state = State::Ready(context.clone());
            }
            State::Ready(_) => {}
        }
        match &self.state {
            State::Ready(context) => Ok(context),
            State::Unknown | State::Finalized(_) => Err(Refusal::NotSupported),
        }
    }

    /// Yubico's module keeps the PIN for the case that it has to connect again, and clears it here.
    fn forget(&mut self) {
        if let State::Ready(context) = &self.state {
            // A module that refuses this is used on as it is.
            if context.clone().finalize().is_ok() {
                self.state = State::Finalized(context.clone());
            }
        }
    }

    fn carry_out(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        let context = self.context()?;
        match request {
            Request::Tokens => token::list(context).map(Answer::Tokens),
            Request::Keys { token, login } => {
                let pin = Pin::of(login, secrets)?;
                let token = Token::find(context, &token)?;
                session::with(&token, Access::Read, pin.as_ref(), keys::list).map(Answer::Keys)
            }
            Request::Sign { key: KeyLocator::Token { token, key_id, key }, message, login } => {
                let pin = Pin::of(login, secrets)?;
                let wanted = Wanted::new(&key_id, &key, &message)?;
                let token = Token::find(context, &token)?;
                let offered = token.mechanisms();
                wanted.is_possible_with(&offered)?;
                session::with(&token, Access::Read, pin.as_ref(), |open| wanted.sign(open, &offered))
                    .map(Answer::Signature)
            }
            Request::GenerateKey { token, key, authority } => {
                let pin = generate::pin(authority, secrets)?;
                let token = Token::find(context, &token)?;
                generate::is_possible_on(&token, key.kind)?;
                session::with(&token, Access::Write, Some(&pin), |open| generate::generate(open, &key))
                    .map(|key| Answer::Key(key.to_json()))
            }
            Request::ChangePin { token } => {
                change::pin(&Token::find(context, &token)?, secrets).map(|()| Answer::Done)
            }
            Request::UnblockPin { token } => {
                change::unblock(&Token::find(context, &token)?, secrets).map(|()| Answer::Done)
            }
            Request::Identify { token } => Token::find(context, &token)?.show_itself().map(|()| Answer::Done),
            Request::Attestation { token, .. } => {
                Token::find(context, &token)?;
                Err(Refusal::NotAttested { reason: "PKCS#11 knows no attestation".to_owned() })
            }
            _ => Err(Refusal::NotSupported),
        }
    }
}

impl Adapter for Module {
    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal> {
        let answer = self.carry_out(request, secrets);
        if !secrets.is_empty() {
            self.forget();
        }
        answer
    }
}
