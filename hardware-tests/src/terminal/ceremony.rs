//! A person at the full screen of `ceremony-tui`: finds the question, answers it, reads groups aloud.

use std::process::Command;

use super::{Ended, Key, Screen, Terminal, TerminalError};
use crate::groups::Groups;

/// Where the work begins, right of the steps.
const WORK: usize = 23;

/// The last question.
const EXPORT: &str = "Folder of the medium that carries the payload";
/// What the rule says while there is more to read than fits.
const MORE_BELOW: &str = "more below: PgDn";

/// Questions that are answered alike in every ceremony of a test, and their answers; nothing takes the default.
const USUAL: [(&str, &str); 8] = [
    ("Reason for going on in spite of", "a test machine"),
    ("Does a clock on the wall say the same", "yes"),
    ("Name of the repository", "acme-releases"),
    ("Days that", ""),
    ("Signatures that make a root", ""),
    ("Artifacts that the repository will hold", ""),
    ("Kind of hash bins", ""),
    ("Number of bins", ""),
];

/// A ceremony on the full screen.
#[derive(Debug)]
pub struct Ceremony {
    /// What it runs on.
    pub terminal: Terminal,
}

/// A token's key.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// The token's label.
    pub label: &'a str,
    /// Its PIN.
    pub pin: &'a str,
}

type Done = Result<(), TerminalError>;

impl Ceremony {
    /// Starts the program on a terminal of 80x24.
    ///
    /// # Errors
    /// It does not start.
    pub fn begin(command: &Command) -> Result<Ceremony, TerminalError> {
        Ok(Ceremony { terminal: Terminal::start(command, 80, 24)? })
    }

    /// Waits until this is asked, or said.
    ///
    /// # Errors
    /// It never is.
    pub fn sees(&mut self, text: &str) -> Result<Screen, TerminalError> {
        self.sees_one_of(&[text])
    }

    /// The same of several texts, for what is said in other words a moment later.
    ///
    /// # Errors
    /// None of them ever is.
    pub fn sees_one_of(&mut self, texts: &[&str]) -> Result<Screen, TerminalError> {
        self.terminal.wait_until(&texts.join(" or "), |screen| {
            let (work, said) = (work_of(screen), said_on(screen));
            texts.iter().any(|text| work.contains(text) || said.contains(text))
        })
    }

    /// Whether the line that is typed, with its prompt, is this.
    pub fn line_is(screen: &Screen, line: &str) -> bool {
        screen.rows.iter().any(|row| row.chars().skip(WORK).collect::<String>().trim_end() == line)
    }

    /// Waits for the question, types the answer or chooses it from the list, and presses Enter. No answer is the one
    /// that Enter alone gives.
    ///
    /// # Errors
    /// It is never asked, or there is no such answer.
    pub fn answer(&mut self, question: &str, answer: &str) -> Done {
        let screen = self.terminal.wait_until(question, |screen| work_of(screen).contains(question))?;
        self.give(answer, screen)
    }

    fn give(&mut self, answer: &str, screen: Screen) -> Done {
        if !answer.is_empty() && !choices_on(&screen).is_empty() {
            self.choose(answer, screen)?;
        } else {
            self.terminal.type_text(answer)?;
        }
        self.terminal.press(Key::Enter)
    }

    /// Moves in the list until the answer that begins so is chosen.
    fn choose(&mut self, answer: &str, mut screen: Screen) -> Done {
        for _ in 0..99 {
            let choices = choices_on(&screen);
            let chosen = choices.iter().find(|choice| choice.chosen).map_or(0, |choice| choice.number);
            let wanted = choices.iter().find(|choice| choice.text.starts_with(answer));
            let key = match wanted {
                Some(wanted) if wanted.number == chosen => return Ok(()),
                Some(wanted) if wanted.number < chosen => Key::Up,
                _ => Key::Down,
            };
            self.terminal.press(key)?;
            screen = self.terminal.wait_until("another answer is chosen", |next| {
                choices_on(next).iter().any(|choice| choice.chosen && choice.number != chosen)
            })?;
        }
        Err(TerminalError::NeverCame { what: format!("the answer {answer}"), screen })
    }

    /// Types a PIN or passphrase once it is asked for.
    ///
    /// # Errors
    /// It is never asked for.
    pub fn give_secret(&mut self, what: &str, secret: &str) -> Done {
        self.type_secret(what, secret)?;
        self.terminal.press(Key::Enter)
    }

    /// The same, without the Enter that gives it.
    ///
    /// # Errors
    /// It is never asked for.
    pub fn type_secret(&mut self, what: &str, secret: &str) -> Done {
        self.terminal.wait_until(what, |screen| {
            let text = work_of(screen);
            text.contains(what) && text.contains("not shown")
        })?;
        self.terminal.type_text(secret)
    }

    /// Answers what is usual, until something else is asked.
    ///
    /// # Errors
    /// Something else is never asked.
    pub fn pass_until(&mut self, question: &str) -> Done {
        let mut answered = None;
        loop {
            let mut asked = None;
            let mut screen = self.terminal.wait_until(question, |screen| {
                let text = work_of(screen);
                let there = text.contains(question);
                asked = usual(&text).filter(|asked| !there && Some(asked) != answered.as_ref());
                there || asked.is_some()
            })?;
            let Some(asked) = asked else { return Ok(()) };
            // Warnings may take so much room that the rest is on another page, which has to be read first.
            if screen.shows(MORE_BELOW) {
                screen = self.read_to_the_end(&asked.0)?;
            }
            self.give(asked.1, screen)?;
            answered = Some(asked);
        }
    }

    /// Imports the online key, typing the groups as the service's screen shows them.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn import_online_key(&mut self, file: &str, fingerprint: &[String]) -> Done {
        self.answer("File with the service's public key", file)?;
        self.type_groups("of the fingerprint", fingerprint)
    }

    /// Types the two groups of the digest that the screen shows, and agrees.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn review(&mut self) -> Result<Groups, TerminalError> {
        let digest = self.read_digest()?;
        self.type_groups("as it is read aloud", digest.all())?;
        self.answer("Does everybody in the room agree", "yes")?;
        Ok(digest)
    }

    /// Reads the digest of the document from the screen, as it is read aloud; pages until it is there.
    fn read_digest(&mut self) -> Result<Groups, TerminalError> {
        let screen = self.read_to_the_end("as it is read aloud")?;
        let missing = || TerminalError::NeverCame { what: "the digest".to_owned(), screen: screen.clone() };
        Groups::first_in(&work_of(&screen)).ok_or_else(missing)
    }

    /// Pages down until everything that is asked about was on the screen.
    ///
    /// # Errors
    /// The question never comes.
    pub fn read_to_the_end(&mut self, question: &str) -> Result<Screen, TerminalError> {
        loop {
            let screen = self.sees(question)?;
            if !screen.shows(MORE_BELOW) {
                return Ok(screen);
            }
            self.terminal.press(Key::PageDown)?;
            self.terminal.wait_until("the next page", |next| next != &screen)?;
        }
    }

    fn type_groups(&mut self, question: &str, groups: &[String]) -> Done {
        let mut last = None;
        for _ in 0..2 {
            last = Some(self.type_group(question, last, groups)?);
        }
        Ok(())
    }

    /// Types a group that is not the one that is asked for: one in 65,536 is.
    ///
    /// # Errors
    /// No group is asked for.
    pub fn type_wrong_group(&mut self, question: &str) -> Done {
        self.type_group(question, None, &vec!["0000".to_owned(); 16]).map(|_| ())
    }

    /// Types the group that is asked for, once it is another than the last one; gives its number.
    fn type_group(
        &mut self,
        question: &str,
        last: Option<usize>,
        groups: &[String],
    ) -> Result<usize, TerminalError> {
        let mut asked = None;
        let screen = self.terminal.wait_until(question, |screen| {
            asked = group_asked(&work_of(screen), question).filter(|asked| Some(*asked) != last);
            asked.is_some()
        })?;
        let Some((number, group)) = asked.and_then(|number| Some((number, groups.get(number - 1)?))) else {
            return Err(TerminalError::NeverCame { what: question.to_owned(), screen });
        };
        self.terminal.type_text(group)?;
        self.terminal.press(Key::Enter)?;
        Ok(number)
    }

    /// Looks at the help of a step, and closes it.
    ///
    /// # Errors
    /// The help does not say so.
    pub fn help(&mut self, text: &str) -> Done {
        let before = self.terminal.screen();
        self.terminal.press(Key::F1)?;
        self.sees(text)?;
        self.terminal.press(Key::Escape)?;
        self.terminal.wait_until("the step again", |screen| screen.rows[1..] == before.rows[1..])?;
        Ok(())
    }

    /// Adds a token's key, with a proof.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn add_token(&mut self, have: usize, name: &str, token: Token<'_>) -> Done {
        self.add_key(have, name, token, "02")
    }

    /// Adds the key of a token that has this id, with a proof.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn add_key(&mut self, have: usize, name: &str, token: Token<'_>, key: &str) -> Done {
        self.answer(&format!("{have} of at least"), "token")?;
        self.answer("Name of the key's holder", name)?;
        self.choose_token(token.label)?;
        self.answer("Which key", key)?;
        self.read_on("Let the token sign a proof now")?;
        self.answer("Let the token sign a proof now", "yes")?;
        self.give_secret("PIN of token", token.pin)
    }

    /// Closes the help, which opens by itself where more was said than there is room for, until the question is there.
    fn read_on(&mut self, question: &str) -> Done {
        let is_help = |screen: &Screen| screen.shows("Esc close");
        let is_there = |screen: &Screen| work_of(screen).contains(question) || is_help(screen);
        if is_help(&self.terminal.wait_until(question, is_there)?) {
            self.terminal.press(Key::Escape)?;
        }
        Ok(())
    }

    /// Chooses a token out of the list that changes by itself, once everybody has looked and it is there.
    ///
    /// # Errors
    /// It never is.
    pub fn choose_token(&mut self, label: &str) -> Done {
        self.terminal.wait_until(label, |screen| {
            let is_there = choices_on(screen).iter().any(|choice| choice.text.starts_with(label));
            let text = work_of(screen);
            is_there && text.contains("Which token") && !text.contains("Still looking")
        })?;
        self.answer("Which token", label)
    }

    /// Adds the key in an encrypted file.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn add_file(&mut self, have: usize, name: &str, path: &str, passphrase: &str) -> Done {
        self.answer(&format!("{have} of at least"), "file")?;
        self.answer("Name of the key's holder", name)?;
        self.answer("Path of the key file", path)?;
        self.give_secret("Passphrase", passphrase)
    }

    /// Generates a key into a new encrypted file.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn generate_file(&mut self, have: usize, name: &str, path: &str, passphrase: &str) -> Done {
        self.answer(&format!("{have} of at least"), "generate")?;
        self.answer("Name of the key's holder", name)?;
        self.answer("Kind of key", "")?;
        self.answer("Path of the new key file", path)?;
        self.give_secret("New passphrase", passphrase)?;
        self.give_secret("once more", passphrase)
    }

    /// Exports the payload into a folder; the empty one is the folder that the program was started with.
    ///
    /// # Errors
    /// The ceremony goes another way.
    pub fn export(&mut self, folder: &str) -> Done {
        self.answer(EXPORT, folder)
    }

    /// Waits for the end, leaves, and says what the program left behind.
    ///
    /// # Errors
    /// The ceremony does not end.
    pub fn leave(mut self) -> Result<Ended, TerminalError> {
        self.sees("The ceremony is complete")?;
        self.read_to_the_end("Enter leaves")?;
        self.terminal.press(Key::Enter)?;
        self.terminal.end()
    }
}

/// The usual question that is asked, with its whole text so that one is told from the next, and its answer.
fn usual(text: &str) -> Option<(String, &'static str)> {
    USUAL.into_iter().find_map(|(question, answer)| {
        let (_, asked) = text.rsplit_once(question)?;
        let asked = asked.split(':').next().unwrap_or_default();
        Some((format!("{question}{asked}"), answer))
    })
}

/// The number of the group that this question asks for.
fn group_asked(text: &str, question: &str) -> Option<usize> {
    let (before, _) = text.rsplit_once(question)?;
    before.rsplit("Group ").next()?.split_whitespace().next()?.parse().ok()
}

/// The work, right of the steps, without the rows below it.
fn work_of(screen: &Screen) -> String {
    let rows = screen.rows.iter().take_while(|row| !row.starts_with(" Proves:")).cloned().collect();
    Screen { rows, ..screen.clone() }.flowing(WORK)
}

/// What stands below the work: what the step proves, what was said last, and the keys.
fn said_on(screen: &Screen) -> String {
    let rows = screen.rows.iter().skip_while(|row| !row.starts_with(" Proves:")).cloned().collect();
    Screen { rows, ..screen.clone() }.flowing(0)
}

/// One of several answers.
struct Choice {
    chosen: bool,
    number: usize,
    text: String,
}

/// The answers on the screen: a mark, a number, a word.
fn choices_on(screen: &Screen) -> Vec<Choice> {
    let choice = |row: &String| {
        let work: String = row.chars().skip(WORK).collect();
        let (mark, rest) = work.split_at_checked(2)?;
        let (number, text) = rest.split_at_checked(2)?;
        let (number, text) = (number.trim().parse().ok()?, text.strip_prefix(' ')?.to_owned());
        matches!(mark, "> " | "  ").then_some(Choice { chosen: mark == "> ", number, text })
    };
    screen.rows.iter().filter_map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_that_is_asked_for_is_read() {
        let text = "Group 3 was wrong. Group 14 as it is read aloud (s shows) (more: 7):";
        assert_eq!(group_asked(text, "as it is read aloud"), Some(14));
        assert_eq!(group_asked(text, "of the fingerprint"), None);
    }

    #[test]
    fn one_finding_is_told_from_the_next() {
        let first = usual("Reason for going on in spite of \"network\", or again (again): > _").unwrap();
        let second = usual("Reason for going on in spite of \"user\", or again (again): > _").unwrap();
        assert_ne!(first, second);
        assert_eq!(first.1, "a test machine");
    }
}
