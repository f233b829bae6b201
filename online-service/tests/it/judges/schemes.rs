//! Root keys of every scheme: what the service takes, and which client accepts what.

use std::collections::BTreeSet;
use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use hardware_tests::judges::Judge;
use shared::bins::BinKind;
use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::{Client, ClientSupport, CountedScheme, Curve, Digest, Key, Signature, key_id};
use shared::metadata::{Metadata, Root};

use crate::ceremony::{Ceremony, Options};
use crate::client::{Asked, Seen};
use crate::service::Service;

const TARGET: &str = "a.txt";

/// A private key of any scheme whose signatures count.
enum Private {
    Ed25519(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

/// A key pair under a declared key type.
struct Pair {
    private: Private,
    public: Key,
}

impl Pair {
    fn generate(keytype: &str, scheme: CountedScheme) -> Self {
        let (private, public) = match scheme {
            CountedScheme::Ed25519 => {
                let pair = Ed25519KeyPair::generate().unwrap();
                let public = hex::encode(pair.public_key());
                (Private::Ed25519(pair), public)
            }
            CountedScheme::Ecdsa(curve) => ec(curve),
            CountedScheme::RsaPss(digest) => rsa(match digest {
                Digest::Sha256 => &RSA_PSS_SHA256,
                Digest::Sha384 => &RSA_PSS_SHA384,
                Digest::Sha512 => &RSA_PSS_SHA512,
            }),
            CountedScheme::RsaPkcs1(digest) => rsa(match digest {
                Digest::Sha256 => &RSA_PKCS1_SHA256,
                Digest::Sha384 => &RSA_PKCS1_SHA384,
                Digest::Sha512 => &RSA_PKCS1_SHA512,
            }),
        };
        let public = Json::object([
            ("keytype", Json::from(keytype)),
            ("scheme", Json::from(scheme.name())),
            ("keyval", Json::object([("public", Json::from(public))])),
        ]);
        Self { private, public: Key::from_json(&public).unwrap() }
    }

    fn sign(&self, message: &[u8]) -> Signature {
        let random = SystemRandom::new();
        let sig = match &self.private {
            Private::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Private::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Private::Rsa(pair, encoding) => {
                let mut sig = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut sig).unwrap();
                sig
            }
        };
        Signature { keyid: self.public.id().clone(), sig }
    }
}

fn rsa(encoding: &'static dyn RsaEncoding) -> (Private, String) {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: PublicKeyX509Der = pair.public_key().as_der().unwrap();
    let public = Key::from_spki_der(der.as_ref()).unwrap().public().to_owned();
    (Private::Rsa(pair, encoding), public)
}

fn ec(curve: Curve) -> (Private, String) {
    // SubjectPublicKeyInfo up to the point (RFC 5480).
    let (algorithm, head): (&'static EcdsaSigningAlgorithm, &str) = match curve {
        Curve::P256 => {
            (&ECDSA_P256_SHA256_ASN1_SIGNING, "3059301306072a8648ce3d020106082a8648ce3d030107034200")
        }
        Curve::P384 => (&ECDSA_P384_SHA384_ASN1_SIGNING, "3076301006072a8648ce3d020106052b81040022036200"),
        Curve::P521 => {
            (&ECDSA_P521_SHA512_ASN1_SIGNING, "30819b301006072a8648ce3d020106052b8104002303818600")
        }
    };
    let pair = EcdsaKeyPair::generate(algorithm).unwrap();
    let der = [hex::decode(head).unwrap(), pair.public_key().as_ref().to_vec()].concat();
    (Private::Ec(pair), pem(&der))
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// Puts other keys into the root role of a ceremony's root, all of which sign it.
fn with_root_keys(ceremony: &Ceremony, pairs: &[Pair]) -> Metadata<Root> {
    let mut body = ceremony.root.body().clone();
    let role = body.roles.get_mut(&shared::metadata::TopRole::Root).unwrap();
    role.threshold = u32::try_from(pairs.len()).unwrap().try_into().unwrap();
    for old in std::mem::take(&mut role.keyids) {
        body.keys.remove(&old);
        body.key_names.remove(&old);
    }
    for pair in pairs {
        role.keyids.push(pair.public.id().clone());
        body.keys.insert(pair.public.id().clone(), pair.public.clone());
    }
    let mut document = SignedDocument::new(shared::metadata::Body::to_signed(&body));
    for pair in pairs {
        let signature = pair.sign(document.signing_bytes());
        document.add_signature(signature);
    }
    Metadata::from_document(document).unwrap()
}

fn counted() -> impl Iterator<Item = (&'static ClientSupport, CountedScheme)> {
    ClientSupport::ALL.iter().filter_map(|row| Some((row, CountedScheme::of(row.keytype, row.scheme)?)))
}

/// Whether a client refuses for the sake of the key: it does not know it, or counts no signature of it.
fn refuses_the_key(client: Judge, seen: &Seen) -> bool {
    let words: &[&str] = match client {
        Judge::PythonTuf | Judge::TufJs => &["root was signed by 0/1 keys"],
        Judge::Tough => &[
            "unknown variant",
            "Invalid SubjectPublicKeyInfo document",
            "not met for role root (0 valid signatures)",
        ],
        Judge::SigstoreTuf => &["signature threshold not met for role root"],
    };
    match seen {
        Seen::Content(content) => {
            assert_eq!(content, "content", "{client}");
            false
        }
        Seen::Refused(said) => {
            assert!(
                words.iter().any(|words| said.contains(words)),
                "{client} refuses for another reason: {said}"
            );
            true
        }
        Seen::Absent => panic!("{client} finds nothing"),
    }
}

fn known_as(judge: Judge) -> Client {
    match judge {
        Judge::PythonTuf => Client::PythonTuf,
        Judge::TufJs => Client::TufJs,
        Judge::Tough => Client::Tough,
        Judge::SigstoreTuf => Client::SigstoreTuf,
    }
}

/// The clients that refuse that root for the sake of its key.
fn refusing(service: &Service, root: &Path) -> BTreeSet<Client> {
    let refuses = |client: &Judge| {
        let seen = Asked { client: *client, service, root, cache: None }.about(TARGET);
        refuses_the_key(*client, &seen)
    };
    Judge::ALL.into_iter().filter(refuses).map(known_as).collect()
}

/// Every client is given, as the root that it trusts, one that only a key of that scheme signed.
#[test]
fn which_client_accepts_which_scheme() {
    let (service, ceremony) =
        Service::bootstrapped_with(&Options { kind: BinKind::Prefix, ..Options::default() });
    service.publish(TARGET, "content");
    let root = service.path("trusted.json");
    let mut asked = 0;
    for (row, scheme) in counted() {
        let trusted = with_root_keys(&ceremony, &[Pair::generate(row.keytype, scheme)]);
        std::fs::write(&root, trusted.document().to_bytes()).unwrap();
        let refusing = refusing(&service, &root);
        asked += Judge::ALL.len();
        let expected: BTreeSet<Client> =
            row.refused_by.iter().copied().filter(|client| *client != Client::GoTuf).collect();
        assert_eq!(refusing, expected, "{} ({})", row.scheme, row.keytype);
        let names: Vec<&str> = refusing.iter().map(|client| client.name()).collect();
        let by = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        println!("figure: judges: root key {} ({}): refused by {by}", row.scheme, row.keytype);
    }
    println!("figure: judges: {asked} verdicts in schemes of root keys");
}

#[test]
fn a_root_of_every_scheme_bootstraps_with_a_warning_for_each_that_clients_refuse() {
    let service = Service::new();
    let ceremony = Ceremony::hold(&service, &Options::default());
    let pairs: Vec<Pair> = counted().map(|(row, scheme)| Pair::generate(row.keytype, scheme)).collect();
    let root = with_root_keys(&ceremony, &pairs);
    let mut payload = ceremony.payload_json();
    payload.set("metadata", Json::object([("root", root.document().to_json())]));
    let file = service.path("payload.json");
    std::fs::write(&file, payload.to_compact()).unwrap();
    let digest = root.document().digest().to_string();
    let output =
        service.command(&["bootstrap", file.to_str().unwrap(), "--expect", &digest]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let warned = counted().filter(|(row, _)| !row.refused_by.is_empty()).count();
    assert_eq!(said.matches("Warning: ").count(), warned, "{said}");
    for (row, _) in counted().filter(|(row, _)| !row.refused_by.is_empty()) {
        assert!(said.contains(&format!("{} ({})", row.scheme, row.keytype)), "{said}");
    }
}

/// A spelling of a public key that is refused here, and the clients that refuse it too.
struct Spelling {
    name: &'static str,
    scheme: CountedScheme,
    /// From the usual SubjectPublicKeyInfo to this one.
    spell: fn(&[u8]) -> Vec<u8>,
    by: &'static [Client],
}

const SPELLINGS: [Spelling; 4] = [
    Spelling {
        name: "compressed point",
        scheme: CountedScheme::Ecdsa(Curve::P256),
        spell: |usual| short_point(2 | usual[90] & 1, usual),
        by: &[Client::SigstoreTuf],
    },
    Spelling {
        name: "compact point",
        scheme: CountedScheme::Ecdsa(Curve::P256),
        spell: |usual| short_point(5, usual),
        by: &[Client::PythonTuf, Client::TufJs, Client::Tough, Client::SigstoreTuf],
    },
    Spelling {
        name: "RSA without NULL",
        scheme: CountedScheme::RsaPss(Digest::Sha256),
        spell: |usual| rsa_parameters(&[], usual),
        by: &[Client::Tough],
    },
    Spelling {
        name: "RSA with INTEGER 7",
        scheme: CountedScheme::RsaPss(Digest::Sha256),
        spell: |usual| rsa_parameters(&[2, 1, 7], usual),
        by: &[Client::PythonTuf, Client::Tough, Client::SigstoreTuf],
    },
];

/// P-256 with the x coordinate alone.
fn short_point(tag: u8, usual: &[u8]) -> Vec<u8> {
    let head = hex::decode("3039301306072a8648ce3d020106082a8648ce3d030107032200").unwrap();
    [&head, &[tag][..], &usual[27..59]].concat()
}

/// RSA with 2048 bits, whose parameters follow 17 bytes of lengths and identifier.
fn rsa_parameters(parameters: &[u8], usual: &[u8]) -> Vec<u8> {
    let grown = |byte: u8| byte - 2 + u8::try_from(parameters.len()).unwrap();
    let mut head = usual[..17].to_vec();
    head[3] = grown(head[3]);
    head[5] = grown(head[5]);
    [&head, parameters, &usual[19..]].concat()
}

fn der(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// A root that only this key signed, with its public half in another spelling.
fn respelled(ceremony: &Ceremony, pair: Pair, public: &str) -> Vec<u8> {
    let (keytype, scheme) = (pair.public.keytype().to_owned(), pair.public.scheme_name().to_owned());
    let keyid = key_id(&keytype, &scheme, public);
    let quoted = |text: &str| String::from_utf8(Json::from(text).to_compact()).unwrap();
    let (old_id, old_public) = (pair.public.id().to_string(), quoted(pair.public.public()));
    let pairs = [pair];
    let signed = with_root_keys(ceremony, &pairs).document().signed().to_compact();
    let text = String::from_utf8(signed).unwrap().replace(&old_id, keyid.as_str());
    assert!(text.contains(&old_public));
    let signed = Json::parse(text.replace(&old_public, &quoted(public)).as_bytes()).unwrap();
    let mut document = SignedDocument::new(signed);
    let sig = pairs[0].sign(document.signing_bytes()).sig;
    document.add_signature(Signature { keyid, sig });
    document.to_bytes()
}

/// What each client says of a key in a spelling that is not the usual one: the reason why there is only one here.
#[test]
fn a_spelling_of_a_key_that_a_client_refuses_is_refused_here() {
    let (service, ceremony) =
        Service::bootstrapped_with(&Options { kind: BinKind::Prefix, ..Options::default() });
    service.publish(TARGET, "content");
    let root = service.path("trusted.json");
    for Spelling { name, scheme, spell, by } in SPELLINGS {
        let pair = Pair::generate(scheme.keytype(), scheme);
        let usual = pair.public.public().to_owned();
        assert!(Metadata::<Root>::parse(&respelled(&ceremony, pair, &usual)).is_ok(), "{name}");
        let pair = Pair::generate(scheme.keytype(), scheme);
        let odd = pem(&spell(&der(pair.public.public())));
        let trusted = respelled(&ceremony, pair, &odd);
        let refusal = Metadata::<Root>::parse(&trusted).err().map(|error| error.to_string());
        assert!(refusal.is_some_and(|text| text.contains("Export the key again")), "{name}");
        std::fs::write(&root, trusted).unwrap();
        let refusing = refusing(&service, &root);
        let names: Vec<&str> = refusing.iter().map(|client| client.name()).collect();
        println!("figure: judges: root key spelled with {name}: refused by {}", names.join(", "));
        assert_eq!(refusing, by.iter().copied().collect(), "{name}");
    }
}
