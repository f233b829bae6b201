//! The screen without a terminal: what is shown, what is answered, and what is not.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use shared::root_draft::KeySpelling;
use shared::time::UnixTime;

use crate::machine::{self, Dumps, Facts, Machine, Moment, Options};

use super::model::{Mode, Model, Size};
use super::update::{Command, Effect, Event, update};
use super::view::view;

const MOMENT: Moment = Moment { now: UnixTime(1_795_000_000), dice: 7 };

fn begin(size: Size) -> Model {
    let options = Options { folder: None, spelling: KeySpelling::Plain, build_date: None };
    let mut model = Model::new(Machine::new(options), size, MOMENT.now);
    update(&mut model, Event::Machine(machine::Event::Started), MOMENT);
    let facts = Facts { dumps: Dumps::Off, ..Facts::default() };
    update(&mut model, Event::Machine(machine::Event::LookedAtMachine(facts)), MOMENT);
    model
}

fn draw(model: &Model) -> String {
    let backend = TestBackend::new(model.size.columns, model.size.rows);
    let mut terminal = Terminal::new(backend).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let width = usize::from(buffer.area.width.max(1));
    let cells: Vec<&str> = buffer.content().iter().map(|cell| cell.symbol()).collect();
    cells.chunks(width).map(|row| row.concat().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn type_line(model: &mut Model, text: &str) -> Vec<Effect> {
    for character in text.chars() {
        update(model, Event::Character(character), MOMENT);
    }
    update(model, Event::Command(Command::Submit), MOMENT)
}

const USUAL: Size = Size { columns: 80, rows: 24 };

#[test]
fn the_first_screen_shows_where_one_is_and_what_is_asked() {
    let screen = draw(&begin(USUAL));
    insta::assert_snapshot!(screen);
}

#[test]
fn an_answer_leads_to_the_next_step() {
    let mut model = begin(USUAL);
    type_line(&mut model, "yes");
    type_line(&mut model, "acme-releases");
    let screen = draw(&model);
    assert!(screen.contains("New ceremony · acme-releases"), "{screen}");
    assert!(screen.contains("1 Preflight   done") && screen.contains("2 Settings    here"), "{screen}");
    assert!(screen.contains("Days that root is valid (365):"), "{screen}");
}

#[test]
fn below_the_smallest_size_one_sentence_is_shown_and_nothing_typed_is_lost() {
    let mut model = begin(USUAL);
    update(&mut model, Event::Character('y'), MOMENT);
    update(&mut model, Event::Resized(Size { columns: 79, rows: 23 }), MOMENT);
    let screen = draw(&model);
    assert!(screen.contains("79x23") && screen.contains("80x24"), "{screen}");
    update(&mut model, Event::Character('x'), MOMENT);
    update(&mut model, Event::Resized(USUAL), MOMENT);
    assert_eq!(model.input, "y");
}

#[test]
fn nothing_is_answered_that_was_not_shown_to_its_end() {
    let mut model = begin(USUAL);
    for _ in 0..40 {
        update(&mut model, Event::Command(Command::Help), MOMENT);
    }
    model.top = 0;
    assert!(!model.shows_the_end());
    type_line(&mut model, "yes");
    assert_eq!(model.machine.step(), machine::Step::Preflight);
    assert!(model.status.contains("PgDn"));
    while !model.shows_the_end() {
        update(&mut model, Event::Command(Command::PageDown), MOMENT);
    }
    assert_eq!(model.status, "", "what was read is not asked for any more");
    type_line(&mut model, "");
    assert_eq!(model.machine.step(), machine::Step::Settings);
}

#[test]
fn stopping_asks_first() {
    let mut model = begin(USUAL);
    assert!(update(&mut model, Event::Command(Command::Stop), MOMENT).is_empty());
    assert_eq!(model.mode, Mode::Stopping(Box::new(Mode::Asking)));
    update(&mut model, Event::Command(Command::Back), MOMENT);
    assert_eq!(model.mode, Mode::Asking);
    update(&mut model, Event::Command(Command::Stop), MOMENT);
    assert_eq!(update(&mut model, Event::Command(Command::ConfirmStop), MOMENT), [Effect::Quit]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size_is_drawn_without_a_panic(columns in 1_u16..200, rows in 1_u16..80, typed in "\\PC{0,30}") {
        let mut model = begin(Size { columns, rows });
        type_line(&mut model, &typed);
        draw(&model);
        update(&mut model, Event::Command(Command::PageDown), MOMENT);
        draw(&model);
    }
}
