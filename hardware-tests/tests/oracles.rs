//! Programs of other people agree: the virtual card is a YubiKey, its keys are real, and so are its signatures.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use hardware_tests::oracles::{
    Oracles, Question, SignatureScheme, opensc_tool, openssl_verifies, ykcs11, yubico_piv_tool,
};
use hardware_tests::pcscd::Pcscd;
use hardware_tests::softhsm::{CONFIGURATION_VARIABLE, KeyKind, SoftHsm};
use hardware_tests::yubikey::{Algorithm, Authority, YubiKey};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::key::{Key, Scheme};
use shared::software::SoftwareKey;

const NEW: Firmware = Firmware::new(5, 7, 1);
const OLD: Firmware = Firmware::new(5, 4, 3);
const MANAGEMENT_KEY: &str = "010203040506070801020304050607080102030405060708";

/// A bench with one card in it.
fn bench(folder: &Path, card: &YubiKey) -> Result<Pcscd> {
    let bench = Pcscd::start(folder)?;
    bench.insert(card)?;
    Ok(bench)
}

/// A bench with two cards: ykman waits three seconds for an empty reader each time.
fn full_bench(folder: &Path, card: &YubiKey, other: &YubiKey) -> Result<Pcscd> {
    let bench = bench(folder, card)?;
    bench.insert(other)?;
    Ok(bench)
}

/// Where programs find this bench.
fn environment(bench: &Pcscd) -> [(&'static str, OsString); 1] {
    let (name, socket) = bench.environment();
    [(name, socket.into_os_string())]
}

#[test]
fn ykman_sees_a_yubikey_of_each_firmware() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    let folder = tempfile::tempdir()?;
    let bench = full_bench(folder.path(), &YubiKey::new(11_111_111, NEW)?, &YubiKey::new(22_222_222, OLD)?)?;
    for (serial, firmware, cipher) in [(11_111_111, NEW, "AES192"), (22_222_222, OLD, "TDES")] {
        let device = oracles.ykman(&bench, serial, &["info"])?;
        assert!(device.contains("YubiKey 5A") && device.contains(&firmware.to_string()), "{device}");
        assert!(device.contains(&format!("Serial number: {serial}")), "{device}");
        let piv = oracles.ykman(&bench, serial, &["piv", "info"])?;
        assert!(piv.contains("PIN tries remaining:      3/3"), "{piv}");
        assert!(piv.contains(&format!("Management key algorithm: {cipher}")), "{piv}");
    }
    Ok(())
}

#[test]
fn ykman_sees_an_old_yubikey_that_tells_nothing_about_its_keys() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    let folder = tempfile::tempdir()?;
    let old = YubiKey::new(4_444_444, Firmware::new(4, 3, 2))?;
    let bench = full_bench(folder.path(), &old, &YubiKey::new(22_222_222, OLD)?)?;
    let device = oracles.ykman(&bench, 4_444_444, &["info"])?;
    assert!(device.contains("YubiKey 4") && device.contains("4.3.2"), "{device}");
    assert!(oracles.ykman(&bench, 4_444_444, &["piv", "keys", "info", "9c"]).is_err());
    Ok(())
}

#[test]
fn ykman_generates_a_key_has_it_attested_and_signs_a_certificate_with_it() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    let folder = tempfile::tempdir()?;
    let card = YubiKey::new(11_111_111, NEW)?;
    let bench = full_bench(folder.path(), &card, &YubiKey::new(22_222_222, OLD)?)?;
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (public, leaf) = (file("public.pem"), file("leaf.pem"));
    let ask = |arguments: &[&str]| oracles.ykman(&bench, card.serial(), arguments);
    let policies = ["--pin-policy", "always", "--touch-policy", "always"];
    let generate = ["piv", "keys", "generate", "--management-key", MANAGEMENT_KEY, "--algorithm", "eccp256"];
    ask(&[&generate[..], &policies, &["9c", &public]].concat())?;
    ask(&["piv", "keys", "attest", "9c", &leaf])?;
    assert_eq!(openssl(&["x509", "-in", &leaf, "-noout", "-pubkey"])?, std::fs::read_to_string(&public)?);
    let f9 = file("f9.pem");
    ask(&["piv", "certificates", "export", "f9", &f9])?;
    assert_eq!(std::fs::read_to_string(&f9)?.trim(), card.attestation_certificate()?.trim());
    let known = ask(&["piv", "keys", "info", "9c"])?;
    for expected in
        ["ECCP256", "GENERATED", "PIN required for use:   ALWAYS", "Touch required for use: ALWAYS"]
    {
        assert!(known.contains(expected), "{known}");
    }
    let sign = ["piv", "certificates", "generate", "--management-key", MANAGEMENT_KEY, "--pin", "123456"];
    ask(&[&sign[..], &["--subject", "CN=a holder", "9c", &public]].concat())?;
    assert_eq!(card.signatures(), 1);
    let own = file("own.pem");
    ask(&["piv", "certificates", "export", "9c", &own])?;
    assert!(openssl(&["verify", "-CAfile", &own, &own])?.contains("OK"));
    Ok(())
}

#[test]
fn openssl_follows_the_chain_from_an_attested_key_to_the_maker() -> Result<()> {
    let plain = Authority::default();
    let real = Authority::new("Another maker").with_intermediate().attesting_with(Algorithm::Rsa2048);
    for (authority, firmware) in [(plain, OLD), (real, NEW)] {
        let card = YubiKey::made_by(&authority, 5, firmware)?;
        card.generate(0x9c, Algorithm::P256, (PinPolicy::Once, TouchPolicy::Always))?;
        let folder = tempfile::tempdir()?;
        let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(file("root.pem"), authority.root_pem()?)?;
        let between = [vec![card.attestation_certificate()?], authority.intermediates_pem()?].concat();
        std::fs::write(file("between.pem"), between.concat())?;
        std::fs::write(file("leaf.pem"), card.attestation(0x9c)?)?;
        let arguments =
            ["verify", "-CAfile", &file("root.pem"), "-untrusted", &file("between.pem"), &file("leaf.pem")];
        assert!(openssl(&arguments)?.contains("leaf.pem: OK"));
    }
    Ok(())
}

#[test]
fn opensc_tool_and_yubico_piv_tool_see_it_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = bench(folder.path(), &YubiKey::new(22_222_222, OLD)?)?;
    let named = opensc_tool(&bench, &["--name"])?;
    assert!(named.contains("Personal Identity Verification Card"), "{named}");
    let status = yubico_piv_tool(&bench, &["--action", "status"])?;
    assert!(status.contains("5.4.3") && status.contains("22222222"), "{status}");
    yubico_piv_tool(&bench, &["--action", "generate", "--slot", "9c", "--algorithm", "ECCP256"])?;
    let attested = yubico_piv_tool(&bench, &["--action", "attest", "--slot", "9c"])?;
    assert!(attested.starts_with("-----BEGIN CERTIFICATE-----"), "{attested}");
    yubico_piv_tool(&bench, &["--action", "verify-pin", "--pin", "123456"])?;
    Ok(())
}

#[test]
fn securesystemslib_derives_our_key_id_from_a_yubikey_and_signs_with_it() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    let folder = tempfile::tempdir()?;
    let card = YubiKey::new(22_222_222, OLD)?;
    let public = card.generate(0x9c, Algorithm::P256, (PinPolicy::Always, TouchPolicy::Always))?;
    let bench = bench(folder.path(), &card)?;
    let (module, environment) = (ykcs11()?, environment(&bench));
    let label = Some("YubiKey PIV #22222222");
    let question = Question { module: &module, environment: &environment, label, id: 2 };
    agree(&oracles, &question, "123456", &Key::from_spki_der(&public)?)
}

#[test]
fn securesystemslib_derives_our_key_id_from_softhsm_and_signs_with_it() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    let folder = tempfile::tempdir()?;
    let tokens = SoftHsm::new(folder.path())?;
    tokens.token("alice", "1234")?;
    tokens.generate("alice", "1234", KeyKind::P256, "02")?;
    let environment = [(CONFIGURATION_VARIABLE, tokens.configuration().as_os_str().to_owned())];
    let question =
        Question { module: tokens.module(), environment: &environment, label: Some("alice"), id: 2 };
    let mut read = Command::new("pkcs11-tool");
    read.env(CONFIGURATION_VARIABLE, tokens.configuration()).arg("--module").arg(tokens.module());
    read.args(["--token-label", "alice", "--read-object", "--type", "pubkey", "--id", "02"]);
    agree(&oracles, &question, "1234", &Key::from_spki_der(&read.output()?.stdout)?)
}

#[test]
fn openssl_and_securesystemslib_take_signatures_of_every_scheme() -> Result<()> {
    let oracles = Oracles::of_environment()?;
    for (scheme, spelled) in [
        (Scheme::Ed25519, SignatureScheme::Ed25519),
        (Scheme::EcdsaP256Sha256, SignatureScheme::EcdsaSha256),
        (Scheme::RsaPssSha256, SignatureScheme::RsaPssSha256),
    ] {
        let key = SoftwareKey::generate(scheme)?;
        let (public, signature) = (key.public().to_public_pem()?, key.sign(b"a root")?);
        assert!(openssl_verifies(&public, spelled, b"a root", &signature)?, "{scheme}");
        assert!(!openssl_verifies(&public, spelled, b"another", &signature)?, "{scheme}");
        let theirs = oracles.securesystemslib_key_of_pem(&public, scheme.name())?;
        assert_eq!(theirs.id, key.public().id().as_str(), "{scheme}");
        assert!(oracles.securesystemslib_verifies(&theirs, b"a root", &hex::encode(&signature))?, "{scheme}");
        assert!(
            !oracles.securesystemslib_verifies(&theirs, b"another", &hex::encode(signature))?,
            "{scheme}"
        );
    }
    Ok(())
}

/// Ours and theirs: one key id, and each takes the other's signature.
fn agree(oracles: &Oracles, question: &Question<'_>, pin: &str, ours: &Key) -> Result<()> {
    let theirs = oracles.securesystemslib_key(question)?;
    assert_eq!(theirs.id, ours.id().as_str());
    let signature = oracles.securesystemslib_signs(question, &theirs, pin, b"a root")?;
    assert!(oracles.securesystemslib_verifies(&theirs, b"a root", &signature)?);
    assert!(!oracles.securesystemslib_verifies(&theirs, b"another", &signature)?);
    let (public, signature) = (ours.to_public_pem()?, hex::decode(&signature)?);
    assert!(openssl_verifies(&public, SignatureScheme::EcdsaSha256, b"a root", &signature)?);
    assert!(!openssl_verifies(&public, SignatureScheme::EcdsaSha256, b"another", &signature)?);
    ours.verify(b"a root", &signature)?;
    Ok(())
}

fn openssl(arguments: &[&str]) -> Result<String> {
    let output = Command::new("openssl").args(arguments).output()?;
    anyhow::ensure!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
