//! Data objects: certificates, and whatever a host keeps on the card.

use std::collections::BTreeMap;

use super::apdu::Command;
use super::status::Status;
use super::tlv::{Fields, nested, tlv};

/// The largest object that a YubiKey keeps.
const LARGEST: usize = 3052;
/// Discovery: which applet this is, and that the PIN is the applet's own.
const DISCOVERY: &str = "7e";
/// Readable with the PIN alone; `ykman` keeps a protected management key in it.
const PRINTED: &str = "5fc109";
/// The certificate of the attestation key.
pub(super) const ATTESTATION: &str = "5fff01";

/// All of them by their tag, in hexadecimal as they are in a file.
pub(super) type Objects = BTreeMap<String, String>;

/// Has the PIN been given?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Anybody,
    WithPin,
}

/// GET DATA.
pub(super) fn read(objects: &Objects, command: &Command, reader: Reader) -> Result<Vec<u8>, Status> {
    if (command.p1, command.p2) != (0x3f, 0xff) {
        return Err(Status::WRONG_PARAMETERS);
    }
    let tag = hex::encode(Fields::read(&command.data)?.need(0x5c)?);
    match (tag.as_str(), reader) {
        (DISCOVERY, _) => Ok(discovery()),
        (PRINTED, Reader::Anybody) => Err(Status::NOT_ALLOWED),
        (tag, _) => {
            let object = objects.get(tag).ok_or(Status::NOT_FOUND)?;
            Ok(tlv(0x53, &hex::decode(object).map_err(|_| Status::INTERNAL)?))
        }
    }
}

/// PUT DATA: an empty object is none.
pub(super) fn write(objects: &mut Objects, command: &Command) -> Result<Vec<u8>, Status> {
    if (command.p1, command.p2) != (0x3f, 0xff) {
        return Err(Status::WRONG_PARAMETERS);
    }
    let fields = Fields::read(&command.data)?;
    let (tag, object) = (hex::encode(fields.need(0x5c)?), fields.need(0x53)?);
    match object.len() {
        0 => objects.remove(&tag),
        length if length > LARGEST => return Err(Status::NO_ROOM),
        _ => objects.insert(tag, hex::encode(object)),
    };
    Ok(Vec::new())
}

/// A certificate as PIV wraps it: not compressed, no checksum.
pub(super) fn certificate(der: &[u8]) -> String {
    hex::encode([tlv(0x70, der), tlv(0x71, &[0]), tlv(0xfe, &[])].concat())
}

fn discovery() -> Vec<u8> {
    let aid = tlv(0x4f, &[0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0]);
    nested(0x7e, &[aid, tlv(0x5f2f, &[0x40, 0])])
}
