//! How a PIN reaches a module.

use ceremony_tui::secret::Secret;
use ceremony_tui::token::{Login, Refusal};
use cryptoki::types::RawAuthPin;

/// How the holder proves to be there. What was typed is cleared when dropped.
pub(super) enum Pin {
    Typed {
        bytes: RawAuthPin,
        length: usize,
    },
    /// The token asks on its own keys.
    Pad,
}

impl Pin {
    /// What follows a request with that kind of login.
    pub(super) fn of(login: Login, secrets: &[Secret]) -> Result<Option<Pin>, Refusal> {
        match login {
            Login::None => Ok(None),
            Login::PinPad => Ok(Some(Pin::Pad)),
            Login::Secret => Pin::first(secrets).map(Some),
        }
    }

    /// The first secret of a request.
    pub(super) fn first(secrets: &[Secret]) -> Result<Pin, Refusal> {
        // An empty PIN would mean the token's own keys to a module.
        let secret = secrets.first().filter(|secret| !secret.is_empty()).ok_or(Refusal::SecretMissing)?;
        let bytes = RawAuthPin::new(Box::new(secret.expose().to_vec()));
        Ok(Pin::Typed { bytes, length: secret.len() })
    }

    pub(super) fn typed(&self) -> Option<&RawAuthPin> {
        match self {
            Pin::Typed { bytes, .. } => Some(bytes),
            Pin::Pad => None,
        }
    }

    pub(super) fn typed_length(&self) -> Option<usize> {
        match self {
            Pin::Typed { length, .. } => Some(*length),
            Pin::Pad => None,
        }
    }
}
