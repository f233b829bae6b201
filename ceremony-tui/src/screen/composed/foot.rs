//! The foot of the work: what is waited for, always in the same place.

use crate::machine::{Choice, Form, Novelty, Question};
use crate::screen::model::{Cancel, Mode, Model, Round, SecretPrompt, Start, Work};
use crate::screen::page::{Ink, Row, Span};
use crate::text::{columns, printable, wrap};
use crate::token::PinState;

/// What is waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foot {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Row and column of the cursor, where a line is typed.
    pub cursor: Option<(usize, usize)>,
    /// Which of how many answers is chosen, when not all are shown.
    pub window: Option<(usize, usize)>,
}

/// The foot in at most `most_rows` rows.
pub(super) fn foot(model: &Model, most_rows: usize) -> Foot {
    let width = model.size.work_width();
    match &model.mode {
        Mode::Asking => match &model.picture.question {
            Some(question) => asking(model, question, width, most_rows),
            None => Foot::default(),
        },
        Mode::Working(work) => working(work, model, width),
        Mode::Secret(prompt) => secret(prompt, width),
        Mode::Stopping(beneath) => stopping(beneath, model, width),
        Mode::Ended => Foot::of(lines(Ink::Strong, model.machine.flow().farewell(), width)),
    }
}

impl Foot {
    fn of(rows: Vec<Row>) -> Foot {
        Foot { rows, ..Foot::default() }
    }
}

fn lines(ink: Ink, text: &str, width: usize) -> Vec<Row> {
    let row = |line: String| vec![Span { ink, text: line.trim_end().to_owned() }];
    wrap(&printable(text), width).into_iter().map(row).collect()
}

fn asking(model: &Model, question: &Question, width: usize, most_rows: usize) -> Foot {
    let mut foot = Foot::of(lines(Ink::Strong, &asked(question), width));
    match &question.form {
        Form::Choice(_) => add_choices(&mut foot, model, width, most_rows),
        Form::Text | Form::Number { .. } => add_input(&mut foot, model, width),
    }
    foot
}

/// The question, with what may be answered and what Enter alone means.
fn asked(question: &Question) -> String {
    let range = match question.form {
        Form::Number { least, most } => Some(format!("{least} to {most}")),
        Form::Text | Form::Choice(_) => None,
    };
    let default = match (&question.form, &question.default) {
        (Form::Choice(_), _) | (_, None) => None,
        (_, Some(default)) => Some(format!("Enter alone: {default}")),
    };
    let remarks: Vec<String> = range.into_iter().chain(default).collect();
    if remarks.is_empty() {
        let end = if question.text.ends_with('?') { "" } else { ":" };
        return format!("{}{end}", question.text);
    }
    format!("{} ({}):", question.text, remarks.join("; "))
}

fn add_input(foot: &mut Foot, model: &Model, width: usize) {
    const PROMPT: &str = "> ";
    let (shown, column) = model.input.window(width.saturating_sub(PROMPT.len()).max(1));
    foot.cursor = Some((foot.rows.len(), PROMPT.len() + column));
    foot.rows.push(vec![
        Span { ink: Ink::Strong, text: PROMPT.to_owned() },
        Span { ink: Ink::Plain, text: shown },
    ]);
}

fn add_choices(foot: &mut Foot, model: &Model, width: usize, most_rows: usize) {
    let choices = model.choices();
    let blocks: Vec<Vec<Row>> = choices
        .iter()
        .enumerate()
        .map(|(index, choice)| block(index, choice, model.chosen, &choices, width))
        .collect();
    let room = most_rows.saturating_sub(foot.rows.len());
    let all: usize = blocks.iter().map(Vec::len).sum();
    if all > room {
        foot.window = Some((model.chosen.map_or(0, |index| index + 1), choices.len()));
    }
    foot.rows.extend(window(blocks, model.chosen.unwrap_or(0), room));
}

/// One answer: its number, its word, and what it means.
fn block(index: usize, choice: &Choice, chosen: Option<usize>, all: &[Choice], width: usize) -> Vec<Row> {
    const BROADEST_WORD: usize = 16;
    let mark = if chosen == Some(index) { ">" } else { " " };
    let ink = match (chosen == Some(index), &choice.closed) {
        (true, _) => Ink::Strong,
        (false, None) => Ink::Plain,
        (false, Some(_)) => Ink::Quiet,
    };
    let word = printable(&choice.word);
    let broadest = all.iter().map(|choice| columns(&printable(&choice.word))).max().unwrap_or(0);
    let padding = " ".repeat(broadest.min(BROADEST_WORD).saturating_sub(columns(&word)));
    let label = format!("{mark} {:>2} {word}{padding}  ", index + 1);
    hanging(ink, &label, &printable(&choice.meaning), width)
}

/// The meaning behind the word; below it, where the word takes most of the row.
fn hanging(ink: Ink, label: &str, text: &str, width: usize) -> Vec<Row> {
    const INDENT: usize = 5;
    let indent = columns(label);
    let row = |text: String| vec![Span { ink, text: text.trim_end().to_owned() }];
    if indent + columns(text) <= width {
        return vec![row(format!("{label}{text}"))];
    }
    let beside = indent < width / 2;
    let indent = if beside { indent } else { INDENT };
    let lines = wrap(text, width.saturating_sub(indent).max(1));
    let mut rows: Vec<Row> =
        if beside { Vec::new() } else { wrap(label, width).into_iter().map(row).collect() };
    rows.extend(lines.into_iter().enumerate().map(|(index, line)| match (index, beside) {
        (0, true) => row(format!("{label}{line}")),
        _ => row(format!("{}{line}", " ".repeat(indent))),
    }));
    rows
}

/// As many rows as there is room for, with the chosen answer among them.
fn window(blocks: Vec<Vec<Row>>, chosen: usize, room: usize) -> Vec<Row> {
    let end: usize = blocks.iter().take(chosen + 1).map(Vec::len).sum();
    let begin: usize = blocks.iter().take(chosen).map(Vec::len).sum();
    let first = end.saturating_sub(room).min(begin);
    blocks.into_iter().flatten().skip(first).take(room).collect()
}

fn working(work: &Work, model: &Model, width: usize) -> Foot {
    let mut rows = lines(Ink::Strong, &work.what, width);
    let timer = work.timer(model.now);
    rows.push(vec![Span { ink: Ink::Plain, text: timer }]);
    if work.cancel == Cancel::Asked {
        rows.extend(lines(Ink::Caution, "It was cancelled; waiting for its end.", width));
    }
    Foot::of(rows)
}

fn secret(prompt: &SecretPrompt, width: usize) -> Foot {
    let again = if prompt.round == Round::Again { ", once more" } else { "" };
    let mut rows = lines(Ink::Strong, &format!("{}{again}:", prompt.what), width);
    if prompt.start == Start::Anew {
        rows.extend(lines(Ink::Caution, "Begin again: what was typed is forgotten.", width));
    }
    if let Some(sentence) = tries(prompt) {
        rows.extend(lines(Ink::Plain, sentence, width));
    }
    let row = rows.len();
    rows.push(vec![
        Span { ink: Ink::Strong, text: "> ".to_owned() },
        Span { ink: Ink::Quiet, text: "  (what is typed is not shown)".to_owned() },
    ]);
    Foot { rows, cursor: Some((row, 2)), window: None }
}

fn tries(prompt: &SecretPrompt) -> Option<&'static str> {
    match (prompt.tries, prompt.novelty) {
        (Some(PinState::Fine), _) => {
            Some("The token counts wrong PINs. None was given since the last right one.")
        }
        (Some(_), Novelty::Unlocking) | (None, Novelty::Unlocking) => Some(
            "Wrong ones are counted too, and after the last one nobody can unlock the PIN. Esc spends no try.",
        ),
        // What is asked for says already how many tries are left.
        (Some(PinState::Low | PinState::Left(_) | PinState::FinalTry | PinState::Locked), _) => {
            Some("Be sure before you press Enter. Esc spends no try.")
        }
        (None, Novelty::Known) => Some("A wrong passphrase changes nothing; it can be typed again."),
        (None, Novelty::NewPin(_)) => Some("It is typed twice. The token keeps it; nobody can read it."),
        (None, Novelty::ManagementKey) => {
            Some("48 digits from most YubiKeys, 64 from some. A wrong one changes nothing.")
        }
        (None, Novelty::New) => Some("8 characters or more, twice. Nobody can recover it."),
    }
}

fn stopping(beneath: &Mode, model: &Model, width: usize) -> Foot {
    let mut rows = lines(Ink::Strong, model.machine.flow().stop_question(), width);
    if model.machine.holds_signatures() {
        rows.extend(lines(Ink::Wrong, "The signatures that were given are thrown away.", width));
    }
    if beneath.work().is_some() {
        rows.extend(lines(Ink::Plain, "What is under way goes on meanwhile.", width));
    }
    if matches!(beneath, Mode::Secret(prompt) if prompt.start == Start::Anew) {
        rows.extend(lines(Ink::Caution, "What was typed is forgotten: it has to be typed again.", width));
    }
    rows.extend(lines(Ink::Plain, "y stops; n goes on where you were.", width));
    Foot::of(rows)
}
