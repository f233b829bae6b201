//! `--attestation` and `--attestation-roots`: what is asked of devices, and by whose word.

use std::process::Command;

use shared::attestation::Anchors;
use shared::gap::{AttestationVerdict, KeptPlace, RootKeysDocument};

use crate::holders::TwoHolders;
use crate::material::{Online, export_folder};
use crate::room::{BINARY, Room, Setup};

#[test]
fn what_is_known_about_the_keys_lies_beside_the_payload_and_can_be_inspected() {
    let TwoHolders { mut room, export, alice, folder: _folder, .. } = TwoHolders::reviewed();
    room.answer("sign.key", "alice");
    room.answer("sign.key", "bob");
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
    let file = export.join("root-keys.json");
    let document = RootKeysDocument::parse(&std::fs::read(&file).unwrap()).unwrap();
    let digest = document.root.groups()[..8].join(" ");
    assert!(room.transcript.contains(&digest), "{digest}\n{}", room.transcript);
    assert!(room.transcript.contains("root-keys.json says where each root key lives"), "{}", room.transcript);
    assert_eq!(document.keys[0].key, alice);
    for kept in &document.keys {
        assert_eq!(kept.place, KeptPlace::File);
        assert!(matches!(kept.verdict, AttestationVerdict::None { .. }));
    }
    let believed: Vec<String> = document.anchors.iter().map(|anchor| anchor.name.clone()).collect();
    assert_eq!(believed, ["Yubico PIV Root CA Serial 263751", "Yubico Attestation Root 1"]);
    let output = Command::new(BINARY).arg("inspect").arg(&file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("knew about its 2 root keys"), "{said}");
    assert!(said.contains(&digest) && !said.contains("Warning"), "{said}");
}

#[test]
fn a_ceremony_that_requires_attestations_takes_no_key_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let export = export_folder(folder.path());
    let arguments = vec!["new", "--plain", "--attestation", "required", "--folder", export.to_str().unwrap()];
    let mut room = Room::enter(folder.path(), &Setup { arguments, ..Setup::with_secrets("") });
    online.import(&mut room);
    for way in ["file", "generate"] {
        room.answer("root-keys.add", way);
        assert_eq!(room.prompt(), "root-keys.add");
        assert!(
            room.said().contains("takes no root key without a verified attestation"),
            "{}",
            room.transcript
        );
    }
}

#[test]
fn roots_that_cannot_be_believed_end_the_program_before_anybody_sits_down() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roots.pem");
    let yubico = include_str!("../../../shared/src/attestation/yubico/attestation-intermediate-a-1.pem");
    for (content, told) in [
        ("", "has no self-signed certificate"),
        (yubico, "has no self-signed certificate"),
        (&yubico[..200], "damaged PEM block"),
        (&yubico.replace("CERTIFICATE", "PUBLIC KEY"), "a block \"PUBLIC KEY\""),
    ] {
        std::fs::write(&file, content).unwrap();
        let output = Command::new(BINARY)
            .args(["new", "--plain", "--attestation-roots", file.to_str().unwrap()])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(told), "{told}\n{said}");
        assert!(output.stdout.is_empty(), "nothing was asked");
    }
    assert!(Anchors::from_pem(yubico).is_err());
}
