//! Another PIN for a token: by its holder, or by its security officer.

use ceremony_tui::secret::Secret;
use ceremony_tui::token::Refusal;
use cryptoki::error::{Error, RvError};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;

use super::failure;
use super::pin::Pin;
use super::session::{self, Access};
use super::token::{self, Token};

/// Changes the user's PIN: one attempt, without a login before it, so that a wrong PIN costs one try.
pub(super) fn pin(token: &Token<'_>, secrets: &[Secret]) -> Result<(), Refusal> {
    let [old, new] = secrets else { return Err(Refusal::SecretMissing) };
    if old.expose() == new.expose() {
        return Err(Refusal::same_pin());
    }
    let new = new_pin(token, new)?;
    let old = text(old).ok_or_else(|| Refusal::NotAPin { rule: rule(token) })?;
    let open = session::open(token, Access::Write, None)?;
    open.session.set_pin(&old, &new).map_err(|error| match error {
        Error::Pkcs11(RvError::PinIncorrect, _) => session::wrong_pin(token),
        other => not_taken(token, "change its PIN", &other),
    })
}

/// Lets the security officer set a new PIN.
pub(super) fn unblock(token: &Token<'_>, secrets: &[Secret]) -> Result<(), Refusal> {
    let [_, new] = secrets else { return Err(Refusal::SecretMissing) };
    let new = new_pin(token, new)?;
    let officer = Pin::first(secrets)?;
    let open = session::open(token, Access::Write, Some(&officer))?;
    open.log_in(UserType::So)?;
    let set = open.session.init_pin(&new);
    open.log_out();
    set.map_err(|error| not_taken(token, "set a new PIN", &error))
}

/// Looked at before any try is spent.
fn new_pin(token: &Token<'_>, secret: &Secret) -> Result<AuthPin, Refusal> {
    let unusable = || Refusal::UnusablePin { rule: format!("a PIN has {}", rule(token)) };
    if token::pin_length(&token.info).is_some_and(|length| !length.fits(secret.len())) {
        return Err(unusable());
    }
    text(secret).ok_or_else(unusable)
}

fn text(secret: &Secret) -> Option<AuthPin> {
    let text = secret.expose_text().ok().filter(|text| !text.is_empty())?;
    Some(AuthPin::from(text.to_owned()))
}

fn rule(token: &Token<'_>) -> String {
    token::pin_length(&token.info).map_or_else(|| "another form".to_owned(), |length| length.to_string())
}

fn not_taken(token: &Token<'_>, action: &str, error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(
            RvError::PinLenRange | RvError::PinInvalid | RvError::PinTooWeak | RvError::ArgumentsBad,
            _,
        ) => Refusal::UnusablePin { rule: format!("a PIN has {}", rule(token)) },
        other => failure::of_change(action, other),
    }
}
