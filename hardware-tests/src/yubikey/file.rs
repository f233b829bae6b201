//! The file that keeps a card while it is in no reader.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::device::Firmware;

use super::device::Device;
use super::error::CardError;
use super::piv::Piv;

#[derive(Deserialize)]
struct Loaded {
    serial: u32,
    firmware: Firmware,
    piv: Piv,
}

#[derive(Serialize)]
struct Kept<'a> {
    serial: u32,
    firmware: Firmware,
    piv: &'a Piv,
}

/// What the file holds, if there is one.
pub(super) fn load(file: &Path, device: Device) -> Result<Option<Piv>, CardError> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CardError::Io(file.to_owned(), error)),
    };
    let loaded: Loaded =
        serde_json::from_slice(&text).map_err(|error| CardError::Malformed(file.to_owned(), error))?;
    if (loaded.serial, loaded.firmware) == (device.serial, device.firmware) {
        return Ok(Some(loaded.piv));
    }
    Err(CardError::Another {
        file: file.to_owned(),
        found: format!("{} with firmware {}", loaded.serial, loaded.firmware),
        wanted: format!("{} with firmware {}", device.serial, device.firmware),
    })
}

/// Writes it, whole or not at all.
pub(super) fn save(file: &Path, device: Device, piv: &Piv) -> Result<(), CardError> {
    let kept = Kept { serial: device.serial, firmware: device.firmware, piv };
    let text =
        serde_json::to_vec_pretty(&kept).map_err(|error| CardError::Malformed(file.to_owned(), error))?;
    if std::fs::read(file).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let new = file.with_extension("new");
    let written = std::fs::write(&new, &text).and_then(|()| std::fs::rename(&new, file));
    written.map_err(|error| CardError::Io(file.to_owned(), error))
}
