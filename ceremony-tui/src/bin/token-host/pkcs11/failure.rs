//! What a PKCS#11 module says, as a refusal that a person can read.

use ceremony_tui::token::Refusal;
use cryptoki::error::{Error, RvError};

/// Maps an error of the module. `action` completes "while it was asked to …".
pub(super) fn refusal(action: &str, error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(RvError::PinLocked, _) => Refusal::PinLocked,
        Error::Pkcs11(
            RvError::TokenNotPresent
            | RvError::DeviceRemoved
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed,
            _,
        ) => Refusal::TokenRemoved,
        Error::Pkcs11(
            RvError::UserNotLoggedIn
            | RvError::FunctionCanceled
            | RvError::FunctionRejected
            | RvError::Cancel,
            _,
        ) => Refusal::NotAllowed,
        Error::Pkcs11(code, _) => Refusal::Device { action: action.to_owned(), code: format!("{code:?}") },
        other => Refusal::Device { action: action.to_owned(), code: other.to_string() },
    }
}

/// Whether the module says that the PIN itself is wrong (some say it with another code for a wrong length).
pub(super) fn is_wrong_pin(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::ArgumentsBad,
            _
        )
    )
}
