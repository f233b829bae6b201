//! Tokens: made, shown once, looked up, revoked.

use shared::digest::sha256;
use shared::json::Json;
use zeroize::Zeroizing;

use crate::ports::catalog::access::{AuditEntry, TokenRecord};
use crate::ports::catalog::{Catalog, CatalogError};
use crate::ports::clock::{Clock, Moment};
use crate::ports::randomness::{Randomness, RandomnessError};
use crate::scope::{Need, Scope};

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The token's id and name, for the audit log.
    pub(crate) actor: String,
    scopes: Vec<Scope>,
}

impl Caller {
    /// The person at the service's own command line, who owns the data folder anyway.
    pub(crate) fn operator() -> Self {
        Self { actor: "operator".to_owned(), scopes: vec![Scope::Admin] }
    }

    /// Whether the caller may do that.
    pub(crate) fn check(&self, need: &Need<'_>) -> Result<(), AccessError> {
        if self.scopes.iter().any(|scope| scope.permits(need)) {
            return Ok(());
        }
        Err(AccessError::Forbidden { needed: need.scope(), path: path_of(need) })
    }
}

fn path_of(need: &Need<'_>) -> Option<String> {
    match need {
        Need::WriteArtifact(path) => Some((*path).to_owned()),
        _ => None,
    }
}

/// Why a caller was not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// No token came with the request.
    #[error(
        "This request needs a token. Send it as `Authorization: Bearer TOKEN`, or as the password of HTTP Basic."
    )]
    NoToken,
    /// A token that this service does not know, or no longer.
    #[error(
        "This token is unknown, expired or revoked. Ask the operator for a new one (`online-service token create`)."
    )]
    Refused,
    /// A good token without the right.
    #[error("This token lacks the scope {needed}{}. Ask the operator for a token that has it.", for_path(.path.as_deref()))]
    Forbidden {
        /// The scope that is missing.
        needed: &'static str,
        /// The path that the scope must cover.
        path: Option<String>,
    },
    /// Nobody knows.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

fn for_path(path: Option<&str>) -> String {
    path.map(|path| format!(" for {path}")).unwrap_or_default()
}

/// Finds out who asks.
///
/// The secret is looked up by its SHA-256. That needs no comparison in constant time: what an attacker can learn from
/// timing is a prefix of a hash whose preimage of 256 random bits it does not know and cannot steer.
pub(crate) fn authenticate(catalog: &dyn Catalog, now: Moment, secret: &str) -> Result<Caller, AccessError> {
    let token = catalog.token(&sha256(secret.as_bytes()))?.ok_or(AccessError::Refused)?;
    let ended = token.revoked.is_some() || token.expires.is_some_and(|end| end <= now);
    if ended {
        return Err(AccessError::Refused);
    }
    let scopes = token.scopes.iter().filter_map(|scope| Scope::parse(scope).ok()).collect();
    Ok(Caller { actor: format!("token {} ({})", token.id, token.name), scopes })
}

/// What a new token is to be.
#[derive(Debug)]
pub(crate) struct NewToken<'a> {
    /// What it is for.
    pub(crate) name: &'a str,
    /// What it may do.
    pub(crate) scopes: &'a [Scope],
    /// How long it lives; `None` means until it is revoked.
    pub(crate) days: Option<u32>,
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// No catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A name that would not be shown as it is.
    #[error("A token's name has 1 to 100 characters and no control characters. Choose another with --name.")]
    Name,
    /// Nothing it could do.
    #[error("A token needs at least one --scope.")]
    NoScope,
}

/// Makes a token and returns its secret, which is kept nowhere.
pub(crate) fn create_token(
    catalog: &dyn Catalog,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
    wish: &NewToken<'_>,
) -> Result<(TokenRecord, Zeroizing<String>), TokenError> {
    if wish.scopes.is_empty() {
        return Err(TokenError::NoScope);
    }
    let length = wish.name.chars().count();
    if !(1..=100).contains(&length) || wish.name.chars().any(char::is_control) {
        return Err(TokenError::Name);
    }
    let mut bytes = Zeroizing::new([0; 32]);
    randomness.fill(bytes.as_mut_slice())?;
    let secret = Zeroizing::new(format!("vestry_{}", Zeroizing::new(hex::encode(bytes.as_slice())).as_str()));
    let mut id = [0; 4];
    randomness.fill(&mut id)?;
    let now = clock.now();
    let token = TokenRecord {
        id: hex::encode(id),
        name: wish.name.to_owned(),
        digest: sha256(secret.as_bytes()),
        scopes: wish.scopes.iter().map(Scope::to_string).collect(),
        created: now,
        expires: wish.days.map(|days| now.plus_days(days)),
        revoked: None,
    };
    catalog.add_token(&token, &audit(now, "token-created", &token.id))?;
    Ok((token, secret))
}

/// Ends a token's life; `false` when there is none of that id.
pub(crate) fn revoke_token(catalog: &dyn Catalog, clock: &dyn Clock, id: &str) -> Result<bool, CatalogError> {
    let now = clock.now();
    catalog.revoke_token(id, now, &audit(now, "token-revoked", id))
}

fn audit(at: Moment, action: &'static str, token: &str) -> AuditEntry {
    let subject = Json::object([("token", Json::from(token))]);
    AuditEntry { at, actor: "operator".to_owned(), action, subject }
}
