//! `token`: who may use the API.
//!
//! These commands work while the service runs: each is one transaction of the catalog.

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;

use super::output::{hand_over, note, say};
use crate::composition;
use crate::config::Config;
use crate::data_folder::NewFile;
use crate::ports::catalog::access::TokenRecord;
use crate::ports::clock::Moment;
use crate::scope::Scope;
use crate::usecases::access::{NewToken, create_token, revoke_token};

/// Tokens for the API.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token. Its secret is shown once, alone on the standard output.
    Create {
        /// What it may do: artifacts:write, artifacts:write=PATH-PREFIX, metadata:write, read, admin. Repeatable.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// After how many days it ends; it lives until it is revoked otherwise.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        expires_days: Option<u32>,
        /// What it is for.
        #[arg(long, default_value = "unnamed")]
        name: String,
        /// Write the secret into this file (mode 600) instead of showing it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List all tokens, without their secrets.
    List,
    /// End a token's life.
    Revoke {
        /// The id that `list` shows.
        id: String,
    },
}

impl Token {
    /// Runs the command.
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let catalog = composition::catalog(config)?;
        let clock = composition::clock();
        match self {
            Self::Create { scopes, expires_days, name, out } => {
                let scopes = scopes.iter().map(|text| Scope::parse(text)).collect::<Result<Vec<_>, _>>()?;
                let wish = NewToken { name: &name, scopes: &scopes, days: expires_days };
                let randomness = composition::randomness();
                // Before the token is made: one that nobody can read would live on in the catalog.
                let file = out.as_deref().map(NewFile::private).transpose()?;
                let (token, secret) =
                    create_token(catalog.as_ref(), clock.as_ref(), randomness.as_ref(), &wish)?;
                note(&format!("{}. The secret is shown this once.", describe(&token)))?;
                match file {
                    Some(file) => Ok(file.write(format!("{}\n", secret.as_str()).as_bytes())?),
                    None => hand_over(&secret),
                }
            }
            Self::List => catalog.tokens()?.iter().try_for_each(|token| say(&describe(token))),
            Self::Revoke { id } => {
                if !revoke_token(catalog.as_ref(), clock.as_ref(), &id)? {
                    bail!("There is no token {id}. See `token list`.");
                }
                say(&format!("Token {id} is revoked."))
            }
        }
    }
}

fn describe(token: &TokenRecord) -> String {
    let end =
        token.expires.map_or("never expires".to_owned(), |end| format!("expires {}", Moment::rfc3339(end)));
    let revoked = token.revoked.map(|at| format!(", revoked {}", at.rfc3339())).unwrap_or_default();
    format!("Token {} ({}): {}; {end}{revoked}", token.id, token.name, token.scopes.join(" "))
}
