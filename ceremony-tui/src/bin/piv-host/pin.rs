//! PIN and PUK: how many tries are left, one try, a new one. The tries are read before each attempt.

use ceremony_tui::secret::Secret;
use ceremony_tui::token::{PinLength, PinState, Refusal};
use zeroize::Zeroizing;

use crate::card::{Card, Command, Failure, Response, status};
use crate::metadata::{Metadata, PUK};

const VERIFY: u8 = 0x20;
const CHANGE: u8 = 0x24;
const UNBLOCK: u8 = 0x2c;
/// The PIN's number among what a card can check.
const PIN: u8 = 0x80;

/// A PIN or PUK fills eight bytes, ff where it is shorter (NIST SP 800-73-4, part 2, 2.4.3).
const LENGTH: usize = 8;
const SHORTEST: usize = 6;
/// How many characters a PIN has, and a PUK.
pub(crate) const CHARACTERS: PinLength = PinLength { least: SHORTEST, most: Some(LENGTH) };
const FILLER: u8 = 0xff;
const RULE: &str = "6 to 8 characters, and so has a PUK";

/// How many wrong PINs the card would still take.
pub(crate) fn tries(card: &Card<'_>) -> Result<u8, Failure> {
    // Without a PIN it costs no try (part 2, 3.2.1).
    let word = card.send(&Command::new(VERIFY, 0, PIN))?.status;
    status::tries_left(word).ok_or(Failure::Status(word))
}

/// Gives the card the PIN, once.
pub(crate) fn verify(card: &Card<'_>, pin: &Secret) -> Result<(), Refusal> {
    const ACTION: &str = "check the PIN";
    let data = padded(pin, None)?;
    refuse_locked(card)?;
    let answer = card.send(&Command::new(VERIFY, 0, PIN).carrying(data));
    judge_pin(&answer.map_err(|failure| failure.uncertain(ACTION))?, ACTION)
}

/// Puts a new PIN in the place of the old one.
pub(crate) fn change(card: &Card<'_>, old: &Secret, new: &Secret) -> Result<(), Refusal> {
    const ACTION: &str = "change the PIN";
    let data = padded(old, Some(new))?;
    if data[..LENGTH] == data[LENGTH..] {
        return Err(Refusal::same_pin());
    }
    refuse_locked(card)?;
    let answer = card.send(&Command::new(CHANGE, 0, PIN).carrying(data));
    let answer = answer.map_err(|failure| failure.uncertain(ACTION))?;
    refuse_simple(&answer)?;
    judge_pin(&answer, ACTION)
}

/// Puts a new PIN in the place of a locked or forgotten one.
pub(crate) fn unblock(card: &Card<'_>, puk: &Secret, new: &Secret) -> Result<(), Refusal> {
    const ACTION: &str = "unlock the PIN";
    let data = padded(puk, Some(new))?;
    // Only firmware 5.3 and newer says how many tries the PUK has; an older one counts them just the same.
    let known =
        Metadata::read(card, PUK).map_err(|failure| failure.refusal("say how many tries its PUK has"))?;
    if known.and_then(|known| known.tries) == Some(0) {
        return Err(Refusal::PukLocked);
    }
    let answer = card.send(&Command::new(UNBLOCK, 0, PIN).carrying(data));
    let answer = answer.map_err(|failure| failure.uncertain(ACTION))?;
    refuse_simple(&answer)?;
    match (answer.status, status::tries_left(answer.status)) {
        (status::DONE, _) => Ok(()),
        (status::LOCKED, _) => Err(Refusal::PukLocked),
        (_, Some(tries)) => Err(Refusal::WrongPuk { state: PinState::of_tries(tries) }),
        (word, None) => Err(Failure::Status(word).refusal(ACTION)),
    }
}

fn refuse_locked(card: &Card<'_>) -> Result<(), Refusal> {
    match tries(card).map_err(|failure| failure.refusal("say how many tries its PIN has"))? {
        0 => Err(Refusal::PinLocked),
        _ => Ok(()),
    }
}

fn judge_pin(answer: &Response, action: &str) -> Result<(), Refusal> {
    match (answer.status, status::tries_left(answer.status)) {
        (status::DONE, _) => Ok(()),
        (status::LOCKED, _) => Err(Refusal::PinLocked),
        (_, Some(tries)) => Err(Refusal::WrongPin { state: PinState::of_tries(tries) }),
        (word, None) => Err(Failure::Status(word).refusal(action)),
    }
}

/// Firmware 5.7 can be told to refuse simple PINs, with the status that also stands for a wrong length.
fn refuse_simple(answer: &Response) -> Result<(), Refusal> {
    const NOT_TAKEN: [u16; 2] = [0x6985, 0x6a80];
    if NOT_TAKEN.contains(&answer.status) {
        let rule = "this YubiKey refuses simple PINs, such as one digit again and again".to_owned();
        return Err(Refusal::UnusablePin { rule });
    }
    Ok(())
}

/// One after the other, each in its eight bytes. What cannot be a PIN is refused before it costs a try.
fn padded(given: &Secret, new: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    // Made as long as it gets: a buffer that grows leaves a copy behind.
    let mut data = Zeroizing::new(Vec::with_capacity(2 * LENGTH));
    if !put(&mut data, given) {
        return Err(Refusal::NotAPin { rule: RULE.to_owned() });
    }
    if new.is_some_and(|new| !put(&mut data, new)) {
        return Err(Refusal::UnusablePin { rule: format!("a PIN has {RULE}") });
    }
    Ok(data)
}

/// Whether it could be a PIN.
fn put(data: &mut Vec<u8>, secret: &Secret) -> bool {
    let bytes = secret.expose();
    if !(SHORTEST..=LENGTH).contains(&bytes.len()) || bytes.contains(&FILLER) {
        return false;
    }
    let end = data.len() + LENGTH;
    data.extend_from_slice(bytes);
    data.resize(end, FILLER);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        let mut secret = Secret::empty().unwrap();
        text.bytes().for_each(|byte| secret.push(byte).unwrap());
        secret
    }

    #[test]
    fn a_pin_fills_eight_bytes_and_two_of_them_sixteen() {
        let data = padded(&secret("123456"), Some(&secret("12345678"))).unwrap();
        assert_eq!(*data, b"123456\xff\xff12345678");
    }

    #[test]
    fn what_is_too_short_or_too_long_for_a_pin_never_reaches_the_card() {
        for wrong in ["", "12345", "123456789", "ÿÿÿÿÿ"] {
            let refused = padded(&secret(wrong), None).unwrap_err();
            assert!(matches!(refused, Refusal::NotAPin { .. }), "{refused}");
            let refused = padded(&secret("123456"), Some(&secret(wrong))).unwrap_err();
            assert!(matches!(refused, Refusal::UnusablePin { .. }), "{refused}");
        }
    }
}
