//! Which key means what, in every situation.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use crate::screen::event::Command;
use crate::screen::model::{Document, Doing, Situation};

/// One key.
pub(super) struct Binding {
    pub(super) code: KeyCode,
    pub(super) modifiers: KeyModifiers,
    pub(super) command: Command,
    /// What is printed on it.
    pub(super) name: &'static str,
    /// Its meaning in a word or two.
    pub(super) short: &'static str,
    /// Its meaning in a sentence.
    pub(super) long: &'static str,
    pub(super) listed: Listed,
    pub(super) needs: Document,
}

/// Where a key is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// In the key line and in the help.
    Always,
    /// In the key line where it fits, and in the help.
    IfRoom,
    /// In the key line while there is more below, and in the help.
    WhileMore,
    /// In the key line at the end of several pages, where it fits: the rule says it too. And in the help.
    AtEnd,
    /// In the help.
    InHelp,
    /// Nowhere: it is another name of a key that is.
    Nowhere,
}

impl Binding {
    pub(super) fn is_offered(&self, situation: Situation) -> bool {
        self.needs == Document::None || situation.document == Document::Shown
    }

    const fn with_document(self) -> Binding {
        Binding { needs: Document::Shown, ..self }
    }

    const fn listed(self, listed: Listed) -> Binding {
        Binding { listed, ..self }
    }
}

const fn key(
    code: KeyCode,
    command: Command,
    name: &'static str,
    short: &'static str,
    long: &'static str,
) -> Binding {
    Binding {
        code,
        modifiers: KeyModifiers::NONE,
        command,
        name,
        short,
        long,
        listed: Listed::Always,
        needs: Document::None,
    }
}

const fn control(
    letter: char,
    command: Command,
    name: &'static str,
    short: &'static str,
    long: &'static str,
) -> Binding {
    Binding { modifiers: KeyModifiers::CONTROL, ..key(KeyCode::Char(letter), command, name, short, long) }
}

/// Another key with the same meaning.
const fn also(code: KeyCode, command: Command) -> Binding {
    key(code, command, "", "", "").listed(Listed::Nowhere)
}

const ENTER: Binding = key(KeyCode::Enter, Command::Submit, "Enter", "answer", "give the answer");
const BACK: Binding = key(KeyCode::Esc, Command::Back, "Esc", "back", "go one step back");
const STOP: Binding = control('c', Command::Stop, "Ctrl-C", "stop", "stop, after a question");
const PAGE_DOWN: Binding =
    key(KeyCode::PageDown, Command::PageDown, "PgDn", "more", "read on").listed(Listed::WhileMore);
const PAGE_UP: Binding =
    key(KeyCode::PageUp, Command::PageUp, "PgUp", "back up", "read the page before").listed(Listed::AtEnd);
const HELP: Binding = key(KeyCode::Char('?'), Command::Help, "?", "help", "this page; F1 shows it too");
const HELP_F1: Binding = key(KeyCode::F(1), Command::Help, "F1", "help", "this page");
const ALSO_F1: Binding = also(KeyCode::F(1), Command::Help);
const BYTES: Binding = key(KeyCode::F(2), Command::Bytes, "F2", "bytes", "the bytes that are signed")
    .with_document()
    .listed(Listed::IfRoom);
const WORDS: Binding = key(KeyCode::F(3), Command::Words, "F3", "words", "the document digest in words")
    .with_document()
    .listed(Listed::IfRoom);
const ALSO_F2: Binding = also(KeyCode::F(2), Command::Bytes).with_document();
const ALSO_F3: Binding = also(KeyCode::F(3), Command::Words).with_document();
const ERASE: Binding = also(KeyCode::Backspace, Command::Erase);
const DELETE: Binding = also(KeyCode::Delete, Command::Delete);
const LEFT: Binding = key(KeyCode::Left, Command::Left, "←→", "move", "move in the line; Home and End too")
    .listed(Listed::InHelp);
const RIGHT: Binding = also(KeyCode::Right, Command::Right);
const HOME: Binding = also(KeyCode::Home, Command::First);
const END: Binding = also(KeyCode::End, Command::Last);
const CLEAR: Binding =
    control('u', Command::Clear, "Ctrl-U", "clear", "take the whole line back").listed(Listed::InHelp);
const SCROLL: Binding =
    key(KeyCode::Up, Command::Previous, "↑↓", "scroll", "read row by row").listed(Listed::InHelp);
const ALSO_DOWN: Binding = also(KeyCode::Down, Command::Next);

const WORDS_BY_LETTER: Binding =
    key(KeyCode::Char('w'), Command::Words, "w", "words", "the document digest in words")
        .with_document()
        .listed(Listed::IfRoom);

const CHOOSING: &[Binding] = &[
    key(KeyCode::Up, Command::Previous, "↑↓", "choose", "choose an answer; its number does it too"),
    ALSO_DOWN,
    HOME,
    END,
    ENTER,
    PAGE_DOWN,
    PAGE_UP,
    key(KeyCode::Char('b'), Command::Bytes, "b", "bytes", "the bytes that are signed")
        .with_document()
        .listed(Listed::IfRoom),
    WORDS_BY_LETTER,
    ALSO_F2,
    ALSO_F3,
    HELP,
    ALSO_F1,
    BACK,
    STOP,
];

const BLANK: &[Binding] = &[
    ENTER, PAGE_DOWN, PAGE_UP, SCROLL, ALSO_DOWN, BYTES, WORDS, HELP, ALSO_F1, BACK, STOP, ERASE, DELETE,
    LEFT, RIGHT, HOME, END, CLEAR,
];

const TYPING: &[Binding] = &[
    ENTER, PAGE_DOWN, PAGE_UP, SCROLL, ALSO_DOWN, BYTES, WORDS, HELP_F1, BACK, STOP, ERASE, DELETE, LEFT,
    RIGHT, HOME, END, CLEAR,
];

const CLOSE: Binding = key(KeyCode::Esc, Command::Close, "Esc", "close", "close this page");
const ENTER_CLOSES: Binding = also(KeyCode::Enter, Command::Close);
const Q_CLOSES: Binding = also(KeyCode::Char('q'), Command::Close);
const HELP_CLOSES: Binding = also(KeyCode::Char('?'), Command::Close);

const READING: &[Binding] =
    &[PAGE_DOWN, PAGE_UP, SCROLL, ALSO_DOWN, HOME, END, CLOSE, ENTER_CLOSES, Q_CLOSES, HELP_CLOSES, STOP];

const READING_BYTES: &[Binding] = &[
    PAGE_DOWN,
    PAGE_UP,
    SCROLL,
    ALSO_DOWN,
    HOME,
    END,
    key(KeyCode::Char('x'), Command::OtherForm, "x", "text or hex", "as text, or as hexadecimal numbers"),
    CLOSE,
    ENTER_CLOSES,
    Q_CLOSES,
    HELP_CLOSES,
    also(KeyCode::Char('b'), Command::Close),
    STOP,
];

const WORKING: &[Binding] = &[
    key(
        KeyCode::Esc,
        Command::CancelWork,
        "Esc",
        "cancel this request (nothing is lost)",
        "cancel this request",
    ),
    STOP,
];

const FINISHING: &[Binding] = &[STOP];

/// Secrets are read past the keymap; this is what the key line says of them.
const SECRET: &[Binding] = &[
    key(KeyCode::Enter, Command::Submit, "Enter", "done", "it is typed"),
    key(KeyCode::Esc, Command::CancelWork, "Esc", "cancel (nothing is lost)", "give none"),
    control('u', Command::Clear, "Ctrl-U", "begin again", "take everything back"),
    STOP,
];

const STOPPING: &[Binding] = &[
    key(KeyCode::Char('y'), Command::ConfirmStop, "y", "stop", "stop"),
    key(KeyCode::Char('n'), Command::GoOn, "n", "go on", "go on"),
    key(KeyCode::Esc, Command::GoOn, "Esc", "go on", "go on"),
];

/// Enter guards what was not read yet; this does not.
const LEAVE_AT_ONCE: Binding = control(
    'c',
    Command::Stop,
    "Ctrl-C",
    "leave at once",
    "leave at once, whether or not all of it was read",
)
.listed(Listed::InHelp);

const ENDED: &[Binding] = &[
    key(KeyCode::Enter, Command::Leave, "Enter", "leave", "leave; what was said last stays on the terminal"),
    PAGE_DOWN,
    PAGE_UP,
    SCROLL,
    ALSO_DOWN,
    key(KeyCode::Char('b'), Command::Bytes, "b", "bytes", "the bytes that were signed")
        .with_document()
        .listed(Listed::IfRoom),
    WORDS_BY_LETTER,
    ALSO_F2,
    ALSO_F3,
    HELP,
    ALSO_F1,
    LEAVE_AT_ONCE,
];

pub(super) fn keys(doing: Doing) -> &'static [Binding] {
    match doing {
        Doing::Choosing => CHOOSING,
        Doing::Blank => BLANK,
        Doing::Typing => TYPING,
        Doing::Reading => READING,
        Doing::ReadingBytes => READING_BYTES,
        Doing::Working => WORKING,
        Doing::Finishing => FINISHING,
        Doing::Secret => SECRET,
        Doing::Stopping => STOPPING,
        Doing::Ended => ENDED,
    }
}
