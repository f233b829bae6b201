//! Tokens, and the log of what was done with them.

use shared::digest::sha256;
use shared::json::Json;

use crate::ports::clock::Moment;

/// A token without its secret.
#[derive(Clone, Debug)]
pub(crate) struct TokenRecord {
    /// Eight hexadecimal digits, for people.
    pub(crate) id: String,
    /// What the token is for.
    pub(crate) name: String,
    /// SHA-256 of the secret.
    pub(crate) digest: [u8; 32],
    /// Its scopes as they were given.
    pub(crate) scopes: Vec<String>,
    /// When it was made.
    pub(crate) created: Moment,
    /// When it ends.
    pub(crate) expires: Option<Moment>,
    /// When it was revoked.
    pub(crate) revoked: Option<Moment>,
}

/// A line of the audit log before it enters the chain.
#[derive(Clone, Debug)]
pub(crate) struct AuditEntry {
    /// When.
    pub(crate) at: Moment,
    /// Who: a token's id and name, `operator` for the command line, `service` for itself.
    pub(crate) actor: String,
    /// What.
    pub(crate) action: &'static str,
    /// To what.
    pub(crate) subject: Json,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditRow {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The line as canonical JSON.
    pub(crate) line: Vec<u8>,
    /// SHA-256 of the previous hash and the line.
    pub(crate) hash: [u8; 32],
}

impl AuditRow {
    /// The row that follows `previous`. The first row follows 32 zero bytes.
    pub(crate) fn after(previous: Option<&Self>, entry: &AuditEntry) -> Self {
        let number = previous.map_or(1, |row| row.number + 1);
        let line = Json::object([
            ("number", Json::from(number)),
            ("time", Json::from(entry.at.rfc3339())),
            ("actor", Json::from(entry.actor.as_str())),
            ("action", Json::from(entry.action)),
            ("subject", entry.subject.clone()),
        ])
        .canonical();
        let hash = chain(previous.map_or([0; 32], |row| row.hash), &line);
        Self { number, line, hash }
    }

    /// Whether this row follows a row with that hash.
    pub(crate) fn follows(&self, previous: [u8; 32]) -> bool {
        self.hash == chain(previous, &self.line)
    }
}

fn chain(previous: [u8; 32], line: &[u8]) -> [u8; 32] {
    sha256(&[&previous[..], line].concat())
}
