//! Which applet is spoken to, and the two small ones: the management applet and the one for one-time passwords, which
//! say what kind of device this is.

use super::apdu::Command;
use super::device::{Device, FORM_FACTOR};
use super::fault::Occasion;
use super::management;
use super::piv::{Piv, Reply};
use super::status::Status;
use super::tlv::tlv;

const PIV: &[u8] = &[0xa0, 0, 0, 3, 8];
const MANAGEMENT: &[u8] = &[0xa0, 0, 0, 5, 0x27, 0x47, 0x11, 0x17];
const ONE_TIME_PASSWORDS: &[u8] = &[0xa0, 0, 0, 5, 0x27, 0x20, 0x01];

/// What the device can do over USB: one-time passwords, which nobody asks it for, and PIV.
const CAPABILITIES: [u8; 2] = [0, 0x11];

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Selected {
    #[default]
    Nothing,
    Piv,
    Management,
    OneTimePasswords,
}

/// The applets of one device.
pub(super) struct Applets {
    pub(super) device: Device,
    pub(super) piv: Piv,
    selected: Selected,
}

impl Applets {
    pub(super) fn new(device: Device, piv: Piv) -> Applets {
        Applets { device, piv, selected: Selected::Nothing }
    }

    /// As after power-on.
    pub(super) fn reset(&mut self) {
        self.selected = Selected::Nothing;
        self.piv.forget();
    }

    /// Does what a command says.
    pub(super) fn run(&mut self, command: &Command) -> Result<Reply, Status> {
        if (command.instruction, command.p1) == (0xa4, 4) {
            return self.select(&command.data).map(Reply::Data);
        }
        match (self.selected, command.instruction) {
            (Selected::Piv, _) => self.piv.run(command, self.device),
            (Selected::Management, 0x1d) if command.p1 == 0 => Ok(Reply::Data(self.configuration())),
            (Selected::OneTimePasswords, 0x01) if command.p1 == 0x10 => {
                Ok(Reply::Data(self.device.serial.to_be_bytes().to_vec()))
            }
            _ => Err(Status::UNKNOWN_INSTRUCTION),
        }
    }

    fn select(&mut self, name: &[u8]) -> Result<Vec<u8>, Status> {
        let selected = [
            (PIV, Selected::Piv),
            (MANAGEMENT, Selected::Management),
            (ONE_TIME_PASSWORDS, Selected::OneTimePasswords),
        ];
        let found = selected.into_iter().find(|(applet, _)| name.starts_with(applet));
        (_, self.selected) = found.ok_or(Status::NOT_FOUND)?;
        self.piv.forget();
        Ok(match self.selected {
            Selected::Piv => self.piv.selected(),
            Selected::Management => format!("Virtual mgr - FW version {}", self.device.firmware).into_bytes(),
            Selected::OneTimePasswords | Selected::Nothing => [&self.version()[..], &[0; 3]].concat(),
        })
    }

    fn version(&self) -> [u8; 3] {
        let firmware = self.device.firmware;
        [firmware.major, firmware.minor, firmware.patch]
    }

    /// What the management applet tells about the device.
    fn configuration(&self) -> Vec<u8> {
        let fields = [
            tlv(0x01, &CAPABILITIES),
            tlv(0x02, &self.device.serial.to_be_bytes()),
            tlv(0x03, &CAPABILITIES),
            tlv(0x04, &[FORM_FACTOR]),
            tlv(0x05, &self.version()),
            tlv(0x0a, &[0]),
        ]
        .concat();
        std::iter::once(u8::try_from(fields.len()).unwrap_or(u8::MAX)).chain(fields).collect()
    }

    /// On what occasion a fault would strike now.
    pub(super) fn occasion(&self, command: &Command) -> Occasion {
        if self.selected != Selected::Piv {
            return Occasion::Other;
        }
        match command.instruction {
            0x20 if !command.data.is_empty() => Occasion::Pin,
            0x24 | 0x2c => Occasion::PinChange,
            0x47 => Occasion::Generation,
            0x87 if command.p2 == management::SLOT => Occasion::ManagementKey,
            0x87 => Occasion::Signature,
            0xcb => Occasion::Reading,
            0xdb => Occasion::Writing,
            0xf7 => Occasion::Metadata,
            0xf9 => Occasion::Attestation,
            _ => Occasion::Other,
        }
    }
}
