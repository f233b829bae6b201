mod damage;
pub(crate) mod maker;

use super::*;
use crate::device::{PinPolicy, TouchPolicy};
use crate::gap::RootKeyDocument;
use crate::json::Json;
use maker::{
    BRANCH, Bench, DEVICE, KEY, NOW, Pair, Plan, ROOT, authority, extension, key_usage, pem, said, tlv,
    yubico,
};

const YUBIKEY_5_2_7: &str = include_str!("../../tests/data/attestation/5.2.7-9c.pem");
const YUBIKEY_5_7_4: &str = include_str!("../../tests/data/attestation/5.7.4-9c.pem");

fn time(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

fn real(pem: &str, anchors: &Anchors, at: UnixTime) -> Result<Attested, AttestationError> {
    let chain = certificates_of(pem).unwrap();
    verify(chain[0].der(), chain[1].der(), &[], anchors, at)
}

/// What a refusal is called, without its fields.
fn refused(result: Result<Attested, AttestationError>) -> String {
    let shown = format!("{:?}", result.expect_err("refused"));
    shown.split([' ', '(']).next().unwrap_or_default().to_owned()
}

#[test]
fn keys_on_yubikeys_of_both_kinds_of_chain_are_attested_up_to_yubicos_roots() {
    let anchors = Anchors::yubico().unwrap();
    let old = real(YUBIKEY_5_2_7, &anchors, NOW).unwrap();
    assert_eq!((old.serial(), old.firmware()), (Serial(15_938_765), Firmware::new(5, 2, 7)));
    assert_eq!(old.anchor().name(), "Yubico PIV Root CA Serial 263751");
    assert_eq!(old.chain().len(), 3);
    let new = real(YUBIKEY_5_7_4, &anchors, NOW).unwrap();
    assert_eq!((new.serial(), new.firmware()), (Serial(38_906_331), Firmware::new(5, 7, 4)));
    assert_eq!(new.anchor().name(), "Yubico Attestation Root 1");
    assert_eq!(new.chain().len(), 5);
    for attested in [old, new] {
        assert_eq!(attested.policy(), KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always });
        assert_eq!(
            (attested.slot().to_string(), attested.form_factor()),
            ("9c".to_owned(), Some(FormFactor::from_number(3)))
        );
        assert!(!attested.is_fips() && !attested.is_cspn());
        assert_eq!(attested.key().title(), "P-256");
    }
}

#[test]
fn the_key_of_a_real_attestation_is_the_one_that_openssl_reads() {
    let attested = real(YUBIKEY_5_2_7, &Anchors::yubico().unwrap(), NOW).unwrap();
    let published = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzBzVOmHCPojMVLSI364WiiV8NPrD\n\
        6IgRxVliskz/v+y3JER5mcVGcONliDcWMC5J2lfHmjPNPhb4H7xm8LzfSA==\n\
        -----END PUBLIC KEY-----\n";
    assert_eq!(attested.key(), &Key::from_public_pem(published).unwrap());
}

#[test]
fn yubicos_authorities_are_those_whose_digests_are_known() {
    let anchors = Anchors::yubico().unwrap();
    let listed: Vec<String> = anchors
        .roots()
        .chain(anchors.intermediates())
        .map(|(name, digest)| format!("{name} {digest}"))
        .collect();
    assert_eq!(
        listed,
        [
            "Yubico PIV Root CA Serial 263751 63ece914e54dd87915f34033c85af4c0696ba1512f8add66ced738331207b546",
            "Yubico Attestation Root 1 62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace2ec6586cd5a8",
            "Yubico Attestation Intermediate A 1 4698a1d3389c3ec60016c216250f1d0439922832d65142327436376dc2942b55",
            "Yubico Attestation Intermediate B 1 d4cc3f456fdaf4e7812a21aab1dfe9d8e27d24e2fd2d6f21c9940109f0daa754",
            "Yubico PIV Attestation A 1 6de693f05376f5d8ca29069261e1c8626c75d503bd2edbfd75354cad1f722870",
            "Yubico PIV Attestation B 1 2d55b7998f4e42569d6d8fa382b6dc77d1dacf07358b19701163892922b17052",
            "Yubico PIV Attestation B2 1 0c90b7d184a36edf50a35f9be935f0c5689bfdcfe5bdd073366cafb49061a440",
        ]
    );
}

#[test]
fn below_yubicos_roots_a_document_adds_no_authority_of_its_own() {
    let all = Anchors::yubico().unwrap();
    let pems =
        |certificates: &[Certificate]| certificates.iter().map(Certificate::to_pem).collect::<String>();
    let bare = Anchors::from_pem(&pems(all.trusted())).unwrap();
    assert_eq!(bare.open().count(), 0);
    let chain = certificates_of(YUBIKEY_5_7_4).unwrap();
    let more: Vec<&[u8]> = all.leading().iter().map(Certificate::der).collect();
    let judge = |anchors, more: &[&[u8]]| verify(chain[0].der(), chain[1].der(), more, anchors, NOW);
    assert_eq!(refused(judge(&bare, &more)), "NoIssuer");
    assert!(judge(&all, &more).is_ok(), "those that are believed already change nothing");
    let bench = Bench::new();
    let both = Anchors::from_pem(&(pems(all.trusted()) + &pem(&[&bench.root_der()]))).unwrap();
    let judged = verify(&bench.key_der(), &bench.device_der(), &[&bench.branch_der()], &both, NOW);
    assert!(judged.is_ok(), "another root stays open");
    assert_eq!(refused(judge(&both, &more)), "NoIssuer", "also beside another root");
}

#[test]
fn each_intermediate_of_yubico_leads_to_a_root_of_yubico() {
    let anchors = Anchors::yubico().unwrap();
    for certificate in anchors.leading() {
        let issuers = anchors.trusted().iter().chain(anchors.leading());
        let signed = issuers.filter(|issuer| certificate.names_as_issuer(issuer));
        assert!(
            signed.map(|issuer| certificate.check_signature(issuer)).all(|held| held.is_ok()),
            "{certificate:?}"
        );
    }
}

#[test]
fn a_chain_that_was_made_for_the_test_says_what_it_was_made_to_say() {
    let bench = Bench::new();
    let attested = bench.attested();
    assert_eq!((attested.serial(), attested.firmware()), (Serial(12_345_678), Firmware::new(5, 7, 1)));
    assert_eq!(attested.key(), &Key::from_spki_der(&bench.key.spki()).unwrap());
    let names: Vec<String> = attested.chain().iter().map(Certificate::name).collect();
    assert_eq!(names, [KEY, DEVICE, BRANCH, ROOT]);
    assert_eq!(certificates_of(&attested.chain()[1].to_pem()).unwrap(), attested.chain()[1..2]);
}

#[test]
fn a_device_certificate_that_is_itself_believed_needs_nothing_above_it() {
    let bench = Bench::new();
    let device = Plan::new(DEVICE, DEVICE, vec![authority(None)]).signed(&bench.device, &bench.device);
    let anchors = Anchors::from_pem(&pem(&[&device])).unwrap();
    assert_eq!(verify(&bench.key_der(), &device, &[], &anchors, NOW).unwrap().chain().len(), 2);
}

#[test]
fn certifications_and_odd_spellings_of_devices_are_read() {
    let bench = Bench::new();
    let mut device = bench.device_plan();
    device.extensions.extend([yubico(10, &[]), yubico(11, &[])]);
    let mut key = bench.key_plan();
    key.extensions =
        vec![yubico(3, &[4, 3, 5, 7, 4]), yubico(7, &[2, 4, 0, 0, 0, 7]), yubico(8, &[4, 2, 2, 2])];
    let read = bench
        .judge(&key.signed(&bench.key, &bench.device), &device.signed(&bench.device, &bench.branch))
        .unwrap();
    assert!(read.is_fips() && read.is_cspn());
    assert_eq!((read.firmware(), read.serial()), (Firmware::new(5, 7, 4), Serial(7)));
    assert_eq!((read.policy().pin, read.form_factor()), (PinPolicy::Once, None));
}

#[test]
fn chains_that_do_not_lead_from_this_key_over_this_device_to_a_root_are_refused() {
    let bench = Bench::new();
    let (key, device, branch) = (bench.key_der(), bench.device_der(), bench.branch_der());
    let anchors = bench.anchors();
    let judge = |key: &[u8], device: &[u8], more: &[&[u8]]| refused(verify(key, device, more, &anchors, NOW));
    assert_eq!(judge(&key, &device, &[]), "NoIssuer", "the branch is missing");
    assert_eq!(judge(&device, &key, &[&branch]), "OtherDevice", "swapped");
    assert_eq!(judge(&key, &branch, &[&device]), "OtherDevice", "a step is left out");
    assert_eq!(judge(&key, &key, &[&branch]), "OtherDevice", "the key's certificate twice");
    assert_eq!(judge(&device, &branch, &[]), "NoStatement", "a device is no key");
    let other = Bench::new();
    assert_eq!(judge(&key, &other.device_der(), &[&branch]), "Signature", "the device of another maker");
    let sister = bench.device_plan().signed(&other.device, &bench.branch);
    assert_eq!(judge(&key, &sister, &[&branch]), "Signature", "another device of the same maker");
    let forged = bench.key_plan().signed(&bench.key, &other.device);
    assert_eq!(judge(&forged, &device, &[&branch]), "Signature", "a forged attestation");
    let stranger = other.anchors();
    assert_eq!(refused(verify(&key, &device, &[&branch], &stranger, NOW)), "Signature", "a stranger's root");
    let more: Vec<&[u8]> = vec![&branch; MAX_MORE_CERTIFICATES + 1];
    assert_eq!(judge(&key, &device, &more), "TooMany");
}

#[test]
fn a_key_that_is_attested_cannot_attest() {
    // Whoever holds a device can let its keys sign a certificate.
    let bench = Bench::new();
    let forger = Pair::new();
    let forged = Plan::new(KEY, KEY, said()).signed(&forger, &bench.key);
    let (key, device, branch) = (bench.key_der(), bench.device_der(), bench.branch_der());
    let result = verify(&forged, &key, &[&device, &branch], &bench.anchors(), NOW);
    assert_eq!(refused(result), "NoAuthority");
}

#[test]
fn authorities_may_do_what_their_certificates_allow_and_no_more() {
    let bench = Bench::new();
    let device = |extensions| {
        let plan = Plan { extensions, ..bench.device_plan() };
        refused(bench.judge(&bench.key_der(), &plan.signed(&bench.device, &bench.branch)))
    };
    assert_eq!(device(vec![yubico(3, &[4, 3, 7])]), "NoAuthority", "no basic constraints at all");
    assert_eq!(
        device(vec![extension(&[0x55, 0x1d, 0x13], true, &[0x30, 0x00])]),
        "NoAuthority",
        "no authority"
    );
    assert_eq!(
        device(vec![authority(None), key_usage(0x82)]),
        "NoAuthority",
        "the key may not sign certificates"
    );
    let narrow = Plan::new(ROOT, BRANCH, vec![authority(Some(0))]).signed(&bench.branch, &bench.root);
    let result = verify(&bench.key_der(), &bench.device_der(), &[&narrow], &bench.anchors(), NOW);
    assert_eq!(refused(result), "TooLong");
    let claims = Plan { extensions: [said(), vec![authority(None)]].concat(), ..bench.key_plan() };
    let result = bench.judge(&claims.signed(&bench.key, &bench.device), &bench.device_der());
    assert_eq!(refused(result), "NoStatement", "the key's certificate claims to be an authority");
}

#[test]
fn every_certificate_must_hold_at_the_time_of_the_ceremony() {
    let bench = Bench::new();
    let anchors = bench.anchors();
    let judge = |key: &[u8], device: &[u8], branch: &[u8], at| verify(key, device, &[branch], &anchors, at);
    let (key, device, branch) = (bench.key_der(), bench.device_der(), bench.branch_der());
    assert!(judge(&key, &device, &branch, time("2024-12-01T00:00:00Z")).is_ok());
    assert_eq!(refused(judge(&key, &device, &branch, time("2024-11-30T23:59:59Z"))), "Time");
    let past = ["20241201000000Z", "20251201000000Z"];
    let old_key = Plan { validity: past, ..bench.key_plan() }.signed(&bench.key, &bench.device);
    assert_eq!(refused(judge(&old_key, &device, &branch, NOW)), "Time");
    let old_device = Plan { validity: past, ..bench.device_plan() }.signed(&bench.device, &bench.branch);
    assert_eq!(refused(judge(&key, &old_device, &branch, NOW)), "Time");
    let old_branch = Plan { validity: past, ..Plan::new(ROOT, BRANCH, vec![authority(None)]) };
    let old_branch = old_branch.signed(&bench.branch, &bench.root);
    assert_eq!(refused(judge(&key, &device, &old_branch, NOW)), "Time");
    let old_root = Plan { validity: past, ..Plan::new(ROOT, ROOT, vec![authority(None)]) };
    let old_anchors = Anchors::from_pem(&pem(&[&old_root.signed(&bench.root, &bench.root)])).unwrap();
    assert_eq!(refused(verify(&key, &device, &[&branch], &old_anchors, NOW)), "Time");
    assert!(judge(&old_key, &old_device, &old_branch, time("2025-06-01T00:00:00Z")).is_ok());
}

#[test]
fn forms_that_attestation_does_not_have_are_refused() {
    let bench = Bench::new();
    let judge =
        |plan: Plan| refused(bench.judge(&plan.signed(&bench.key, &bench.device), &bench.device_der()));
    let with = |extra: Vec<u8>| Plan { extensions: [said(), vec![extra]].concat(), ..bench.key_plan() };
    assert_eq!(judge(with(extension(&[0x55, 0x1d, 0x20], true, &[0x30, 0x00]))), "Critical");
    assert_eq!(judge(with(yubico(7, &[2, 1, 9]))), "Malformed", "a serial number twice");
    assert_eq!(judge(with(vec![0x30, 0x00])), "Malformed", "an extension of nothing");
    let spelt = tlv(0x30, &[&tlv(0x06, &[0x55, 0x1d, 0x13]), &[1, 1, 0][..], &tlv(4, &[0x30, 0])].concat());
    assert_eq!(judge(with(spelt)), "Malformed", "a default that is spelt out");
    assert_eq!(judge(Plan { version: vec![0xa0, 3, 2, 1, 1], ..bench.key_plan() }), "Malformed", "version 2");
    assert_eq!(judge(Plan { version: vec![], ..bench.key_plan() }), "Malformed", "version 1");
    let sha384 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03].to_vec();
    assert_eq!(judge(Plan { inner_algorithm: sha384, ..bench.key_plan() }), "Malformed", "two algorithms");
    assert_eq!(
        judge(Plan { validity: ["20241301000000Z", "99991231235959Z"], ..bench.key_plan() }),
        "Malformed"
    );
    let huge = vec![0; MAX_CERTIFICATE_BYTES + 1];
    assert_eq!(refused(bench.judge(&huge, &bench.device_der())), "TooLarge");
    let longer = [bench.key_der(), vec![0]].concat();
    assert_eq!(refused(bench.judge(&longer, &bench.device_der())), "Malformed", "a byte behind it");
}

#[test]
fn certificates_that_are_no_attestation_of_a_piv_key_are_refused() {
    let bench = Bench::new();
    let judge =
        |plan: Plan| refused(bench.judge(&plan.signed(&bench.key, &bench.device), &bench.device_der()));
    for missing in 0..3 {
        let mut plan = bench.key_plan();
        plan.extensions.remove(missing);
        assert_eq!(judge(plan), "NoStatement", "{missing}");
    }
    for (place, number, value) in [
        (0, 3, &[5, 7][..]),
        (0, 3, &[4, 3, 5, 7]),
        (1, 7, &[2, 4, 0x80, 0, 0, 1]),
        (1, 7, &[2, 5, 1, 0, 0, 0, 0]),
        (1, 7, &[2, 0]),
        (1, 7, &[4, 1, 7]),
        (1, 7, &[2, 2, 7]),
        (2, 8, &[0, 2]),
        (2, 8, &[3, 9]),
        (2, 8, &[3]),
        (3, 9, &[]),
        (3, 9, &[3, 3]),
    ] {
        let mut plan = bench.key_plan();
        plan.extensions[place] = yubico(number, value);
        assert_eq!(judge(plan), "NoStatement", "{number} {value:?}");
    }
    for subject in
        ["YubiKey PIV Attestation", "YubiKey PIV Attestation f9", "YubiKey OPGP Attestation SIG", ""]
    {
        assert_eq!(judge(Plan::new(DEVICE, subject, said())), "NoStatement", "{subject}");
    }
    let p384 = include_bytes!("../../tests/data/attestation/p384.spki");
    let other_curve = bench.key_plan().with_key(p384, &bench.device);
    assert_eq!(refused(bench.judge(&other_curve, &bench.device_der())), "Key");
}

#[test]
fn a_file_of_roots_says_what_is_wrong_with_it() {
    let bench = Bench::new();
    let (root, branch) = (bench.root_der(), bench.branch_der());
    let read = |text: &str| Anchors::from_pem(text).unwrap_err().to_string();
    let around = format!("Name: ours\n\n{}\nmore\n{}", pem(&[&root]), pem(&[&branch]));
    let anchors = Anchors::from_pem(&around).unwrap();
    assert_eq!((anchors.roots().count(), anchors.intermediates().count()), (1, 1));
    assert!(verify(&bench.key_der(), &bench.device_der(), &[], &anchors, NOW).is_ok());
    assert!(read("").contains("no self-signed"), "nothing");
    assert!(read(&pem(&[&branch])).contains("no self-signed"), "no root");
    assert!(read(&around[..around.len() - 40]).contains("damaged"), "cut");
    assert!(read(&around.replace("CERTIFICATE", "PUBLIC KEY")).contains("PUBLIC KEY"), "another label");
    let mut damaged = root.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(read(&pem(&[&damaged])).contains("does not verify"), "a root that did not sign itself");
    let many = pem(&vec![root.as_slice(); 65]);
    assert!(read(&many).contains("65 certificates"), "many");
}

#[test]
fn an_attestation_confirms_one_key_on_one_device_with_policies_that_are_enough() {
    let bench = Bench::new();
    let attested = bench.attested();
    let used = AttestedUse { key: attested.key(), device: UsedDevice::Shows(Serial(12_345_678)) };
    assert_eq!(attested.confirms(used, &Wanted::ROOT_KEY), Ok(()));
    let other = Key::from_spki_der(&Pair::new().spki()).unwrap();
    let doubt = attested.confirms(AttestedUse { key: &other, ..used }, &Wanted::ROOT_KEY);
    assert_eq!(doubt, Err(Doubt::OtherKey { serial: Serial(12_345_678) }));
    let doubt =
        attested.confirms(AttestedUse { device: UsedDevice::Shows(Serial(1)), ..used }, &Wanted::ROOT_KEY);
    assert_eq!(doubt, Err(Doubt::OtherToken { attested: Serial(12_345_678), shown: Serial(1) }));
    assert_eq!(
        attested.confirms(AttestedUse { device: UsedDevice::DocumentsOnly, ..used }, &Wanted::ROOT_KEY),
        Ok(())
    );
    for (policy, expected) in [
        ([3, 1], Err(Doubt::Touch { found: TouchPolicy::Never })),
        ([3, 3], Err(Doubt::Touch { found: TouchPolicy::Cached })),
        ([1, 2], Err(Doubt::Pin { found: PinPolicy::Never })),
        ([2, 2], Ok(())),
    ] {
        let mut plan = bench.key_plan();
        plan.extensions[2] = yubico(8, &policy);
        let read = bench.judge(&plan.signed(&bench.key, &bench.device), &bench.device_der()).unwrap();
        assert_eq!(read.confirms(used, &Wanted::ROOT_KEY), expected, "{policy:?}");
    }
}

#[test]
fn an_attestation_counts_only_with_a_signature_of_its_key() {
    let bench = Bench::new();
    let attested = bench.attested();
    let statement = RootKeyDocument::statement(attested.key().id(), NOW);
    let proof = bench.key.sign(&statement);
    let proven = |key: &Key, time, proof: &[u8]| Proven::by_possession(attested.clone(), key, time, proof);
    assert!(proven(attested.key(), NOW, &proof).is_ok());
    assert!(proven(attested.key(), UnixTime(NOW.0 + 1), &proof).is_err(), "of another time");
    let stranger = Pair::new();
    assert!(proven(attested.key(), NOW, &stranger.sign(&statement)).is_err(), "of another key");
    let other = Key::from_spki_der(&stranger.spki()).unwrap();
    let theirs = stranger.sign(&RootKeyDocument::statement(other.id(), NOW));
    assert!(proven(&other, NOW, &theirs).is_err(), "about another key");
    let mut spelt = attested.key().to_json();
    spelt.set("keytype", Json::from("ecdsa-sha2-nistp256"));
    let spelt = Key::from_json(&spelt).unwrap();
    let proof = bench.key.sign(&RootKeyDocument::statement(spelt.id(), NOW));
    assert!(proven(&spelt, NOW, &proof).is_ok(), "the same key under another name of its type");
}

#[test]
fn two_keys_on_one_device_are_one_vote() {
    assert_eq!(check_distinct_devices([Serial(1), Serial(2), Serial(3)]), Ok(()));
    let doubt = check_distinct_devices([Serial(1), Serial(2), Serial(1)]);
    assert_eq!(doubt, Err(Doubt::SameDevice { serial: Serial(1) }));
}
