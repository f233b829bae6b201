//! `ceremony-tui inspect FILE` on each kind of document.

use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;

use shared::attestation::{Anchors, certificates_of};
use shared::bins::{BinCount, BinKind, Bins};
use shared::device::{Firmware, Serial};
use shared::digest::DocumentDigest;
use shared::gap::{
    AnchorName, AttestationVerdict, KeptAttestation, KeptKey, KeptPlace, KeptPossession, RootKeyDocument,
    RootKeysDocument,
};
use shared::json::Json;
use shared::key::{Key, Scheme};
use shared::names::Version;
use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
use shared::settings::RepositorySettings;
use shared::software::SoftwareKey;
use shared::time::{Expiry, UnixTime};

use crate::holders::TwoHolders;
use crate::material::{Online, now};
use crate::room::BINARY;

fn inspect(file: &Path) -> (bool, String) {
    inspect_with(file, &[])
}

fn inspect_with(file: &Path, options: &[&str]) -> (bool, String) {
    let output = Command::new(BINARY).arg("inspect").arg(file).args(options).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_payload_is_told_in_sentences_with_what_is_missing_and_its_digest() {
    let TwoHolders { mut room, export, folder: _folder, .. } = TwoHolders::reviewed();
    room.answer("sign.key", "alice");
    room.answer("sign.key", "done");
    room.answer("sign.incomplete", "yes");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    let (ok, said) = inspect(&export.join("payload.json"));
    assert!(ok, "{said}");
    let digest = room.document_digest();
    for sentence in [
        "This is a bootstrap payload",
        "Root is signed by all of alice, bob: 2 signatures.",
        "Nothing else is in the document.",
        "alice signed it, and the signature verifies.",
        "It has 1 of 2 signatures; missing: 1, from bob.",
        "Its settings are those that the holders of root sign.",
        &digest[..8].join(" "),
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
}

#[test]
fn an_online_key_is_described_without_its_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (ok, said) = inspect(&online.path);
    assert!(ok, "{said}");
    assert!(said.contains("public online key \"online-1\""), "{said}");
    assert!(!said.contains(&online.key.public().fingerprint().groups()[0]), "{said}");
}

/// The base point of P-384.
const P384: &str = "-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqofKIr6LBTeOscce8yCtdG4dO2KLp5uY\nWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3NhfeSpYmLG9dnpi/kpLcKfj0Hb0omhR8\n6doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f\n-----END PUBLIC KEY-----\n";

#[test]
fn a_key_that_some_clients_refuse_is_shown_with_a_warning_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let Online { key: online, .. } = Online::write(folder.path());
    let curious = Json::object([
        ("keytype", Json::from("ecdsa")),
        ("scheme", Json::from("ecdsa-sha2-nistp384")),
        ("keyval", Json::object([("public", Json::from(P384))])),
    ]);
    let named = |name: &str, key: Key| NamedKey { name: name.to_owned(), key };
    let draft = RootDraft {
        version: Version::ONE,
        expires: Expiry::after_days(now(), 365),
        threshold: NonZeroU32::MIN,
        root_keys: vec![named("carol", Key::from_json(&curious).unwrap())],
        online_keys: vec![named("online-1", online.public().clone())],
        settings: RepositorySettings::proposed(Bins {
            kind: BinKind::Succinct,
            count: BinCount::new(256).unwrap(),
        }),
        rehearsal: false,
        record: None,
        spelling: KeySpelling::Plain,
    };
    let file = folder.path().join("root.json");
    std::fs::write(&file, draft.to_metadata().unwrap().document().to_bytes()).unwrap();
    let (ok, said) = inspect(&file);
    assert!(ok && said.contains("carol: P-384, key id"), "{said}");
    let warning = "Warning: carol: Clients refuse a root that needs a key of the scheme ecdsa-sha2-nistp384 (ecdsa): tuf-js and tough.";
    assert!(said.contains(warning), "{said}");
}

#[test]
fn what_is_no_document_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.json");
    for (content, sentence) in [
        ("{\"a\":1}", "no document that crosses the gap"),
        ("{\"a\":1,\"a\":2}", "The document cannot be used."),
        ("", "The document cannot be used."),
    ] {
        std::fs::write(&file, content).unwrap();
        let (ok, said) = inspect(&file);
        assert!(!ok && said.contains(sentence), "{said}");
    }
    assert!(!inspect(&folder.path().join("missing")).0);
}

#[test]
fn a_key_is_generated_by_the_subcommand_and_opens_in_a_ceremony() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"exec "$1" key generate --out new.age --scheme ed25519 --pin-fd 3 3<"$2""#;
    let secrets = folder.path().join("secrets");
    std::fs::write(&secrets, "new.age\ta long passphrase\n").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", BINARY]).arg(&secrets).current_dir(folder.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("-----BEGIN PUBLIC KEY-----"), "{said}");
    let file = std::fs::read(folder.path().join("new.age")).unwrap();
    let passphrase = shared::software::sealed::Passphrase::from("a long passphrase".to_owned());
    let opened = shared::software::sealed::open_any(&file, &passphrase).unwrap();
    assert!(said.contains(opened.public().id().as_str()), "{said}");
    assert_eq!(opened.public().scheme(), Some(Scheme::Ed25519));
    assert_ne!(opened.public(), SoftwareKey::generate(Scheme::Ed25519).unwrap().public());
}

/// A key on a real YubiKey, with the attestation that its holder published.
const YUBIKEY: &str = include_str!("../../../shared/tests/data/attestation/5.7.4-9c.pem");
const YUBIKEY_UNTIL_2052: &str = include_str!("../../../shared/tests/data/attestation/5.2.7-9c.pem");
/// A root of Yubico that did not make that YubiKey.
const OTHER_ROOT: &str = include_str!("../../../shared/src/attestation/yubico/piv-root-263751.pem");

fn on_yubikey() -> KeptKey {
    let certificates = certificates_of(YUBIKEY).unwrap();
    let anchors = Anchors::yubico().unwrap();
    let attested =
        shared::attestation::verify(certificates[0].der(), certificates[1].der(), &[], &anchors, now())
            .unwrap();
    KeptKey {
        name: "ann".into(),
        key: attested.key().clone(),
        place: KeptPlace::YubiKey {
            serial: Serial(38_906_331),
            firmware: Some(Firmware::new(5, 7, 4)),
            policy: Some(attested.policy()),
        },
        possession: None,
        verdict: AttestationVerdict::Verified { anchor: attested.anchor().digest() },
        attestation: Some(KeptAttestation { certificates }),
    }
}

fn in_a_file() -> KeptKey {
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let time = now();
    let proof = key.sign(&RootKeyDocument::statement(key.public().id(), time)).unwrap();
    KeptKey {
        name: "bob".into(),
        key: key.public().clone(),
        place: KeptPlace::File,
        possession: Some(KeptPossession { time, proof }),
        attestation: None,
        verdict: AttestationVerdict::None { reason: "It is in a file.".into() },
    }
}

#[test]
fn root_keys_are_told_with_their_attestations_which_are_verified_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root-keys.json");
    let anchors = Anchors::yubico().unwrap();
    // Before the document's own time: a proof of the next second would be newer than the document.
    let keys = vec![on_yubikey(), in_a_file()];
    let document = RootKeysDocument {
        root: DocumentDigest::of_canonical(b"{}"),
        time: now(),
        anchors: anchors.roots().map(|(name, digest)| AnchorName { name, digest }).collect(),
        keys,
    };
    std::fs::write(&file, document.to_bytes()).unwrap();
    let (ok, said) = inspect(&file);
    assert!(ok, "{said}");
    for sentence in [
        "This is what a ceremony knew about its 2 root keys.",
        &document.root.groups()[..8].join(" "),
        "It lives on YubiKey 38906331, firmware 5.7.4; it wants the PIN for each signature and wants a touch for each",
        "its attestation was verified up to the root with SHA-256 62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace",
        "Here: verified up to Yubico Attestation Root 1. The key was generated on YubiKey 38906331 (USB-C keychain)",
        "It counts only if the root carries a signature of this key.",
        "It lives in an encrypted file: software, which can be copied.",
        "shows that its holder has it; the proof verifies.",
        "Here: nothing attests where the key was generated.",
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
    assert!(!said.contains("Warning"), "{said}");

    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, OTHER_ROOT).unwrap();
    let (ok, said) = inspect_with(&file, &["--attestation-roots", roots.to_str().unwrap()]);
    assert!(ok && said.contains("Warning: here its attestation does not count."), "{said}");
    assert!(said.contains("leads to none of the roots that are believed here"), "{said}");
    let (ok, said) = inspect_with(&file, &["--attestation-roots", file.to_str().unwrap()]);
    assert!(!ok && said.contains("damaged PEM block"), "{said}");
}

#[test]
fn devices_are_counted_by_what_they_attest_and_not_by_what_the_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root-keys.json");
    let attested = KeptKey { place: KeptPlace::File, ..on_yubikey() };
    let place = KeptPlace::YubiKey { serial: Serial(38_906_331), firmware: None, policy: None };
    let keys = vec![attested, KeptKey { place, ..in_a_file() }];
    let root = DocumentDigest::of_canonical(b"{}");
    let document = RootKeysDocument { root, time: now(), anchors: vec![], keys };
    std::fs::write(&file, document.to_bytes()).unwrap();
    let (ok, said) = inspect(&file);
    assert!(ok && said.contains("Warning: Two root keys are on YubiKey 38906331"), "{said}");
    assert!(
        said.contains("Warning: its certificates say that it was generated on YubiKey 38906331"),
        "{said}"
    );
}

/// `now` is what the clock shows where the document is read.
fn told_at(document: &RootKeysDocument, now: &str) -> Vec<String> {
    let now = UnixTime::parse(now).unwrap();
    ceremony_tui::inspect::describe(&document.to_bytes(), &Anchors::yubico().unwrap(), now).unwrap()
}

#[test]
fn an_attestation_is_judged_today_and_what_held_only_then_is_a_warning() {
    let root = DocumentDigest::of_canonical(b"{}");
    let certificates = certificates_of(YUBIKEY_UNTIL_2052).unwrap();
    let anchors = Anchors::yubico().unwrap();
    let [key, device] = [0, 1].map(|index: usize| certificates[index].der().to_vec());
    let attested = shared::attestation::verify(&key, &device, &[], &anchors, now()).unwrap();
    let kept = KeptKey {
        key: attested.key().clone(),
        place: KeptPlace::YubiKey { serial: attested.serial(), firmware: None, policy: None },
        attestation: Some(KeptAttestation { certificates }),
        ..on_yubikey()
    };
    let document = RootKeysDocument { root, time: now(), anchors: vec![], keys: vec![kept] };
    let today = told_at(&document, "2051-01-01T00:00:00Z").join("\n");
    assert!(
        today.contains("  Here: verified up to Yubico PIV Root CA") && !today.contains("Warning: its"),
        "{today}"
    );
    let later = told_at(&document, "2060-01-01T00:00:00Z").join("\n");
    assert!(later.contains("  Warning: its attestation does not hold today. The certificate"), "{later}");
    assert!(later.contains("nobody signed that time"), "{later}");
    assert!(
        later.contains(&format!("  At {}: verified up to", document.time)) && !later.contains("Here: ver"),
        "{later}"
    );
}

#[test]
fn a_strangers_text_in_root_keys_begins_no_line_and_is_marked_as_such() {
    let spoof = "Here: verified up to Yubico PIV Root CA Serial 263751. The key was generated on YubiKey 1.";
    let padded = format!("x{}{spoof}", " ".repeat(500));
    let place = KeptPlace::Pkcs11 { label: padded.clone(), serial: padded.clone() };
    let verdict = AttestationVerdict::None { reason: padded.clone() };
    let name = format!("Carol{}Here:", " ".repeat(50));
    let kept = KeptKey { name, place, verdict, ..in_a_file() };
    let digest = Anchors::yubico().unwrap().roots().next().unwrap().1;
    let anchors = vec![AnchorName { name: padded, digest }];
    let root = DocumentDigest::of_canonical(b"{}");
    let document = RootKeysDocument { root, time: now(), anchors, keys: vec![kept] };
    let lines = told_at(&document, &now().to_string());
    let said = lines.join("\n");
    assert!(said.contains("\"Carol Here:\" holds a Ed25519 key"), "{said}");
    for line in lines.iter().filter(|line| line.contains("263751")) {
        let quoted = line.contains("\"x Here: verified up to Yubico PIV Root CA");
        let is_ours = line.starts_with("  \"Yubico PIV Root CA Serial 263751\" SHA-256");
        assert!(quoted || is_ours || line.starts_with("    > "), "{line}");
    }
    let cited: Vec<&String> = lines.iter().filter(|line| line.starts_with("    > ")).collect();
    assert!(cited.len() > 2 && cited.iter().all(|line| line.len() < 80), "{cited:#?}");
}

#[test]
fn root_keys_that_somebody_changed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root-keys.json");
    let keys = vec![in_a_file()];
    let root = DocumentDigest::of_canonical(b"{}");
    let document = RootKeysDocument { root, time: now(), anchors: vec![], keys };
    let text = String::from_utf8(document.to_bytes()).unwrap();
    let other = hex::encode(in_a_file().possession.unwrap().proof);
    let proof = hex::encode(&document.keys[0].possession.as_ref().unwrap().proof);
    std::fs::write(&file, text.replace(&proof, &other)).unwrap();
    let (ok, said) = inspect(&file);
    assert!(!ok && said.contains("A proof of possession in the document does not hold."), "{said}");
}

#[test]
fn the_key_of_an_absent_holder_is_told_with_what_its_device_attests() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root-key.json");
    let kept = in_a_file();
    let KeptPossession { time, proof } = kept.possession.unwrap();
    let chain = certificates_of(YUBIKEY).unwrap();
    let attestation = chain.iter().map(shared::attestation::Certificate::to_pem).collect();
    let document = RootKeyDocument { key: kept.key, name: "dora".into(), time, proof, attestation };
    std::fs::write(&file, document.to_bytes()).unwrap();
    let (ok, said) = inspect(&file);
    assert!(ok && said.contains("This is the public root key \"dora\", Ed25519."), "{said}");
    assert!(
        said.contains("Warning: its attestation does not count. The attestation is about another key"),
        "{said}"
    );
    std::fs::write(&file, RootKeyDocument { attestation: vec![], ..document }.to_bytes()).unwrap();
    let said = inspect(&file).1;
    assert!(said.contains("Nothing attests where the key was generated."), "{said}");
    assert!(!said.contains("in the future"), "{said}");
}

#[test]
fn a_proof_whose_time_has_not_come_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root-key.json");
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let time = UnixTime(now().0 + 10 * 86_400);
    let proof = key.sign(&RootKeyDocument::statement(key.public().id(), time)).unwrap();
    let key = key.public().clone();
    let document = RootKeyDocument { key, name: "dora".into(), time, proof, attestation: Vec::new() };
    std::fs::write(&file, document.to_bytes()).unwrap();
    assert!(inspect(&file).1.contains("Warning: the proof is dated in the future"));
}
