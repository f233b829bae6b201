//! What a PKCS#11 module says, as a refusal that a person can read.

use ceremony_tui::token::Refusal;
use cryptoki::error::{Error, RvError};

/// Maps an error of the module. `action` completes "while it was asked to …".
pub(super) fn refusal(action: &str, error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(code, _) => of_code(action, *code),
        Error::NullFunctionPointer => Refusal::NotSupported,
        other => Refusal::Device { action: action.to_owned(), code: other.to_string() },
    }
}

/// The same for a call that changes the token. Once that has begun, only a token that refuses at once has changed nothing
/// for certain.
pub(super) fn of_change(action: &str, error: &Error) -> Refusal {
    match error {
        Error::Pkcs11(code, _) if is_refused_at_once(*code) => of_code(action, *code),
        Error::Pkcs11(code, _) => uncertain(&format!("{action} (its answer was {code:?})")),
        Error::NullFunctionPointer => Refusal::NotSupported,
        _ => uncertain(action),
    }
}

/// It was asked for a change, and nobody knows what became of it.
pub(super) fn uncertain(action: &str) -> Refusal {
    Refusal::Uncertain { action: action.to_owned() }
}

/// What a token says of a wish, a PIN or its own state before it begins with anything.
fn is_refused_at_once(code: RvError) -> bool {
    matches!(
        code,
        RvError::ArgumentsBad
            | RvError::ActionProhibited
            | RvError::AttributeReadOnly
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::CurveNotSupported
            | RvError::DomainParamsInvalid
            | RvError::FunctionNotSupported
            | RvError::FunctionRejected
            | RvError::KeySizeRange
            | RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::PinExpired
            | RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinLocked
            | RvError::PinTooWeak
            | RvError::SessionReadOnly
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
            | RvError::TokenWriteProtected
            | RvError::UserNotLoggedIn
            | RvError::UserPinNotInitialized
            | RvError::UserTypeInvalid
    )
}

/// Whether the token, or the way to it, is gone: nothing more can be read from it.
pub(super) fn is_gone(error: &Error) -> bool {
    let refusal = refusal("", error);
    refusal == Refusal::TokenRemoved || refusal == session_ended()
}

fn of_code(action: &str, code: RvError) -> Refusal {
    match code {
        RvError::PinLocked => Refusal::PinLocked,
        RvError::TokenNotPresent
        | RvError::DeviceRemoved
        | RvError::TokenNotRecognized
        | RvError::SlotIdInvalid => Refusal::TokenRemoved,
        RvError::SessionHandleInvalid | RvError::SessionClosed => session_ended(),
        RvError::UserNotLoggedIn
        | RvError::FunctionCanceled
        | RvError::FunctionRejected
        | RvError::Cancel => Refusal::NotAllowed,
        RvError::FunctionNotSupported => Refusal::NotSupported,
        code => in_words(code)
            .unwrap_or_else(|| Refusal::Device { action: action.to_owned(), code: format!("{code:?}") }),
    }
}

fn session_ended() -> Refusal {
    said(
        "The token ended the session in the middle, so nothing was done.",
        "Look whether it was taken out or another program uses it, and try again.",
    )
}

/// What a token says of its state. Each code means one thing, whatever was asked.
fn in_words(code: RvError) -> Option<Refusal> {
    let (happened, cure) = match code {
        RvError::PinExpired => {
            ("The PIN of this token has expired.", "Change it, and then try again with the new one.")
        }
        RvError::UserPinNotInitialized => (
            "This token has no PIN yet, so nobody can log in.",
            "Let its security officer set one (unblock the PIN), or use another token.",
        ),
        RvError::UserTypeInvalid => {
            ("The token does not know the kind of login that this takes.", "Do it with its maker's program.")
        }
        RvError::TokenWriteProtected | RvError::SessionReadOnly => (
            "The token is write-protected, so nothing was changed.",
            "Take the protection off with its maker's program, or use another token.",
        ),
        RvError::DeviceError | RvError::FipsSelfTestFailed => (
            "The token reports an error of its own, so this counts as not done.",
            "Take it out, put it back and try again; if that does not help, use another token.",
        ),
        RvError::DeviceMemory => (
            "The token has no room left, so nothing was done.",
            "Delete what it need not hold, or use another.",
        ),
        RvError::HostMemory => (
            "The module found no memory on this machine, so nothing was done.",
            "End other programs and try again.",
        ),
        RvError::SessionCount => (
            "Other programs hold all sessions that the token has.",
            "End them, or take the token out and put it back, and try again.",
        ),
        RvError::DataLenRange => (
            "The token does not sign as many bytes at once as this has, so nothing was signed.",
            "Use a P-256 or RSA key, of which the token signs a digest.",
        ),
        _ => return None,
    };
    Some(said(happened, cure))
}

/// A mechanism that the token does not have.
pub(super) fn missing_mechanism(mechanism: &str) -> Refusal {
    Refusal::Said {
        happened: format!("The token does not know {mechanism}, which this takes, so nothing was done."),
        cure: "Choose a key of another kind, or another token.".to_owned(),
    }
}

fn said(happened: &str, cure: &str) -> Refusal {
    Refusal::Said { happened: happened.to_owned(), cure: cure.to_owned() }
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn a_change_that_has_begun_is_uncertain_unless_the_token_refused_it_at_once() {
        let of = |code| of_change("change its PIN", &Error::Pkcs11(code, Function::SetPIN));
        for code in [
            RvError::SessionClosed,
            RvError::SessionHandleInvalid,
            RvError::DeviceError,
            RvError::DeviceMemory,
            RvError::DeviceRemoved,
            RvError::TokenNotPresent,
            RvError::HostMemory,
            RvError::GeneralError,
            RvError::FunctionFailed,
            RvError::FunctionCanceled,
            RvError::VendorDefined(0x8000_0001),
        ] {
            let said = of(code);
            assert!(matches!(said, Refusal::Uncertain { .. }), "{code:?}: {said}");
            assert!(said.to_string().contains(&format!("(its answer was {code:?})")), "{said}");
        }
        assert_eq!(of(RvError::PinLocked), Refusal::PinLocked);
        assert!(of(RvError::TokenWriteProtected).to_string().contains("nothing was changed"));
    }

    #[test]
    fn every_code_that_a_token_may_say_becomes_two_sentences_without_its_number() {
        for (code, sentence) in [
            (RvError::PinLocked, "The PIN of this token is locked."),
            (RvError::PinExpired, "The PIN of this token has expired."),
            (RvError::UserPinNotInitialized, "This token has no PIN yet"),
            (RvError::UserTypeInvalid, "does not know the kind of login"),
            (RvError::DeviceError, "reports an error of its own"),
            (RvError::DeviceMemory, "no room left"),
            (RvError::HostMemory, "no memory on this machine"),
            (RvError::DeviceRemoved, "was taken out"),
            (RvError::SessionClosed, "ended the session"),
            (RvError::SessionHandleInvalid, "ended the session"),
            (RvError::FunctionNotSupported, "cannot do that"),
            (RvError::UserNotLoggedIn, "did not allow"),
            (RvError::TokenWriteProtected, "write-protected"),
            (RvError::VendorDefined(0x8000_0001), "while it was asked to sign"),
        ] {
            let said = refusal("sign", &Error::Pkcs11(code, Function::Sign)).to_string();
            assert!(said.contains(sentence), "{said}");
            assert!(said.ends_with('.') && said.matches(". ").count() >= 1, "{said}");
        }
    }
}
