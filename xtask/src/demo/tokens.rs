//! Two SoftHSM tokens in the demo's own folder, each with a root key, and the secrets of the ceremony.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::chance::digits;
use crate::command;

/// A token that holds a root key.
pub(crate) struct Token {
    /// Its label, and the name of its holder.
    pub(crate) label: &'static str,
    /// What pkcs11-tool calls its kind of key.
    kind: &'static str,
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
pub(crate) fn make(folder: &Path, module: &Path) -> Result<Tokens> {
    let store = folder.join("tokens");
    std::fs::create_dir_all(&store).with_context(|| format!("{} cannot be made", store.display()))?;
    let configuration = folder.join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        store.display()
    );
    std::fs::write(&configuration, text)
        .with_context(|| format!("{} cannot be written", configuration.display()))?;
    let token = |label, kind| -> Result<Token> { Ok(Token { label, kind, pin: digits(8)? }) };
    let tokens =
        Tokens { configuration, tokens: [token("alice", "EC:prime256v1")?, token("bob", "rsa:3072")?] };
    for token in &tokens.tokens {
        tokens.initialise(token)?;
        tokens.generate(token, module)?;
    }
    Ok(tokens)
}

impl Tokens {
    /// SoftHSM's own tool takes PINs as arguments only. They protect nothing but this demo.
    fn initialise(&self, token: &Token) -> Result<()> {
        let so_pin = digits(8)?;
        let mut tool = Command::new("softhsm2-util");
        tool.env("SOFTHSM2_CONF", &self.configuration);
        tool.args([
            "--init-token",
            "--free",
            "--label",
            token.label,
            "--pin",
            &token.pin,
            "--so-pin",
            &so_pin,
        ]);
        command::output(&mut tool)
            .with_context(|| format!("no token {} could be made", token.label))
            .map(drop)
    }

    fn generate(&self, token: &Token, module: &Path) -> Result<()> {
        let mut tool = Command::new("pkcs11-tool");
        tool.env("SOFTHSM2_CONF", &self.configuration).env("DEMO_PIN", &token.pin);
        tool.arg("--module").arg(module).args([
            "--token-label",
            token.label,
            "--login",
            "--pin",
            "env:DEMO_PIN",
        ]);
        tool.args([
            "--keypairgen",
            "--key-type",
            token.kind,
            "--id",
            "02",
            "--label",
            "tuf-root",
            "--usage-sign",
        ]);
        command::output(&mut tool).with_context(|| format!("token {} made no key", token.label)).map(drop)
    }
}
