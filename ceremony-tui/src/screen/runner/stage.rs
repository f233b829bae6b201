//! The terminal as the full screen has it, and as it was before. Whatever ends the program, the terminal gets back what
//! it had: its modes, its own screen, its cursor.

use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::queue;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use rustix::process::{Signal, getpid, kill_process};
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

use crate::screen::model::{Model, Size};
use crate::screen::view::{Look, view};

/// The terminal, while the full screen is on it.
pub struct Stage {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    look: Look,
    house: Arc<House>,
}

/// What has to be given back.
struct House {
    before: Termios,
    /// Whether the full screen is on now.
    on: AtomicBool,
}

impl Stage {
    /// Takes the terminal over, until this is dropped.
    pub fn enter() -> io::Result<Stage> {
        let house = Arc::new(House { before: tcgetattr(stdin())?, on: AtomicBool::new(false) });
        restore_at_panic(Arc::clone(&house));
        house.take()?;
        // Before anything can fail: from here on the terminal is given back.
        let mut stage = Stage {
            terminal: Terminal::new(CrosstermBackend::new(stdout()))?,
            look: Look::of_environment(),
            house,
        };
        stage.forget()?;
        stage.terminal.hide_cursor()?;
        Ok(stage)
    }

    /// Draws the model. A terminal that knows the marks shows the picture at once, and never half of it.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let look = self.look;
        queue!(stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view(model, look, frame))?;
        queue!(stdout(), EndSynchronizedUpdate)?;
        stdout().flush()
    }

    /// How large the terminal is now.
    pub fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size { columns: size.width, rows: size.height })
    }

    /// Gives the terminal back, stops until somebody continues the program, and takes it again.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.house.give_back();
        kill_process(getpid(), Signal::STOP)?;
        self.resume()
    }

    /// Takes the terminal again, after somebody else had it: all of it is drawn anew.
    pub fn resume(&mut self) -> io::Result<()> {
        self.house.take()?;
        self.forget()?;
        self.terminal.hide_cursor()
    }

    /// Forgets what is on the terminal: all of it is drawn anew. A terminal that becomes smaller and large again in one
    /// moment has the size it had, but not the text.
    pub fn forget(&mut self) -> io::Result<()> {
        queue!(stdout(), Clear(ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }

    /// Whether somebody else had switched echo or lines on; they are off again now. A shell does that to a program that
    /// was stopped, and what is typed then is shown.
    pub fn hold(&self) -> io::Result<bool> {
        // A terminal that is gone is found out by reading it.
        let Ok(now) = tcgetattr(stdin()) else { return Ok(false) };
        if !now.local_modes.intersects(LocalModes::ECHO | LocalModes::ICANON) {
            return Ok(false);
        }
        self.house.raw()?;
        Ok(true)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.house.give_back();
    }
}

impl House {
    fn take(&self) -> io::Result<()> {
        self.on.store(true, Ordering::SeqCst);
        self.raw()?;
        let mut out = stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        out.flush()
    }

    /// What was typed before is not meant for what is shown next.
    fn raw(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        Ok(tcsetattr(stdin(), OptionalActions::Flush, &raw)?)
    }

    /// Once, and without waiting: nothing better can be done when the terminal itself is gone.
    fn give_back(&self) {
        if !self.on.swap(false, Ordering::SeqCst) {
            return;
        }
        let mut out = stdout();
        let _ = queue!(out, EndSynchronizedUpdate, DisableBracketedPaste, Show, LeaveAlternateScreen);
        let _ = out.flush();
        // What was typed for the full screen, perhaps half a PIN, is not for the shell.
        let _ = tcflush(stdin(), QueueSelector::IFlush);
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Before the panic is reported, so that its report is on the screen that stays.
fn restore_at_panic(house: Arc<House>) {
    let owner = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A thread that carries a document may fail; the screen lives on and says so.
        if std::thread::current().id() == owner {
            house.give_back();
            report(info);
        }
    }));
}
