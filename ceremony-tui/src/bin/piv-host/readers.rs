//! Which cards are in which readers.

use ceremony_tui::token::{Listing, PinState, Refusal, TokenId, TokenInfo, TokenKind, Unusable};
use shared::device::Firmware;
use yubikey::reader::{Context, Reader};

/// Every reader's card, or why it is none of ours.
pub(crate) fn list() -> Result<Listing, Refusal> {
    let failed = |error: yubikey::Error| Refusal::NoCardService { reason: error.to_string() };
    let mut context = Context::open().map_err(failed)?;
    let mut listing = Listing::default();
    for reader in context.iter().map_err(failed)? {
        match describe(&reader) {
            Ok(token) => listing.tokens.push(token),
            Err(error) => listing
                .unusable
                .push(Unusable { place: reader.name().into_owned(), reason: error.to_string() }),
        }
    }
    Ok(listing)
}

fn describe(reader: &Reader<'_>) -> Result<TokenInfo, yubikey::Error> {
    let mut card = reader.open()?;
    let version = card.version();
    Ok(TokenInfo {
        id: TokenId { label: "YubiKey".to_owned(), serial: card.serial().to_string() },
        kind: TokenKind::YubiKey,
        model: format!("YubiKey {version}"),
        manufacturer: "Yubico".to_owned(),
        firmware: Some(Firmware::new(version.major, version.minor, version.patch)),
        pin: PinState::of_tries(card.get_pin_retries()?),
        pin_pad: false,
        details: Vec::new(),
    })
}
