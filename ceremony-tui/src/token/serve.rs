//! The loop of a token host: one request, one answer, until the screen process closes the socket.

use crate::channel::{Channel, ChannelError};
use crate::secret::Secret;

use super::{Answer, Envelope, Refusal, Request};

/// What a kind of token implements.
pub trait Adapter {
    /// Answers one request. Never retries, and forgets the secret when it returns.
    fn answer(&mut self, request: Request, secret: Option<&Secret>) -> Result<Answer, Refusal>;
}

/// Answers until the other side closes the socket.
pub fn serve(channel: &Channel, adapter: &mut dyn Adapter) -> Result<(), ChannelError> {
    loop {
        let envelope: Envelope = match channel.receive() {
            Err(ChannelError::Closed) => return Ok(()),
            other => other?,
        };
        let secret = if envelope.with_secret { Some(channel.receive_secret()?) } else { None };
        let answer = adapter.answer(envelope.request, secret.as_ref());
        // Cleared before the answer is on its way.
        drop(secret);
        channel.send(&answer)?;
    }
}
