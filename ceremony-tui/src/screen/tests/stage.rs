//! A screen over the real machine, in a world that answers every effect.

use ratatui::Terminal;
use ratatui::backend::{Backend as _, TestBackend};
use ratatui::buffer::Buffer;

use crate::machine::tests::world::{World, right_group};
use crate::machine::{self, Effect as MachineEffect, SecretNeed};
use crate::screen::event::{Command, Effect, Event};
use crate::screen::model::{Model, Round, SMALLEST, Size};
use crate::screen::update::update;
use crate::screen::view::{Colours, Look, Symbols, view};
use crate::text::columns;

pub(super) const USUAL: Size = SMALLEST;
/// The sizes in which every screen is looked at.
const SIZES: [Size; 3] = [USUAL, Size { columns: 100, rows: 30 }, Size { columns: 120, rows: 40 }];

/// A screen and its world.
pub(super) struct Stage {
    pub(super) model: Model,
    pub(super) world: World,
    /// What the machine wanted last, when somebody holds it back to look at the screen meanwhile.
    pub(super) held_back: Vec<MachineEffect>,
}

impl Stage {
    /// The first screen, before the machine under it was looked at.
    pub(super) fn empty() -> Stage {
        let world = World::begin();
        let model = Model::new(world.machine.clone(), USUAL, world.moment().now);
        Stage { model, world, held_back: Vec::new() }
    }

    /// The first question.
    pub(super) fn begin() -> Stage {
        Stage::begin_in(Stage::empty())
    }

    /// The flow of tokens, before anything was looked at.
    pub(super) fn before_tokens(tokens: Vec<crate::token::TokenInfo>) -> Stage {
        let world = World::before_tokens(tokens);
        let model = Model::new(world.machine.clone(), USUAL, world.moment().now);
        Stage { model, world, held_back: Vec::new() }
    }

    /// One token, chosen in the flow of tokens.
    pub(super) fn at_token(token: crate::token::TokenInfo) -> Stage {
        let word = format!("{}/{}", token.id.label, token.id.serial);
        let mut stage = Stage::begin_in(Stage::before_tokens(vec![token]));
        stage.answer(&word);
        assert_eq!(stage.question(), "tokens.do");
        stage
    }

    pub(super) fn begin_in(mut stage: Stage) -> Stage {
        stage.happen(Event::Machine(machine::Event::Started));
        stage
    }

    /// Lets something happen, and everything that follows from it.
    pub(super) fn happen(&mut self, event: Event) -> Vec<Effect> {
        let mut events = vec![event];
        let mut others = Vec::new();
        while let Some(event) = events.pop() {
            for effect in self.only(event) {
                match effect {
                    Effect::Perform(effect) => events.extend(self.world.perform(*effect).map(Event::Machine)),
                    other => others.push(other),
                }
            }
        }
        others
    }

    /// Lets something happen, and nothing that follows from it.
    pub(super) fn only(&mut self, event: Event) -> Vec<Effect> {
        let moment = self.world.moment();
        update(&mut self.model, event, moment)
    }

    /// Lets something happen, and holds back what the machine wants then.
    pub(super) fn hold(&mut self, event: Event) {
        let effects = self.only(event);
        self.hold_back(&effects);
    }

    fn hold_back(&mut self, effects: &[Effect]) {
        let [Effect::Perform(effect)] = effects else { panic!("one effect, not {effects:?}") };
        let limit = matches!(**effect, MachineEffect::Ask { .. }).then_some(15);
        self.model.begin_work(effect, limit, self.model.now);
        self.held_back = vec![(**effect).clone()];
    }

    /// Lets time pass.
    pub(super) fn later(&mut self, seconds: i64) {
        let moment = self.world.moment();
        let now = shared::time::UnixTime(moment.now.0 + seconds);
        update(&mut self.model, Event::Ticked, machine::Moment { now, ..moment });
    }

    /// Answers, and holds back what the machine wants then: the screen shows it as work.
    pub(super) fn answer_and_hold(&mut self, text: &str) {
        self.read_to_the_end();
        self.fill_in(text);
        self.hold(Event::Command(Command::Submit));
    }

    /// Performs what was held back, whatever follows from it too.
    pub(super) fn let_go(&mut self) {
        for effect in std::mem::take(&mut self.held_back) {
            if let Some(event) = self.world.perform(effect) {
                self.happen(Event::Machine(event));
            }
        }
    }

    /// Performs what was held back, and holds back what follows from it.
    pub(super) fn one_step(&mut self) {
        let effect = self.held_back.remove(0);
        let event = self.world.perform(effect).unwrap();
        self.hold(Event::Machine(event));
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        self.happen(Event::Command(command))
    }

    pub(super) fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.happen(Event::Character(character));
        }
    }

    fn fill_in(&mut self, text: &str) {
        if self.model.is_typing() {
            self.type_text(text);
        } else if !text.is_empty() {
            let index = self.model.choices().iter().position(|choice| choice.word == text);
            self.command(Command::Pick(index.unwrap_or_else(|| panic!("{text} is offered")) + 1));
        }
    }

    /// Reads to the end, answers, and lets everything follow.
    pub(super) fn answer(&mut self, text: &str) {
        self.read_to_the_end();
        self.fill_in(text);
        self.command(Command::Submit);
    }

    pub(super) fn read_to_the_end(&mut self) {
        let mut before = None;
        while before != Some(self.model.top()) {
            before = Some(self.model.top());
            self.command(Command::PageDown);
        }
    }

    pub(super) fn question(&self) -> String {
        self.model.machine.question().map(|question| question.id).unwrap_or_default()
    }

    pub(super) fn type_groups(&mut self) {
        while let Some(group) = right_group(&self.model.machine) {
            self.answer(&group);
        }
    }

    pub(super) fn right_group(&self) -> String {
        right_group(&self.model.machine).unwrap()
    }

    /// Gives the answer that leads on, if the screen can be read and asks something.
    pub(super) fn answer_rightly(&mut self) {
        if let Some(group) = right_group(&self.model.machine) {
            return self.answer(&group);
        }
        let answer = match self.question().as_str() {
            "preflight.clock" | "review.agree" | "root-keys.absent" => "yes".to_owned(),
            "settings.repository" => "acme".to_owned(),
            "root-keys.add" if self.model.choices().len() < 6 && self.world.tokens.is_empty() => {
                "file".to_owned()
            }
            "root-keys.add" if self.model.choices().len() < 6 => "token".to_owned(),
            "root-keys.token" => self.model.choices()[0].word.clone(),
            "root-keys.module" => "/usr/lib/other.so".to_owned(),
            "root-keys.add" => "done".to_owned(),
            "root-keys.name" => format!("holder {}", self.world.asked),
            "root-keys.file" => format!("keys/{}", self.world.asked % 4),
            "root-keys.remove" => self.model.choices()[0].word.clone(),
            "export.folder" => "/media/usb".to_owned(),
            _ => String::new(),
        };
        self.answer(&answer);
    }

    pub(super) fn pass_settings(&mut self) {
        self.answer("acme-releases");
        while self.question().starts_with("settings.") {
            self.answer("");
        }
    }

    pub(super) fn import_online(&mut self) {
        self.answer("");
        self.type_groups();
    }

    pub(super) fn add_file(&mut self, name: &str, path: &str) {
        for answer in ["file", name, path] {
            self.answer(answer);
        }
    }

    pub(super) fn at_settings() -> Stage {
        let mut stage = Stage::begin();
        stage.answer("yes");
        stage
    }

    pub(super) fn at_online_key() -> Stage {
        let mut stage = Stage::at_settings();
        stage.pass_settings();
        stage
    }

    pub(super) fn at_root_keys() -> Stage {
        let mut stage = Stage::at_online_key();
        stage.import_online();
        stage
    }

    pub(super) fn at_review() -> Stage {
        let mut stage = Stage::at_root_keys();
        stage.world.tokens = two_tokens();
        stage.add_file("alice", "keys/0");
        stage.add_token("bob", "tuf-root-1/0a11ce");
        stage.add_file("carol", "keys/2");
        stage.answer("done");
        stage
    }

    pub(super) fn add_token(&mut self, name: &str, token: &str) {
        for answer in ["token", name, token, "01", "yes"] {
            self.answer(answer);
        }
    }

    /// Two YubiKeys and a file, agreed to, and everybody has looked.
    pub(super) fn at_sign_with_yubikeys() -> Stage {
        let mut stage = Stage::at_root_keys();
        stage.world.tokens = two_yubikeys();
        for (name, token) in [("alice", "YubiKey/11111111"), ("bob", "YubiKey/22222222")] {
            for answer in ["token", name, token, "9c", "yes"] {
                stage.answer(answer);
            }
        }
        stage.add_file("carol", "keys/2");
        stage.answer("done");
        stage.type_groups();
        stage.answer("yes");
        assert_eq!(stage.question(), "sign.key");
        stage
    }

    /// Somebody looks at every host that is watched now, as the runner does all the time.
    pub(super) fn look_around(&mut self) {
        for host in self.model.machine.watched() {
            let sight = self.world.sight(&host);
            self.happen(Event::Machine(machine::Event::TokensSeen(host, sight)));
        }
    }

    pub(super) fn at_sign() -> Stage {
        let mut stage = Stage::at_review();
        stage.type_groups();
        stage.answer("yes");
        assert_eq!(stage.question(), "sign.key");
        stage
    }

    /// The secret that the machine wants with what is held back.
    pub(super) fn secret_need(&self) -> SecretNeed {
        match self.held_back.first() {
            Some(MachineEffect::Ask { secrets, .. }) if !secrets.is_empty() => secrets[0].clone(),
            other => panic!("{other:?} needs no secret"),
        }
    }

    pub(super) fn begin_secret(&mut self, round: Round) {
        let need = self.secret_need();
        self.model.begin_secret(&need, round);
    }

    /// Every size of this screen in one text, with the cursor. In monochrome the text is the same.
    pub(super) fn screens(&self) -> String {
        let screens = SIZES.map(|size| {
            let Size { columns, rows } = size;
            let (text, cursor) = draw(&self.sized(size), Look::FULL);
            let plain = Look { colours: Colours::Monochrome, ..Look::FULL };
            assert_eq!(draw(&self.sized(size), plain).0, text, "colour carries no text");
            self.assert_twins(size, &text);
            format!("== {columns}x{rows}, {cursor}\n{text}\n")
        });
        screens.concat()
    }

    fn assert_twins(&self, size: Size, text: &str) {
        let ascii = Look { symbols: Symbols::Ascii, ..Look::FULL };
        let (twin, _) = draw(&self.sized(size), ascii);
        assert!(!twin.contains(['│', '─', '·', '↑']), "{twin}");
        let lengths = |text: &str| text.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
        assert_eq!(lengths(&twin), lengths(text), "symbols and their twins take the same place");
    }

    fn sized(&self, size: Size) -> Model {
        let mut model = self.model.clone();
        let moment = machine::Moment { now: model.now, ..self.world.moment() };
        update(&mut model, Event::Resized(size), moment);
        model
    }

    /// What is on the screen now.
    pub(super) fn screen(&self) -> String {
        draw(&self.model, Look::FULL).0
    }
}

pub(super) use crate::machine::tests::world::MODULE;

pub(super) fn two_yubikeys() -> Vec<(crate::token::TokenInfo, Vec<(String, shared::software::SoftwareKey)>)> {
    use crate::machine::tests::world::yubikey;
    vec![yubikey("11111111", "5.7.1", 31), yubikey("22222222", "5.4.3", 32)]
}

pub(super) fn two_tokens() -> Vec<(crate::token::TokenInfo, Vec<(String, shared::software::SoftwareKey)>)> {
    use crate::machine::tests::world::token;
    vec![token("tuf-root-1", "0a11ce", 21), token("tuf-root-2", "0b0b00", 22)]
}

/// Draws the model: the text without blanks at the ends of lines, and where the cursor is.
pub(super) fn draw(model: &Model, look: Look) -> (String, String) {
    let mut terminal = Terminal::new(TestBackend::new(model.size.columns, model.size.rows)).unwrap();
    terminal.draw(|frame| view(model, look, frame)).unwrap();
    let text = text_of(terminal.backend().buffer());
    let cursor = match terminal.backend().cursor_visible() {
        true => {
            let position = terminal.backend_mut().get_cursor_position().unwrap();
            format!("cursor in column {} of row {}", position.x + 1, position.y + 1)
        }
        false => "no cursor".to_owned(),
    };
    (text, cursor)
}

fn text_of(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let cells: Vec<&str> = buffer.content().iter().map(|cell| cell.symbol()).collect();
    cells.chunks(width).map(|row| visible(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A character of two columns hides the cell after it.
fn visible(row: &[&str]) -> String {
    let mut text = String::new();
    let mut cells = row.iter();
    while let Some(cell) = cells.next() {
        text.push_str(cell);
        for _ in 1..columns(cell) {
            cells.next();
        }
    }
    text
}
