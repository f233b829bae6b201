//! What happens to a token that was chosen: answers, looks, and what the token says.

use shared::key::Key;

use super::{ATTESTATION, EXPORT, GENERATE, IDENTIFY, LOGIN, PIN, UNBLOCK};
use super::{AtToken, Doing, Keys, Presence, Went};
use crate::machine::choose_token::AGAIN;
use crate::machine::desk::attest;
use crate::machine::desk::export::{Document, Export, Next};
use crate::machine::desk::job::{Fresh, Job};
use crate::machine::desk::known::{self, name_of};
use crate::machine::desk::new_key::{self, Plan};
use crate::machine::draft::Draft;
use crate::machine::event::{Effect, Event, Exported, Moment};
use crate::machine::seen::key_word;
use crate::token::{Answer, AskError, Listing, PinState, Refusal, TokenKind};

impl AtToken {
    pub(in crate::machine::desk) fn update(
        mut self,
        draft: &mut Draft,
        event: Event,
        moment: Moment,
    ) -> Went {
        let was_here = self.presence == Presence::Here;
        if let Event::TokensSeen(host, looked) = &event
            && *host == self.host
        {
            self.look(draft, looked);
        }
        // What it held before may be something else by now.
        if self.doing == Doing::Choose && !was_here && self.presence == Presence::Here {
            let (at, effects) = self.read_keys();
            return Went::On(Box::new(at), effects);
        }
        let doing = std::mem::replace(&mut self.doing, Doing::Choose);
        match (doing, event) {
            (Doing::Reading, Event::Asked(answer)) => self.keys_read(answer),
            (Doing::Choose, Event::Answer(answer)) => self.begin(&answer, moment),
            (Doing::NewKey(plan), Event::Answer(answer)) => self.described(plan, answer),
            (Doing::Export(export), Event::Answer(answer)) => self.exporting(export, &answer),
            (Doing::Attesting, Event::Answer(answer)) => {
                let found = self.shown().iter().find(|key| key_word(key, self.shown()) == answer).cloned();
                match found {
                    Some(key) => self.work(Job::Attest(key), moment),
                    None => self.on(Doing::Choose, []),
                }
            }
            (Doing::Ready(job), Event::Answer(answer)) if answer == "yes" => self.agreed(job, moment),
            (Doing::Ready(_) | Doing::Attested(_), Event::Answer(_)) => self.on(Doing::Choose, []),
            (Doing::Looking(job), Event::TokensSeen(host, looked)) if host == self.host => {
                self.looked(job, looked, moment)
            }
            (Doing::Working(job), Event::Asked(Ok(answer))) => self.done(draft, job, answer, moment),
            (Doing::Working(job), Event::Asked(Err(error))) => self.failed(job, &error, moment),
            (Doing::Working(job), Event::SecretNotGiven(reason)) => {
                let doing = before(job);
                self.on(doing, [Effect::warning(reason)])
            }
            (Doing::Folder(document), Event::Answer(folder)) => {
                let Document { name, bytes } = document.clone();
                self.on(Doing::Writing(document), [Effect::Export { folder, name, bytes, next: None }])
            }
            (Doing::Writing(_), Event::Exported(Ok(exported))) => self.written(draft, &exported),
            (Doing::Writing(document), Event::Exported(Err(sentences))) => {
                self.refuse(Doing::Folder(document), sentences)
            }
            (doing, _) => self.on(doing, []),
        }
    }

    /// What is known about it now.
    fn look(&mut self, draft: &Draft, looked: &Result<Listing, AskError>) {
        let Ok(listing) = looked else { return };
        match listing.tokens.iter().find(|token| token.id == self.token.id) {
            Some(token) => (self.token, self.presence) = (token.clone(), Presence::Here),
            None => {
                self.presence = draft.seen.obstacle(&self.token).map_or(Presence::Gone, Presence::Held);
            }
        }
    }

    fn keys_read(mut self, answer: Result<Answer, AskError>) -> Went {
        self.keys = match answer {
            Ok(Answer::Keys(keys)) => Keys::Shown(keys),
            Ok(_) => return self.on(Doing::Reading, []),
            Err(error) => Keys::Refused(error.to_string()),
        };
        self.on(Doing::Choose, [])
    }

    fn begin(self, answer: &str, moment: Moment) -> Went {
        match answer {
            GENERATE => match Plan::begin(&self.token, self.shown()) {
                Ok(plan) => self.on(Doing::NewKey(plan), []),
                Err(sentences) => self.refuse(Doing::Choose, sentences),
            },
            EXPORT => self.on(Doing::Export(Export::begin()), []),
            ATTESTATION => self.on(Doing::Attesting, []),
            LOGIN => self.agreed(Job::ShowHidden, moment),
            PIN => self.ready(Job::ChangePin),
            UNBLOCK => self.ready(Job::UnblockPin),
            IDENTIFY => self.work(Job::Identify, moment),
            AGAIN => {
                let (at, mut effects) = self.read_keys();
                effects.insert(0, Effect::LookAtTokens { host: at.host.clone() });
                Went::On(Box::new(at), effects)
            }
            _ => Went::ToList(Vec::new()),
        }
    }

    fn described(self, plan: Plan, answer: String) -> Went {
        let (plan, accepted) = plan.accept(answer, self.shown());
        match accepted {
            Err(sentences) => self.refuse(Doing::NewKey(plan), sentences),
            Ok(()) if plan.is_complete() => self.ready(Job::Generate(plan)),
            Ok(()) => self.on(Doing::NewKey(plan), []),
        }
    }

    fn exporting(self, export: Export, answer: &str) -> Went {
        match export.accept(answer, self.shown()) {
            Next::Ask(export) => self.on(Doing::Export(export), []),
            Next::Refuse(export, sentences) => self.refuse(Doing::Export(export), sentences),
            Next::Write(document) => self.on(Doing::Folder(document), []),
            Next::Prove(export) if self.token.kind == TokenKind::YubiKey => {
                self.ready(Job::AttestFor(export))
            }
            Next::Prove(export) => self.ready(Job::Prove(export)),
        }
    }

    /// Shows what it costs, unless the token cannot do it at all.
    fn ready(self, job: Job) -> Went {
        if self.token.pin_pad && job.types_pin() {
            let text = "This token takes PINs only on its own pad, where this program cannot ask for two. Use its \
                        maker's tool for that.";
            return self.refuse(Doing::Choose, text);
        }
        match self.objection(&job) {
            Some(sentences) => self.refuse(Doing::Choose, sentences),
            None => self.on(Doing::Ready(job), []),
        }
    }

    /// Why a try would be lost, or is none.
    fn objection(&self, job: &Job) -> Option<String> {
        match job.fresh() {
            Fresh::Pin => known::locked(&self.token),
            Fresh::Unlocking if self.token.traits.unlocking == Some(PinState::Locked) => {
                Some(Refusal::PukLocked.to_string())
            }
            Fresh::Unlocking | Fresh::Presence => None,
        }
    }

    /// Somebody said yes: the token's own word about its PIN, fresh, before a try is spent.
    fn agreed(self, job: Job, moment: Moment) -> Went {
        if let Job::AttestFor(_) = job {
            return self.work(job, moment);
        }
        let effect = Effect::LookAtTokens { host: self.host.clone() };
        self.on(Doing::Looking(job), [effect])
    }

    fn looked(self, job: Job, looked: Result<Listing, AskError>, moment: Moment) -> Went {
        if let Err(error) = looked {
            let doing = before(job);
            return self.refuse(doing, error.to_string());
        }
        let name = name_of(&self.token);
        let why = match &self.presence {
            Presence::Here => None,
            Presence::Held(why) => Some(format!("{name} cannot be used now, so nothing was done. {why}")),
            Presence::Gone => {
                Some(format!("{name} is not there, so nothing was done. Insert it and try again."))
            }
        };
        if let Some(text) = why {
            return self.refuse(Doing::Choose, text);
        }
        match self.objection(&job) {
            Some(sentences) => self.refuse(Doing::Choose, sentences),
            None => self.work(job, moment),
        }
    }

    fn work(self, mut job: Job, moment: Moment) -> Went {
        match job.ask(&self.host, &self.token, moment.now) {
            Some(effect) => self.on(Doing::Working(job), [effect]),
            None => self.on(Doing::Choose, []),
        }
    }

    fn done(mut self, draft: &mut Draft, job: Job, answer: Answer, moment: Moment) -> Went {
        let name = name_of(&self.token);
        match (job, answer) {
            (Job::ShowHidden, Answer::Keys(keys)) => {
                self.keys = Keys::Shown(keys);
                self.on(Doing::Choose, [])
            }
            (Job::Generate(plan), Answer::Key(json)) => match Key::from_json(&json) {
                Ok(key) => self.generated(draft, &plan, &key),
                Err(error) => self.refuse(Doing::Choose, error.to_string()),
            },
            (Job::ChangePin, Answer::Done) => self.changed(draft, format!("{name} has another PIN.")),
            (Job::UnblockPin, Answer::Done) => {
                self.changed(draft, format!("{name} has a new PIN and is not locked."))
            }
            (Job::Identify, Answer::Done) => {
                self.on(Doing::Choose, [Effect::plain(format!("{name} has shown its light."))])
            }
            (Job::Attest(key), Answer::Attestation(attestation)) => {
                let parts = attest::parts(
                    &self.token,
                    &key,
                    &attestation,
                    &draft.options.attestation.anchors,
                    moment.now,
                );
                self.on(Doing::Attested(parts), [])
            }
            (Job::AttestFor(export), Answer::Attestation(attestation)) => {
                let (export, error) = export.with_attestation(&attestation);
                let why = error.map(|error| {
                    format!(
                        "{error} The key is exported without an attestation, which a ceremony may refuse."
                    )
                });
                self.proving(export, why, moment)
            }
            (Job::Prove(export), answer) => match export.proved(answer) {
                Ok(document) => self.on(Doing::Folder(document), []),
                Err(sentences) => self.refuse(Doing::Choose, sentences),
            },
            (job, _) => {
                let error = AskError::Nonsense { reason: "it is an answer to another question".to_owned() };
                self.refuse(before(job), error.to_string())
            }
        }
    }

    /// The proof comes next; why the key goes without an attestation is heard before.
    fn proving(self, export: Export, why_unattested: Option<String>, moment: Moment) -> Went {
        match self.agreed(Job::Prove(export), moment) {
            Went::On(at, mut effects) => {
                effects.splice(0..0, why_unattested.map(Effect::warning));
                Went::On(at, effects)
            }
            went => went,
        }
    }

    fn generated(self, draft: &mut Draft, plan: &Plan, key: &Key) -> Went {
        let kind = plan.new_key().map_or("key", |new| new_key::kind_title(new.kind));
        let place = plan.new_key().map(|new| known::place(&self.token, &new.key_id)).unwrap_or_default();
        let said =
            format!("{} generated a key ({kind}) in {place}, key id {}.", name_of(&self.token), key.id());
        draft.done_to_tokens.push(said.clone());
        let (at, mut effects) = self.read_keys();
        effects.insert(0, Effect::plain(said));
        Went::On(Box::new(at), effects)
    }

    /// The token is looked at again: it counts anew from here on.
    fn changed(self, draft: &mut Draft, said: String) -> Went {
        draft.done_to_tokens.push(said.clone());
        let look = Effect::LookAtTokens { host: self.host.clone() };
        let (at, mut effects) = self.read_keys();
        effects.splice(0..0, [Effect::plain(said), look]);
        Went::On(Box::new(at), effects)
    }

    fn written(self, draft: &mut Draft, exported: &Exported) -> Went {
        let Exported { path, file_digest, was_there } = exported;
        let how =
            if *was_there { "was there already with these very bytes" } else { "was written and read back" };
        let said = format!("{path} {how}; its file digest is SHA-256 {file_digest}.");
        draft.done_to_tokens.push(said.clone());
        self.on(Doing::Choose, [Effect::plain(said)])
    }

    /// The token was asked to change, and what became of it is not known: what it shows now is read, which costs nothing.
    fn in_doubt(self, error: &AskError) -> Went {
        let doubt = "Whether the token was changed all the same is not known. What it shows now is read; after a change of \
                     the PIN, either the old or the new one is right.";
        let look = Effect::LookAtTokens { host: self.host.clone() };
        let (at, mut effects) = self.read_keys();
        effects.splice(0..0, [Effect::refused(error.to_string()), Effect::warning(doubt), look]);
        Went::On(Box::new(at), effects)
    }

    /// There is no answer, or it is no. Nothing is tried again.
    fn failed(mut self, job: Job, error: &AskError, moment: Moment) -> Went {
        match (job, error) {
            // A key that is not attested can be exported all the same; people hear it.
            (Job::AttestFor(export), AskError::Refused(refusal @ Refusal::NotAttested { .. })) => {
                self.proving(export, Some(refusal.to_string()), moment)
            }
            (job, error) if job.changes() && !is_certain(error) => self.in_doubt(error),
            (job, error) => {
                self.hear(error);
                let doing = if self.objection(&job).is_some() { Doing::Choose } else { before(job) };
                self.refuse(doing, error.to_string())
            }
        }
    }
}

impl AtToken {
    /// What a refusal says about tries.
    fn hear(&mut self, error: &AskError) {
        let AskError::Refused(refusal) = error else { return };
        match refusal {
            Refusal::WrongPin { state } => self.token.pin = *state,
            Refusal::PinLocked => self.token.pin = PinState::Locked,
            Refusal::WrongPuk { state } => self.token.traits.unlocking = Some(*state),
            Refusal::PukLocked => self.token.traits.unlocking = Some(PinState::Locked),
            _ => {}
        }
    }
}

/// Whether nothing was changed, for certain: the token, or its host, said so before it began.
fn is_certain(error: &AskError) -> bool {
    let AskError::Refused(refusal) = error else { return false };
    matches!(
        refusal,
        Refusal::WrongPin { .. }
            | Refusal::PinLocked
            | Refusal::WrongPuk { .. }
            | Refusal::PukLocked
            | Refusal::UnusablePin { .. }
            | Refusal::NotAPin { .. }
            | Refusal::WrongManagementKey { .. }
            | Refusal::PlaceTaken { .. }
            | Refusal::SecretMissing
            | Refusal::NoSuchToken { .. }
            | Refusal::AmbiguousToken { .. }
            | Refusal::UnsupportedKey { .. }
            // Hosts say in words only what was so before a change began; after that it is uncertain.
            | Refusal::Said { .. }
            | Refusal::NotSupported
    )
}

/// Where one can try again, or think again.
fn before(job: Job) -> Doing {
    match job {
        // The attestation is read again with the next proof.
        Job::Prove(export) if !export.is_attested() => Doing::Ready(Job::Prove(export)),
        Job::Prove(export) => Doing::Ready(Job::AttestFor(export)),
        job if job.question().is_some() => Doing::Ready(job),
        _ => Doing::Choose,
    }
}
