//! What the certificate of a key says, in Yubico's extensions (1.3.6.1.4.1.41482.3).

use super::Attested;
use super::certificate::Certificate;
use super::chain::Path;
use super::error::AttestationError;
use crate::device::{Firmware, FormFactor, KeyPolicy, PinPolicy, PivSlot, Serial, TouchPolicy};
use crate::key::Key;

/// What the subject of a key's certificate begins with; the slot follows.
const SUBJECT: &str = "YubiKey PIV Attestation ";

/// The tag of an OCTET STRING.
const OCTET_STRING: u8 = 4;
/// The tag of an INTEGER.
const INTEGER: u8 = 2;

/// Reads what is attested out of a chain that was verified.
pub(super) fn read(
    key: &Certificate,
    device: &Certificate,
    path: Path,
) -> Result<Attested, AttestationError> {
    let missing = |what| AttestationError::NoStatement { name: key.name(), what };
    let said = &key.extensions;
    if said.authority.is_some() {
        return Err(missing("that it is no authority"));
    }
    let slot = key.common_name().strip_prefix(SUBJECT).and_then(PivSlot::parse);
    let form_factor = said.form_factor.as_deref().map(|value| numbers::<1>(value).map(|[form]| form));
    let form_factor = form_factor.map(|form| form.ok_or_else(|| missing("the device's form"))).transpose()?;
    Ok(Attested {
        slot: slot.ok_or_else(|| missing("in which slot the key is"))?,
        serial: said
            .serial
            .as_deref()
            .and_then(serial)
            .ok_or_else(|| missing("the device's serial number"))?,
        firmware: said
            .firmware
            .as_deref()
            .and_then(firmware)
            .ok_or_else(|| missing("the device's firmware"))?,
        policy: said
            .policy
            .as_deref()
            .and_then(policy)
            .ok_or_else(|| missing("when it wants PIN and touch"))?,
        form_factor: form_factor.map(FormFactor::from_number),
        fips: device.extensions.fips || form_factor.is_some_and(FormFactor::is_fips_number),
        cspn: device.extensions.cspn,
        key: Key::from_spki_der(key.key())?,
        chain: path.certificates,
        anchor: path.anchor,
    })
}

fn firmware(value: &[u8]) -> Option<Firmware> {
    let [major, minor, patch] = numbers(value)?;
    Some(Firmware::new(major, minor, patch))
}

fn policy(value: &[u8]) -> Option<KeyPolicy> {
    let [pin, touch] = numbers(value)?;
    Some(KeyPolicy { pin: PinPolicy::from_number(pin)?, touch: TouchPolicy::from_number(touch)? })
}

/// Exactly `N` bytes, bare as Yubico documents them, or as an OCTET STRING once more.
fn numbers<const N: usize>(value: &[u8]) -> Option<[u8; N]> {
    let bare = match value {
        [OCTET_STRING, length, rest @ ..] if usize::from(*length) == N && rest.len() == N => rest,
        bare => bare,
    };
    bare.try_into().ok()
}

/// An INTEGER of at most 32 bits that is not negative. Devices write four bytes, whatever the number is.
fn serial(value: &[u8]) -> Option<Serial> {
    let [INTEGER, length, bytes @ ..] = value else { return None };
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    if bytes.is_empty() || bytes.len() != usize::from(*length) || is_negative || bytes.len() > 5 {
        return None;
    }
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u32::try_from(number).ok().map(Serial)
}
