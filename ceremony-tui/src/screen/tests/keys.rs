//! What keys do: events in, effects and a changed screen out.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::stage::{MODULE, Stage, USUAL, two_tokens};
use super::{Command, Event, Size};
use crate::machine::{self, Step};
use crate::screen::event::Effect;
use crate::screen::keymap;
use crate::screen::model::{Cancel, Doing, Mode, Notice, Round};
use crate::token::AskError;

/// Presses a key, whatever it means now.
fn press(stage: &mut Stage, code: KeyCode) -> Vec<Effect> {
    press_with(stage, code, KeyModifiers::NONE)
}

fn press_with(stage: &mut Stage, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
    match keymap::event(&KeyEvent::new(code, modifiers), stage.model.situation()) {
        Some(event) => stage.happen(event),
        None => Vec::new(),
    }
}

fn press_all(stage: &mut Stage, text: &str) {
    for character in text.chars() {
        press(stage, KeyCode::Char(character));
    }
}

#[test]
fn a_choice_is_moved_in_picked_by_number_and_taken_by_enter() {
    let mut stage = Stage::begin();
    assert_eq!(stage.model.chosen, None, "nobody says by Enter alone that the clocks agree");
    press(&mut stage, KeyCode::Down);
    press(&mut stage, KeyCode::Down);
    press(&mut stage, KeyCode::Down);
    assert_eq!(stage.model.chosen, Some(1), "there is no third answer");
    press(&mut stage, KeyCode::Char('7'));
    assert_eq!(stage.model.chosen, Some(1), "nor a seventh");
    press(&mut stage, KeyCode::Char('1'));
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.question(), "settings.repository");
}

#[test]
fn an_answer_that_is_typed_ahead_leaves_no_note_under_the_prompt_for_a_secret() {
    let mut stage = Stage::at_sign();
    stage.command(Command::Pick(2));
    stage.hold(Event::Command(Command::Submit));
    stage.model.mode = Mode::Asking;
    stage.only(Event::Command(Command::Submit));
    assert_eq!(stage.model.notice, None, "nothing is asked, so nothing is missing");
    stage.model.notice = Some(Notice::NothingChosen);
    stage.one_step();
    stage.begin_secret(Round::First);
    assert_eq!(stage.model.notice, None);
}

#[test]
fn letters_are_text_where_text_is_typed() {
    let mut stage = Stage::at_settings();
    press_all(&mut stage, "bw?b");
    assert_eq!(stage.model.input.text(), "bw?b");
    assert!(stage.model.overlay.is_none());
    press(&mut stage, KeyCode::F(1));
    assert_eq!(stage.model.situation().doing, Doing::Reading);
    press(&mut stage, KeyCode::Esc);
    assert_eq!(stage.model.input.text(), "bw?b", "the help eats nothing");
    assert_eq!(stage.question(), "settings.repository", "and Esc closes only the help");
}

#[test]
fn a_question_mark_at_an_empty_line_is_help() {
    let mut stage = Stage::at_settings();
    press(&mut stage, KeyCode::Char('?'));
    assert!(stage.screen().contains("Help: Settings"), "{}", stage.screen());
    press(&mut stage, KeyCode::Char('?'));
    assert!(stage.model.overlay.is_none());
}

#[test]
fn a_group_that_begins_with_b_is_typed_and_b_alone_shows_the_bytes() {
    let mut stage = Stage::at_review();
    stage.read_to_the_end();
    press_all(&mut stage, "b3f0");
    assert_eq!(stage.model.input.text(), "b3f0");
    press_with(&mut stage, KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert!(stage.model.input.is_empty());
    for (letter, heading) in [("b", "The bytes that are signed"), ("w", "The document digest in words")] {
        press_all(&mut stage, letter);
        press(&mut stage, KeyCode::Enter);
        assert!(stage.screen().contains(heading), "{}", stage.screen());
        press(&mut stage, KeyCode::Esc);
    }
    press_all(&mut stage, "s");
    press(&mut stage, KeyCode::Enter);
    assert!(stage.screen().contains("page 1 of"), "s goes to the sentences: {}", stage.screen());
}

#[test]
fn the_line_is_edited_where_the_cursor_stands() {
    let mut stage = Stage::at_settings();
    press_all(&mut stage, "acme");
    press(&mut stage, KeyCode::Home);
    press(&mut stage, KeyCode::Delete);
    press(&mut stage, KeyCode::Char('A'));
    press(&mut stage, KeyCode::End);
    press(&mut stage, KeyCode::Left);
    press(&mut stage, KeyCode::Backspace);
    assert_eq!(stage.model.input.text(), "Ace");
}

#[test]
fn a_paste_is_one_line_of_text_and_never_a_choice() {
    let mut stage = Stage::begin();
    stage.happen(Event::Pasted("2\n".to_owned()));
    assert_eq!(stage.model.chosen, None);
    stage.answer("yes");
    stage.happen(Event::Pasted("acme\nreleases\n".to_owned()));
    assert_eq!(stage.model.input.text(), "acme releases");
    assert_eq!(stage.question(), "settings.repository", "a line break in a paste answers nothing");
    stage.happen(Event::Pasted("x".repeat(2000)));
    assert_eq!(stage.model.notice, Some(Notice::TooLong));
    assert_eq!(stage.model.input.text(), "acme releases", "nothing is cut");
}

#[test]
fn nothing_is_agreed_to_that_was_not_on_the_screen_to_its_end() {
    let mut stage = Stage::at_review();
    let group = stage.right_group();
    press_all(&mut stage, &group);
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.model.notice, Some(Notice::MoreToRead));
    assert_eq!(stage.right_group(), group, "nothing was answered");
    // The end alone is not enough: what lies between was not read.
    let end = stage.model.picture.page.rows().len();
    let (page, height) = (stage.model.picture.page.clone(), stage.model.layout().body);
    stage.model.reading.go_to(end, &page, height);
    stage.only(Event::Ticked);
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.model.notice, Some(Notice::MoreToRead));
    press(&mut stage, KeyCode::PageUp);
    press(&mut stage, KeyCode::PageUp);
    stage.answer("");
    assert_eq!(stage.model.notice, None);
    stage.type_groups();
    assert_eq!(stage.question(), "review.agree");
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.model.notice, Some(Notice::NothingChosen), "there is no default to agree by");
    assert_eq!(stage.model.machine.step(), Step::Review);
}

#[test]
fn what_was_read_stays_read_at_another_size_and_the_place_is_kept() {
    let mut stage = Stage::at_review();
    stage.read_to_the_end();
    for (columns, rows) in [(120, 40), (20, 5), (80, 24)] {
        stage.happen(Event::Resized(Size { columns, rows }));
    }
    assert!(!stage.model.has_more_to_read());
    assert!(stage.screen().contains("group  1: asked now"), "{}", stage.screen());
}

#[test]
fn below_the_smallest_size_nothing_is_answered_and_nothing_typed_is_lost() {
    let mut stage = Stage::at_settings();
    press_all(&mut stage, "acm");
    stage.happen(Event::Resized(Size { columns: 79, rows: 24 }));
    assert!(stage.screen().contains("79x24") && stage.screen().contains("80x24"));
    press_all(&mut stage, "xyz");
    press(&mut stage, KeyCode::Enter);
    stage.happen(Event::Resized(USUAL));
    assert_eq!(stage.model.input.text(), "acm");
    assert_eq!(stage.question(), "settings.repository");
    stage.happen(Event::Resized(Size { columns: 10, rows: 24 }));
    press_with(&mut stage, KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(press(&mut stage, KeyCode::Char('y')), [Effect::Quit], "leaving works");
}

#[test]
fn stopping_asks_first_and_y_alone_stops() {
    let mut stage = Stage::begin();
    for go_on in [KeyCode::Char('n'), KeyCode::Esc] {
        assert!(press_with(&mut stage, KeyCode::Char('c'), KeyModifiers::CONTROL).is_empty());
        assert_eq!(stage.model.mode, Mode::Stopping(Box::new(Mode::Asking)));
        assert!(press(&mut stage, KeyCode::Enter).is_empty(), "Enter stops nothing");
        assert!(press(&mut stage, go_on).is_empty());
        assert_eq!(stage.model.mode, Mode::Asking);
    }
    press_with(&mut stage, KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(press(&mut stage, KeyCode::Char('y')), [Effect::Quit]);
}

#[test]
fn esc_cancels_the_request_once_and_its_answer_is_taken_in() {
    let mut stage = Stage::at_sign();
    stage.answer_and_hold("bob");
    assert_eq!(press(&mut stage, KeyCode::Esc), [Effect::CancelWork]);
    assert_eq!(press(&mut stage, KeyCode::Esc), [], "once is enough");
    assert_eq!(stage.model.mode.work().map(|work| work.cancel), Some(Cancel::Asked));
    stage.held_back.clear();
    stage.happen(Event::Machine(machine::Event::Asked(Err(AskError::Interrupted))));
    assert_eq!(stage.question(), "sign.key");
    assert!(stage.screen().contains("Warning: bob has not signed. It was cancelled"), "{}", stage.screen());
}

#[test]
fn while_somebody_is_asked_whether_to_stop_answers_come_in_and_nothing_new_begins() {
    let mut stage = Stage::at_sign();
    stage.answer_and_hold("bob");
    press_with(&mut stage, KeyCode::Char('c'), KeyModifiers::CONTROL);
    let tokens = two_tokens().into_iter().map(|(token, _)| token).collect();
    let answer = machine::Event::Asked(Ok(crate::token::Answer::Tokens(crate::token::Listing {
        tokens,
        ..crate::token::Listing::default()
    })));
    assert_eq!(stage.only(Event::Machine(answer)), [], "the PIN is not asked for over the question");
    assert!(stage.screen().contains("Stop the ceremony?"));
    let effects = stage.only(Event::Command(Command::GoOn));
    assert!(matches!(effects.as_slice(), [Effect::Perform(_)]), "now it is: {effects:?}");
}

#[test]
fn a_ceremony_that_ends_meanwhile_cannot_be_stopped_any_more() {
    let mut stage = Stage::at_sign();
    stage.answer("alice");
    stage.answer("bob");
    stage.answer("done");
    stage.answer_and_hold("/media/usb");
    stage.one_step();
    press_with(&mut stage, KeyCode::Char('c'), KeyModifiers::CONTROL);
    stage.let_go();
    assert_eq!(stage.model.mode, Mode::Ended);
    assert_eq!(press(&mut stage, KeyCode::Char('y')), []);
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.model.notice, Some(Notice::MoreToRead), "what is locked away is read first");
    stage.read_to_the_end();
    assert_eq!(press(&mut stage, KeyCode::Enter), [Effect::Quit]);
}

#[test]
fn what_was_refused_stays_until_the_next_answer() {
    let mut stage = Stage::at_root_keys();
    for answer in ["token", "bob", "module", "relative.so"] {
        stage.answer(answer);
    }
    assert!(
        stage.screen().contains("Refused: \"relative.so\" is not an absolute path."),
        "{}",
        stage.screen()
    );
    assert_eq!(stage.model.input.text(), "relative.so", "it can be corrected");
    press(&mut stage, KeyCode::Home);
    assert!(stage.screen().contains("Refused:"));
    stage.command(Command::Clear);
    stage.world.tokens = two_tokens();
    stage.answer(MODULE);
    assert!(!stage.screen().contains("Refused:"), "{}", stage.screen());
}

#[test]
fn esc_goes_back_and_never_throws_signatures_away() {
    let mut stage = Stage::at_sign();
    stage.answer("alice");
    press(&mut stage, KeyCode::Esc);
    assert_eq!(stage.question(), "sign.key");
    assert!(stage.screen().contains("Going back would throw signatures away."), "{}", stage.screen());
}

#[test]
fn the_key_line_fits_and_names_only_keys_that_mean_something() {
    for stage in [Stage::begin(), Stage::at_settings(), Stage::at_review(), Stage::at_sign()] {
        let situation = stage.model.situation();
        let line = keymap::help_line(situation, 78);
        assert!(crate::text::columns(&line) <= 78, "{line}");
        assert!(line.contains("Enter answer") && line.contains("Esc back"), "{line}");
        let document = situation.document == crate::screen::model::Document::Shown;
        assert_eq!(line.contains("bytes"), document, "{line}");
    }
}

#[test]
fn the_clock_that_people_compare_is_the_one_of_now() {
    let mut stage = Stage::begin();
    let asked = |stage: &Stage| stage.model.picture.question.clone().unwrap().text;
    let before = asked(&stage);
    stage.later(60);
    assert_ne!(asked(&stage), before);
    assert_eq!(stage.question(), "preflight.clock", "and it is asked still");
}

/// Whoever types the name of an answer, or a PIN too early, must not give the marked answer with Enter.
#[test]
fn letters_in_a_list_answer_nothing_and_take_the_mark_away() {
    let mut stage = Stage::at_sign();
    assert_eq!((stage.question().as_str(), stage.model.chosen), ("sign.key", Some(0)));
    press_all(&mut stage, "xyz");
    assert_eq!((stage.model.chosen, stage.model.notice), (None, Some(Notice::NothingChosen)));
    press(&mut stage, KeyCode::Enter);
    assert_eq!(stage.question(), "sign.key", "nobody signs by a slip");
    press(&mut stage, KeyCode::Down);
    assert!(stage.model.chosen.is_some());
}
