//! `--pin-fd N`: lines of `label TAB secret`. A label is a key's name or a token's label.
//!
//! Lines of one label are used in order, and the last one stays: a wrong PIN followed by the right one can be listed,
//! and one PIN can be used for a proof and for a signature.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;

use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::wait::wait_for_input;

use super::SecretsError;

/// The listed secrets, each in its locked page.
pub struct Listed {
    lines: Vec<(String, Secret)>,
}

/// How often a wait looks whether the person wants to stop: nobody may ever write to the descriptor.
const SLICE: Duration = Duration::from_millis(200);
const LONGEST_LABEL: usize = 256;

impl Listed {
    /// Reads the descriptor to its end, byte by byte: no buffer ever holds a secret.
    pub fn read(descriptor: &OwnedFd, interrupt: &Interrupt) -> Result<Listed, SecretsError> {
        let mut lines = Vec::new();
        while let Some(line) = read_line(descriptor, interrupt, lines.len() + 1)? {
            lines.push(line);
        }
        Ok(Listed { lines })
    }

    /// The secret for the first of `labels` that is listed.
    pub fn take(&mut self, labels: &[String]) -> Result<Secret, SecretsError> {
        for label in labels {
            let found: Vec<usize> =
                (0..self.lines.len()).filter(|index| self.lines[*index].0 == *label).collect();
            match found.as_slice() {
                [] => {}
                [last] => return Ok(self.lines[*last].1.duplicate()?),
                [first, ..] => return Ok(self.lines.remove(*first).1),
            }
        }
        Err(SecretsError::NotListed { label: labels.first().cloned().unwrap_or_default() })
    }
}

fn read_line(
    descriptor: &OwnedFd,
    interrupt: &Interrupt,
    number: usize,
) -> Result<Option<(String, Secret)>, SecretsError> {
    let mut label = Vec::new();
    loop {
        match read_byte(descriptor, interrupt)? {
            Some(b'\t') => break,
            None if label.is_empty() => return Ok(None),
            Some(b'\n') | None => return Err(SecretsError::Line { line: number }),
            Some(_) if label.len() == LONGEST_LABEL => return Err(SecretsError::Line { line: number }),
            Some(byte) => label.push(byte),
        }
    }
    let label = String::from_utf8(label).map_err(|_| SecretsError::Line { line: number })?;
    let mut secret = Secret::empty()?;
    while let Some(byte) = read_byte(descriptor, interrupt)?.filter(|byte| *byte != b'\n') {
        secret.push(byte)?;
    }
    // Files from elsewhere end their lines with CR LF.
    if secret.expose().last() == Some(&b'\r') {
        secret.pop_character();
    }
    Ok(Some((label, secret)))
}

fn read_byte(descriptor: impl AsFd, interrupt: &Interrupt) -> Result<Option<u8>, SecretsError> {
    let mut byte = [0];
    loop {
        if interrupt.is_raised() {
            return Err(SecretsError::Interrupted);
        }
        if !wait_for_input(descriptor.as_fd(), Some(SLICE)).map_err(std::io::Error::from)? {
            continue;
        }
        match rustix::io::read(&descriptor, &mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(std::io::Error::from(errno).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<Listed, SecretsError> {
        let (read, mut write) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut write, text.as_bytes()).unwrap();
        drop(write);
        Listed::read(&OwnedFd::from(read), &Interrupt::never())
    }

    fn take(listed: &mut Listed, labels: &[&str]) -> Option<String> {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        listed.take(&labels).ok().map(|secret| secret.expose_text().unwrap().to_owned())
    }

    #[test]
    fn lines_of_one_label_are_used_in_order_and_the_last_one_stays() {
        let mut listed = listed("alice\twrong\nbob\t1234\nalice\tright one\n").unwrap();
        assert_eq!(take(&mut listed, &["alice"]).as_deref(), Some("wrong"));
        assert_eq!(take(&mut listed, &["alice"]).as_deref(), Some("right one"));
        assert_eq!(take(&mut listed, &["alice"]).as_deref(), Some("right one"));
        assert_eq!(take(&mut listed, &["carol", "bob"]).as_deref(), Some("1234"));
        assert_eq!(take(&mut listed, &["carol"]), None);
    }

    #[test]
    fn a_line_without_a_tab_is_refused_with_its_number() {
        assert!(matches!(listed("alice\tx\nbob\n"), Err(SecretsError::Line { line: 2 })));
    }

    #[test]
    fn the_end_of_a_line_is_no_part_of_the_secret() {
        let mut listed = listed("alice\t1234\r\nbob\t12\r34\n").unwrap();
        assert_eq!(take(&mut listed, &["alice"]).as_deref(), Some("1234"));
        assert_eq!(take(&mut listed, &["bob"]).as_deref(), Some("12\r34"));
    }
}
