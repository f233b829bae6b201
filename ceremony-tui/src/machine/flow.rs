//! What people came for: the steps of it, and the words that belong to it alone.

use super::step::Step;

/// What the program leads people through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// A new ceremony, from preflight to the exported payload.
    NewCeremony,
    /// Looking at tokens and preparing them.
    Tokens,
}

impl Flow {
    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Flow::NewCeremony => "New ceremony",
            Flow::Tokens => "Tokens",
        }
    }

    /// Its steps, in order.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Flow::NewCeremony => &Step::ALL,
            Flow::Tokens => &[Step::Tokens],
        }
    }

    /// What it is called within a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Flow::NewCeremony => "the ceremony",
            Flow::Tokens => "this program",
        }
    }

    /// The first line, where lines are written.
    pub fn welcome(self) -> &'static str {
        match self {
            Flow::NewCeremony => {
                "Vestry, a new ceremony. At any question :help explains, :back goes back, :quit stops."
            }
            Flow::Tokens => "Vestry, tokens. At any question :help explains, :back goes back, :quit stops.",
        }
    }

    /// Whether to stop.
    pub fn stop_question(self) -> &'static str {
        match self {
            Flow::NewCeremony => "Stop the ceremony? No payload is written.",
            Flow::Tokens => "Stop here? Nothing more is done to a token.",
        }
    }

    /// What is said of it when it was stopped.
    pub fn stopped(self) -> &'static str {
        match self {
            Flow::NewCeremony => {
                "Stopped. No payload was written; key files that were generated stay where they are."
            }
            Flow::Tokens => "Stopped. What was done to tokens before stays done.",
        }
    }

    /// What can be done when nothing is left to do.
    pub fn end_help(self) -> &'static str {
        match self {
            Flow::NewCeremony => {
                "It is done. Carry the payload to the service and the digest on paper, lock the keys away, and leave."
            }
            Flow::Tokens => "It is done. Take the tokens out; each holder keeps their own.",
        }
    }

    /// What is said at the end, where Enter leaves.
    pub fn farewell(self) -> &'static str {
        match self {
            Flow::NewCeremony => "Enter leaves. The digest stays on the terminal.",
            Flow::Tokens => "Enter leaves. What was done stays on the terminal.",
        }
    }

    pub(super) fn first(self) -> Step {
        match self {
            Flow::NewCeremony => Step::Preflight,
            Flow::Tokens => Step::Tokens,
        }
    }
}
