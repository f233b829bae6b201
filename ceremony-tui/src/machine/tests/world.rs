//! A world for the machine: key files, tokens, an online key, and answers to every effect. Its keys are always the
//! same, so that its digests are.

mod cards;
mod desk;
mod hosts;

use std::collections::VecDeque;

use hardware_tests::yubikey::YubiKey;
use shared::attestation::Anchors;
use shared::device::{KeyPolicy, Origin, PinPolicy, TouchPolicy};
use shared::gap::{OnlineKeyDocument, RootKeyDocument};
use shared::key::Key;
use shared::root_draft::KeySpelling;
use shared::software::SoftwareKey;
use shared::time::UnixTime;

use crate::machine::*;
use crate::token::module::{ModuleChoice, ModuleFound};
use crate::token::{
    AskError, Attestation, HostKind, PinState, Refusal, TokenId, TokenInfo, TokenKind, Traits, Unusable,
};

pub(crate) use desk::new_yubikey;

pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) facts: Facts,
    pub(crate) online: SoftwareKey,
    pub(crate) online_file: Vec<u8>,
    /// Documents beside the online key's, by their path.
    pub(crate) documents: Vec<(String, Vec<u8>)>,
    pub(crate) files: Vec<(String, SoftwareKey)>,
    /// Tokens with the keys that they show, each with its id.
    pub(crate) tokens: Vec<(TokenInfo, Vec<(String, SoftwareKey)>)>,
    /// What is in a reader and is no token.
    pub(crate) unusable: Vec<Unusable>,
    /// Hosts that cannot be asked.
    pub(crate) troubles: Vec<(HostKind, AskError)>,
    /// What keys on YubiKeys say of themselves.
    pub(crate) policy: Option<KeyPolicy>,
    pub(crate) origin: Origin,
    /// What a token says when it is asked where a key comes from; for a public key that it shows besides its own.
    pub(crate) attestations: Vec<(TokenId, Key, Result<Attestation, Refusal>)>,
    /// Virtual YubiKeys, which sign themselves.
    pub(crate) cards: Vec<YubiKey>,
    pub(crate) notes: Vec<Note>,
    /// How often a host was asked.
    pub(crate) asked: usize,
    pub(crate) refuse_next: bool,
    pub(crate) garble_next: bool,
    /// What the next signature on a token fails with.
    pub(crate) fail_next: Option<AskError>,
    /// The document for which the medium has no room.
    pub(crate) full_for: Option<&'static str>,
    /// Bytes that a key was asked to sign.
    pub(crate) signed: Vec<Vec<u8>>,
    /// What was changed on tokens.
    pub(crate) changes: Vec<String>,
    /// What tokens say next when they are asked to do something.
    pub(crate) refusals: VecDeque<Refusal>,
    /// What tokens say about keys besides.
    pub(crate) policies: Vec<(String, KeyPolicy)>,
    pub(crate) attestation: Option<Attestation>,
    /// Documents that were exported.
    pub(crate) exported: Vec<(String, Vec<u8>)>,
    clock: i64,
}

pub(crate) fn document(key: &SoftwareKey, time: UnixTime) -> OnlineKeyDocument {
    let proof = key.sign(&OnlineKeyDocument::statement(key.public().id(), time)).unwrap();
    OnlineKeyDocument { key: key.public().clone(), name: "online-1".to_owned(), time, proof }
}

/// The key of a holder who is not in the room.
pub(crate) fn root_key(key: &SoftwareKey, name: &str, time: UnixTime) -> RootKeyDocument {
    let proof = key.sign(&RootKeyDocument::statement(key.public().id(), time)).unwrap();
    RootKeyDocument { key: key.public().clone(), name: name.to_owned(), time, proof, attestation: Vec::new() }
}

/// An Ed25519 key out of a seed of equal bytes.
pub(crate) fn key(seed: u8) -> SoftwareKey {
    let pkcs8 = [&hex::decode("302e020100300506032b657004220420").unwrap()[..], &[seed; 32]].concat();
    SoftwareKey::from_pkcs8_der(&pkcs8).unwrap()
}

/// The module of every PKCS#11 token here.
pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// A YubiKey with one key in slot 9c, which wants touch and PIN.
pub(crate) fn yubikey(serial: &str, firmware: &str, seed: u8) -> (TokenInfo, Vec<(String, SoftwareKey)>) {
    let token = TokenInfo {
        id: TokenId { label: "YubiKey".to_owned(), serial: serial.to_owned() },
        kind: TokenKind::YubiKey,
        model: format!("YubiKey {firmware}"),
        manufacturer: "Yubico".to_owned(),
        firmware: Some(firmware.parse().unwrap()),
        pin: PinState::Left(3),
        pin_pad: false,
        traits: desk::card_traits(),
        details: Vec::new(),
    };
    (token, vec![("9c".to_owned(), p256(seed))])
}

/// A P-256 key whose private number is a byte, again and again.
pub(crate) fn p256(seed: u8) -> SoftwareKey {
    let head = hex::decode("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420").unwrap();
    SoftwareKey::from_pkcs8_der(&[&head[..], &[seed; 32]].concat()).unwrap()
}

/// A token with one key.
pub(crate) fn token(label: &str, serial: &str, seed: u8) -> (TokenInfo, Vec<(String, SoftwareKey)>) {
    let id = TokenId { label: label.to_owned(), serial: serial.to_owned() };
    let (model, manufacturer) = ("v2".to_owned(), "SoftHSM".to_owned());
    let token = TokenInfo {
        id,
        kind: TokenKind::Pkcs11,
        model,
        manufacturer,
        firmware: None,
        pin: PinState::Fine,
        pin_pad: false,
        traits: Traits { unlocking: Some(PinState::Fine), ..Traits::default() },
        details: Vec::new(),
    };
    (token, vec![("01".to_owned(), key(seed))])
}

/// Nothing was said on the command line.
pub(crate) fn options() -> Options {
    let attestation = AttestationRules { anchors: Anchors::yubico().unwrap(), demand: Demand::Advisory };
    Options { folder: None, spelling: KeySpelling::Plain, build_date: None, modules: Vec::new(), attestation }
}

impl World {
    pub(crate) fn begin() -> World {
        let online = key(0);
        let clock = 1_795_000_000;
        World {
            machine: Machine::new(options()),
            facts: Facts {
                dumps: Dumps::Off,
                modules: vec![ModuleChoice::at(MODULE, ModuleFound::UsualPlace)],
                ..Facts::default()
            },
            online_file: document(&online, UnixTime(clock)).to_bytes(),
            online,
            documents: vec![(
                "root-key.json".to_owned(),
                root_key(&key(40), "dora", UnixTime(clock)).to_bytes(),
            )],
            files: (0..4).map(|index| (format!("keys/{index}"), key(index + 1))).collect(),
            tokens: Vec::new(),
            attestations: Vec::new(),
            cards: Vec::new(),
            unusable: Vec::new(),
            troubles: Vec::new(),
            policy: Some(KeyPolicy { pin: PinPolicy::Once, touch: TouchPolicy::Always }),
            origin: Origin::Generated,
            notes: Vec::new(),
            asked: 0,
            refuse_next: false,
            garble_next: false,
            fail_next: None,
            full_for: None,
            signed: Vec::new(),
            changes: Vec::new(),
            refusals: VecDeque::new(),
            policies: Vec::new(),
            attestation: None,
            exported: Vec::new(),
            clock,
        }
    }

    pub(crate) fn copy(key: &SoftwareKey) -> SoftwareKey {
        SoftwareKey::from_pkcs8_der(key.to_pkcs8_der()).unwrap()
    }

    pub(crate) fn moment(&self) -> Moment {
        // Any number will do; this one changes with every event and reaches every pair of groups.
        Moment { now: UnixTime(self.clock), dice: self.clock.unsigned_abs().wrapping_mul(0x9e37_79b9) >> 3 }
    }

    /// Gives an event to the machine and answers what it causes, until it asks a person.
    pub(crate) fn tell(&mut self, event: Event) {
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

    pub(crate) fn perform(&mut self, effect: Effect) -> Option<Event> {
        let refuse = std::mem::take(&mut self.refuse_next);
        match effect {
            Effect::Say(note) => {
                self.refuse_next = refuse;
                self.notes.push(note);
                None
            }
            Effect::LookAtTokens { host } if refuse => Some(Event::TokensSeen(host, Err(AskError::Died))),
            Effect::LookAtTokens { host } => {
                let sight = self.sight(&host);
                Some(Event::TokensSeen(host, sight))
            }
            Effect::LookAtMachine => Some(Event::LookedAtMachine(self.facts.clone())),
            Effect::ReadFile { .. } if refuse => {
                Some(Event::FileRead(Err("It is gone. Look again.".to_owned())))
            }
            Effect::ReadFile { path, .. } => {
                let document = self.documents.iter().find(|(known, _)| *known == path);
                let bytes = document.map_or(&self.online_file, |(_, bytes)| bytes);
                Some(Event::FileRead(Ok(bytes.clone())))
            }
            Effect::Export { .. } if refuse => {
                Some(Event::Exported(Err("It is full. Take another.".to_owned())))
            }
            Effect::Export { folder, name, bytes, .. } => {
                let path = format!("{folder}/{name}");
                self.exported.push((path.clone(), bytes));
                if self.full_for == Some(name) {
                    return Some(Event::Exported(Err("It is full. Take another.".to_owned())));
                }
                Some(Event::Exported(Ok(Exported { path, file_digest: "00".to_owned(), was_there: false })))
            }
            Effect::Ask { host, request, secrets } => {
                assert_eq!(secrets.len(), usize::from(request.secrets()), "{request:?}");
                self.asked += 1;
                if refuse {
                    return Some(Event::Asked(Err(AskError::Died)));
                }
                Some(Event::Asked(self.answer_as(&host, request)))
            }
        }
    }

    /// Somebody looks at every host that is watched now.
    pub(crate) fn look_around(&mut self) {
        for host in self.machine.watched() {
            let sight = self.sight(&host);
            self.tell(Event::TokensSeen(host, sight));
        }
    }

    pub(crate) fn question(&self) -> String {
        self.machine.question().map(|question| question.id).unwrap_or_default()
    }

    pub(crate) fn answer(&mut self, answer: &str) {
        self.tell(Event::Answer(answer.to_owned()));
    }

    pub(crate) fn said(&self, part: &str) -> bool {
        self.notes.iter().any(|note| note.text.contains(part))
    }

    pub(crate) fn pass_settings(&mut self) {
        self.answer("acme-releases");
        while self.question().starts_with("settings.") {
            self.answer("");
        }
    }

    pub(crate) fn import_online(&mut self) {
        self.answer("online-key.json");
        self.type_groups();
    }

    /// Types the groups that are asked, rightly.
    pub(crate) fn type_groups(&mut self) {
        while let Some(group) = self.right_group() {
            self.answer(&group);
        }
    }

    /// The right answer when a group is asked.
    pub(crate) fn right_group(&self) -> Option<String> {
        right_group(&self.machine)
    }

    /// Takes the key of dora, who is not in the room.
    pub(crate) fn add_document(&mut self) {
        for answer in ["document", "root-key.json", "yes"] {
            self.answer(answer);
        }
    }

    pub(crate) fn add_file(&mut self, name: &str, index: usize) {
        self.answer("file");
        self.answer(name);
        self.answer(&format!("keys/{index}"));
    }

    pub(crate) fn at_online_key() -> World {
        let mut world = World::begin();
        world.tell(Event::Started);
        world.answer("yes");
        world.pass_settings();
        world
    }

    pub(crate) fn at_root_keys() -> World {
        let mut world = World::at_online_key();
        world.import_online();
        assert_eq!(world.question(), "root-keys.add");
        world
    }

    pub(crate) fn at_review() -> World {
        let mut world = World::at_root_keys();
        world.add_file("alice", 0);
        world.add_file("bob", 1);
        world.answer("done");
        world
    }

    pub(crate) fn at_sign() -> World {
        let mut world = World::at_review();
        world.type_groups();
        world.answer("yes");
        assert_eq!(world.question(), "sign.key");
        world
    }
}

/// The right answer when a group is asked.
pub(crate) fn right_group(machine: &Machine) -> Option<String> {
    let id = machine.question()?.id;
    let number: usize = id.rsplit('.').next()?.parse().ok()?;
    let groups = match &machine.state {
        State::OnlineKey(ImportOnlineKey::Comparing(online, _)) => online.key.fingerprint().groups(),
        State::Review(Review::Comparing(reviewed, _)) => reviewed.root().document().digest().groups(),
        _ => return None,
    };
    groups.get(number - 1).cloned()
}
