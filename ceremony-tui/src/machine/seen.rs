//! What is plugged in, as each token host said last.

use std::collections::BTreeMap;

use shared::device::Serial;

use super::lookout::Lookout;
use crate::token::{
    AskError, HostKind, Listing, PinState, Refusal, Shown, Sight as Sighted, TokenId, TokenInfo, TokenKey,
    TokenKind, Unusable,
};

/// What every host that was looked at has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    hosts: BTreeMap<HostKind, Sight>,
    /// Tokens that could be used before, are still there and cannot be used now.
    held: Vec<TokenInfo>,
}

/// What one host has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sight {
    listing: Listing,
    /// Why the host could not be asked; what it showed before is forgotten then.
    trouble: Option<String>,
}

/// What is different from the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// A token was plugged in.
    Plugged(TokenInfo),
    /// A token was taken out.
    Gone(TokenInfo),
    /// A token is where it was, and cannot be used now.
    Held(TokenInfo),
    /// A token that was there before can be used now.
    Freed(TokenInfo),
    /// A host could be asked before, and cannot be asked now.
    Lost(HostKind, String),
    /// A host can be asked again.
    Back(HostKind),
}

impl Change {
    /// What people hear.
    pub(super) fn sentence(&self, lookout: &Lookout) -> String {
        match self {
            Change::Plugged(token) => format!("{} was plugged in.", name_of(token)),
            Change::Gone(token) => format!("{} was taken out.", name_of(token)),
            Change::Held(token) => format!("{} cannot be used now.", name_of(token)),
            Change::Freed(token) => format!("{} can be used now.", name_of(token)),
            Change::Lost(host, why) => format!("{} cannot be seen now. {why}", lookout.name_of(host)),
            Change::Back(host) => format!("{} can be seen again.", lookout.name_of(host)),
        }
    }
}

/// What people call a token: model and serial number of a YubiKey, the label its owner gave to another one.
pub(super) fn name_of(token: &TokenInfo) -> String {
    let TokenInfo { id, model, .. } = token;
    match token.kind {
        TokenKind::YubiKey => format!("{model} {}", id.serial),
        TokenKind::Pkcs11 => format!("{} {}", id.label, id.serial),
    }
}

/// The word that answers for a token: label and serial number, because two tokens may share a label.
pub(super) fn token_word(token: &TokenInfo) -> String {
    format!("{}/{}", token.id.label, token.id.serial)
}

/// The word that answers for a key: its id, with its label where the token uses one id twice.
pub(super) fn key_word(key: &TokenKey, keys: &[TokenKey]) -> String {
    let twice = keys.iter().filter(|other| other.id == key.id).count() > 1;
    if twice || key.id.is_empty() { format!("{}/{}", key.id, key.label) } else { key.id.clone() }
}

impl Seen {
    /// Takes in what a host shows now. The first look at a host is no change: what it shows was there before.
    pub(super) fn take(&mut self, host: HostKind, looked: Sighted) -> Vec<Change> {
        let now = match looked {
            Ok(listing) => Sight { listing, trouble: None },
            Err(error) => Sight { listing: Listing::default(), trouble: Some(error.to_string()) },
        };
        let trouble = now.trouble.clone();
        let before = self.clone();
        let last = self.hosts.insert(host.clone(), now);
        let changes = self.changes_since(&before);
        let Some(last) = last else { return Vec::new() };
        match (last.trouble, trouble) {
            (None, Some(why)) => vec![Change::Lost(host, why)],
            (Some(_), None) => vec![Change::Back(host)],
            (Some(_), Some(_)) => Vec::new(),
            (None, None) => changes,
        }
    }

    fn changes_since(&mut self, before: &Seen) -> Vec<Change> {
        let (was, now) = (before.usable(), self.usable());
        let known = was.iter().chain(&before.held).filter(|token| !is_among(token, &now));
        let (held, gone): (Vec<&TokenInfo>, _) = known.partition(|token| self.obstacle(token).is_some());
        let mut changes: Vec<Change> = gone.into_iter().cloned().map(Change::Gone).collect();
        let newly = held.iter().filter(|token| !is_among(token, &before.held));
        changes.extend(newly.map(|token| Change::Held((*token).clone())));
        for token in now.into_iter().filter(|token| !is_among(token, &was)) {
            let was_there = before.obstacle(&token).is_some() || before.holds_back(self.places_of(&token));
            changes.push(if was_there { Change::Freed(token) } else { Change::Plugged(token) });
        }
        self.held = held.into_iter().cloned().collect();
        changes
    }

    /// Whether one of these readers held a card that could not be used.
    fn holds_back<'a>(&self, mut places: impl Iterator<Item = &'a str>) -> bool {
        places.any(|place| self.unusable().any(|what| what.place == place))
    }

    fn places_of(&self, token: &TokenInfo) -> impl Iterator<Item = &str> {
        let shown = self.hosts.values().flat_map(|sight| &sight.listing.shown);
        shown.filter(|shown| is_shown(shown, token)).map(|shown| shown.place.as_str())
    }

    fn usable(&self) -> Vec<TokenInfo> {
        self.tokens().into_iter().map(|(_, token)| token.clone()).collect()
    }

    /// What keeps a token that is there from being used, as each reader says it that shows it, or showed it last.
    pub(super) fn obstacle(&self, token: &TokenInfo) -> Option<String> {
        let is_its = |what: &&Unusable| self.places_of(token).any(|place| place == what.place);
        let sentences: Vec<String> = self.unusable().filter(is_its).map(Unusable::sentence).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// For people: that it is there, and why it cannot be used now.
    pub(super) fn why_held(&self, token: &TokenInfo) -> Option<String> {
        let obstacle = self.obstacle(token)?;
        Some(format!("The token {} cannot be used now. {}", name_of(token), obstacle))
    }

    /// What a token has said about its PIN since the last look, while it said no.
    pub(super) fn hear(&mut self, id: &TokenId, error: &AskError) {
        let pin = match error {
            AskError::Refused(Refusal::WrongPin { state }) => *state,
            AskError::Refused(Refusal::PinLocked) => PinState::Locked,
            _ => return,
        };
        let all = self.hosts.values_mut().flat_map(|sight| &mut sight.listing.tokens);
        for token in all.filter(|token| token.id == *id) {
            token.pin = pin;
        }
    }

    /// A host that was looked at for somebody could not be asked. It is not told again of the next looks.
    pub(super) fn miss(&mut self, host: &HostKind, error: &AskError) {
        if *error != AskError::Interrupted {
            self.take(host.clone(), Err(error.clone()));
        }
    }

    /// Nobody looks at this host any more.
    pub(super) fn forget(&mut self, host: &HostKind) {
        self.hosts.remove(host);
    }

    /// Whether the host was looked at.
    pub(super) fn has_looked_at(&self, host: &HostKind) -> bool {
        self.hosts.contains_key(host)
    }

    /// Every token with the host that shows it, each once. A YubiKey that its own host shows comes before the same one
    /// behind a PKCS#11 module.
    pub(super) fn tokens(&self) -> Vec<(&HostKind, &TokenInfo)> {
        let mut all: Vec<(&HostKind, &TokenInfo)> = Vec::new();
        for (host, sight) in &self.hosts {
            all.extend(sight.listing.tokens.iter().map(|token| (host, token)));
        }
        all.sort_by_key(|(host, _)| **host != HostKind::Piv);
        let mut once: Vec<(&HostKind, &TokenInfo)> = Vec::new();
        for (host, token) in all {
            if !once.iter().any(|(_, known)| is_same(known, token)) {
                once.push((host, token));
            }
        }
        once
    }

    /// Whether one host shows two tokens with this label and serial number: nobody can say which of them is meant.
    pub(super) fn is_twice(&self, id: &TokenId) -> bool {
        let count = |sight: &Sight| sight.listing.tokens.iter().filter(|token| token.id == *id).count();
        self.hosts.values().any(|sight| count(sight) > 1)
    }

    /// The token with this label and serial number, and its host.
    pub(super) fn find(&self, id: &TokenId) -> Option<(&HostKind, &TokenInfo)> {
        self.tokens().into_iter().find(|(_, token)| token.id == *id)
    }

    /// What is plugged in and cannot be used.
    pub(super) fn unusable(&self) -> impl Iterator<Item = &Unusable> {
        self.hosts.values().flat_map(|sight| &sight.listing.unusable)
    }

    /// The hosts that could not be asked, and why.
    pub(super) fn troubles(&self) -> impl Iterator<Item = (&HostKind, &str)> {
        self.hosts.iter().filter_map(|(host, sight)| Some((host, sight.trouble.as_deref()?)))
    }
}

/// Whether it is this token, however that is reached.
fn is_shown(shown: &Shown, token: &TokenInfo) -> bool {
    let device = device_of(token);
    shown.token == token.id || device.is_some() && Serial::parse(&shown.token.serial) == device
}

fn is_among(token: &TokenInfo, others: &[TokenInfo]) -> bool {
    others.iter().any(|other| is_same(other, token))
}

/// Whether both are one token, however it is reached.
fn is_same(one: &TokenInfo, other: &TokenInfo) -> bool {
    let by_device = device_of(one).zip(device_of(other)).is_some_and(|(one, other)| one == other);
    one.id == other.id || by_device
}

/// The YubiKey that a token is, whichever way it is seen: as a PIV card, or behind a PKCS#11 module. No YubiKey has the
/// serial number 0.
pub(super) fn device_of(token: &TokenInfo) -> Option<Serial> {
    let number = |text: &str| Serial::parse(text).filter(|serial| *serial != Serial(0));
    let by_serial = number(&token.id.serial);
    // "YubiKey PIV #12345678", where a module shows another serial number.
    let labelled = || token.id.label.rsplit_once('#').and_then(|(_, text)| number(text.trim()));
    match token.kind {
        TokenKind::YubiKey => by_serial,
        TokenKind::Pkcs11 if token.manufacturer.contains("Yubico") => by_serial.or_else(labelled),
        TokenKind::Pkcs11 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::world;
    use crate::token::{AskError, Refusal};

    fn listing(serials: &[&str]) -> Listing {
        let token = |serial: &&str| world::token("root", serial, 1).0;
        Listing { tokens: serials.iter().map(token).collect(), ..Listing::default() }
    }

    fn serials(changes: &[Change]) -> Vec<String> {
        let name = |change: &Change| match change {
            Change::Plugged(token) => format!("+{}", token.id.serial),
            Change::Gone(token) => format!("-{}", token.id.serial),
            Change::Held(token) => format!("!{}", token.id.serial),
            Change::Freed(token) => format!("={}", token.id.serial),
            Change::Lost(_, why) => format!("lost: {why}"),
            Change::Back(_) => "back".to_owned(),
        };
        changes.iter().map(name).collect()
    }

    #[test]
    fn tokens_that_come_and_go_are_changes_and_those_of_the_first_look_are_not() {
        let mut seen = Seen::default();
        assert_eq!(seen.take(HostKind::Piv, Ok(listing(&["1", "2"]))), []);
        let changes = seen.take(HostKind::Piv, Ok(listing(&["2", "3"])));
        assert_eq!(serials(&changes), ["-1", "+3"]);
        assert_eq!(seen.take(HostKind::Piv, Ok(listing(&["3", "2"]))), []);
    }

    /// Cards in readers that are called by their serial numbers; those after the first cannot be used now.
    fn cards(usable: &str, held: &[&str]) -> Listing {
        let id = |serial: &str| world::yubikey(serial, "5.7.1", 1).0.id;
        let shown = |serial: &&str| Shown { place: format!("reader of {serial}"), token: id(serial) };
        let unusable = |serial: &&str| Unusable {
            place: format!("reader of {serial}"),
            reason: "It blinks.".to_owned(),
        };
        Listing {
            tokens: vec![world::yubikey(usable, "5.7.1", 1).0],
            unusable: held.iter().map(unusable).collect(),
            shown: held.iter().chain([&usable]).map(shown).collect(),
        }
    }

    #[test]
    fn a_token_that_cannot_be_used_for_a_while_was_neither_taken_out_nor_plugged_in() {
        let mut seen = Seen::default();
        let mut take = |listing| serials(&seen.take(HostKind::Piv, Ok(listing)));
        assert_eq!(take(cards("1", &["2"])), [""; 0]);
        assert_eq!(take(cards("2", &["1"])), ["!1", "=2"]);
        assert_eq!(take(cards("2", &["1"])), [""; 0]);
        assert_eq!(take(cards("1", &["2"])), ["!2", "=1"]);
        let unknown = Listing {
            shown: cards("1", &[]).shown,
            tokens: cards("1", &[]).tokens,
            ..cards("1", &["2", "3"])
        };
        assert_eq!(take(unknown), ["-2"], "nobody knows whose card is in its reader");
        assert_eq!(take(cards("3", &["1", "2"])), ["!1", "=3"], "it never said before what it is");
        assert_eq!(take(cards("1", &["2", "3"])), ["!3", "=1"]);
        assert_eq!(take(cards("1", &[])), ["-3"], "it was taken out while it could not be used");
        assert_eq!(take(cards("1", &["2"])), [""; 0], "nobody knows what it is called");
        assert_eq!(take(cards("1", &["1"])), [""; 0]);
        assert_eq!(take(Listing { tokens: Vec::new(), ..cards("1", &["1"]) }), ["!1"], "its twin came");
    }

    #[test]
    fn a_yubikey_behind_a_module_is_there_as_long_as_its_reader_holds_it() {
        let mut seen = Seen::default();
        let (mut behind, _) = world::token("YubiKey PIV #1", "1", 1);
        behind.manufacturer = "Yubico (www.yubico.com)".to_owned();
        let module = HostKind::Pkcs11 { module: "/lib/libykcs11.so".to_owned() };
        seen.take(HostKind::Piv, Ok(cards("2", &["1"])));
        seen.take(module.clone(), Ok(Listing { tokens: vec![behind.clone()], ..Listing::default() }));
        assert!(seen.obstacle(&behind).unwrap().starts_with("reader of 1: "));
        assert_eq!(serials(&seen.take(module, Ok(Listing::default()))), ["!1"]);
        assert_eq!(serials(&seen.take(HostKind::Piv, Ok(cards("2", &[])))), ["-1"]);
    }

    #[test]
    fn a_host_that_cannot_be_asked_shows_nothing_and_says_why_once() {
        let mut seen = Seen::default();
        seen.take(HostKind::Piv, Ok(listing(&["1"])));
        let refusal = Refusal::NoCardService { reason: "none".to_owned() };
        let changes = serials(&seen.take(HostKind::Piv, Err(AskError::Refused(refusal))));
        assert!(changes.len() == 1 && changes[0].contains("pcscd"), "nobody took a token out: {changes:?}");
        assert!(seen.tokens().is_empty());
        assert!(seen.troubles().all(|(_, why)| why.contains("pcscd")) && seen.troubles().count() == 1);
        assert_eq!(serials(&seen.take(HostKind::Piv, Err(AskError::Died))), [""; 0]);
        assert_eq!(serials(&seen.take(HostKind::Piv, Ok(listing(&["1"])))), ["back"]);
    }

    #[test]
    fn one_yubikey_behind_two_hosts_is_one_line_and_its_own_host_s() {
        let mut seen = Seen::default();
        let (mut behind, _) = world::token("YubiKey PIV #1", "1", 1);
        behind.manufacturer = "Yubico (www.yubico.com)".to_owned();
        let module = HostKind::Pkcs11 { module: "/lib/libykcs11.so".to_owned() };
        seen.take(module.clone(), Ok(Listing { tokens: vec![behind.clone()], ..Listing::default() }));
        assert_eq!(seen.tokens(), [(&module, &behind)]);
        let (card, _) = world::yubikey("1", "5.7.1", 1);
        seen.take(HostKind::Piv, Ok(Listing { tokens: vec![card.clone()], ..Listing::default() }));
        assert_eq!(seen.tokens(), [(&HostKind::Piv, &card)]);
        assert!(!seen.is_twice(&card.id));
        seen.take(
            HostKind::Piv,
            Ok(Listing { tokens: vec![card.clone(), card.clone()], ..Listing::default() }),
        );
        assert!(seen.is_twice(&card.id) && seen.tokens().len() == 1);
    }

    #[test]
    fn one_yubikey_is_one_device_whichever_way_it_is_seen() {
        let (card, _) = world::yubikey("11111111", "5.7.1", 1);
        let (mut module, _) = world::token("YubiKey PIV #11111111", "11111111", 1);
        module.manufacturer = "Yubico (www.yubico.com)".to_owned();
        let (other, _) = world::token("root", "11111111", 1);
        assert_eq!(device_of(&card), Some(Serial(11_111_111)));
        assert_eq!(device_of(&module), device_of(&card));
        module.id.serial = "a1b2".to_owned();
        assert!(is_same(&module, &card), "by its label");
        module.id.serial = "0011111111".to_owned();
        assert!(is_same(&module, &card), "with leading zeros");
        assert_eq!(device_of(&other), None, "another maker");
        for no_number in ["0", "00000000", "", "a1b2"] {
            let (card, _) = world::yubikey(no_number, "5.7.1", 1);
            assert_eq!(device_of(&card), None, "{no_number:?}");
        }
    }
}
