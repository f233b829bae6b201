mod strict;

use super::*;
use crate::software::SoftwareKey;

/// The worked example of a key id: three fields, SHA-256 of their canonical form.
const PUBLIC: &str = "2fecfe7f26d5a0a36b9d0b5ea48a0623a5e16a29cdea4629d8bee96db9ed9daf";
const ID: &str = "52d22c7928715a60356dff05088628e4e7b437c7ee5bc288304d9ccc9eca777d";

fn key(keytype: &str, scheme: &str, public: &str) -> Result<Key, KeyError> {
    Key::from_json(&Json::object([
        ("keytype", Json::from(keytype)),
        ("scheme", Json::from(scheme)),
        ("keyval", Json::object([("public", Json::from(public))])),
    ]))
}

#[test]
fn the_key_id_of_the_worked_example_is_computed() {
    assert_eq!(key("ed25519", "ed25519", PUBLIC).unwrap().id().as_str(), ID);
}

#[test]
fn names_and_uris_inside_the_key_change_neither_id_nor_material() {
    let mut value = key("ed25519", "ed25519", PUBLIC).unwrap().to_json();
    value.set("x-rstuf-key-name", Json::from("alice"));
    let read = Key::from_json(&value).unwrap();
    assert_eq!(read.id().as_str(), ID);
    assert_eq!(read.to_json().as_object().unwrap().len(), 3);
}

#[test]
fn the_old_key_type_of_ecdsa_is_the_same_material_under_another_id() {
    let software = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    let new = software.public();
    let old = key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", new.public()).unwrap();
    assert_ne!(old.id(), new.id());
    assert_eq!(old.material(), new.material());
    let signature = software.sign(b"m").unwrap();
    assert_eq!(old.verify(b"m", &signature), Ok(()));
}

#[test]
fn another_spelling_of_a_pem_is_the_same_material() {
    let software = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap();
    let short = software.public().public().trim_end();
    let read = key("ecdsa", "ecdsa-sha2-nistp256", short).unwrap();
    assert_ne!(read.id(), software.public().id());
    assert_eq!(read.material(), software.public().material());
}

#[test]
fn only_rsa_keys_have_a_modulus_with_a_length() {
    let bits = |scheme| SoftwareKey::generate(scheme).unwrap().public().rsa_bits();
    assert_eq!(bits(Scheme::RsaPssSha256), Some(3072));
    assert_eq!((bits(Scheme::EcdsaP256Sha256), bits(Scheme::Ed25519)), (None, None));
}

#[test]
fn every_scheme_survives_export_and_import_as_pem() {
    for scheme in [Scheme::Ed25519, Scheme::EcdsaP256Sha256, Scheme::RsaPssSha256] {
        let public = SoftwareKey::generate(scheme).unwrap().public().clone();
        let pem = public.to_public_pem().unwrap();
        assert_eq!(Key::from_public_pem(&pem), Ok(public.clone()));
        assert_eq!(Key::from_json(&public.to_json()), Ok(public));
    }
}

#[test]
fn small_order_points_are_refused() {
    let small = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    for public in small {
        assert_eq!(key("ed25519", "ed25519", public), Err(KeyError::SmallOrder), "{public}");
    }
}

#[test]
fn material_that_does_not_fit_its_declaration_is_refused() {
    let p256 = SoftwareKey::generate(Scheme::EcdsaP256Sha256).unwrap().public().public().to_owned();
    assert!(matches!(key("rsa", "rsassa-pss-sha256", &p256), Err(KeyError::OtherType { .. })));
    assert!(key("ed25519", "ed25519", "00").is_err());
    assert!(key("ed25519", "ed25519", "not hexadecimal").is_err());
    assert!(key("ecdsa", "ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\n").is_err());
    assert!(Key::from_p256_point(&[4; 65]).is_err());
}

#[test]
fn a_key_of_another_scheme_is_shown_and_never_verifies() {
    let oidc = Key::from_json(
        &Json::parse(
            br#"{"keytype":"sigstore-oidc","scheme":"Fulcio","keyval":{"issuer":"i","identity":"a@b"}}"#,
        )
        .unwrap(),
    )
    .unwrap();
    assert_eq!(oidc.scheme(), None);
    assert_eq!(oidc.verify(b"m", b"s"), Err(SignatureError::Uncounted("Fulcio".into())));
}

#[test]
fn a_scheme_goes_with_its_key_type_or_the_older_one_of_its_name() {
    for scheme in CountedScheme::ALL {
        assert_eq!(CountedScheme::of(scheme.keytype(), scheme.name()), Some(scheme));
        assert_eq!(CountedScheme::of("dsa", scheme.name()), None);
        let older = CountedScheme::of(scheme.name(), scheme.name());
        assert_eq!(older.is_some(), scheme.name().starts_with("e"), "{scheme}");
    }
    assert_eq!(CountedScheme::of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"), None);
}

#[test]
fn rsa_with_sha_224_is_shown_has_its_material_and_never_counts() {
    let software = SoftwareKey::generate(Scheme::RsaPssSha256).unwrap();
    let public = software.public();
    for scheme in ["rsassa-pss-sha224", "rsa-pkcs1v15-sha224"] {
        let read = key("rsa", scheme, public.public()).unwrap();
        assert_eq!((read.counted_scheme(), read.material()), (None, public.material()));
        let signature = software.sign(b"m").unwrap();
        assert_eq!(read.verify(b"m", &signature), Err(SignatureError::Uncounted(scheme.into())));
        assert!(read.warning().unwrap().contains("never counted"));
        assert!(key("rsa", scheme, PUBLIC).is_err());
    }
}

#[test]
fn a_warning_names_the_clients_that_refuse_a_key() {
    let pem = SoftwareKey::generate(Scheme::RsaPssSha256).unwrap().public().public().to_owned();
    let warning = |scheme: &str| key("rsa", scheme, &pem).unwrap().warning();
    assert_eq!(warning("rsassa-pss-sha256"), None);
    assert_eq!(
        warning("rsassa-pss-sha512").unwrap(),
        "Clients refuse a root that needs a key of the scheme rsassa-pss-sha512 (rsa): tuf-js, tough and go-tuf."
    );
    assert!(warning("rsassa-pss-md5").unwrap().contains("python-tuf"));
}

#[test]
fn every_counted_scheme_has_one_row_for_each_key_type_that_says_who_refuses_it() {
    for scheme in CountedScheme::ALL {
        let older = matches!(scheme, CountedScheme::Ecdsa(_)).then(|| scheme.name());
        for keytype in older.into_iter().chain([scheme.keytype()]) {
            assert_eq!(CountedScheme::of(keytype, scheme.name()), Some(scheme));
            let known = |row: &&ClientSupport| row.scheme == scheme.name() && row.keytype == keytype;
            let rows: Vec<_> = ClientSupport::ALL.iter().filter(known).collect();
            assert_eq!(rows.len(), 1, "{keytype} {scheme}");
            assert_eq!(rows[0].refused_by.is_empty(), scheme.offered().is_some(), "{keytype} {scheme}");
        }
    }
}

#[test]
fn an_identity_in_place_of_a_key_is_written_as_it_was_read() {
    let text = br#"{"keytype":"sigstore-oidc","scheme":"Fulcio","keyval":{"issuer":"i","identity":"a@b"}}"#;
    let oidc = Key::from_json(&Json::parse(text).unwrap()).unwrap();
    assert_eq!(oidc.to_json(), Json::parse(text).unwrap());
    assert_eq!((Key::from_json(&oidc.to_json()), oidc.public()), (Ok(oidc.clone()), ""));
}

#[test]
fn a_key_of_a_known_scheme_has_public_material() {
    let nothing = br#"{"keytype":"ed25519","scheme":"ed25519","keyval":{}}"#;
    let read = Key::from_json(&Json::parse(nothing).unwrap());
    assert_eq!(read, Err(KeyError::Field("keyval.public")));
}
