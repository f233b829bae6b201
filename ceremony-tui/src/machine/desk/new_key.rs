//! A key that a token shall generate: what is asked, one question after the other.

use shared::device::{KeyPolicy, PinPolicy, TouchPolicy, Weakness, generates_rsa_3072};

use crate::machine::board::desk::Part;
use crate::machine::policy;
use crate::machine::question::{Choice, Question};
use crate::token::{Authority, FactoryValue, NewKey, NewKeyKind, TokenInfo, TokenKey, TokenKind};

use super::known;

/// The slot for signatures, which most programs look at first.
const USUAL_SLOT: &str = "9c";
/// A CKA_ID of more bytes helps nobody.
const LONGEST_ID: usize = 20;
const LONGEST_LABEL: usize = 32;

/// The answers so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    asked: &'static [Asked],
    answers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Slot,
    Id,
    Label,
    Kind,
    Pin,
    Touch,
    Management,
}

impl Asked {
    fn name(self) -> &'static str {
        match self {
            Asked::Slot => "slot",
            Asked::Id => "id",
            Asked::Label => "label",
            Asked::Kind => "kind",
            Asked::Pin => "PIN",
            Asked::Touch => "touch",
            Asked::Management => "allowed by",
        }
    }
}

const ON_YUBIKEY: &[Asked] = &[Asked::Slot, Asked::Kind, Asked::Pin, Asked::Touch, Asked::Management];
const BEHIND_MODULE: &[Asked] = &[Asked::Id, Asked::Label, Asked::Kind];

/// A word, what it means, and what it stands for.
type Offer<T> = (&'static str, &'static str, T);

const KINDS: [Offer<NewKeyKind>; 4] = [
    ("p256", "ECDSA on P-256: every client verifies it (recommended)", NewKeyKind::P256),
    ("ed25519", "Ed25519: every client verifies it; few tokens have it", NewKeyKind::Ed25519),
    ("rsa2048", "RSA with 2048 bits: slow to generate, large signatures", NewKeyKind::Rsa2048),
    ("rsa3072", "RSA with 3072 bits: slower still", NewKeyKind::Rsa3072),
];

const PINS: [Offer<PinPolicy>; 2] = [
    ("always", "the PIN for each signature (recommended)", PinPolicy::Always),
    ("once", "the PIN once, until the token is taken out or another program uses it", PinPolicy::Once),
];

const TOUCHES: [Offer<TouchPolicy>; 3] = [
    ("always", "a touch for each signature (recommended)", TouchPolicy::Always),
    ("cached", "one touch is good for 15 seconds", TouchPolicy::Cached),
    ("never", "no touch: programs can sign unnoticed while they know the PIN", TouchPolicy::Never),
];

const AUTHORITIES: [Offer<Authority>; 3] = [
    ("factory", "the management key is still the one from the factory", Authority::FactoryManagementKey),
    ("typed", "the management key is typed, in hexadecimal digits", Authority::ManagementKey),
    ("pin", "the management key is protected by the PIN, which is asked", Authority::Pin),
];

fn of<T: Copy>(offers: &[Offer<T>], word: &str) -> Option<T> {
    offers.iter().find(|(known, _, _)| *known == word).map(|(_, _, value)| *value)
}

fn choices<T>(offers: impl IntoIterator<Item = Offer<T>>) -> Vec<Choice> {
    offers.into_iter().map(|(word, meaning, _)| Choice::new(word, meaning)).collect()
}

impl Plan {
    /// Nothing is answered yet; two sentences where the token has no place left.
    pub(super) fn begin(token: &TokenInfo, keys: &[TokenKey]) -> Result<Plan, String> {
        let asked = match token.kind {
            TokenKind::YubiKey if free_slots(keys).is_empty() => {
                return Err(format!(
                    "Every slot of {} holds a key, and none is ever written over here. Use another token.",
                    known::name_of(token)
                ));
            }
            TokenKind::YubiKey => ON_YUBIKEY,
            TokenKind::Pkcs11 => BEHIND_MODULE,
        };
        Ok(Plan { asked, answers: Vec::new() })
    }

    /// Whether everything is answered.
    pub(super) fn is_complete(&self) -> bool {
        self.answers.len() == self.asked.len()
    }

    /// One answer less, if there is one.
    pub(super) fn before(mut self) -> Option<Plan> {
        self.answers.pop().map(|_| self)
    }

    pub(super) fn question(&self, token: &TokenInfo, keys: &[TokenKey]) -> Option<Question> {
        Some(match self.asked.get(self.answers.len())? {
            Asked::Slot => slot_question(keys),
            Asked::Id => {
                let text = "Id of the new key, in hexadecimal digits";
                Question::text("tokens.key-id", text).or(free_id(keys))
            }
            Asked::Label => Question::text("tokens.label", "Label of the new key").or("tuf-root"),
            Asked::Kind => {
                Question::choice("tokens.kind", "Kind of key", choices(kinds(token))).or(KINDS[0].0)
            }
            Asked::Pin => {
                let text = "When the key wants its PIN; this can never be changed";
                Question::choice("tokens.pin-policy", text, choices(PINS)).or(PINS[0].0)
            }
            Asked::Touch => {
                let text = "When the key wants a touch; this can never be changed";
                Question::choice("tokens.touch-policy", text, choices(TOUCHES)).or(TOUCHES[0].0)
            }
            Asked::Management => {
                let text = "What allows the token to be changed";
                Question::choice("tokens.management", text, choices(AUTHORITIES)).or(usual_authority(token))
            }
        })
    }

    /// Takes an answer in, or says why it is none.
    pub(super) fn accept(mut self, answer: String, keys: &[TokenKey]) -> (Plan, Result<(), String>) {
        let checked = match self.asked.get(self.answers.len()) {
            Some(Asked::Id) => check_id(&answer, keys),
            Some(Asked::Label) => check_label(&answer).map(|()| answer),
            _ => Ok(answer),
        };
        let checked = checked.map(|answer| self.answers.push(answer));
        (self, checked)
    }

    fn answer(&self, asked: Asked) -> Option<&str> {
        let index = self.asked.iter().position(|other| *other == asked)?;
        self.answers.get(index).map(String::as_str)
    }

    /// What the token is asked for, once everything is answered.
    pub(super) fn new_key(&self) -> Option<NewKey> {
        let policy = match (self.answer(Asked::Pin), self.answer(Asked::Touch)) {
            (Some(pin), Some(touch)) => Some(KeyPolicy { pin: of(&PINS, pin)?, touch: of(&TOUCHES, touch)? }),
            _ => None,
        };
        Some(NewKey {
            key_id: self.answer(Asked::Slot).or(self.answer(Asked::Id))?.to_owned(),
            label: self.answer(Asked::Label).unwrap_or_default().to_owned(),
            kind: of(&KINDS, self.answer(Asked::Kind)?)?,
            policy,
        })
    }

    /// What allows it.
    pub(super) fn authority(&self) -> Authority {
        self.answer(Asked::Management).and_then(|word| of(&AUTHORITIES, word)).unwrap_or(Authority::Pin)
    }

    /// The answers under their names, and what is asked now.
    pub(super) fn parts(&self) -> Vec<Part> {
        let value = |index: usize| match index.cmp(&self.answers.len()) {
            std::cmp::Ordering::Less => self.answers.get(index).cloned().unwrap_or_default(),
            std::cmp::Ordering::Equal => "is asked now".to_owned(),
            std::cmp::Ordering::Greater => "comes later".to_owned(),
        };
        self.asked.iter().enumerate().map(|(index, asked)| Part::named(asked.name(), value(index))).collect()
    }

    /// What generating it costs, and what speaks against it.
    pub(super) fn costs(&self, token: &TokenInfo) -> Vec<Part> {
        let Some(new) = self.new_key() else { return Vec::new() };
        let mut parts = vec![Part::named("place", known::place(token, &new.key_id))];
        parts.extend(
            Some(new.label).filter(|label| !label.is_empty()).map(|label| Part::named("label", label)),
        );
        parts.push(Part::named("kind", kind_title(new.kind)));
        match new.policy {
            Some(policy) => parts.push(Part::named("policy", known::both_policies(policy))),
            None => parts.push(Part::named("policy", "what the token decides; usually the PIN once")),
        }
        parts.push(Part::Gap);
        parts.extend(weakness(token, new.kind).map(|weakness| Part::warning(weakness.to_string())));
        parts.extend(new.policy.into_iter().flat_map(policy::against).map(Part::warning));
        parts.push(Part::line(
            "The private key never leaves the token and is nowhere else: a lost token is a lost key.",
        ));
        parts.push(Part::line(
            "Place, kind and policy can never be changed. No key that is there is touched.",
        ));
        parts.push(Part::line(self.price()));
        parts
    }

    fn price(&self) -> &'static str {
        match self.authority() {
            Authority::FactoryManagementKey => {
                "Nothing is typed: the management key of the factory allows it."
            }
            Authority::ManagementKey => "The management key is asked; a wrong one changes nothing.",
            Authority::Pin => "The PIN is asked; a wrong one costs a try.",
        }
    }
}

/// What people call a kind.
pub(super) fn kind_title(kind: NewKeyKind) -> &'static str {
    match kind {
        NewKeyKind::P256 => "ECDSA on P-256",
        NewKeyKind::Rsa2048 => "RSA with 2048 bits",
        NewKeyKind::Rsa3072 => "RSA with 3072 bits",
        NewKeyKind::Ed25519 => "Ed25519",
    }
}

fn weakness(token: &TokenInfo, kind: NewKeyKind) -> Option<Weakness> {
    let firmware = token.firmware.filter(|_| token.kind == TokenKind::YubiKey)?;
    match kind {
        NewKeyKind::P256 => Weakness::of_new_ecdsa(firmware),
        NewKeyKind::Rsa2048 | NewKeyKind::Rsa3072 => Weakness::of_new_rsa(firmware),
        NewKeyKind::Ed25519 => None,
    }
}

/// What this token can generate and every client verifies.
fn kinds(token: &TokenInfo) -> Vec<Offer<NewKeyKind>> {
    let is_card = token.kind == TokenKind::YubiKey;
    let has_large_rsa = token.firmware.is_some_and(generates_rsa_3072);
    let is_offered = |kind: NewKeyKind| match kind {
        NewKeyKind::Ed25519 => !is_card,
        NewKeyKind::Rsa3072 => !is_card || has_large_rsa,
        NewKeyKind::P256 | NewKeyKind::Rsa2048 => true,
    };
    let is_fatal = |kind| weakness(token, kind).is_some_and(Weakness::is_fatal);
    KINDS.into_iter().filter(|(_, _, kind)| is_offered(*kind) && !is_fatal(*kind)).collect()
}

fn free_slots(keys: &[TokenKey]) -> Vec<String> {
    let named = [0x9c, 0x9a, 0x9d, 0x9e].into_iter();
    let slots = named.chain(0x82..=0x95).map(|slot: u8| format!("{slot:02x}"));
    slots.filter(|slot| keys.iter().all(|key| key.id != *slot)).collect()
}

fn slot_question(keys: &[TokenKey]) -> Question {
    let slots = free_slots(keys);
    let usual = slots.first().map_or(USUAL_SLOT, String::as_str).to_owned();
    let choices = slots.iter().map(|slot| Choice::new(slot.as_str(), slot_meaning(slot))).collect();
    Question::choice("tokens.slot", "Slot of the new key; those with a key are not offered", choices)
        .or(usual)
}

fn slot_meaning(slot: &str) -> &'static str {
    match slot {
        "9a" => "for logging in",
        USUAL_SLOT => "for signatures: usual for a root key",
        "9d" => "for decryption",
        "9e" => "for doors, where programs expect no PIN",
        _ => "for keys of the past",
    }
}

fn free_id(keys: &[TokenKey]) -> String {
    let free = (1..=u8::MAX).map(|id| format!("{id:02x}")).find(|id| keys.iter().all(|key| key.id != *id));
    free.unwrap_or_default()
}

fn check_id(answer: &str, keys: &[TokenKey]) -> Result<String, String> {
    let id = answer.to_lowercase();
    let is_hex = hex::decode(&id).is_ok_and(|bytes| (1..=LONGEST_ID).contains(&bytes.len()));
    if !is_hex {
        return Err(format!(
            "{answer:?} is no id. Type 1 to {LONGEST_ID} bytes in hexadecimal digits, such as 01."
        ));
    }
    match keys.iter().find(|key| key.id == id) {
        Some(_) => Err(format!("There is a key with the id {id} already, and it stays. Type another id.")),
        None => Ok(id),
    }
}

fn check_label(label: &str) -> Result<(), String> {
    let is_fit = label.len() <= LONGEST_LABEL && label.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if is_fit {
        return Ok(());
    }
    Err(format!(
        "A label has at most {LONGEST_LABEL} letters, digits and signs of ASCII. Type another label."
    ))
}

fn usual_authority(token: &TokenInfo) -> &'static str {
    match () {
        () if token.traits.management_by_pin => AUTHORITIES[2].0,
        () if token.traits.factory.contains(&FactoryValue::ManagementKey) => AUTHORITIES[0].0,
        () => AUTHORITIES[1].0,
    }
}
