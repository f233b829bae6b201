//! What is plugged in, as each token host said last.

use std::collections::BTreeMap;

use crate::token::{AskError, HostKind, Listing, TokenId, TokenInfo, TokenKind, Unusable};

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
}

impl Change {
    /// What people hear.
    pub(super) fn sentence(&self) -> String {
        match self {
            Change::Plugged(token) => format!("{} was plugged in.", name_of(token)),
            Change::Gone(token) => format!("{} was taken out.", name_of(token)),
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

impl Seen {
    /// Takes in what a host shows now. The first look at a host is no change: what it shows was there before.
    pub(super) fn take(&mut self, host: HostKind, looked: Result<Listing, AskError>) -> Vec<Change> {
        let is_first = !self.hosts.contains_key(&host);
        let now = match looked {
            Ok(listing) => Sight { listing, trouble: None },
            Err(error) => Sight { listing: Listing::default(), trouble: Some(error.to_string()) },
        };
        let before = self.hosts.insert(host.clone(), now).unwrap_or_default();
        if is_first {
            return Vec::new();
        }
        let now = self.hosts.get(&host).map(|sight| sight.listing.tokens.as_slice()).unwrap_or_default();
        let mut changes = missing_in(now, &before.listing.tokens, Change::Gone);
        changes.extend(missing_in(&before.listing.tokens, now, Change::Plugged));
        changes
    }

    /// Every token with the host that shows it. A YubiKey that its own host shows comes before the same one behind a
    /// PKCS#11 module.
    pub(super) fn tokens(&self) -> Vec<(&HostKind, &TokenInfo)> {
        let mut all: Vec<(&HostKind, &TokenInfo)> = Vec::new();
        for (host, sight) in &self.hosts {
            all.extend(sight.listing.tokens.iter().map(|token| (host, token)));
        }
        all.sort_by_key(|(host, _)| **host != HostKind::Piv);
        all
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
    let is_missing = |token: &&TokenInfo| here.iter().all(|other| other.id != token.id);
    wanted.iter().filter(is_missing).cloned().map(change).collect()
}

/// The serial number of the device itself, where two ways to it show the same one: a YubiKey's is the same as a PIV card
/// and behind Yubico's PKCS#11 module.
pub(super) fn device_serial(token: &TokenInfo) -> Option<&str> {
    let is_yubico = token.kind == TokenKind::YubiKey || token.manufacturer.contains("Yubico");
    let serial = token.id.serial.trim_start_matches('0');
    (is_yubico && !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_digit())).then_some(serial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::tests::world;
    use crate::token::Refusal;

    fn listing(serials: &[&str]) -> Listing {
        let token = |serial: &&str| world::token("root", serial, 1).0;
        Listing { tokens: serials.iter().map(token).collect(), unusable: Vec::new() }
    }

    fn serials(changes: &[Change]) -> Vec<String> {
        let name = |change: &Change| match change {
            Change::Plugged(token) => format!("+{}", token.id.serial),
            Change::Gone(token) => format!("-{}", token.id.serial),
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
    fn a_host_that_cannot_be_asked_shows_nothing_and_says_why() {
        let mut seen = Seen::default();
        seen.take(HostKind::Piv, Ok(listing(&["1"])));
        let refusal = Refusal::NoCardService { reason: "none".to_owned() };
        let changes = seen.take(HostKind::Piv, Err(AskError::Refused(refusal)));
        assert_eq!(serials(&changes), ["-1"]);
        assert!(seen.tokens().is_empty());
        assert!(seen.troubles().all(|(_, why)| why.contains("pcscd")) && seen.troubles().count() == 1);
    }

    #[test]
    fn one_yubikey_is_one_device_whichever_way_it_is_seen() {
        let (mut card, _) = world::token("YubiKey", "11111111", 1);
        card.kind = TokenKind::YubiKey;
        let (mut module, _) = world::token("YubiKey PIV #11111111", "11111111", 1);
        module.manufacturer = "Yubico (www.yubico.com)".to_owned();
        let (other, _) = world::token("root", "11111111", 1);
        assert_eq!(device_serial(&card), Some("11111111"));
        assert_eq!(device_serial(&module), device_serial(&card));
        assert_eq!(device_serial(&other), None);
    }
}
