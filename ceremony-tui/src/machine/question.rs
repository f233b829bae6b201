//! One question at a time: its stable name, what may be answered, and what Enter means.

/// What the ceremony asks now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// A stable name that scripts and tests look for, such as `settings.threshold`.
    pub id: String,
    /// The question.
    pub text: String,
    /// What Enter alone answers.
    pub default: Option<String>,
    /// What may be answered.
    pub form: Form,
    /// Whether the answer agrees to something.
    pub weight: Weight,
    /// What is chosen beforehand where there is no default.
    pub preselect: Preselect,
    /// What can be looked at before answering.
    pub asides: Vec<Aside>,
}

/// Whether an answer agrees to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It can be changed later, and is shown again before anybody agrees.
    Ordinary,
    /// It agrees to what is shown: all of it has to be on the screen first.
    Consent,
}

/// What a screen chooses beforehand where there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preselect {
    /// The first answer, unless the answer agrees to something.
    First,
    /// Nothing.
    Nothing,
}

/// Something that can be looked at before answering. Where a line is typed, its letter alone asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// The document in sentences.
    Sentences,
    /// The document digest in words.
    Words,
    /// The bytes that are signed.
    Bytes,
}

impl Aside {
    /// The answer that asks for it.
    pub fn letter(self) -> &'static str {
        match self {
            Aside::Sentences => "s",
            Aside::Words => "w",
            Aside::Bytes => "b",
        }
    }

    fn shows(self) -> &'static str {
        match self {
            Aside::Sentences => "shows the sentences again",
            Aside::Words => "the words",
            Aside::Bytes => "the raw bytes",
        }
    }
}

/// What may be answered to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Any line.
    Text,
    /// A whole number.
    Number {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// One of these words, or its number in the list.
    Choice(Vec<Choice>),
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word that answers.
    pub word: String,
    /// What it means.
    pub meaning: String,
    /// Why it cannot be chosen now, with what to do instead. It stays in the list, so that no other one gets its number.
    pub closed: Option<String>,
}

impl Choice {
    pub(super) fn new(word: impl Into<String>, meaning: impl Into<String>) -> Choice {
        Choice { word: word.into(), meaning: meaning.into(), closed: None }
    }

    /// The same, which is refused with these sentences.
    pub(super) fn closed(self, sentences: impl Into<String>) -> Choice {
        Choice { closed: Some(sentences.into()), ..self }
    }
}

impl Question {
    pub(super) fn text(id: impl Into<String>, text: impl Into<String>) -> Question {
        Question {
            id: id.into(),
            text: text.into(),
            default: None,
            form: Form::Text,
            weight: Weight::Ordinary,
            preselect: Preselect::First,
            asides: Vec::new(),
        }
    }

    pub(super) fn number(id: &str, text: impl Into<String>, least: u64, most: u64) -> Question {
        Question { form: Form::Number { least, most }, ..Question::text(id, text) }
    }

    pub(super) fn choice(id: &str, text: impl Into<String>, choices: Vec<Choice>) -> Question {
        Question { form: Form::Choice(choices), ..Question::text(id, text) }
    }

    pub(super) fn yes_or_no(id: &str, text: impl Into<String>, yes: &str, no: &str) -> Question {
        Question::choice(id, text, vec![Choice::new("yes", yes), Choice::new("no", no)])
    }

    /// No answer is chosen before somebody chooses it.
    pub(super) fn unchosen(self) -> Question {
        Question { preselect: Preselect::Nothing, ..self }
    }

    pub(super) fn of_consent(self) -> Question {
        Question { weight: Weight::Consent, ..self }
    }

    pub(super) fn with_asides(self, asides: &[Aside]) -> Question {
        Question { asides: asides.to_vec(), ..self }
    }

    pub(super) fn or(self, default: impl Into<String>) -> Question {
        Question { default: Some(default.into()), ..self }
    }

    /// The question with everything that can be typed at it: for a front end that has lines and no other keys.
    pub fn in_a_line(&self) -> String {
        if self.asides.is_empty() || matches!(self.form, Form::Choice(_)) {
            return self.text.clone();
        }
        let asides: Vec<String> =
            self.asides.iter().map(|aside| format!("{} {}", aside.letter(), aside.shows())).collect();
        format!("{} ({})", self.text, asides.join(", "))
    }

    /// The answer that a typed line means, or two sentences that say why it is none.
    pub fn accept(&self, typed: &str) -> Result<String, String> {
        let typed = typed.trim();
        let answer = match (&self.default, typed) {
            (Some(default), "") => default.as_str(),
            (None, "") => {
                return Err("Nothing was typed. This question has no default; type an answer.".to_owned());
            }
            (_, typed) => typed,
        };
        if answer.chars().any(char::is_control) {
            return Err("The answer has control characters in it. Type it again.".to_owned());
        }
        match &self.form {
            Form::Text => Ok(answer.to_owned()),
            Form::Number { least, most } => accept_number(answer, *least, *most),
            Form::Choice(choices) => accept_choice(answer, choices),
        }
    }
}

fn accept_number(answer: &str, least: u64, most: u64) -> Result<String, String> {
    match answer.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
        Ok(number) => Err(format!("{number} is not possible here. Type a number from {least} to {most}.")),
        Err(_) => Err(format!("{answer:?} is not a whole number. Type a number from {least} to {most}.")),
    }
}

fn accept_choice(answer: &str, choices: &[Choice]) -> Result<String, String> {
    let by_word = choices.iter().find(|choice| choice.word == answer);
    let by_number = || answer.parse::<usize>().ok()?.checked_sub(1).and_then(|index| choices.get(index));
    let found = by_word.or_else(|| only_alike(answer, choices)).or_else(by_number);
    match found.or_else(|| only_beginning(answer, choices)) {
        Some(Choice { closed: Some(sentences), .. }) => Err(sentences.clone()),
        Some(choice) => Ok(choice.word.clone()),
        None => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.word.as_str()).collect();
            Err(format!("{answer:?} is not one of the answers. Type one of: {}.", words.join(", ")))
        }
    }
}

/// The one choice that is the same in upper or lower case; two are none.
fn only_alike<'a>(answer: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
    let mut alike = choices.iter().filter(|choice| choice.word.to_lowercase() == answer.to_lowercase());
    let found = alike.next()?;
    alike.next().is_none().then_some(found)
}

/// The one choice that begins like this; two are none.
fn only_beginning<'a>(answer: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
    let mut beginning = choices.iter().filter(|choice| choice.word.starts_with(answer));
    let found = beginning.next()?;
    beginning.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_means_the_default_and_nothing_else() {
        assert_eq!(Question::text("a", "?").or("x").accept("  "), Ok("x".to_owned()));
        assert!(Question::text("a", "?").accept("").is_err());
    }

    #[test]
    fn numbers_outside_the_range_are_refused_with_the_range() {
        let question = Question::number("a", "?", 2, 9);
        assert_eq!(question.accept("09"), Ok("9".to_owned()));
        assert!(question.accept("1").unwrap_err().contains("from 2 to 9"));
        assert!(question.accept("-1").is_err());
    }

    #[test]
    fn choices_are_taken_by_word_or_by_number() {
        let question = Question::yes_or_no("a", "?", "go", "stay");
        assert_eq!(question.accept("YES"), Ok("yes".to_owned()));
        assert_eq!(question.accept("2"), Ok("no".to_owned()));
        assert_eq!(question.accept("y"), Ok("yes".to_owned()));
        assert!(question.accept("0").is_err());
        assert!(question.accept("maybe").is_err());
    }

    #[test]
    fn a_choice_that_is_closed_keeps_its_number_and_says_why() {
        let closed = Choice::new("ann", "signed").closed("ann has signed. Choose another.");
        let question = Question::choice("a", "?", vec![closed, Choice::new("bob", "a key")]);
        assert_eq!(question.accept("2"), Ok("bob".to_owned()));
        for typed in ["1", "ann", "an"] {
            assert_eq!(question.accept(typed), Err("ann has signed. Choose another.".to_owned()));
        }
    }

    #[test]
    fn a_word_in_its_own_case_wins_and_two_that_are_alike_are_none() {
        let keys = ["Ann", "ann", "BOB"].map(|word| Choice::new(word, "a key")).to_vec();
        let question = Question::choice("a", "?", keys);
        assert_eq!(question.accept("ann"), Ok("ann".to_owned()));
        assert_eq!(question.accept("Ann"), Ok("Ann".to_owned()));
        assert_eq!(question.accept("bob"), Ok("BOB".to_owned()));
        assert!(question.accept("ANN").is_err());
    }
}
