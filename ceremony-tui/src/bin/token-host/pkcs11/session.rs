//! One session for one request: whatever happens, the token is logged out at its end.

use ceremony_tui::token::{PinState, Refusal};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};

use super::failure;
use super::pin::Pin;
use super::token::{self, Token};

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A session on a token, logged in if there was a PIN.
pub(super) struct Open<'a> {
    pub(super) token: &'a Token<'a>,
    pub(super) session: Session,
    pin: Option<&'a Pin>,
}

/// Opens a session, logs the user in if there is a PIN, works, and leaves the token logged out.
pub(super) fn with<T>(
    token: &Token<'_>,
    access: Access,
    pin: Option<&Pin>,
    work: impl FnOnce(&Open<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let open = open(token, access, pin)?;
    if pin.is_none() {
        return work(&open);
    }
    open.log_in(UserType::User)?;
    let result = work(&open);
    open.log_out();
    result
}

/// Opens a session in which nobody is logged in.
pub(super) fn open<'a>(
    token: &'a Token<'a>,
    access: Access,
    pin: Option<&'a Pin>,
) -> Result<Open<'a>, Refusal> {
    let opened = match access {
        Access::Read => token.context.open_ro_session(token.slot),
        Access::Write => token.context.open_rw_session(token.slot),
    };
    let session = opened.map_err(|error| failure::refusal("open a session", &error))?;
    let open = Open { token, session, pin };
    open.end_foreign_login();
    Ok(open)
}

impl Open<'_> {
    /// Whether the user is logged in.
    pub(super) fn is_logged_in(&self) -> bool {
        self.pin.is_some()
    }

    /// A module that kept an earlier login would take any PIN for the right one.
    fn end_foreign_login(&self) {
        let state = self.session.get_session_info().map(|info| info.session_state());
        if matches!(state, Ok(SessionState::RoUser | SessionState::RwUser | SessionState::RwSecurityOfficer))
        {
            self.log_out();
        }
    }

    /// One attempt with the PIN.
    pub(super) fn log_in(&self, user: UserType) -> Result<(), Refusal> {
        let pin = self.pin.ok_or(Refusal::SecretMissing)?;
        if !matches!(user, UserType::So)
            && let Some(rule) = pin.typed_length().and_then(|length| self.token.is_too_short(length))
        {
            return Err(Refusal::NotAPin { rule });
        }
        let tried = match pin.typed() {
            Some(typed) => self.session.login_with_raw(user, typed),
            None => self.session.login(user, None),
        };
        tried.map_err(|error| match user {
            UserType::So => self.no_officer(&error),
            _ => self.no_user(&error),
        })
    }

    pub(super) fn log_out(&self) {
        // The session is closed next, which ends the login as well.
        let _ = self.session.logout();
    }

    fn no_user(&self, error: &Error) -> Refusal {
        if let Some(rule) = self.not_a_pin(error) {
            return Refusal::NotAPin { rule };
        }
        match error {
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid, _) => {
                Refusal::WrongPin { state: self.token.pin_state_now() }
            }
            other => failure::refusal("log in", other),
        }
    }

    fn no_officer(&self, error: &Error) -> Refusal {
        match error {
            Error::Pkcs11(RvError::PinLocked, _) => Refusal::PukLocked,
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
                Refusal::WrongPuk { state: self.token.officer_state_now() }
            }
            other => failure::refusal("log its security officer in", other),
        }
    }

    /// A PIN that the module did not even try. Yubico's says so by another code, and of PINs that are longer than it says.
    fn not_a_pin(&self, error: &Error) -> Option<String> {
        let Error::Pkcs11(RvError::PinLenRange | RvError::ArgumentsBad, _) = error else { return None };
        let length = self.pin.and_then(Pin::typed_length)?;
        let said = token::pin_length(&self.token.info).filter(|said| !said.fits(length));
        Some(said.map_or_else(|| "another length or other characters".to_owned(), |said| said.to_string()))
    }
}

/// What a wrong PIN came to, where the module says the PIN is wrong.
pub(super) fn wrong_pin(token: &Token<'_>) -> Refusal {
    match token.pin_state_now() {
        PinState::Locked => Refusal::PinLocked,
        state => Refusal::WrongPin { state },
    }
}
