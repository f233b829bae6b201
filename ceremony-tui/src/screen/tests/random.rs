//! Random sizes and random events on every screen: nothing panics, nothing is drawn outside, nothing is agreed to unread.

use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::stage::{Stage, draw};
use super::{Event, Size};
use crate::machine::Weight;
use crate::machine::tests::world::{token, yubikey};
use crate::screen::event::Effect;
use crate::screen::keymap;
use crate::screen::model::Round;
use crate::screen::view::Look;
use crate::token::{AskError, HostKind};

/// What somebody does next.
#[derive(Debug, Clone)]
enum Act {
    Key(KeyCode, KeyModifiers),
    Paste(String),
    Size(u16, u16),
    Tick,
    /// The answer that leads on.
    Right,
    /// The next host or medium fails.
    Failure,
    /// A token is plugged in, or taken out when it is there, and is seen at once.
    Token(u8),
    /// A host cannot be asked, or can be asked again.
    Host,
}

fn key() -> impl Strategy<Value = Act> {
    let keys = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
        KeyCode::F(2),
        KeyCode::F(3),
        KeyCode::Char('1'),
        KeyCode::Char('2'),
        KeyCode::Char('b'),
        KeyCode::Char('w'),
        KeyCode::Char('x'),
        KeyCode::Char('n'),
        KeyCode::Char('?'),
        KeyCode::Char('鍵'),
    ];
    prop_oneof![
        20 => proptest::sample::select(keys.to_vec()).prop_map(|code| Act::Key(code, KeyModifiers::NONE)),
        1 => Just(Act::Key(KeyCode::Char('c'), KeyModifiers::CONTROL)),
        1 => Just(Act::Key(KeyCode::Char('u'), KeyModifiers::CONTROL)),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        10 => key(),
        1 => "\\PC{0,40}".prop_map(Act::Paste),
        2 => (0_u16..300, 0_u16..100).prop_map(|(columns, rows)| Act::Size(columns, rows)),
        3 => Just(Act::Size(80, 24)),
        1 => Just(Act::Tick),
        6 => Just(Act::Right),
        1 => Just(Act::Failure),
        3 => (0_u8..3).prop_map(Act::Token),
        1 => Just(Act::Host),
    ]
}

fn perform(stage: &mut Stage, act: Act) {
    match act {
        Act::Key(code, modifiers) => {
            let event = keymap::event(&KeyEvent::new(code, modifiers), stage.model.situation());
            if let Some(event) = event {
                happen(stage, event);
            }
        }
        Act::Paste(text) => happen(stage, Event::Pasted(text)),
        Act::Size(columns, rows) => happen(stage, Event::Resized(Size { columns, rows })),
        Act::Tick => happen(stage, Event::Ticked),
        Act::Right => stage.answer_rightly(),
        Act::Token(number) => {
            plug(stage, number);
            see(stage);
        }
        Act::Host => {
            if stage.world.troubles.pop().is_none() {
                stage.world.troubles.push((HostKind::Piv, AskError::Died));
            }
            see(stage);
        }
        Act::Failure => {
            stage.world.refuse_next = true;
            stage.answer_rightly();
            stage.world.refuse_next = false;
        }
    }
}

fn plug(stage: &mut Stage, number: u8) {
    let token = match number {
        0 => token("tuf-root-1", "0a11ce", 21),
        1 => yubikey("11111111", "5.7.1", 31),
        _ => yubikey("22222222", "5.4.3", 32),
    };
    let tokens = &mut stage.world.tokens;
    let before = tokens.len();
    tokens.retain(|(known, _)| known.id != token.0.id);
    if tokens.len() == before {
        tokens.push(token);
    }
}

/// Whoever has chosen something has chosen the same afterwards, or nothing; what is typed and asked stays.
fn see(stage: &mut Stage) {
    let chosen = |stage: &Stage| Some(stage.model.choices().get(stage.model.chosen?)?.word.clone());
    let before = (stage.question(), stage.model.input.clone(), stage.model.mode.clone());
    let chosen_before = chosen(stage);
    stage.look_around();
    let after = (stage.question(), stage.model.input.clone(), stage.model.mode.clone());
    assert_eq!(after, before);
    let is_there = |word: &String| stage.model.choices().iter().any(|choice| choice.word == *word);
    assert_eq!(chosen(stage), chosen_before.filter(is_there));
}

/// Lets it happen, looks at the screen while something is under way, and checks what was agreed to.
fn happen(stage: &mut Stage, event: Event) {
    let before = stage.model.clone();
    for effect in stage.only(event) {
        let Effect::Perform(effect) = effect else { continue };
        stage.model.begin_work(&effect, Some(15), stage.model.now);
        look(stage);
        stage.held_back = vec![*effect];
        if matches!(&stage.held_back[0], crate::machine::Effect::Ask { secrets, .. } if !secrets.is_empty()) {
            stage.begin_secret(Round::Again);
            look(stage);
            stage.model.end_secret();
        }
        stage.let_go();
    }
    let consent = before.picture.question.as_ref().is_some_and(|question| question.weight == Weight::Consent);
    let id = |model: &crate::screen::model::Model| {
        model.picture.question.as_ref().map(|question| question.id.clone())
    };
    if consent && stage.model.machine.step() > before.machine.step() {
        assert!(!before.has_more_to_read(), "{:?} was answered unread", id(&before));
    }
}

/// Drawing never panics; a test backend panics when something is drawn outside.
fn look(stage: &Stage) {
    let (text, _) = draw(&stage.model, Look::FULL);
    let Size { columns, rows } = stage.model.size;
    assert!(columns == 0 || rows == 0 || text.split('\n').count() == usize::from(rows), "{text}");
}

fn stage_at(step: usize) -> Stage {
    match step {
        0 => Stage::begin(),
        1 => Stage::at_settings(),
        2 => Stage::at_online_key(),
        3 => Stage::at_root_keys(),
        4 => Stage::at_review(),
        _ => Stage::at_sign(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_acts_at_any_size_are_drawn_and_nothing_is_agreed_to_unread(
        first in 0_usize..6,
        acts in proptest::collection::vec(act(), 0..30),
    ) {
        let mut stage = stage_at(first);
        for act in acts {
            perform(&mut stage, act);
            look(&stage);
        }
    }

    #[test]
    fn every_size_is_drawn(columns in 0_u16..300, rows in 0_u16..100, first in 0_usize..6) {
        let mut stage = stage_at(first);
        stage.happen(Event::Resized(Size { columns, rows }));
        look(&stage);
        stage.read_to_the_end();
        look(&stage);
    }
}
