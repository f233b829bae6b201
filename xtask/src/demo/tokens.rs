//! The tokens of the demo: a virtual YubiKey behind a real pcscd, a SoftHSM token, and the secrets of the ceremony.

use anyhow::{Context as _, Result};
use hardware_tests::pcscd::{Pcscd, SOCKET_VARIABLE};
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};
use hardware_tests::yubikey::{Algorithm, Authority, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use std::path::{Path, PathBuf};

use super::chance::digits;

/// The id of the key on the SoftHSM token.
const KEY: &str = "02";

/// The slot of the key on the YubiKey, for digital signatures.
const SLOT: u8 = 0x9c;

/// The PIN that a YubiKey leaves the factory with.
const FACTORY_PIN: &str = "123456";

const SERIAL: u32 = 11_111_111;
const FIRMWARE: Firmware = Firmware::new(5, 7, 1);

/// A token that holds a root key.
pub(crate) struct Token {
    /// Whose it is.
    pub(crate) holder: &'static str,
    /// How the ceremony's list begins its line.
    pub(crate) word: String,
    /// What the ceremony calls its key.
    pub(crate) key: String,
    /// Its PIN.
    pub(crate) pin: String,
}

/// The tokens, plugged in until this is dropped.
pub(crate) struct Tokens {
    /// Alice's and Bob's.
    pub(crate) tokens: [Token; 2],
    /// Who vouches for the virtual YubiKey: certificates in PEM.
    pub(crate) attestation_roots: PathBuf,
    configuration: PathBuf,
    readers: Pcscd,
    card: YubiKey,
}

impl Tokens {
    /// What a program needs in its environment to see the tokens.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [(CONFIGURATION_VARIABLE, self.configuration.clone()), self.readers.environment()]
    }

    /// How many signatures the YubiKey made.
    pub(crate) fn signatures_of_yubikey(&self) -> u32 {
        self.card.signatures()
    }
}

/// Makes the tokens and a key on each, and plugs the YubiKey in.
pub(crate) fn make(folder: &Path) -> Result<Tokens> {
    let bob = bobs_token(folder)?;
    let attestation_roots = folder.join("attestation-roots.pem");
    let authority = Authority::default();
    std::fs::write(&attestation_roots, authority.root_pem()?)
        .context("the virtual maker's certificate cannot be written")?;
    let card = YubiKey::made_by(&authority, SERIAL, FIRMWARE)?;
    card.generate(SLOT, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always))?;
    let readers = Pcscd::start(&folder.join("readers"))
        .with_context(|| format!("no smart card service could be started ({SOCKET_VARIABLE})"))?;
    readers.insert(&card)?;
    let alice = Token {
        holder: "alice",
        word: format!("YubiKey/{SERIAL}"),
        key: format!("{SLOT:02x}"),
        pin: FACTORY_PIN.to_owned(),
    };
    let (configuration, bob) = bob;
    Ok(Tokens { tokens: [alice, bob], attestation_roots, configuration, readers, card })
}

/// A SoftHSM token in the demo's own folder; returns SoftHSM's configuration too.
fn bobs_token(folder: &Path) -> Result<(PathBuf, Token)> {
    let bench = SoftHsm::new(folder)?;
    let pin = digits(8)?;
    bench.token("bob", &pin).context("no SoftHSM token could be made")?;
    bench.generate("bob", &pin, KeyKind::Rsa3072, KEY).context("the SoftHSM token made no key")?;
    let token = Token { holder: "bob", word: "bob/".to_owned(), key: KEY.to_owned(), pin };
    Ok((bench.configuration().to_owned(), token))
}
