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
    let old_length = old.len();
    let new = new_pin(token, new)?;
    let old = old_pin(token, old)?;
    let open = session::open(token, Access::Write, None)?;
    open.session.set_pin(&old, &new).map_err(|error| match error {
        Error::Pkcs11(RvError::PinIncorrect, _) => session::wrong_pin(token),
        // A long old one was left to the token.
        _ if is_about_form(&error) && !token.takes(old_length) => Refusal::NotAPin { rule: rule(token) },
        // Nothing tells which of the two it means.
        Error::Pkcs11(RvError::PinLenRange, _) => Refusal::UnusablePin {
            rule: "it wants another length, of the new PIN or of the old one".to_owned(),
        },
        _ => not_taken("change its PIN", &error),
    })
}

/// Half a PIN is a slip and costs no try.
fn old_pin(token: &Token<'_>, secret: &Secret) -> Result<AuthPin, Refusal> {
    if let Some(rule) = token.is_too_short(secret.len()) {
        return Err(Refusal::NotAPin { rule });
    }
    text(secret).ok_or_else(|| Refusal::NotAPin { rule: rule(token) })
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
    set.map_err(|error| not_taken("set a new PIN", &error))
}

/// Looked at before any try is spent.
fn new_pin(token: &Token<'_>, secret: &Secret) -> Result<AuthPin, Refusal> {
    if !token.takes(secret.len()) {
        return Err(Refusal::UnusablePin { rule: format!("a PIN has {}", rule(token)) });
    }
    text(secret).ok_or_else(of_another_form)
}

fn text(secret: &Secret) -> Option<AuthPin> {
    let text = secret.expose_text().ok().filter(|text| !text.is_empty())?;
    Some(AuthPin::from(text.to_owned()))
}

fn rule(token: &Token<'_>) -> String {
    token::pin_length(&token.info).map_or_else(|| "another form".to_owned(), |length| length.to_string())
}

/// A new PIN has a length that fits, as far as the token says; the rest only the token knows.
fn of_another_form() -> Refusal {
    let rule = "it has rules of its own for PINs, about simple ones for instance, or about characters";
    Refusal::UnusablePin { rule: rule.to_owned() }
}

fn is_about_form(error: &Error) -> bool {
    use RvError::{ArgumentsBad, PinInvalid, PinLenRange, PinTooWeak};
    matches!(error, Error::Pkcs11(PinLenRange | PinInvalid | PinTooWeak | ArgumentsBad, _))
}

fn not_taken(action: &str, error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(RvError::PinLenRange, _) => {
            Refusal::UnusablePin { rule: "it wants a PIN of another length".to_owned() }
        }
        error if is_about_form(error) => of_another_form(),
        error => failure::of_change(action, error),
    }
}
