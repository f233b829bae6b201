//! Status words: how a card says no.

/// The two bytes at the end of every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status(pub(super) u16);

impl Status {
    pub(super) const DONE: Status = Status(0x9000);
    pub(super) const WRONG_LENGTH: Status = Status(0x6700);
    /// The PIN, the management key or a touch is missing: the card does not say which.
    pub(super) const NOT_ALLOWED: Status = Status(0x6982);
    pub(super) const BLOCKED: Status = Status(0x6983);
    pub(super) const WRONG_STATE: Status = Status(0x6985);
    pub(super) const WRONG_DATA: Status = Status(0x6a80);
    pub(super) const NOT_FOUND: Status = Status(0x6a82);
    pub(super) const NO_ROOM: Status = Status(0x6a84);
    pub(super) const WRONG_PARAMETERS: Status = Status(0x6a86);
    pub(super) const NO_SUCH_KEY: Status = Status(0x6a88);
    pub(super) const UNKNOWN_INSTRUCTION: Status = Status(0x6d00);
    pub(super) const INTERNAL: Status = Status(0x6f00);

    /// A wrong PIN, with the tries that are left.
    pub(super) fn wrong_pin(left: u8) -> Status {
        Status(0x63c0 | u16::from(left.min(15)))
    }

    /// More of the answer waits for GET RESPONSE.
    pub(super) fn more(waiting: usize) -> Status {
        Status(0x6100 | u16::from(u8::try_from(waiting).unwrap_or(0xff)))
    }

    /// On the wire.
    pub(super) fn bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}
