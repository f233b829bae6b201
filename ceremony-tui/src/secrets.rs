//! Where PINs and passphrases come from: a terminal without echo, or a descriptor that the caller opened.
//!
//! Never an argument, never the environment: both are shown to every process of the machine.

pub mod descriptor;
pub mod terminal;

use std::io::Write;

use crate::interrupt::Interrupt;
use crate::machine::{Novelty, SecretNeed};
use crate::secret::{Secret, SecretError};
use crate::token::PinLength;

use descriptor::Listed;

/// A new secret has at least this many characters.
fn shortest(novelty: Novelty) -> usize {
    match novelty {
        Novelty::Known | Novelty::Unlocking | Novelty::ManagementKey => 1,
        Novelty::NewPin(length) => length.least,
        Novelty::New => 8,
    }
}

/// Whether nobody but the person who types it knows it: then it is typed twice.
pub(crate) fn is_new(novelty: Novelty) -> bool {
    match novelty {
        Novelty::New | Novelty::NewPin(_) => true,
        Novelty::Known | Novelty::Unlocking | Novelty::ManagementKey => false,
    }
}

/// A source of secrets.
pub enum Secrets {
    /// `--pin-fd`, and nothing else: what is not listed there is refused.
    Listed(Listed),
    /// The terminal.
    Terminal,
}

/// How the prompt of a secret looks: the front end knows.
pub struct Prompt<'a> {
    /// Where it is written.
    pub out: &'a mut dyn Write,
    /// Everything before the colon.
    pub text: String,
}

impl Secrets {
    /// Asks for a secret. Writes the prompt in any case, so that a transcript shows what was asked.
    pub fn ask(
        &mut self,
        need: &SecretNeed,
        prompt: Prompt<'_>,
        interrupt: &Interrupt,
    ) -> Result<Secret, SecretsError> {
        let secret = match self {
            Secrets::Listed(listed) => {
                writeln!(prompt.out, "{}: (from --pin-fd)", prompt.text)?;
                listed.take(&need.labels)?
            }
            Secrets::Terminal => from_terminal(need, prompt, interrupt)?,
        };
        check_given(need, secret)
    }
}

/// Whether what was typed can be the secret that is needed.
pub(crate) fn check_given(need: &SecretNeed, secret: Secret) -> Result<Secret, SecretsError> {
    if secret.is_empty() {
        return Err(SecretsError::Empty);
    }
    let shortest = shortest(need.novelty);
    if secret.len() < shortest {
        return Err(SecretsError::TooShort { shortest });
    }
    match need.novelty {
        Novelty::NewPin(PinLength { most: Some(longest), .. }) if secret.len() > longest => {
            Err(SecretsError::TooLong { longest })
        }
        _ => Ok(secret),
    }
}

fn from_terminal(
    need: &SecretNeed,
    prompt: Prompt<'_>,
    interrupt: &Interrupt,
) -> Result<Secret, SecretsError> {
    let Prompt { out, text } = prompt;
    let secret = terminal::read_hidden(&mut Prompt { out: &mut *out, text: text.clone() }, interrupt)?;
    if is_new(need.novelty) && !secret.is_empty() {
        // Before the second time: nobody types twice what is refused anyway.
        let secret = check_given(need, secret)?;
        let again =
            terminal::read_hidden(&mut Prompt { out, text: format!("{text}, once more") }, interrupt)?;
        return same(secret, &again);
    }
    Ok(secret)
}

/// A new passphrase is typed twice, the same both times.
pub(crate) fn same(secret: Secret, again: &Secret) -> Result<Secret, SecretsError> {
    if secret.same_as(again) { Ok(secret) } else { Err(SecretsError::NotTheSame) }
}

/// No secret was given. Nothing was asked of a token, so no try was spent.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Only Enter was pressed.
    #[error(
        "No secret was given, so nothing was asked with it. Nothing is lost; choose again when it is at hand."
    )]
    Empty,
    /// Typed twice, differently.
    #[error("The two PINs or passphrases differ, so nothing was changed. Type it again.")]
    NotTheSame,
    /// Too short for a new one.
    #[error("A new PIN or passphrase has at least {shortest} characters here. Choose a longer one.")]
    TooShort {
        /// The least number of characters.
        shortest: usize,
    },
    /// Longer than what a token takes.
    #[error("This token takes a PIN of at most {longest} characters. Choose a shorter one.")]
    TooLong {
        /// The most characters.
        longest: usize,
    },
    /// `--pin-fd` has no such line.
    #[error(
        "--pin-fd lists no secret for {label:?}, so the token was not asked. Add a line: label TAB secret."
    )]
    NotListed {
        /// The label that was looked for.
        label: String,
    },
    /// `--pin-fd` holds a line that is not one.
    #[error("Line {line} of --pin-fd is not \"label TAB secret\". Correct it and start again.")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
    /// There is nobody to ask.
    #[error(
        "There is no terminal to ask for PINs and passphrases. Start the program on a terminal, or give them with \
         --pin-fd N."
    )]
    NoTerminal,
    /// A signal asked to stop.
    #[error("It was stopped before a secret was typed. Nothing was asked with it.")]
    Interrupted,
    /// No locked memory, or too long.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The terminal or the descriptor failed.
    #[error("The secret could not be read ({0}). Start the program again.")]
    Io(#[from] std::io::Error),
}
