//! Step 5: everybody reads the same document, compares its digest, and agrees to it before anybody signs.

pub(super) mod agreed;

use shared::digest::DocumentDigest;
use shared::metadata::{Metadata, Root};
use shared::rotation::check_alone;
use shared::time::UnixTime;

use super::compare::{Compared, Groups};
use super::draft::{Draft, Possession};
use super::event::{Effect, Event, Moment, Note, Tone};
use super::question::{Aside, Choice, Question};
use super::root_keys::short_of;
use super::sentence;
use super::step::{Step, Turn};
use agreed::Agreed;

/// Where the step stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Review {
    /// Two groups are typed.
    Comparing(Box<Reviewed>, Groups),
    /// The question of questions.
    Agreeing(Box<Reviewed>),
}

/// A document that is being shown, and when it was made: its sentences do not change while they are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reviewed {
    root: Metadata<Root>,
    made_at: UnixTime,
}

impl Reviewed {
    pub(super) fn root(&self) -> &Metadata<Root> {
        &self.root
    }

    pub(super) fn made_at(&self) -> UnixTime {
        self.made_at
    }
}

impl Review {
    /// Makes the document out of what was decided, and shows all of it.
    /// The same decisions are the same document as before, with the digest that people have noted.
    pub(super) fn enter(draft: &mut Draft, moment: Moment) -> Turn<Review> {
        let (root, made_at) = match made_before(draft, moment.now)
            .map_or_else(|| draft.root(moment.now).map(|root| (root, moment.now)), Ok)
        {
            Ok(made) => made,
            Err(error) => return Turn::again(Step::RootKeys, [Effect::refused(error.to_string())]),
        };
        if !sentence::is_fully_explained(&root) {
            let text = "The document holds something that no sentence explains, so it cannot be signed. Report this.";
            return Turn::again(Step::Settings, [Effect::refused(text)]);
        }
        // Whatever the export would refuse later is refused before anybody signs it.
        if let Err(error) = check_alone(&root) {
            return Turn::again(Step::RootKeys, [Effect::refused(error.to_string())]);
        }
        draft.reviewed.retain(|(known, _)| *known != root);
        draft.reviewed.push((root.clone(), made_at));
        let reviewed = Box::new(Reviewed { root, made_at });
        let effects = show(draft, &reviewed);
        Turn::stay(compare(reviewed, moment), effects)
    }

    pub(super) fn question(&self) -> Question {
        match self {
            Review::Comparing(_, groups) => {
                let number = groups.asked();
                let text = format!("Group {number} as it is read aloud");
                Question::text(format!("review.group.{number}"), text).of_consent().with_asides(&[
                    Aside::Sentences,
                    Aside::Words,
                    Aside::Bytes,
                ])
            }
            Review::Agreeing(_) => Question::choice(
                "review.agree",
                "Does everybody in the room agree to this document",
                vec![
                    Choice::new("yes", "it may be signed"),
                    Choice::new("no", "back to the settings"),
                    Choice::new("s", "show the sentences again"),
                ],
            )
            .of_consent()
            .with_asides(&[Aside::Sentences, Aside::Words, Aside::Bytes]),
        }
    }

    pub(super) fn update(self, draft: &mut Draft, event: Event, moment: Moment) -> Turn<Review> {
        let Event::Answer(answer) = event else { return Turn::stay(self, []) };
        if let Some(effects) = self.aside(draft, &answer) {
            return Turn::stay(self, effects);
        }
        match self {
            Review::Comparing(reviewed, groups) => compared(reviewed, groups, &answer, moment),
            Review::Agreeing(reviewed) if answer == "yes" => {
                draft.agreed = Some(Agreed::to(reviewed.root));
                draft.tried.clear();
                draft.signer = None;
                Turn::done()
            }
            Review::Agreeing(_) => {
                Turn::again(Step::Settings, [Effect::plain("Nobody signed anything. Change what is wrong.")])
            }
        }
    }

    /// What a person wants to look at before answering.
    fn aside(&self, draft: &Draft, answer: &str) -> Option<Vec<Effect>> {
        let (Review::Comparing(reviewed, _) | Review::Agreeing(reviewed)) = self;
        let aside = self.question().asides.into_iter().find(|aside| aside.letter() == answer)?;
        let effects = match aside {
            Aside::Sentences => return Some(show(draft, reviewed)),
            Aside::Words => words(&reviewed.root.document().digest()),
            Aside::Bytes => raw_bytes(&reviewed.root),
        };
        Some(effects.into_iter().map(Effect::pictured).collect())
    }
}

/// A document is made again while people look at it, not days later.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// The document that these decisions made before, and when that was.
fn made_before(draft: &Draft, now: UnixTime) -> Option<(Metadata<Root>, UnixTime)> {
    let is_same = |(root, made_at): &&(Metadata<Root>, UnixTime)| {
        (0..KEPT_SECONDS).contains(&(now.0 - made_at.0))
            && draft.root(*made_at).is_ok_and(|made| made == *root)
    };
    draft.reviewed.iter().rev().find(is_same).cloned()
}

/// Papers may carry a digest that does not count any more.
fn crossed_out(draft: &Draft) -> Option<Note> {
    let (_, others) = draft.reviewed.split_last()?;
    let begin = |(root, _): &(Metadata<Root>, UnixTime)| {
        let groups = root.document().digest().groups();
        groups.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    let begins: Vec<String> = others.iter().map(begin).collect();
    (!begins.is_empty()).then(|| {
        let text = format!(
            "This is another document than the one that was reviewed before, and its digest is new. Cross out the \
             digest that begins with {} wherever it was noted.",
            begins.join(" or ")
        );
        Note::news(Tone::Warning, text)
    })
}

fn compare(reviewed: Box<Reviewed>, moment: Moment) -> Review {
    let groups = Groups::choose(&reviewed.root.document().digest().groups(), moment.dice);
    Review::Comparing(reviewed, groups)
}

fn compared(reviewed: Box<Reviewed>, groups: Groups, answer: &str, moment: Moment) -> Turn<Review> {
    match groups.answer(answer) {
        Compared::More(groups) => Turn::stay(Review::Comparing(reviewed, groups), []),
        Compared::NoGroup(groups) => {
            let said = Effect::refused(groups.no_group());
            Turn::stay(Review::Comparing(reviewed, groups), [said])
        }
        Compared::Same => Turn::stay(Review::Agreeing(reviewed), []),
        Compared::Different { number } => {
            let text = format!(
                "Group {number} of this document's digest is not what was typed. Read both digests again; two other \
                 groups are asked."
            );
            Turn::stay(compare(reviewed, moment), [Effect::refused(text)])
        }
    }
}

fn show(draft: &Draft, reviewed: &Reviewed) -> Vec<Effect> {
    let root = &reviewed.root;
    let mut effects =
        vec![Effect::plain(format!("You are about to sign root version {}.", root.version().get()))];
    effects.extend(sentence::explain(root, reviewed.made_at).into_iter().map(Effect::plain));
    effects.push(Effect::plain("Nothing else is in the document."));
    effects.extend(remarks(draft).into_iter().map(Effect::Say));
    let digest = root.document().digest();
    effects.push(Effect::plain("Document digest, to be read aloud and compared:"));
    effects.extend(sentence::digest_lines(&digest).map(|line| Effect::plain(format!("  {line}"))));
    effects.extend(words(&digest));
    effects.into_iter().map(Effect::pictured).collect()
}

/// What is not in the document but belongs to the decision.
pub(super) fn remarks(draft: &Draft) -> Vec<Note> {
    let only_said = format!("The name {} is only said here; it is not in the document.", draft.repository);
    let mut remarks: Vec<Note> = crossed_out(draft).into_iter().collect();
    remarks.push(Note::news(Tone::Plain, only_said));
    remarks.extend(beside_root(draft));
    let mut warn = |text: String| remarks.push(Note::news(Tone::Warning, text));
    if draft.online.as_ref().is_some_and(|online| online.proved.is_none()) {
        warn("The service did not prove that it holds the online key.".to_owned());
    }
    for danger in sentence::dangers(draft.threshold, draft.root_keys.len() as u64) {
        warn(danger.to_owned());
    }
    for root in draft.root_keys.iter().filter(|root| root.possession == Possession::NotYet) {
        warn(format!("{} has not proved yet that the key can sign; only signing will show it.", root.name));
    }
    for root in &draft.root_keys {
        if let Possession::ProvedThen(time) = root.possession {
            warn(format!(
                "{} is not in the room: the key came as root-key.json, with a proof of {time}.",
                root.name
            ));
        }
    }
    short_of(draft).into_iter().for_each(&mut warn);
    for exception in &draft.exceptions {
        warn(format!("Excepted: {}, because: {}.", exception.about, exception.reason));
    }
    remarks
}

/// RSTUF's form has the settings beside root alone.
fn beside_root(draft: &Draft) -> Vec<Note> {
    let settings = match draft.settings() {
        Ok(settings) if draft.is_for_rstuf() => settings,
        _ => return Vec::new(),
    };
    let unsigned = "RSTUF's form has no signed settings: these stand in the payload only, and whoever carries it could change them.";
    let sentences = sentence::service(&settings).into_iter().map(|text| Note::news(Tone::Plain, text));
    std::iter::once(Note::news(Tone::Warning, unsigned)).chain(sentences).collect()
}

fn words(digest: &DocumentDigest) -> Vec<Effect> {
    let lines = sentence::word_lines(digest).into_iter().map(|line| Effect::plain(format!("  {line}")));
    std::iter::once(Effect::plain("The same digest in words:")).chain(lines).collect()
}

fn raw_bytes(root: &Metadata<Root>) -> Vec<Effect> {
    let bytes = root.document().signing_bytes();
    let text = String::from_utf8_lossy(bytes);
    let heading = Effect::plain(format!("The {} bytes that will be signed:", bytes.len()));
    // Line breaks inside keys are shown as they are, so that the lines below are exactly the bytes.
    std::iter::once(heading).chain(text.split('\n').map(Effect::plain)).collect()
}
