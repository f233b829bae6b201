//! A world for the machine: key files, an online key, and answers to every effect.

use shared::gap::OnlineKeyDocument;
use shared::key::Scheme;
use shared::root_draft::KeySpelling;
use shared::software::SoftwareKey;
use shared::time::UnixTime;

use crate::machine::*;
use crate::token::{Answer, AskError, KeyFileKind, KeyLocator, Refusal, Request};

pub(super) struct World {
    pub(super) machine: Machine,
    pub(super) facts: Facts,
    pub(super) online: SoftwareKey,
    pub(super) online_file: Vec<u8>,
    pub(super) files: Vec<(String, SoftwareKey)>,
    pub(super) notes: Vec<Note>,
    /// How often a host was asked.
    pub(super) asked: usize,
    pub(super) refuse_next: bool,
    pub(super) garble_next: bool,
    /// Bytes that a key was asked to sign.
    pub(super) signed: Vec<Vec<u8>>,
    clock: i64,
}

pub(super) fn document(key: &SoftwareKey, time: UnixTime) -> OnlineKeyDocument {
    let proof = key.sign(&OnlineKeyDocument::statement(key.public().id(), time)).unwrap();
    OnlineKeyDocument { key: key.public().clone(), name: "online-1".to_owned(), time, proof }
}

impl World {
    pub(super) fn begin() -> World {
        let key = || SoftwareKey::generate(Scheme::Ed25519).unwrap();
        let online = key();
        let clock = 1_795_000_000;
        World {
            machine: Machine::new(Options { folder: None, spelling: KeySpelling::Plain, build_date: None }),
            facts: Facts { dumps: Dumps::Off, ..Facts::default() },
            online_file: document(&online, UnixTime(clock)).to_bytes(),
            online,
            files: (0..4).map(|index| (format!("keys/{index}"), key())).collect(),
            notes: Vec::new(),
            asked: 0,
            refuse_next: false,
            garble_next: false,
            signed: Vec::new(),
            clock,
        }
    }

    pub(super) fn copy(key: &SoftwareKey) -> SoftwareKey {
        SoftwareKey::from_pkcs8_der(key.to_pkcs8_der()).unwrap()
    }

    pub(super) fn moment(&self) -> Moment {
        // Any number will do; this one changes with every event and reaches every pair of groups.
        Moment { now: UnixTime(self.clock), dice: self.clock.unsigned_abs().wrapping_mul(0x9e37_79b9) >> 3 }
    }

    /// Gives an event to the machine and answers what it causes, until it asks a person.
    pub(super) fn tell(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            self.clock += 1;
            let moment = self.moment();
            for effect in self.machine.update(event.clone(), moment) {
                if let Some(answer) = self.perform(effect) {
                    events.push(answer);
                }
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Event> {
        let refuse = std::mem::take(&mut self.refuse_next);
        match effect {
            Effect::Say(note) => {
                self.refuse_next = refuse;
                self.notes.push(note);
                None
            }
            Effect::LookAtMachine => Some(Event::LookedAtMachine(self.facts.clone())),
            Effect::ReadFile { .. } if refuse => {
                Some(Event::FileRead(Err("It is gone. Look again.".to_owned())))
            }
            Effect::ReadFile { .. } => Some(Event::FileRead(Ok(self.online_file.clone()))),
            Effect::Export { .. } if refuse => {
                Some(Event::Exported(Err("It is full. Take another.".to_owned())))
            }
            Effect::Export { folder, name, .. } => Some(Event::Exported(Ok(Exported {
                path: format!("{folder}/{name}"),
                file_digest: "00".to_owned(),
                was_there: false,
            }))),
            Effect::Ask { request, .. } => {
                self.asked += 1;
                if refuse {
                    return Some(Event::Asked(Err(AskError::Died)));
                }
                Some(Event::Asked(self.answer_as_host(request).map_err(AskError::Refused)))
            }
        }
    }

    fn answer_as_host(&mut self, request: Request) -> Result<Answer, Refusal> {
        let missing = || Refusal::NotAKeyFile { path: "?".to_owned() };
        let find = |path: &str| self.files.iter().find(|(known, _)| known == path).ok_or_else(missing);
        match request {
            Request::InspectKeyFile { path } => find(&path).map(|_| Answer::KeyFile(KeyFileKind::Age)),
            Request::CheckNewKeyFile { .. } => Ok(Answer::Writable),
            Request::OpenKeyFile { path } => Ok(Answer::Key(find(&path)?.1.public().to_json())),
            Request::Sign { key: KeyLocator::File { path }, message, .. } => {
                let mut signature = find(&path)?.1.sign(&message).unwrap();
                if std::mem::take(&mut self.garble_next) {
                    signature[0] ^= 1;
                }
                self.signed.push(message);
                Ok(Answer::Signature(signature))
            }
            _ => Err(Refusal::NotSupported),
        }
    }

    pub(super) fn question(&self) -> String {
        self.machine.question().map(|question| question.id).unwrap_or_default()
    }

    pub(super) fn answer(&mut self, answer: &str) {
        self.tell(Event::Answer(answer.to_owned()));
    }

    pub(super) fn said(&self, part: &str) -> bool {
        self.notes.iter().any(|note| note.text.contains(part))
    }

    pub(super) fn pass_settings(&mut self) {
        self.answer("acme-releases");
        while self.question().starts_with("settings.") {
            self.answer("");
        }
    }

    pub(super) fn import_online(&mut self) {
        self.answer("online-key.json");
        self.type_groups();
    }

    /// Types the groups that are asked, rightly.
    pub(super) fn type_groups(&mut self) {
        while let Some(group) = self.right_group() {
            self.answer(&group);
        }
    }

    /// The right answer when a group is asked.
    pub(super) fn right_group(&self) -> Option<String> {
        let id = self.question();
        let number: usize = id.rsplit('.').next()?.parse().ok()?;
        let groups = match &self.machine.state {
            State::OnlineKey(ImportOnlineKey::Comparing(online, _)) => online.key.fingerprint().groups(),
            State::Review(Review::Comparing(reviewed, _)) => reviewed.root().document().digest().groups(),
            _ => return None,
        };
        groups.get(number - 1).cloned()
    }

    pub(super) fn add_file(&mut self, name: &str, index: usize) {
        self.answer("file");
        self.answer(name);
        self.answer(&format!("keys/{index}"));
    }

    pub(super) fn at_online_key() -> World {
        let mut world = World::begin();
        world.tell(Event::Started);
        world.answer("yes");
        world.pass_settings();
        world
    }

    pub(super) fn at_root_keys() -> World {
        let mut world = World::at_online_key();
        world.import_online();
        assert_eq!(world.question(), "root-keys.add");
        world
    }

    pub(super) fn at_review() -> World {
        let mut world = World::at_root_keys();
        world.add_file("alice", 0);
        world.add_file("bob", 1);
        world.answer("done");
        world
    }

    pub(super) fn at_sign() -> World {
        let mut world = World::at_review();
        world.type_groups();
        world.answer("yes");
        assert_eq!(world.question(), "sign.key");
        world
    }
}
