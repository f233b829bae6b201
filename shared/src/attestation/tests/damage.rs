//! Chains after an accident: none of them verifies, and none makes the program panic.

use proptest::prelude::*;

use super::YUBIKEY_5_7_4;
use super::maker::{Bench, NOW};
use crate::attestation::{Anchors, AttestationError, Attested, certificates_of, verify};

/// A chain, and the same chain after an accident.
fn whole() -> (Anchors, [Vec<u8>; 3]) {
    let bench = Bench::new();
    (bench.anchors(), [bench.key_der(), bench.device_der(), bench.branch_der()])
}

fn judge(anchors: &Anchors, chain: &[Vec<u8>; 3]) -> Result<Attested, AttestationError> {
    verify(&chain[0], &chain[1], &[&chain[2]], anchors, NOW)
}

#[test]
fn no_chain_with_a_bit_turned_verifies() {
    let (anchors, chain) = whole();
    assert!(judge(&anchors, &chain).is_ok());
    for place in 0..chain.len() {
        for bit in 0..chain[place].len() * 8 {
            let mut turned = chain.clone();
            turned[place][bit / 8] ^= 1 << (bit % 8);
            assert!(judge(&anchors, &turned).is_err(), "certificate {place}, bit {bit}");
        }
    }
}

#[test]
fn no_real_chain_with_a_bit_turned_verifies() {
    let anchors = Anchors::yubico().unwrap();
    let [key, device] = certificates_of(YUBIKEY_5_7_4).unwrap().try_into().unwrap();
    for place in 0..2 {
        for bit in 0..[&key, &device][place].der().len() * 8 {
            let mut turned = [key.der().to_vec(), device.der().to_vec()];
            turned[place][bit / 8] ^= 1 << (bit % 8);
            let judged = verify(&turned[0], &turned[1], &[], &anchors, NOW);
            assert!(judged.is_err(), "certificate {place}, bit {bit}");
        }
    }
}

#[test]
fn no_chain_that_was_cut_verifies() {
    let (anchors, chain) = whole();
    for place in 0..chain.len() {
        for length in 0..chain[place].len() {
            let mut cut = chain.clone();
            cut[place].truncate(length);
            assert!(judge(&anchors, &cut).is_err(), "certificate {place}, {length} bytes");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_refused_without_a_panic(
        place in 0_usize..3, at in 0_usize..400, bytes in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let (anchors, mut chain) = whole();
        let whole = chain.clone();
        let at = at.min(chain[place].len());
        let end = (at + bytes.len()).min(chain[place].len());
        chain[place].splice(at..end, bytes);
        prop_assert!(chain == whole || judge(&anchors, &chain).is_err());
    }
}
