//! Two SoftHSM tokens in the demo's own folder, each with a root key, and the secrets of the ceremony.

use anyhow::{Context as _, Result};
use hardware_tests::softhsm::{KeyKind, SoftHsm};
use std::path::{Path, PathBuf};

use super::chance::digits;

/// The id of the key on either token.
const KEY: &str = "02";

/// A token that holds a root key.
pub(crate) struct Token {
    /// Its label, and the name of its holder.
    pub(crate) label: &'static str,
    /// Its kind of key.
    kind: KeyKind,
    /// Its PIN.
    pub(crate) pin: String,
}

/// The tokens and where SoftHSM finds them.
pub(crate) struct Tokens {
    /// SoftHSM's configuration.
    pub(crate) configuration: PathBuf,
    /// P-256 on one, RSA on the other.
    pub(crate) tokens: [Token; 2],
}

/// Makes the tokens and a key on each.
pub(crate) fn make(folder: &Path) -> Result<Tokens> {
    let bench = SoftHsm::new(folder)?;
    let token = |label, kind| -> Result<Token> { Ok(Token { label, kind, pin: digits(8)? }) };
    let tokens = [token("alice", KeyKind::P256)?, token("bob", KeyKind::Rsa3072)?];
    for Token { label, kind, pin } in &tokens {
        bench.token(label, pin).with_context(|| format!("no token {label} could be made"))?;
        bench.generate(label, pin, *kind, KEY).with_context(|| format!("token {label} made no key"))?;
    }
    Ok(Tokens { configuration: bench.configuration().to_owned(), tokens })
}
