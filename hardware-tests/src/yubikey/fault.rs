//! What can go wrong with a card, on request.

use std::time::Duration;

/// A fault. It strikes once, on the next [`Occasion`] of its kind: whoever tries again by itself is found out, because
/// the second time works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The PIN has no tries left from now on; the PUK or a reset helps.
    PinBlocked,
    /// Nobody touches the device: it waits as long as it waits for a finger, and then refuses (`6982`).
    NoTouch,
    /// The device is pulled out.
    Unplugged(Moment),
    /// The command is refused with this status word, and nothing was done.
    Status(u16),
    /// The data of the answer end in the middle; the status word says that all is well.
    Truncated,
    /// One byte comes back, which is not even a status word.
    Stub,
    /// The answer is as long as it should be, and the lengths of its fields are nonsense.
    Malformed,
    /// A signature of the right form over another message.
    WrongSignature,
    /// The answer takes so long.
    Slow(Duration),
    /// No answer ever comes. Only pulling it out ends this.
    Hangs,
}

impl Fault {
    /// "Something is wrong inside": what firmware says when it does not know either.
    pub const INTERNAL: Fault = Fault::Status(0x6f00);
}

/// When a device is pulled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The command arrives; nothing was done.
    Before,
    /// Everything was done, but the answer is lost: the signature exists, and nobody has it.
    During,
    /// Right after the answer.
    After,
}

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A key is used.
    Signature,
    /// The PIN is given.
    Pin,
    /// The PIN or the PUK is changed, or the PIN unblocked.
    PinChange,
    /// The management key is proved.
    ManagementKey,
    /// A key is generated.
    Generation,
    /// A key is attested.
    Attestation,
    /// Somebody asks about a key, a PIN or the management key.
    Metadata,
    /// An object is read, for instance a certificate.
    Reading,
    /// An object is written.
    Writing,
    /// Whatever is asked next in any applet.
    Anything,
    /// Nothing of all that: selecting, versions, serial numbers.
    Other,
}

/// Faults that wait for their occasion.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Occasion, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, occasion: Occasion, fault: Fault) {
        self.0.push((occasion, fault));
    }

    /// The one that strikes now.
    pub(super) fn strike(&mut self, occasion: Occasion) -> Option<Fault> {
        let at = self.0.iter().position(|(waits, _)| [occasion, Occasion::Anything].contains(waits))?;
        Some(self.0.remove(at).1)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Spoils what a command came to.
pub(super) fn spoil(fault: Option<Fault>, mut answer: Vec<u8>) -> Vec<u8> {
    match fault {
        Some(Fault::Truncated) => answer.truncate(answer.len() / 2),
        // Whatever the first field is, it is longer than all of the answer now.
        Some(Fault::Malformed) => answer.iter_mut().skip(1).for_each(|byte| *byte = 0x83),
        _ => {}
    }
    answer
}
