//! All that can happen on the screen, all that it may cause, and what a key can mean.

use crate::machine::{self as ceremony, Effect as MachineEffect};

use super::model::Size;

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Give the answer.
    Submit,
    /// One step back.
    Back,
    /// Explain this step.
    Help,
    /// Show the bytes that are signed.
    Bytes,
    /// Show the digest in words.
    Words,
    /// Show the bytes in the other form.
    OtherForm,
    /// Close what lies over the step.
    Close,
    /// The answer before, or the row above.
    Previous,
    /// The next answer, or the row below.
    Next,
    /// The beginning of the line, or the first answer or row.
    First,
    /// The end of the line, or the last answer or row.
    Last,
    /// The answer with this number, from 1.
    Pick(usize),
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// Take the character before the cursor back.
    Erase,
    /// Take the character at the cursor away.
    Delete,
    /// Take the whole line back.
    Clear,
    /// Read the page before.
    PageUp,
    /// Read on.
    PageDown,
    /// Cancel what is under way; nothing is lost.
    CancelWork,
    /// Ask whether to stop.
    Stop,
    /// Stop.
    ConfirmStop,
    /// Do not stop.
    GoOn,
    /// Leave the complete ceremony.
    Leave,
}

impl Command {
    /// Whether it has to work on a screen on which nothing can be read.
    pub(super) fn leads_out(self) -> bool {
        matches!(self, Command::Stop | Command::ConfirmStop | Command::GoOn)
    }
}

/// All that can happen on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A command from the keymap.
    Command(Command),
    /// A character was typed.
    Character(char),
    /// Text was pasted.
    Pasted(String),
    /// The terminal has another size.
    Resized(Size),
    /// Time has passed: a timer or the clock has to be drawn again.
    Ticked,
    /// An effect was performed.
    Machine(ceremony::Event),
}

/// All that the screen may cause.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Something that the machine asked for.
    Perform(Box<MachineEffect>),
    /// Cancel what is being performed. Its answer comes all the same: that it could not be asked.
    CancelWork,
    /// Leave.
    Quit,
}
