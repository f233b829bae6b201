//! Where root keys come from: what a YubiKey attests is believed, asked for, told, and kept.

use hardware_tests::yubikey::Authority;
use shared::attestation::{Attested, Certificate, certificates_of, verify};
use shared::device::{Firmware, Serial};
use shared::gap::{AttestationVerdict, KeptPlace, RootKeysDocument};
use shared::key::Key;

use super::world::{self, World};
use crate::machine::draft::Held;
use crate::machine::export::KEYS_FILE_NAME;
use crate::machine::provenance::Provenance;
use crate::machine::*;
use crate::token::{Attestation, HostKind, Refusal, TokenId, TokenInfo, TokenKind};

/// A real key on a real YubiKey, as its holder published it.
const CHAIN: &str = include_str!("../../../../shared/tests/data/attestation/5.7.4-9c.pem");
const SERIAL: &str = "38906331";

fn chain() -> Attestation {
    let [key, device] = certificates_of(CHAIN).unwrap().try_into().unwrap();
    Attestation { key_certificate: key.der().to_vec(), device_certificate: device.der().to_vec() }
}

fn attested(world: &World) -> Attested {
    let Attestation { key_certificate, device_certificate } = chain();
    let anchors = &world.machine.draft.options.attestation.anchors;
    verify(&key_certificate, &device_certificate, &[], anchors, world.moment().now).unwrap()
}

fn yubikey(serial: &str) -> TokenInfo {
    let (token, _) = world::token("YubiKey 5C", serial, 1);
    TokenInfo { kind: TokenKind::YubiKey, firmware: Some(Firmware::new(5, 7, 4)), ..token }
}

/// A room with a YubiKey that shows the real key and answers so when it is asked about it.
fn room(serial: &str, answer: Result<Attestation, Refusal>) -> World {
    let mut world = World::at_root_keys();
    let token = yubikey(serial);
    let key = attested(&world).key().clone();
    world.attestations.push((token.id.clone(), key, answer));
    world.tokens.push((token, Vec::new()));
    world
}

/// Chooses the only key on the only token.
fn choose(world: &mut World, name: &str) {
    world.answer("token");
    world.answer(name);
    choose_token(world);
    if world.question() == "root-keys.key" {
        world.answer("");
    }
}

fn choose_token(world: &mut World) {
    let TokenId { label, serial } = world.tokens[0].0.id.clone();
    assert_eq!(world.question(), "root-keys.token");
    world.answer(&format!("{label}/{serial}"));
}

fn required(mut world: World) -> World {
    world.machine.draft.options.attestation.demand = Demand::Required;
    world
}

fn kept(world: &World) -> RootKeysDocument {
    let mut draft = world.machine.draft.clone();
    draft.threshold = 1;
    let now = world.moment().now;
    let root = draft.root(now).unwrap();
    RootKeysDocument::parse(&kept::document(&draft, &root, now)).unwrap()
}

#[test]
fn a_key_that_its_yubikey_attests_is_taken_and_said_to_be() {
    for demand in [Demand::Advisory, Demand::Required] {
        let mut world = room(SERIAL, Ok(chain()));
        world.machine.draft.options.attestation.demand = demand;
        choose(&mut world, "ann");
        assert_eq!(world.question(), "root-keys.proof");
        assert!(
            world.said("ann: attested, not yet proved. Said to be generated on YubiKey 38906331, firmware 5.7.4, slot 9c;")
        );
        assert!(world.said("Verified up to Yubico Attestation Root 1."));
        world.answer("no");
        if demand == Demand::Required {
            assert_eq!(world.question(), "root-keys.proof");
            assert!(world.said("counts only with a proof that the key is here"));
            continue;
        }
        let root = &world.machine.draft.root_keys[0];
        assert!(matches!(root.provenance, Provenance::Attested(_)));
        assert_eq!(root.device(), Some(Serial(38_906_331)));
        assert_eq!(kept(&world).keys[0].attestation.as_ref().unwrap().certificates.len(), 5);
    }
}

/// Who is in the room with a YubiKey each: ann proves that she has the key, bob signs root, eve does neither.
fn three_holders() -> World {
    let mut world = World::at_root_keys();
    let maker = Authority::new("A maker");
    for (serial, name, proof) in [(1, "ann", "yes"), (2, "bob", "no"), (3, "eve", "no")] {
        world.plug_in(&maker, serial);
        for answer in ["token", name, &format!("YubiKey/{serial}"), "", proof] {
            world.answer(answer);
        }
        assert_eq!(world.question(), "root-keys.add", "{:?}", world.notes);
    }
    world
}

#[test]
fn an_attestation_counts_once_its_key_has_signed_and_not_before() {
    let mut world = three_holders();
    let listed: Vec<&str> = world.notes.iter().rev().take(3).map(|note| note.text.as_str()).collect();
    assert!(
        listed[2].ends_with("9c, its holder proved it, attested by YubiKey 1, firmware 5.7.1"),
        "{listed:?}"
    );
    for (line, serial) in [(listed[1], 2), (listed[0], 3)] {
        let claimed = format!("9c, attested by YubiKey {serial}, firmware 5.7.1, not yet proved");
        assert!(line.ends_with(&claimed), "{listed:?}");
    }
    world.answer("done");
    world.type_groups();
    world.answer("yes");
    for name in ["ann", "bob"] {
        world.answer(name);
    }
    world.answer("done");
    world.answer("/media/usb");
    let document = RootKeysDocument::parse(&world.exported[0].1).unwrap();
    let verified: Vec<bool> = document
        .keys
        .iter()
        .map(|kept| matches!(kept.verdict, AttestationVerdict::Verified { .. }))
        .collect();
    assert_eq!(verified, [true, true, false]);
    let [ann, bob, eve] = document.keys.as_slice() else { panic!("three keys") };
    assert!(ann.possession.is_some() && bob.possession.is_none());
    assert!(
        matches!(&eve.verdict, AttestationVerdict::Refused { reason } if reason.contains("nobody proved")),
        "{eve:?}"
    );
    assert!(
        document.keys.iter().all(|kept| kept.attestation.is_some()),
        "the certificates go in all the same"
    );
}

#[test]
fn certificates_that_somebody_copied_are_no_attestation_of_another_key_that_signs() {
    let mut world = World::at_root_keys();
    let maker = Authority::new("A maker");
    world.plug_in(&maker, 1);
    // The card that signs is another one under the same number.
    world.cards.clear();
    world.machine.draft.options.attestation.demand = Demand::Required;
    world.plug_in(&maker, 1);
    world.tokens.truncate(1);
    world.attestations.truncate(1);
    for answer in ["token", "ann", "YubiKey/1", "", "yes"] {
        world.answer(answer);
    }
    assert!(world.said("its public key does not verify that signature"), "{:?}", world.notes);
    assert!(world.machine.draft.root_keys.is_empty());
}

#[test]
fn where_attestations_are_required_no_key_enters_the_list_before_it_counts() {
    let world = required(three_holders());
    let entered: Vec<bool> = world
        .machine
        .draft
        .root_keys
        .iter()
        .map(|root| {
            let draft = Draft { root_keys: Vec::new(), ..world.machine.draft.clone() };
            attestation::enter(&draft, root).is_ok()
        })
        .collect();
    assert_eq!(entered, [true, false, false]);
}

#[test]
fn an_attestation_that_does_not_count_is_told_and_refused_where_one_is_required() {
    let mut damaged = chain();
    damaged.key_certificate.truncate(100);
    let other_order = Attestation {
        key_certificate: chain().device_certificate,
        device_certificate: chain().key_certificate,
    };
    let imported = Refusal::NotAttested { reason: "it was imported".to_owned() };
    for (serial, answer, told) in [
        ("11111111", Ok(chain()), "the token shows the serial number 11111111"),
        (SERIAL, Ok(damaged), "is damaged"),
        (SERIAL, Ok(other_order), "was not issued by the device certificate"),
        (SERIAL, Err(imported), "it was imported"),
    ] {
        let mut world = room(serial, answer.clone());
        choose(&mut world, "ann");
        assert_eq!(world.question(), "root-keys.proof", "{told}");
        assert!(world.said(told), "{told}: {:?}", world.notes);
        world.answer("no");
        let verdict = &kept(&world).keys[0].verdict;
        assert!(!matches!(verdict, AttestationVerdict::Verified { .. }), "{told}");

        let mut world = required(room(serial, answer));
        choose(&mut world, "ann");
        assert_eq!(world.question(), "root-keys.add", "{told}");
        assert!(world.said("takes no root key without a verified attestation") && world.said(told), "{told}");
        assert!(world.machine.draft.root_keys.is_empty());
    }
}

#[test]
fn a_token_that_cannot_be_asked_is_no_token_that_attests_nothing() {
    let mut world = room(SERIAL, Ok(chain()));
    world.answer("token");
    world.answer("ann");
    choose_token(&mut world);
    assert_eq!(world.question(), "root-keys.key");
    world.refuse_next = true;
    world.answer("");
    assert!(world.question() != "root-keys.proof", "it is asked again");
    assert!(world.machine.draft.root_keys.is_empty());
    assert!(!world.said("not attested"));
}

#[test]
fn keys_in_files_and_behind_modules_are_refused_where_an_attestation_is_required() {
    let mut world = required(World::at_root_keys());
    for way in ["file", "generate"] {
        world.answer(way);
        assert_eq!(world.question(), "root-keys.add");
        assert!(world.said("The key lives in a file"));
        world.notes.clear();
    }
    world.tokens.push(world::token("tuf-root", "0a11ce", 1));
    choose(&mut world, "bob");
    assert_eq!(world.question(), "root-keys.add");
    assert!(world.said("A PKCS#11 module shows no attestation"));
    assert!(world.machine.draft.root_keys.is_empty());
}

#[test]
fn what_is_known_against_old_firmware_is_told_and_rsa_that_can_be_computed_is_refused() {
    let old = |firmware: Firmware| {
        let mut world = room(SERIAL, Err(Refusal::NotAttested { reason: "it is old".to_owned() }));
        world.tokens[0].0.firmware = Some(firmware);
        world
    };
    let mut world = old(Firmware::new(5, 4, 3));
    choose(&mut world, "ann");
    assert_eq!(world.question(), "root-keys.proof");
    assert!(world.said("firmware 5.4.3") && world.said("YSA-2024-03"), "{:?}", world.notes);

    let mut world = old(Firmware::new(4, 3, 4));
    let rsa = shared::software::SoftwareKey::generate(shared::key::Scheme::RsaPssSha256).unwrap();
    world.attestations[0].1 = rsa.public().clone();
    choose(&mut world, "ann");
    assert_eq!(world.question(), "root-keys.add");
    assert!(world.said("firmware 4.3.4") && world.said("YSA-2017-01"), "{:?}", world.notes);
    assert!(world.signed.is_empty() && world.machine.draft.root_keys.is_empty());
}

#[test]
fn two_keys_on_one_yubikey_are_refused_whichever_way_it_is_seen() {
    let mut world = room(SERIAL, Ok(chain()));
    choose(&mut world, "ann");
    world.answer("no");
    let (behind_a_module, keys) = world::token("YubiKey PIV #38906331", SERIAL, 7);
    let behind_a_module = TokenInfo { manufacturer: "Yubico (www.yubico.com)".to_owned(), ..behind_a_module };
    world.tokens = vec![(behind_a_module, keys)];
    let asked = world.signed.len();
    choose(&mut world, "bob");
    assert_eq!(world.question(), "root-keys.add");
    assert!(world.said("The key of ann is on YubiKey 38906331 too"), "{:?}", world.notes);
    assert_eq!((world.machine.draft.root_keys.len(), world.signed.len()), (1, asked));
}

#[test]
fn a_yubikey_that_shows_no_serial_number_of_its_own_has_no_vote() {
    for demand in [Demand::Advisory, Demand::Required] {
        for hidden in ["0", "00000000", "a1b2"] {
            let mut world = room(hidden, Ok(chain()));
            world.machine.draft.options.attestation.demand = demand;
            choose(&mut world, "ann");
            assert_eq!(world.question(), "root-keys.add");
            assert!(world.said("which no YubiKey has"), "{hidden}: {:?}", world.notes);
            assert!(world.machine.draft.root_keys.is_empty() && world.signed.is_empty());
        }
    }
}

#[test]
fn the_vote_of_an_attested_key_is_that_of_the_attested_device() {
    let mut world = room(SERIAL, Ok(chain()));
    choose(&mut world, "ann");
    world.answer("no");
    let mut other = world.machine.draft.root_keys[0].clone();
    let Held::Here(reach) = &mut other.held else { panic!("it is here") };
    reach.on.as_mut().unwrap().token.id.serial = "22222222".to_owned();
    assert_eq!(other.device(), Some(Serial(38_906_331)));
    let refused = attestation::admit(&world.machine.draft, &other).unwrap_err();
    assert!(refused.contains("The key of ann is on YubiKey 38906331 too"), "{refused}");
}

#[test]
fn a_card_behind_a_module_that_does_not_name_its_device_is_warned_of() {
    let warned = |module: &str, manufacturer: &str, serial: &str| {
        let (mut token, _) = world::token("tuf-root", serial, 1);
        token.manufacturer = manufacturer.to_owned();
        attestation::unmatched_card(&HostKind::Pkcs11 { module: module.to_owned() }, &token)
    };
    let opensc = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
    let said = warned(opensc, "piv_II", "00000000").unwrap();
    assert!(
        said.contains("tuf-root 00000000 is a smart card") && said.contains("may be a YubiKey"),
        "{said}"
    );
    assert!(warned(opensc, "OpenPGP project", "fffe").is_some(), "another application of a card");
    assert!(warned("/opt/renamed.so", "piv_II", "1").is_some(), "a PIV card by its own words");
    assert_eq!(
        warned("/usr/lib/libykcs11.so", "Yubico (www.yubico.com)", SERIAL),
        None,
        "its device is known"
    );
    assert_eq!(warned(world::MODULE, "SoftHSM project", "0a11ce"), None, "no card");

    let mut world = World::at_root_keys();
    let (mut token, keys) = world::token("tuf-root", "0a11ce", 7);
    token.manufacturer = "piv_II".to_owned();
    world.tokens.push((token, keys));
    choose(&mut world, "bob");
    assert_eq!(world.question(), "root-keys.proof");
    assert!(world.said("use it as a PIV card instead"), "{:?}", world.notes);
}

#[test]
fn what_is_known_about_the_keys_is_written_beside_the_payload_and_reads_back() {
    let mut world = World::at_root_keys();
    world.add_file("alice", 0);
    world.tokens.push(world::token("tuf-root", "0a11ce", 7));
    choose(&mut world, "bob");
    world.answer("yes");
    world.answer("done");
    world.type_groups();
    world.answer("yes");
    world.answer("alice");
    world.answer("bob");
    assert_eq!(world.question(), "export.folder");
    world.answer("/media/usb");
    assert!(world.machine.is_ended());
    let written: Vec<&str> =
        world.exported.iter().map(|(path, _)| path.rsplit('/').next().unwrap()).collect();
    assert_eq!(written, [KEYS_FILE_NAME, "payload.json"], "no payload without what is known about its keys");
    let document = RootKeysDocument::parse(&world.exported[0].1).unwrap();
    assert_eq!(Some(document.root), world.machine.draft.agreed.as_ref().map(|agreed| agreed.digest()));
    assert_eq!(document.anchors.len(), 2);
    let [alice, bob] = document.keys.as_slice() else { panic!("two keys") };
    assert_eq!((alice.name.as_str(), &alice.place, &alice.possession), ("alice", &KeptPlace::File, &None));
    assert!(matches!(&alice.verdict, AttestationVerdict::None { reason } if reason.contains("in a file")));
    assert!(matches!(&bob.place, KeptPlace::Pkcs11 { serial, .. } if serial == "0a11ce"));
    assert!(bob.possession.is_some() && bob.attestation.is_none());
}

#[test]
fn a_medium_that_takes_the_keys_and_not_the_payload_is_asked_for_again() {
    let mut world = World::at_sign();
    world.answer("alice");
    world.answer("bob");
    world.full_for = Some("payload.json");
    world.answer("/media/usb");
    assert_eq!(world.question(), "export.folder");
    assert!(
        world.said("/media/usb/root-keys.json is written, but payload.json beside it is not. It is full.")
    );
    let first = world.exported.clone();
    world.full_for = None;
    world.answer("/media/usb");
    assert!(world.machine.is_ended());
    assert_eq!(world.exported[2..3], first[..1], "the same keys again");
    assert_eq!(world.exported[3], first[1], "and the same payload");
}

#[test]
fn a_medium_that_takes_not_even_the_keys_gets_no_payload() {
    let mut world = World::at_sign();
    world.answer("alice");
    world.answer("bob");
    world.full_for = Some(KEYS_FILE_NAME);
    world.answer("/media/usb");
    assert_eq!(world.question(), "export.folder");
    assert_eq!(world.exported.len(), 1, "the payload was not even tried");
}

#[test]
fn a_certificate_that_was_kept_is_the_one_that_was_read() {
    let mut world = room(SERIAL, Ok(chain()));
    choose(&mut world, "ann");
    world.answer("no");
    let certificates = kept(&world).keys[0].attestation.clone().unwrap().certificates;
    assert_eq!(certificates[..2], certificates_of(CHAIN).unwrap());
    assert_eq!(certificates.last().map(Certificate::name).unwrap(), "Yubico Attestation Root 1");
    assert_eq!(Key::from_json(&attested(&world).key().to_json()).unwrap(), kept(&world).keys[0].key);
}
