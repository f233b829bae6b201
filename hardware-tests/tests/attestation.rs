//! What the virtual YubiKey attests is judged by the rules of the ceremony.

use std::error::Error;

use hardware_tests::yubikey::{Algorithm, Authority, YubiKey};
use shared::attestation::{
    Anchors, AttestationError, Attested, AttestedUse, Certificate, Doubt, Objection, UsedDevice, Wanted,
    certificates_of, judge,
};
use shared::device::{Firmware, KeyPolicy, Origin, PinPolicy, Serial, TouchPolicy, Weakness};
use shared::key::Key;
use shared::time::UnixTime;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NOW: UnixTime = UnixTime(1_795_000_000);
const SERIAL: u32 = 11_111_111;
const SLOT: u8 = 0x9c;
const POLICY: KeyPolicy = KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always };

fn anchors(authority: &Authority) -> Result<Anchors> {
    Ok(Anchors::from_pem(&[vec![authority.root_pem()?], authority.intermediates_pem()?].concat().concat())?)
}

/// The certificates that a program reads from a card.
fn certificates(card: &YubiKey) -> Result<Vec<Certificate>> {
    Ok(certificates_of(&(card.attestation(SLOT)? + &card.attestation_certificate()?))?)
}

fn judged(card: &YubiKey, key: &Key, anchors: &Anchors) -> Result<std::result::Result<Attested, Objection>> {
    let used = AttestedUse { key, device: UsedDevice::Shows(Serial(card.serial())) };
    Ok(judge(&certificates(card)?, used, &Wanted::ROOT_KEY, anchors, NOW))
}

fn generated(card: &YubiKey, algorithm: Algorithm, policy: KeyPolicy) -> Result<Key> {
    Ok(Key::from_spki_der(&card.generate(SLOT, algorithm, (policy.pin, policy.touch))?)?)
}

#[test]
fn every_kind_of_chain_that_a_card_has_verifies_up_to_its_maker_and_no_other() -> Result<()> {
    let makers = [
        Authority::new("A maker"),
        Authority::new("A maker").with_intermediate(),
        Authority::new("A maker").attesting_with(Algorithm::Rsa2048),
        Authority::new("A maker").with_intermediate().attesting_with(Algorithm::P384),
    ];
    let stranger = anchors(&Authority::new("A stranger"))?;
    for maker in makers {
        let firmware = Firmware::new(5, 7, 1);
        let card = YubiKey::made_by(&maker, SERIAL, firmware)?;
        let key = generated(&card, Algorithm::P256, POLICY)?;
        let attested = judged(&card, &key, &anchors(&maker)?)??;
        assert_eq!((attested.serial(), attested.firmware()), (Serial(SERIAL), firmware));
        assert_eq!((attested.policy(), attested.slot().to_string()), (POLICY, "9c".to_owned()));
        assert_eq!(attested.key(), &key);
        assert_eq!(attested.anchor().name(), "A maker");
        let refused = judged(&card, &key, &stranger)?;
        assert!(
            matches!(refused, Err(Objection::Attestation(AttestationError::NoIssuer { .. }))),
            "{refused:?}"
        );
        let refused = judged(&card, &key, &Anchors::yubico()?)?;
        assert!(refused.is_err(), "a virtual card is none of Yubico's");
    }
    Ok(())
}

#[test]
fn policies_that_let_a_program_sign_alone_are_named() -> Result<()> {
    let card = YubiKey::new(SERIAL, Firmware::new(5, 7, 1))?;
    let anchors = anchors(&Authority::default())?;
    for (pin, touch, expected) in [
        (PinPolicy::Once, TouchPolicy::Always, None),
        (PinPolicy::Always, TouchPolicy::Never, Some(Doubt::Touch { found: TouchPolicy::Never })),
        (PinPolicy::Always, TouchPolicy::Cached, Some(Doubt::Touch { found: TouchPolicy::Cached })),
        (PinPolicy::Never, TouchPolicy::Always, Some(Doubt::Pin { found: PinPolicy::Never })),
    ] {
        let key = generated(&card, Algorithm::P256, KeyPolicy { pin, touch })?;
        let judged = judged(&card, &key, &anchors)?;
        assert_eq!(judged.err(), expected.map(Objection::Doubt), "{pin:?} {touch:?}");
    }
    Ok(())
}

#[test]
fn the_attestation_of_one_card_says_nothing_about_a_key_on_another() -> Result<()> {
    let anchors = anchors(&Authority::default())?;
    let firmware = Firmware::new(5, 4, 3);
    let (one, other) = (YubiKey::new(SERIAL, firmware)?, YubiKey::new(SERIAL + 1, firmware)?);
    let key = generated(&one, Algorithm::P256, POLICY)?;
    let others = generated(&other, Algorithm::P256, POLICY)?;
    assert!(matches!(judged(&other, &key, &anchors)?, Err(Objection::Doubt(Doubt::OtherKey { .. }))));
    // The leaf of one with the device certificate of the other: each has its own attestation key.
    let mixed = certificates_of(&(one.attestation(SLOT)? + &other.attestation_certificate()?))?;
    let used = AttestedUse { key: &key, device: UsedDevice::Shows(Serial(SERIAL)) };
    let refused = judge(&mixed, used, &Wanted::ROOT_KEY, &anchors, NOW);
    assert!(
        matches!(refused, Err(Objection::Attestation(AttestationError::Signature { .. }))),
        "{refused:?}"
    );
    // Copied to another card: the serial number gives it away.
    let copied = AttestedUse { key: &others, device: UsedDevice::Shows(Serial(SERIAL)) };
    let refused = judge(&certificates(&other)?, copied, &Wanted::ROOT_KEY, &anchors, NOW);
    assert!(matches!(refused, Err(Objection::Doubt(Doubt::OtherToken { .. }))), "{refused:?}");
    Ok(())
}

#[test]
fn a_device_whose_certificate_is_over_is_refused_and_old_firmware_is_told() -> Result<()> {
    let maker = Authority::new("A maker").valid_until("20200101000000Z");
    let card = YubiKey::made_by(&maker, SERIAL, Firmware::new(5, 4, 3))?;
    let key = generated(&card, Algorithm::P256, POLICY)?;
    let refused = judged(&card, &key, &anchors(&maker)?)?;
    assert!(matches!(refused, Err(Objection::Attestation(AttestationError::Time { .. }))), "{refused:?}");
    let weakness = Weakness::on_yubikey(&key, card.firmware(), Some(Origin::Generated));
    assert_eq!(weakness, Some(Weakness::Eucleak(card.firmware())));
    Ok(())
}
