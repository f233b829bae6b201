//! Which of several YubiKeys is it? Its light flickers with every command.

use std::time::Duration;

use ceremony_tui::clock::Deadline;
use ceremony_tui::token::Refusal;
use ceremony_tui::wait::wait;

use crate::card::{Card, Command};

const SECONDS: u64 = 4;
/// Slow enough to be seen going on and off.
const BETWEEN: Duration = Duration::from_millis(120);

/// Asks for the version, which changes nothing, again and again for some seconds.
pub(crate) fn flicker(card: &Card<'_>) -> Result<(), Refusal> {
    let end = Deadline::after_seconds(SECONDS);
    while end.left().is_some() {
        card.ask(&Command::new(0xfd, 0, 0)).map_err(|failure| failure.refusal("show its light"))?;
        // Nothing is waited for but the time itself; a signal only makes one pause shorter.
        let _ = wait([], BETWEEN);
    }
    Ok(())
}
