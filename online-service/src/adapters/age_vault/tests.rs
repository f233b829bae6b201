use shared::document::SignedDocument;
use shared::key::Scheme;
use shared::metadata::{Body as _, Common, MetaEntry, Timestamp};
use shared::names::Version;
use shared::software::SoftwareKey;
use shared::software::sealed::{Passphrase, Work};
use shared::time::{Expiry, UnixTime};

use super::{AgeVault, AgeVaultKeeper};
use crate::ports::vault::{OnlineType, SignRequest, Vault as _, VaultError, VaultKeeper as _};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::from(text.to_owned())
}

#[test]
fn a_generated_key_signs_what_its_public_half_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let keeper =
        AgeVaultKeeper::new(folder.path().to_owned(), || Ok((passphrase("correct"), Work::Factor(2))));
    let held = keeper.generate(Scheme::Ed25519, "online-1").unwrap();
    assert_eq!(keeper.list().unwrap()[0].key, held.key);

    let vault = AgeVault::unlock(folder.path(), &passphrase("correct")).unwrap();
    vault.prove(&held.key).unwrap();
    let common = Common { version: Version::ONE, expires: Expiry::after_days(UnixTime(0), 1) };
    let timestamp = Timestamp { common, snapshot: MetaEntry::version(Version::ONE) };
    let document = SignedDocument::new(timestamp.to_signed());
    let request = SignRequest { document_type: OnlineType::Timestamp, common, document: &document };
    let signature = vault.sign(&held.key, &request).unwrap();
    held.key.verify(document.signing_bytes(), &signature.sig).unwrap();

    let wrong = SignRequest { document_type: OnlineType::Snapshot, common, document: &document };
    assert!(matches!(vault.sign(&held.key, &wrong), Err(VaultError::Mismatch { .. })));
}

#[test]
fn a_key_of_somebody_else_is_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let vault = AgeVault::unlock(folder.path(), &passphrase("any")).unwrap();
    let stranger = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    assert!(matches!(vault.prove(stranger.public()), Err(VaultError::NotHeld(_))));
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = |text: &'static str| {
        AgeVaultKeeper::new(folder.path().to_owned(), move || Ok((passphrase(text), Work::Factor(2))))
    };
    keeper("correct").generate(Scheme::Ed25519, "online-1").unwrap();
    assert!(AgeVault::unlock(folder.path(), &passphrase("wrong")).is_err());
    assert!(keeper("wrong").generate(Scheme::Ed25519, "online-2").is_err());
    assert_eq!(keeper("correct").list().unwrap().len(), 1);
}

#[test]
fn an_existing_key_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let keeper =
        AgeVaultKeeper::new(folder.path().to_owned(), || Ok((passphrase("correct"), Work::Factor(2))));
    let first = keeper.generate(Scheme::Ed25519, "online-1").unwrap();
    assert!(matches!(keeper.generate(Scheme::Ed25519, "online-1"), Err(VaultError::Name(_))));
    assert!(matches!(keeper.generate(Scheme::Ed25519, "../online"), Err(VaultError::Name(_))));
    assert_eq!(keeper.list().unwrap()[0].key, first.key);
}
