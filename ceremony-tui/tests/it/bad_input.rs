//! Bad input: each is refused in two sentences, and nothing changes.

mod documents;
mod media;

use std::process::Command;

use shared::key::Scheme;
use shared::software::SoftwareKey;

use crate::holders::{SECRETS, TwoHolders};
use crate::kept::Kept;
use crate::material::{Online, add_file, age_file, document, now, type_fingerprint, write_age_file};
use crate::room::{BINARY, Room, Setup};

#[test]
fn a_wrong_passphrase_opens_nothing_and_is_asked_again_only_by_choice() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let before = std::fs::read(&alice).unwrap();
    let secrets = "alice\tnot it at all\nalice\talice's passphrase\n";
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(secrets));
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    let said = room.said();
    assert!(said.contains("Refused: The passphrase does not open"), "{said}");
    assert!(!said.contains("alice: Ed25519"), "nothing was added: {said}");
    assert_eq!(said.matches("root-keys.secret").count(), 1, "not retried: {said}");
    assert_eq!(std::fs::read(&alice).unwrap(), before);
    // Not in a line that everybody reads: Enter asks for its passphrase again.
    room.answer("root-keys.again", "");
    assert!(room.said().contains("1 of at least 2 root keys"), "{}", room.transcript);
    kept.rows(1, "wrong passphrases");
}

#[test]
fn a_wrong_passphrase_at_signing_leaves_the_document_unsigned() {
    let secrets =
        "alice\talice's passphrase\nalice\twrong\nalice\talice's passphrase\nbob\tbob's passphrase\n";
    let mut holders = TwoHolders::reviewed_with(secrets, &[]);
    let kept = Kept::below(holders.folder.path());
    let room = &mut holders.room;
    room.answer("sign.key", "alice");
    let said = room.said();
    assert!(said.contains("alice has not signed. The passphrase does not open"), "{said}");
    assert!(said.contains("Signed 0 of 2 needed"), "{said}");
    room.answer("sign.key", "alice");
    assert!(room.said().contains("Signed 1 of 2 needed"), "{}", room.transcript);
    kept.rows(1, "wrong passphrases");
}

#[test]
fn a_threshold_above_the_number_of_keys_is_refused_at_the_end_of_the_step() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    room.answer("root-keys.add", "done");
    let said = room.said();
    assert!(said.contains("Refused: The threshold is 2, but the list holds 1 key,"), "{said}");
    assert_eq!(room.prompt(), "root-keys.add");
    kept.rows(1, "thresholds");
}

#[test]
fn one_key_offered_twice_is_refused_also_under_another_name_and_in_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let key = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let alice = write_age_file(folder.path(), "alice", "alice's passphrase", &key);
    let copy = write_age_file(folder.path(), "bob", "bob's passphrase", &key);
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    add_file(&mut room, "bob", &copy);
    let said = room.said();
    assert!(said.contains("The key offered as \"bob\" is the same key as \"alice\""), "{said}");
    assert!(said.contains("1 of at least 2 root keys"), "{said}");
    room.answer("root-keys.add", "file");
    room.answer("root-keys.name", "alice");
    assert!(room.said().contains("is taken already"), "{}", room.transcript);
    kept.rows(2, "keys offered twice");
}

#[test]
fn the_online_key_is_refused_as_a_root_key() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let file = write_age_file(folder.path(), "alice", "alice's passphrase", &online.key);
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", &file);
    let said = room.said();
    assert!(said.contains("is the online key of the service, which can never be a root key"), "{said}");
    assert!(said.contains("0 of at least 2 root keys"), "{said}");
    kept.rows(1, "online keys offered as root keys");
}

#[test]
fn an_attackers_online_key_with_a_valid_proof_is_refused_by_the_typed_groups() {
    let folder = tempfile::tempdir().unwrap();
    let real = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let attacker = Online::write(folder.path());
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("online-key.file");
    room.type_line(attacker.path.to_str().unwrap());
    let asked = room.prompt();
    let number: usize = asked.strip_prefix("online-key.group.").unwrap().parse().unwrap();
    // The service's own screen shows the real key.
    room.type_line(&real.public().fingerprint().groups()[number - 1]);
    let said = room.said();
    assert!(said.contains("is not what was typed. Read"), "{said}");
    assert!(room.prompt().starts_with("online-key.group."), "{said}");
    let shown = attacker.key.public().fingerprint().groups().join(" ");
    assert!(!room.transcript.contains(&shown), "the fingerprint is never shown on this side");
    kept.rows(1, "online keys of attackers");
}

#[test]
fn an_online_key_document_that_was_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let other = SoftwareKey::generate(Scheme::Ed25519).unwrap();
    let mut changed = document(&online.key, now());
    changed.key = other.public().clone();
    std::fs::write(&online.path, changed.to_bytes()).unwrap();
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("online-key.file");
    room.type_line(online.path.to_str().unwrap());
    assert!(room.said().contains("The proof does not hold"), "{}", room.transcript);
    assert_eq!(room.prompt(), "online-key.file");
    room.type_line("/nowhere/online-key.json");
    assert!(room.said().contains("does not exist"), "{}", room.transcript);
    kept.rows(2, "changed online keys");
}

#[test]
fn a_public_pem_is_accepted_with_typed_groups_and_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let key = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    let pem = folder.path().join("online.pem");
    std::fs::write(&pem, key.public().to_public_pem().unwrap()).unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("online-key.file");
    room.type_line(pem.to_str().unwrap());
    room.answer("online-key.name", "online-1");
    assert!(room.said().contains("Warning: This key carries no proof"), "{}", room.transcript);
    type_fingerprint(&mut room, key.public());
    assert_eq!(room.prompt(), "root-keys.add");
}

#[test]
fn an_unencrypted_pem_is_refused_and_told_how_to_encrypt_it() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let plain = folder.path().join("plain.pem");
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
    std::fs::write(&plain, pem).unwrap();
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", plain.to_str().unwrap());
    let said = room.said();
    assert!(said.contains("not encrypted, and such keys are refused"), "{said}");
    assert!(!said.contains("root-keys.secret"), "nobody is asked for a passphrase: {said}");
    kept.rows(1, "unencrypted keys");
}

#[test]
fn an_encrypted_pem_of_openssl_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let path = folder.path().join("alice.pem");
    let key = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    let info = pkcs8::PrivateKeyInfo::try_from(key.to_pkcs8_der().as_slice()).unwrap();
    let parameters =
        pkcs8::pkcs5::pbes2::Parameters::pbkdf2_sha256_aes256cbc(2048, &[7; 16], &[9; 16]).unwrap();
    let sealed = info.encrypt_with_params(parameters, "alice's passphrase").unwrap();
    std::fs::write(&path, sealed.to_pem("ENCRYPTED PRIVATE KEY", pkcs8::der::pem::LineEnding::LF).unwrap())
        .unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", path.to_str().unwrap());
    let said = room.said();
    assert!(said.contains("alice: P-256"), "{said}");
}

#[test]
fn a_secret_that_is_not_listed_spends_no_try() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (carol, _) = age_file(folder.path(), "carol", "carol's passphrase");
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "carol", &carol);
    assert!(room.said().contains("--pin-fd lists no secret for \"carol\""), "{}", room.transcript);
    kept.rows(1, "secrets that are not listed");
}

#[test]
fn without_a_terminal_and_without_pin_fd_the_program_says_so_and_ends() {
    let output = Command::new(BINARY).args(["new", "--plain"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("There is no terminal to ask for PINs and passphrases."), "{said}");
    let output = Command::new(BINARY).args(["new", "--plain", "--pin-fd", "99"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("Descriptor 99 is not open."));
    let output = Command::new(BINARY).args(["new", "--plain", "--pin-fd", "2"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Descriptor 2 cannot be used: 0, 1 and 2 belong to the terminal."), "{said}");
}

#[test]
fn a_folder_for_the_export_that_is_not_there_is_said_before_the_first_step() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["new", "--plain", "--folder", "nowhere"];
    let output = Command::new(BINARY).args(arguments).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let sentence = "The folder nowhere does not exist. Create it or mount the medium, then start again.";
    assert_eq!(said.trim_end(), sentence);
}

#[test]
fn a_folder_with_a_key_file_or_another_payload_is_refused_and_stays_as_it_is() {
    let TwoHolders { mut room, export, folder, .. } = TwoHolders::reviewed();
    room.answer("sign.key", "alice");
    room.answer("sign.key", "bob");
    let keys = folder.path().join("keys");
    let before = listing(&keys);
    room.answer("export.folder", keys.to_str().unwrap());
    assert!(room.said().contains("holds the private key file"), "{}", room.transcript);
    assert_eq!(listing(&keys), before);

    std::fs::write(export.join("payload.json"), "another one").unwrap();
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.said().contains("exists already with other content"), "{}", room.transcript);
    assert_eq!(std::fs::read(export.join("payload.json")).unwrap(), b"another one");
    assert_eq!(listing(&export), ["payload.json"]);

    room.answer("export.folder", "/nowhere/at/all");
    assert!(room.said().contains("does not exist"), "{}", room.transcript);
    std::fs::remove_file(export.join("payload.json")).unwrap();
    room.answer("export.folder", export.to_str().unwrap());
    assert!(room.end().success(), "{}", room.transcript);
}

#[test]
fn a_generated_key_file_never_replaces_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    std::fs::write(folder.path().join("alice.age"), "precious").unwrap();
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    room.answer("root-keys.add", "generate");
    room.answer("root-keys.name", "alice");
    room.answer("root-keys.scheme", "");
    room.answer("root-keys.new-file", "alice.age");
    assert!(room.said().contains("exists already, and it was not touched"), "{}", room.transcript);
    assert_eq!(std::fs::read(folder.path().join("alice.age")).unwrap(), b"precious");
    kept.rows(1, "files in the way");
}

#[test]
fn a_key_file_that_would_cost_hours_to_open_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let online = Online::write(folder.path());
    let (alice, _) = age_file(folder.path(), "alice", "alice's passphrase");
    // The work factor stands in the header in clear: anybody can raise it.
    let (salt, wrapped) = ("A".repeat(22), "A".repeat(43));
    let header =
        format!("age-encryption.org/v1\n-> scrypt {salt} 30\n{wrapped}\n--- {wrapped}\n{}", "x".repeat(64));
    std::fs::write(&alice, header).unwrap();
    let kept = Kept::below(folder.path());
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    online.import(&mut room);
    add_file(&mut room, "alice", &alice);
    assert!(room.said().contains("cannot be used."), "{}", room.transcript);
    kept.rows(1, "dear key files");
}

fn listing(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
