//! Which cards are in which readers.

use ceremony_tui::token::{
    Detail, FactoryValue, Listing, PinState, Refusal, TokenInfo, TokenKind, Traits, Unusable,
};

use crate::attestation::object_named;
use crate::card::{Card, Failure, Stranger};
use crate::management;
use crate::metadata::{MANAGEMENT_KEY, Metadata, PIN, PUK};
use crate::pin::{CHARACTERS, tries};
use crate::readers::{Readers, SECONDS, yubikey};

/// Every reader's card, or why it is none of ours. Readers without a card are none.
pub(crate) fn list(readers: &mut Readers) -> Result<Listing, Refusal> {
    let mut seen = Vec::new();
    let mut listing = Listing::default();
    for (reader, described) in readers.look(describe)? {
        let place = reader.to_string_lossy().into_owned();
        match described.and_then(|described| described.map_err(Stranger::from)) {
            Ok(token) => seen.push((place, token)),
            Err(Stranger::Vanished) => {}
            Err(Stranger::Silent) => listing.unusable.push(Unusable { place, reason: silent() }),
            Err(Stranger::Foreign(reason)) => {
                listing.unusable.push(Unusable { place, reason: format!("{reason}.") });
            }
            Err(Stranger::Failed(failure)) => {
                let reason = failure.refusal("say what it is").to_string();
                listing.unusable.push(Unusable { place, reason });
            }
        }
    }
    listing.shown = readers.shown();
    refuse_twins(seen, readers, &mut listing);
    Ok(listing)
}

fn silent() -> String {
    format!(
        "The card in it has said nothing for {SECONDS} seconds. Close what else may use it, or take it out and put it \
         back."
    )
}

/// No two YubiKeys have one serial number: who shows one twice could sign with the wrong one. One that cannot be asked
/// now counts with the number that it showed before.
fn refuse_twins(seen: Vec<(String, TokenInfo)>, readers: &Readers, listing: &mut Listing) {
    for (place, token) in seen {
        match readers.check_single(&token.id) {
            Ok(()) => listing.tokens.push(token),
            Err(why) => listing.unusable.push(Unusable { place, reason: why.to_string() }),
        }
    }
}

fn describe(card: &Card<'_>) -> Result<TokenInfo, Failure> {
    let management = Metadata::read(card, MANAGEMENT_KEY)?.unwrap_or_default();
    let traits = traits(card, &management)?;
    Ok(TokenInfo {
        id: yubikey(card.serial),
        kind: TokenKind::YubiKey,
        model: format!("YubiKey {}", card.firmware),
        manufacturer: "Yubico".to_owned(),
        firmware: Some(card.firmware),
        pin: PinState::of_tries(tries(card)?),
        pin_pad: false,
        details: vec![management_key(&management, &traits)],
        traits,
    })
}

/// What should be changed before such a token holds a root key, and what its PIN and PUK are like.
fn traits(card: &Card<'_>, management: &Metadata) -> Result<Traits, Failure> {
    let puk = Metadata::read(card, PUK)?.unwrap_or_default();
    let is_factory = |known: &Metadata| known.is_factory == Some(true);
    let management_by_pin = is_protected(card)?;
    let values = [
        (FactoryValue::Pin, is_factory(&Metadata::read(card, PIN)?.unwrap_or_default())),
        (FactoryValue::Puk, is_factory(&puk)),
        (FactoryValue::ManagementKey, !management_by_pin && is_factory(management)),
    ];
    Ok(Traits {
        factory: values.into_iter().filter_map(|(value, is_factory)| is_factory.then_some(value)).collect(),
        management_by_pin,
        unlocking: puk.tries.map(PinState::of_tries),
        pin_length: Some(CHARACTERS),
        has_light: true,
    })
}

fn management_key(known: &Metadata, traits: &Traits) -> Detail {
    let kind = management::Kind::of(known).map_or("of an unknown kind", management::Kind::name);
    let remark = match traits.factory.contains(&FactoryValue::ManagementKey) {
        _ if traits.management_by_pin => ", protected by the PIN",
        true => ", still the factory's",
        false => "",
    };
    Detail { name: "management key".to_owned(), value: format!("{kind}{remark}") }
}

/// Whether the card keeps its management key itself and gives it to whoever has the PIN (a flag in an object of
/// Yubico's tools).
fn is_protected(card: &Card<'_>) -> Result<bool, Failure> {
    const SETTINGS: [u8; 3] = [0x5f, 0xff, 0x00];
    const PROTECTED: u8 = 0x02;
    let object = object_named(card, SETTINGS)?;
    let flags = object.as_ref().and_then(|object| {
        let settings = crate::tlv::inside(object, 0x80)?;
        crate::tlv::find(settings, 0x81)
    });
    Ok(matches!(flags, Some([flags]) if flags & PROTECTED != 0))
}
