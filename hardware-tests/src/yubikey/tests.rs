//! The card at the level of its commands. `host` is the other side.

mod attestation;
mod faults;
mod files;
mod host;
mod keys;
mod management;
mod objects;
mod pins;
mod selecting;
mod signing;

use shared::device::Firmware;

/// Old enough for ROCA, and for telling nothing about its keys.
const ANCIENT: Firmware = Firmware::new(4, 3, 2);
/// The last generation with 3DES.
const OLD: Firmware = Firmware::new(5, 4, 3);
/// The first with AES and the new algorithms.
const NEW: Firmware = Firmware::new(5, 7, 1);
const ALL: [Firmware; 3] = [ANCIENT, OLD, NEW];
