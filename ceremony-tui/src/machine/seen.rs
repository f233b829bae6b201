//! What is plugged in, as each token host said last.

use std::collections::BTreeMap;

use shared::device::Serial;

use super::lookout::Lookout;
use crate::token::{
    AskError, HostKind, Listing, PinState, Refusal, Sight as Sighted, TokenId, TokenInfo, TokenKey,
    TokenKind, Unusable,
};

/// What every host that was looked at has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    hosts: BTreeMap<HostKind, Sight>,
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
        let before: Vec<TokenInfo> = self.tokens().into_iter().map(|(_, token)| token.clone()).collect();
        let Some(last) = self.hosts.insert(host.clone(), now) else { return Vec::new() };
        match (last.trouble, trouble) {
            (None, Some(why)) => return vec![Change::Lost(host, why)],
            (Some(_), None) => return vec![Change::Back(host)],
            (Some(_), Some(_)) => return Vec::new(),
            (None, None) => {}
        }
        let now: Vec<TokenInfo> = self.tokens().into_iter().map(|(_, token)| token.clone()).collect();
        let mut changes = missing_in(&now, &before, Change::Gone);
        changes.extend(missing_in(&before, &now, Change::Plugged));
        changes
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

fn missing_in(here: &[TokenInfo], wanted: &[TokenInfo], change: fn(TokenInfo) -> Change) -> Vec<Change> {
    let is_missing = |token: &&TokenInfo| !here.iter().any(|other| is_same(other, token));
    wanted.iter().filter(is_missing).cloned().map(change).collect()
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
