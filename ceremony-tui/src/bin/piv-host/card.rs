//! A YubiKey's PIV application, in one exclusive transaction.

mod command;
mod failure;
mod recognise;

use std::ffi::CString;

use ceremony_tui::token::Refusal;
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode, Transaction};
use shared::device::Firmware;
use zeroize::Zeroizing;

pub(crate) use command::Command;
pub(crate) use failure::{Failure, status};
pub(crate) use recognise::Stranger;

/// What every YubiKey is called: PIV has no label.
pub(crate) const LABEL: &str = "YubiKey";

/// What a card answered.
pub(crate) struct Response {
    /// The status word.
    pub(crate) status: u16,
    /// What came before it.
    pub(crate) data: Zeroizing<Vec<u8>>,
}

impl Response {
    /// The data, when the card said yes.
    pub(crate) fn accepted(self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if self.status == status::DONE { Ok(self.data) } else { Err(Failure::Status(self.status)) }
    }
}

/// A YubiKey whose PIV application is selected, and that nobody else can talk to meanwhile.
pub(crate) struct Card<'tx> {
    transaction: Transaction<'tx>,
    /// Its firmware.
    pub(crate) firmware: Firmware,
    /// Its serial number.
    pub(crate) serial: u32,
}

impl Card<'_> {
    /// Sends one command, in pieces if it is long, and collects the whole answer.
    pub(crate) fn send(&self, command: &Command) -> Result<Response, Failure> {
        command.send(&self.transaction)
    }

    /// The same, for a command that is a failure unless the card says yes.
    pub(crate) fn ask(&self, command: &Command) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.send(command)?.accepted()
    }
}

/// The smart card service, and the names of its readers.
pub(crate) fn service() -> Result<(Context, Vec<CString>), Refusal> {
    let context = Context::establish(Scope::System).map_err(failure::no_service)?;
    let readers = context.list_readers_owned().map_err(failure::no_service)?;
    Ok((context, readers))
}

/// Connects to the card in a reader and looks what it is. `after` says how it is handed back: nothing that was looked
/// at needs a reset, and a PIN that was verified does.
pub(crate) fn in_transaction<T>(
    context: &Context,
    reader: &CString,
    after: Disposition,
    work: impl FnOnce(&Card<'_>) -> T,
) -> Result<T, Stranger> {
    let mut connection =
        context.connect(reader, ShareMode::Shared, Protocols::ANY).map_err(Failure::Service)?;
    let (done, is_handed_back) = in_connection(&mut connection, after, work);
    // Otherwise the card is gone, or it is reset when the connection is dropped.
    if is_handed_back {
        let _ = connection.disconnect(Disposition::LeaveCard);
    }
    done
}

/// What came of the work, and whether the card was handed back as it should be.
fn in_connection<T>(
    connection: &mut pcsc::Card,
    after: Disposition,
    work: impl FnOnce(&Card<'_>) -> T,
) -> (Result<T, Stranger>, bool) {
    let transaction = match connection.transaction() {
        Ok(transaction) => transaction,
        Err(error) => return (Err(Failure::Service(error).into()), false),
    };
    match recognise::select(&transaction) {
        // Whatever it is, nothing on it was touched.
        Err(stranger) => (Err(stranger), transaction.end(Disposition::LeaveCard).is_ok()),
        Ok((firmware, serial)) => {
            let card = Card { transaction, firmware, serial };
            let done = work(&card);
            // With the end of the transaction: there is no moment in which another program finds the PIN verified.
            (Ok(done), card.transaction.end(after).is_ok())
        }
    }
}
