//! Which clients refuse a root for the sake of a key in it.
//!
//! Facts, not opinions. python-tuf 7.0.1, tuf-js 5.0.1, tough 0.24.0 and sigstore-tuf 0.15.1 were asked: the test
//! `which_client_accepts_which_scheme` of the service's package asks them again, and fails when an answer changes.
//! go-tuf 2 was read (`metadata/keys.go` for key types, `VerifyDelegate` in `metadata/metadata.go` for schemes), not
//! asked.

use super::Key;
use crate::text::shortened;
use Client::{GoTuf, PythonTuf, SigstoreTuf, Tough, TufJs};

/// A TUF client that people use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// python-tuf, the reference implementation.
    PythonTuf,
    /// tuf-js, the client inside npm.
    TufJs,
    /// tough, of Bottlerocket.
    Tough,
    /// sigstore-tuf, of sigstore's Rust libraries.
    SigstoreTuf,
    /// go-tuf, version 2.
    GoTuf,
}

impl Client {
    /// Every one that is known.
    pub const ALL: &[Client] = &[PythonTuf, TufJs, Tough, SigstoreTuf, GoTuf];

    /// What its users call it.
    pub fn name(self) -> &'static str {
        match self {
            PythonTuf => "python-tuf",
            TufJs => "tuf-js",
            Tough => "tough",
            SigstoreTuf => "sigstore-tuf",
            GoTuf => "go-tuf",
        }
    }
}

/// What clients make of a key type and a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSupport {
    /// The key type.
    pub keytype: &'static str,
    /// The scheme.
    pub scheme: &'static str,
    /// The clients that refuse a root which only such a key signed.
    pub refused_by: &'static [Client],
}

impl ClientSupport {
    /// Every pair of key type and scheme that is known.
    pub const ALL: &[ClientSupport] = &[
        row("ed25519", "ed25519", &[]),
        row("ecdsa", "ecdsa-sha2-nistp256", &[]),
        row("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", &[]),
        row("ecdsa", "ecdsa-sha2-nistp384", &[TufJs, Tough]),
        row("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", &[TufJs, Tough, GoTuf]),
        row("ecdsa", "ecdsa-sha2-nistp521", &[TufJs, Tough, SigstoreTuf, GoTuf]),
        row("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", &[TufJs, Tough, SigstoreTuf, GoTuf]),
        row("rsa", "rsassa-pss-sha256", &[]),
        row("rsa", "rsassa-pss-sha384", &[TufJs, Tough, GoTuf]),
        row("rsa", "rsassa-pss-sha512", &[TufJs, Tough, GoTuf]),
        row("rsa", "rsa-pkcs1v15-sha256", &[TufJs, Tough, SigstoreTuf, GoTuf]),
        row("rsa", "rsa-pkcs1v15-sha384", &[TufJs, Tough, SigstoreTuf, GoTuf]),
        row("rsa", "rsa-pkcs1v15-sha512", &[TufJs, Tough, SigstoreTuf, GoTuf]),
        row("rsa", "rsassa-pss-sha224", Client::ALL),
        row("rsa", "rsa-pkcs1v15-sha224", Client::ALL),
        row("sigstore-oidc", "Fulcio", Client::ALL),
    ];
}

const fn row(keytype: &'static str, scheme: &'static str, refused_by: &'static [Client]) -> ClientSupport {
    ClientSupport { keytype, scheme, refused_by }
}

impl Key {
    /// The clients that refuse a root which needs this key; all of them for a scheme that nobody knows.
    fn refused_by(&self) -> &'static [Client] {
        let known = |row: &&ClientSupport| row.keytype == self.keytype && row.scheme == self.scheme_name;
        ClientSupport::ALL.iter().find(known).map_or(Client::ALL, |row| row.refused_by)
    }

    /// A sentence for whoever looks at the key, when not every client accepts it.
    pub fn warning(&self) -> Option<String> {
        let names: Vec<&str> = self.refused_by().iter().map(|client| client.name()).collect();
        let (last, others) = names.split_last()?;
        let listed =
            if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
        let counted =
            if self.counted_scheme().is_some() { "" } else { ", and its signatures are never counted" };
        let kind = format!("{} ({})", shortened(&self.scheme_name), shortened(&self.keytype));
        Some(format!("Clients refuse a root that needs a key of the scheme {kind}: {listed}{counted}."))
    }
}
