//! The loop of a token host: one request, one answer, until the screen process closes the socket.

use crate::channel::{Channel, ChannelError};
use crate::secret::{self, Secret};

use super::request::MOST_SECRETS;
use super::{Answer, Envelope, Refusal, Request, Shown};

/// What a kind of token implements.
pub trait Adapter {
    /// Answers one request, with as many secrets as [`Request::secrets`] says. Never retries, and forgets them when it
    /// returns.
    fn answer(&mut self, request: Request, secrets: &[Secret]) -> Result<Answer, Refusal>;

    /// Hears before each request what the host of this kind showed last ([`Envelope::shown`]). Only hosts whose cards
    /// may be there and say nothing need it.
    fn recall(&mut self, _shown: Vec<Shown>) {}
}

/// Answers until the other side closes the socket.
pub fn serve(channel: &Channel, adapter: &mut dyn Adapter) -> Result<(), ChannelError> {
    loop {
        let envelope: Envelope = match channel.receive() {
            Err(ChannelError::Closed) => return Ok(()),
            other => other?,
        };
        if envelope.secrets > MOST_SECRETS {
            return Err(ChannelError::Malformed);
        }
        let secrets =
            (0..envelope.secrets).map(|_| channel.receive_secret()).collect::<Result<Vec<_>, _>>()?;
        adapter.recall(envelope.shown);
        let answer = adapter.answer(envelope.request, &secrets);
        // Cleared before the answer is on its way.
        drop(secrets);
        if envelope.secrets > 0 {
            secret::clear_stack();
        }
        channel.send(&answer)?;
    }
}
