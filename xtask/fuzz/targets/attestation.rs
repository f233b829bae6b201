//! Attestations: certificates never panic, and no chain that leads to Yubico's roots is another than those in the seeds.
//!
//! The input is the key's certificate and its device's, each with its length in two bytes before it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::attestation::{Anchors, Certificate, certificates_of, verify};
use shared::time::UnixTime;

static YUBICO: LazyLock<Anchors> = LazyLock::new(|| Anchors::yubico().expect("they are there"));
/// The only certificates that may be part of a chain that verifies.
static GENUINE: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
    let pem = [
        include_str!("../../../shared/tests/data/attestation/5.2.7-9c.pem"),
        include_str!("../../../shared/tests/data/attestation/5.7.4-9c.pem"),
    ];
    certificates_of(&pem.concat()).expect("they can be read")
});
const NOW: UnixTime = UnixTime(1_795_000_000);

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Anchors::from_pem(text);
    }
    let Some((key, rest)) = prefixed(bytes) else { return };
    let Some((device, _)) = prefixed(rest) else { return };
    for one in [key, device] {
        if let Ok(certificate) = Certificate::from_der(one) {
            assert_eq!(certificate.der(), one);
            assert_eq!(certificates_of(&certificate.to_pem()), Ok(vec![certificate]));
        }
    }
    if let Ok(attested) = verify(key, device, &[], &YUBICO, NOW) {
        assert!(attested.chain()[..2].iter().all(|certificate| GENUINE.contains(certificate)));
    }
});

fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
