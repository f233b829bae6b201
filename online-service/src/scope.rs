//! What a token may do.

use std::fmt;

/// A right that a token carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Add, remove and publish artifacts, only below a path prefix if there is one.
    ArtifactsWrite {
        /// The beginning that every path must have.
        prefix: Option<String>,
    },
    /// Add signatures to pending metadata.
    MetadataWrite,
    /// Read the configuration and pending metadata.
    Read,
    /// Everything, and the only scope that may begin or abandon a bootstrap.
    Admin,
}

/// Not a scope.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no scope. Use artifacts:write, artifacts:write=PATH-PREFIX, metadata:write, read or admin."
)]
pub(crate) struct ScopeError(String);

impl Scope {
    /// Reads the spelling of the command line.
    pub(crate) fn parse(text: &str) -> Result<Self, ScopeError> {
        let error = || ScopeError(text.to_owned());
        match text {
            "artifacts:write" => Ok(Self::ArtifactsWrite { prefix: None }),
            "metadata:write" => Ok(Self::MetadataWrite),
            "read" => Ok(Self::Read),
            "admin" => Ok(Self::Admin),
            _ => {
                let prefix = text.strip_prefix("artifacts:write=").ok_or_else(error)?;
                let acceptable = !prefix.is_empty() && !prefix.chars().any(char::is_control);
                if !acceptable {
                    return Err(error());
                }
                Ok(Self::ArtifactsWrite { prefix: Some(prefix.to_owned()) })
            }
        }
    }

    /// Whether a token with this scope may do that.
    pub(crate) fn permits(&self, need: &Need<'_>) -> bool {
        match (self, need) {
            (Self::Admin, _)
            | (Self::Read, Need::Read)
            | (Self::MetadataWrite, Need::SignMetadata)
            | (Self::ArtifactsWrite { .. }, Need::Publish)
            | (Self::ArtifactsWrite { prefix: None }, Need::PublishDeferred) => true,
            (Self::ArtifactsWrite { prefix }, Need::WriteArtifact(path)) => {
                prefix.as_ref().is_none_or(|prefix| is_below(path, prefix))
            }
            _ => false,
        }
    }
}

/// `team/a` covers `team/a` and `team/a/x`, never `team/ab`.
fn is_below(path: &str, prefix: &str) -> bool {
    let Some(rest) = path.strip_prefix(prefix) else { return false };
    rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/')
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArtifactsWrite { prefix: None } => formatter.write_str("artifacts:write"),
            Self::ArtifactsWrite { prefix: Some(prefix) } => write!(formatter, "artifacts:write={prefix}"),
            Self::MetadataWrite => formatter.write_str("metadata:write"),
            Self::Read => formatter.write_str("read"),
            Self::Admin => formatter.write_str("admin"),
        }
    }
}

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need<'a> {
    /// Read what is not public.
    Read,
    /// Change the artifact with that path.
    WriteArtifact(&'a str),
    /// Send changes of some artifacts; which ones is asked for each.
    Publish,
    /// Publish what was deferred, by whomever.
    PublishDeferred,
    /// Add a signature to pending metadata.
    SignMetadata,
    /// Bootstrap the repository.
    Bootstrap,
    /// Throw away what waits for signatures.
    StopSigning,
}

impl Need<'_> {
    /// The scope to ask an operator for.
    pub(crate) const fn scope(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::WriteArtifact(_) | Self::Publish => "artifacts:write",
            Self::PublishDeferred => "artifacts:write without a path prefix",
            Self::SignMetadata => "metadata:write",
            Self::Bootstrap | Self::StopSigning => "admin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Need, Scope, ScopeError};

    #[test]
    fn every_scope_is_read_back_as_it_is_written() {
        for text in ["artifacts:write", "artifacts:write=team/a/", "metadata:write", "read", "admin"] {
            assert_eq!(Scope::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "artifacts:write=", "artifacts", "artifacts:write=a\nadmin"] {
            assert_eq!(Scope::parse(text), Err(ScopeError(text.to_owned())));
        }
    }

    #[test]
    fn a_prefix_limits_the_paths() {
        let scope = Scope::parse("artifacts:write=team/a/").unwrap();
        assert!(scope.permits(&Need::WriteArtifact("team/a/x")));
        assert!(!scope.permits(&Need::WriteArtifact("team/b/x")));
        assert!(scope.permits(&Need::Publish));
        assert!(!scope.permits(&Need::PublishDeferred), "others deferred things too");
        assert!(Scope::parse("artifacts:write").unwrap().permits(&Need::PublishDeferred));
        let scope = Scope::parse("artifacts:write=team/a").unwrap();
        assert!(scope.permits(&Need::WriteArtifact("team/a/x")));
        assert!(!scope.permits(&Need::WriteArtifact("team/ab/x")));
        assert!(!scope.permits(&Need::Read));
    }

    #[test]
    fn only_admin_begins_and_abandons_a_bootstrap() {
        for text in ["artifacts:write", "metadata:write", "read"] {
            let scope = Scope::parse(text).unwrap();
            assert!(!scope.permits(&Need::Bootstrap) && !scope.permits(&Need::StopSigning));
        }
        assert!(Scope::Admin.permits(&Need::Bootstrap) && Scope::Admin.permits(&Need::StopSigning));
    }
}
