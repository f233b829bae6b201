//! Whether a card is a YubiKey, and which.

use pcsc::{Error, Transaction};
use shared::device::Firmware;

use super::{Command, Failure, status};

/// The PIV application's name, shortened as every PIV card takes it (NIST SP 800-73-4, part 1, 2.2).
const PIV: [u8; 5] = [0xa0, 0x00, 0x00, 0x03, 0x08];
/// The application that knows the serial number on firmware 4.
const OTP: [u8; 7] = [0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01];

/// What is in a reader, when it is no YubiKey that can be used.
pub(crate) enum Stranger {
    /// Nothing, or nothing any more.
    Vanished,
    /// Something that has not answered in time.
    Silent,
    /// Something else, and what is known about it.
    Foreign(&'static str),
    /// It could not be asked.
    Failed(Failure),
}

impl Stranger {
    /// Whether a card is there that could not say what it is.
    pub(crate) fn is_unheard(&self) -> bool {
        match self {
            Stranger::Silent | Stranger::Failed(_) => true,
            Stranger::Vanished | Stranger::Foreign(_) => false,
        }
    }
}

impl From<Failure> for Stranger {
    fn from(failure: Failure) -> Stranger {
        match failure {
            Failure::Service(
                Error::NoSmartcard | Error::RemovedCard | Error::UnknownReader | Error::ReaderUnavailable,
            ) => Stranger::Vanished,
            other => Stranger::Failed(other),
        }
    }
}

/// Starts the PIV application, which also forgets any PIN that was verified before, and asks what device it is on.
pub(super) fn select(card: &Transaction<'_>) -> Result<(Firmware, u32), Stranger> {
    start(card, &PIV)?;
    let answer = Command::new(0xfd, 0, 0).send(card)?.accepted().map_err(|failure| match failure {
        Failure::Status(_) => Stranger::Foreign(NO_YUBIKEY),
        other => other.into(),
    })?;
    let [major, minor, patch] = *answer.as_slice() else {
        return Err(Stranger::Foreign(NO_YUBIKEY));
    };
    let firmware = Firmware::new(major, minor, patch);
    Ok((firmware, serial(card, firmware)?))
}

const NO_PIV: &str = "The card in it has no PIV application. If it is a YubiKey, switch PIV on with: ykman config usb \
                      --enable PIV. Otherwise take it out, or use it through its PKCS#11 module";
const NO_YUBIKEY: &str =
    "The card in it is a PIV card and no YubiKey. Use it through its PKCS#11 module, or take it out";
const TOO_OLD: &str = "It is a YubiKey from before the YubiKey 4, which attests nothing. Use a newer one, best with firmware 5.7";

fn start(card: &Transaction<'_>, application: &[u8]) -> Result<(), Stranger> {
    match Command::new(0xa4, 0x04, 0).with(application).send(card)?.accepted() {
        Ok(_) => Ok(()),
        Err(Failure::Status(status::NOT_FOUND | status::UNKNOWN_COMMAND | 0x6e00 | 0x6a81)) => {
            Err(Stranger::Foreign(NO_PIV))
        }
        Err(other) => Err(other.into()),
    }
}

/// Firmware 5 tells it in PIV; firmware 4 in another application, after which PIV is started again.
fn serial(card: &Transaction<'_>, firmware: Firmware) -> Result<u32, Stranger> {
    let answer = match firmware.major {
        0..4 => return Err(Stranger::Foreign(TOO_OLD)),
        4 => {
            start(card, &OTP)?;
            let answer = Command::new(0x01, 0x10, 0).send(card)?.accepted()?;
            start(card, &PIV)?;
            answer
        }
        _ => Command::new(0xf8, 0, 0).send(card)?.accepted()?,
    };
    let number =
        answer.as_slice().try_into().map_err(|_| Failure::Nonsense("a serial number of a wrong length"))?;
    Ok(u32::from_be_bytes(number))
}
