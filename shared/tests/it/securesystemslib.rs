//! Our canonical bytes and key ids equal those of python securesystemslib.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use shared::json::Json;
use shared::key::{Key, Scheme, key_id};
use shared::software::SoftwareKey;

const DOCUMENTS: usize = 10_000;
const KEYS: usize = 10_000;

/// One JSON document a line: answers with the hexadecimal canonical bytes, or the key id.
const ORACLE: &str = r#"
import sys, json
from securesystemslib.formats import encode_canonical
from securesystemslib.signer._utils import compute_default_keyid
for line in sys.stdin:
    kind, text = line.split(" ", 1)
    value = json.loads(text)
    if kind == "document":
        print(encode_canonical(value).encode("utf-8").hex())
    else:
        print(compute_default_keyid(value["keytype"], value["scheme"], value["keyval"]))
"#;

#[expect(clippy::disallowed_methods, reason = "the test runner names the oracle in the environment")]
pub(crate) fn python() -> String {
    std::env::var("VESTRY_PYTHON").expect(
        "VESTRY_PYTHON names a python with securesystemslib; `cargo xtask test` installs one and sets it",
    )
}

fn ask(lines: &[String]) -> Vec<String> {
    let mut child = Command::new(python())
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = lines.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the oracle failed");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<String>().prop_map(Json::String),
        "[\"\\\\/\u{0}-\u{1f}\u{7f}-\u{ff}\u{ff5e}\u{1f600}a-z]{0,12}".prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::Array),
            btree_map(any::<String>(), inner, 0..6).prop_map(Json::Object),
        ]
    })
}

fn generate<T>(count: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::default();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn line(kind: &str, value: &Json) -> String {
    format!("{kind} {}", String::from_utf8(value.to_compact()).unwrap())
}

#[test]
fn canonical_bytes_of_random_documents_are_equal() {
    let documents = generate(DOCUMENTS, &any_json());
    let answers = ask(&documents.iter().map(|document| line("document", document)).collect::<Vec<_>>());
    assert_eq!(answers.len(), DOCUMENTS);
    for (document, answer) in documents.iter().zip(answers) {
        assert_eq!(hex::encode(document.canonical()), answer, "{document:?}");
    }
}

/// Real keys of every scheme, and key objects of random text, as ids do not depend on validity.
#[test]
fn key_ids_of_random_keys_are_equal() {
    let real = [Scheme::Ed25519, Scheme::EcdsaP256Sha256].into_iter().cycle().take(1_000);
    let mut real: Vec<Key> =
        real.map(|scheme| SoftwareKey::generate(scheme).unwrap().public().clone()).collect();
    real.push(SoftwareKey::generate(Scheme::RsaPssSha256).unwrap().public().clone());
    let random = generate(KEYS - real.len(), &(any::<String>(), any::<String>(), any::<String>()));
    let mut cases: Vec<(Json, String)> =
        real.iter().map(|key| (key.to_json(), key.id().to_string())).collect();
    cases.extend(random.into_iter().map(|(keytype, scheme, public)| {
        let value = Json::object([
            ("keytype", Json::from(keytype.as_str())),
            ("scheme", Json::from(scheme.as_str())),
            ("keyval", Json::object([("public", Json::from(public.as_str()))])),
        ]);
        (value, key_id(&keytype, &scheme, &public).to_string())
    }));
    let answers = ask(&cases.iter().map(|(value, _)| line("key", value)).collect::<Vec<_>>());
    assert_eq!(answers.len(), KEYS);
    for ((value, ours), theirs) in cases.iter().zip(answers) {
        assert_eq!(*ours, theirs, "{value:?}");
    }
}
