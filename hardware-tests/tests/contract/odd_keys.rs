//! Keys as other programs leave them on a token: without a public half, with a certificate only, open to be taken off.

use std::process::Command;

use ceremony_tui::token::{Answer, KeyLocator, Login, Refusal, Request, TokenKey};
use hardware_tests::softhsm::CONFIGURATION_VARIABLE;
use shared::device::Origin;
use shared::key::Key;

use crate::subject::Subject;
use crate::subjects;

/// A token with a key of its own, and the tools that change it.
struct Scene {
    subject: Subject,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let subject = subjects::softhsm_p256(folder.path());
        Scene { subject, folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let elsewhere = self.subject.elsewhere.as_ref().unwrap();
        let configuration = elsewhere.environment.iter().find(|(name, _)| *name == CONFIGURATION_VARIABLE);
        let mut command = Command::new(program);
        command.env(CONFIGURATION_VARIABLE, &configuration.unwrap().1).args(arguments);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
    }

    fn pkcs11_tool(&self, arguments: &[&str]) {
        let module = self.subject.elsewhere.as_ref().unwrap().module.to_str().unwrap().to_owned();
        let login = ["--module", &module, "--token-label", "contract", "--login", "--pin", &self.subject.pin];
        self.run("pkcs11-tool", &[&login[..], arguments].concat());
    }

    /// Makes a key outside, puts it under an id onto the token, and takes its public object off.
    fn import_without_public_half(&self, algorithm: &[&str], id: &str) -> Key {
        let key = self.import(algorithm, id);
        self.pkcs11_tool(&["--delete-object", "--type", "pubkey", "--id", id]);
        key
    }

    fn import(&self, algorithm: &[&str], id: &str) -> Key {
        let (private, public) = (self.file("private.pem"), self.file("public.pem"));
        self.run("openssl", &[&["genpkey"], algorithm, &["-out", &private]].concat());
        self.run("openssl", &["pkey", "-in", &private, "-pubout", "-out", &public]);
        let token =
            ["--token", "contract", "--pin", &self.subject.pin, "--id", id, "--label", "bare", "--force"];
        self.run("softhsm2-util", &[&["--import", &private], &token[..]].concat());
        Key::from_public_pem(&std::fs::read_to_string(public).unwrap()).unwrap()
    }

    fn certify(&self, id: &str) {
        let (private, certificate) = (self.file("private.pem"), self.file("certificate.der"));
        let subject = ["-subj", "/CN=a holder", "-days", "1", "-outform", "DER", "-out", &certificate];
        self.run("openssl", &[&["req", "-x509", "-new", "-key", &private], &subject[..]].concat());
        self.pkcs11_tool(&["--write-object", &certificate, "--type", "cert", "--id", id]);
    }

    fn shown(&mut self, id: &str) -> TokenKey {
        let keys = self.subject.keys();
        keys.into_iter().find(|key| key.id == id).unwrap_or_else(|| panic!("no key {id}"))
    }

    fn sign(&mut self, id: &str, key: &Key) -> Result<Vec<u8>, Refusal> {
        let token = self.subject.token().unwrap();
        let locator = KeyLocator::Token { token, key_id: id.to_owned(), key: key.to_json() };
        let pin = self.subject.pin.clone();
        self.subject.sign_at(locator, b"root", &pin)
    }
}

const P256: [&str; 4] = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA: [&str; 4] = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

#[test]
fn a_key_whose_public_half_only_a_certificate_tells_is_usable() {
    let mut scene = Scene::new();
    let key = scene.import_without_public_half(&P256, "0a");
    let unread = scene.shown("0a").key.unwrap_err();
    assert!(unread.contains("neither its public key nor a certificate"), "{unread}");
    scene.certify("0a");
    let shown = scene.shown("0a");
    assert_eq!(shown.key, Ok(key.to_json()));
    assert_eq!(shown.origin, Some(Origin::Imported));
    key.verify(b"root", &scene.sign("0a", &key).unwrap()).unwrap();
}

#[test]
fn an_rsa_key_tells_its_public_half_itself() {
    let mut scene = Scene::new();
    let key = scene.import_without_public_half(&RSA, "0b");
    assert_eq!(scene.shown("0b").key, Ok(key.to_json()));
    key.verify(b"root", &scene.sign("0b", &key).unwrap()).unwrap();
}

#[test]
fn of_two_keys_under_one_id_the_chosen_one_signs() {
    let mut scene = Scene::new();
    let first = scene.subject.key();
    let second = scene.import(&RSA, "02");
    for key in [&first, &second] {
        key.verify(b"root", &scene.sign("02", key).unwrap()).unwrap();
    }
}

#[test]
fn a_signature_by_another_key_than_the_chosen_one_is_thrown_away_where_the_token_does_not_tell_them_apart() {
    let mut scene = Scene::new();
    let chosen = scene.subject.key();
    let own = scene.import_without_public_half(&P256, "03");
    let refused = scene.sign("03", &chosen).unwrap_err();
    assert!(refused.to_string().contains("not one of the chosen key"), "{refused}");
    own.verify(b"root", &scene.sign("03", &own).unwrap()).unwrap();
}

#[test]
fn a_public_half_alone_is_no_key_that_signs() {
    let mut scene = Scene::new();
    scene.pkcs11_tool(&["--delete-object", "--type", "privkey", "--id", "02"]);
    let alone = scene.shown("02").key.unwrap_err();
    assert!(alone.contains("only its public half"), "{alone}");
}

#[test]
fn a_key_that_may_leave_the_token_is_warned_of_and_one_that_may_not_is_not() {
    let mut scene = Scene::new();
    scene.pkcs11_tool(&["--keypairgen", "--key-type", "EC:prime256v1", "--id", "0c", "--extractable"]);
    let warnings = scene.shown("0c").warnings;
    assert!(warnings.iter().any(|warning| warning.contains("gives this private key out")), "{warnings:?}");
    assert_eq!(scene.shown("02").warnings, Vec::<String>::new());
}

#[test]
fn keys_of_other_curves_are_listed_with_the_reason_why_they_sign_no_root() {
    let mut scene = Scene::new();
    scene.pkcs11_tool(&["--keypairgen", "--key-type", "EC:secp384r1", "--id", "0d"]);
    let reason = scene.shown("0d").key.unwrap_err();
    assert!(reason.contains("not P-256 or Ed25519"), "{reason}");
    let token = scene.subject.token().unwrap();
    let shown = scene.subject.ask(Request::Keys { token, login: Login::None }, &[]);
    assert!(matches!(shown, Ok(Answer::Keys(keys)) if keys.iter().any(|key| key.id == "0d")));
}
