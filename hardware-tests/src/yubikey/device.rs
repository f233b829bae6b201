//! What a command is asked on.

use shared::device::Firmware;

/// A key for the key ring, with a USB-A plug.
pub(super) const FORM_FACTOR: u8 = 1;

/// A device of that number, with that firmware.
#[derive(Clone, Copy)]
pub(super) struct Device {
    pub(super) serial: u32,
    pub(super) firmware: Firmware,
}
