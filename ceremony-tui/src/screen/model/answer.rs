//! The answer that is being given: a line, or one of several.

use crate::machine::{Choice, Form, Preselect, Question, Weight};

use super::Model;

impl Model {
    /// The answers that are offered. Looking at something again is no answer here: the pages have their own keys.
    pub fn choices(&self) -> Vec<Choice> {
        self.picture.question.as_ref().map(choices).unwrap_or_default()
    }

    /// The answers may be others than before: what was chosen stays chosen where it still is one. Nothing is chosen in its
    /// place, so that nobody presses Enter on what has just moved under the mark.
    pub(in crate::screen) fn keep_chosen(&mut self, word: Option<&str>) {
        self.chosen = word.and_then(|word| self.choices().iter().position(|choice| choice.word == word));
    }

    /// The word of the answer that is chosen.
    pub(in crate::screen) fn chosen_word(&self) -> Option<String> {
        self.choices().get(self.chosen?).map(|choice| choice.word.clone())
    }

    /// Begins to ask whatever the machine asks now.
    pub(in crate::screen) fn ask_anew(&mut self) {
        self.input.clear();
        self.chosen = self.picture.question.as_ref().and_then(preselected);
    }

    /// The answer as it would be given now.
    pub(in crate::screen) fn given(&self) -> Option<String> {
        match self.picture.question.as_ref()?.form {
            Form::Choice(_) => self.choices().get(self.chosen?).map(|choice| choice.word.clone()),
            Form::Text | Form::Number { .. } => Some(self.input.text()),
        }
    }
}

fn choices(question: &Question) -> Vec<Choice> {
    let Form::Choice(choices) = &question.form else { return Vec::new() };
    let is_answer = |choice: &&Choice| question.asides.iter().all(|aside| aside.letter() != choice.word);
    choices.iter().filter(is_answer).cloned().collect()
}

/// Enter is the default. Nobody agrees to anything by Enter alone where there is none.
fn preselected(question: &Question) -> Option<usize> {
    match &question.default {
        Some(default) => choices(question).iter().position(|choice| choice.word == *default),
        None => (question.weight == Weight::Ordinary && question.preselect == Preselect::First).then_some(0),
    }
}
