//! Which tokens there are, found anew for each request: slot numbers change.

use std::time::Duration;

use ceremony_tui::clock::Deadline;
use ceremony_tui::token::{
    Detail, Listing, PinLength, PinState, Refusal, TokenId, TokenInfo, TokenKind, Traits, Unusable,
};
use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::slot::{Slot, TokenInfo as Info};

use super::failure;

/// How long a token shows itself.
const SHOWN: Duration = Duration::from_secs(4);

/// The most characters of a PIN on a PIV card (NIST SP 800-73-4, part 2, 2.4.3).
const LONGEST_OF_PIV: usize = 8;

/// A token that is there now.
pub(super) struct Token<'a> {
    pub(super) context: &'a Pkcs11,
    pub(super) slot: Slot,
    pub(super) info: Info,
}

/// Every token, and what is in a reader and is none.
pub(super) fn list(context: &Pkcs11) -> Result<Listing, Refusal> {
    let mut listing = Listing::default();
    for slot in slots(context)? {
        match context.get_token_info(slot) {
            Ok(info) if info.token_initialized() => listing.tokens.push(describe(context, slot, &info)),
            // The empty place for the next token of a store in files is nothing that somebody plugged in.
            Ok(_) if is_hardware(context, slot) => listing.unusable.push(Unusable {
                place: place(context, slot),
                reason: "It is not initialised. Set it up with its maker's program.".to_owned(),
            }),
            Ok(_) => {}
            // Taken out in this moment.
            Err(Error::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved, _)) => {}
            Err(error) => listing.unusable.push(Unusable {
                place: place(context, slot),
                reason: failure::refusal("say what it is", &error).to_string(),
            }),
        }
    }
    Ok(listing)
}

fn slots(context: &Pkcs11) -> Result<Vec<Slot>, Refusal> {
    context.get_slots_with_token().map_err(|error| failure::refusal("list its slots", &error))
}

fn place(context: &Pkcs11, slot: Slot) -> String {
    let info = context.get_slot_info(slot);
    info.map_or_else(|_| "a slot".to_owned(), |info| info.slot_description().trim().to_owned())
}

fn is_hardware(context: &Pkcs11, slot: Slot) -> bool {
    context.get_slot_info(slot).is_ok_and(|info| info.hardware_slot() || info.removable_device())
}

fn describe(context: &Pkcs11, slot: Slot, info: &Info) -> TokenInfo {
    TokenInfo {
        id: identify(info),
        kind: TokenKind::Pkcs11,
        model: info.model().trim().to_owned(),
        manufacturer: info.manufacturer_id().trim().to_owned(),
        // PKCS#11 has two numbers for it, and each maker another way to write three.
        firmware: None,
        pin: pin_state(info),
        pin_pad: info.protected_authentication_path(),
        traits: Traits {
            unlocking: Some(officer_state(info)),
            pin_length: pin_length(info),
            has_light: is_hardware(context, slot),
            ..Traits::default()
        },
        details: details(info),
    }
}

fn details(info: &Info) -> Vec<Detail> {
    let version = info.firmware_version();
    let firmware = (version.major(), version.minor()) != (0, 0);
    let mut details = Vec::new();
    let mut say = |name: &str, value: String| details.push(Detail { name: name.to_owned(), value });
    if firmware {
        say("Firmware, as the module writes it", version.to_string());
    }
    if let Some(length) = pin_length(info) {
        say("PIN", length.to_string());
    }
    if !info.user_pin_initialized() {
        say("PIN", "not set yet".to_owned());
    }
    if info.write_protected() {
        say("Changes", "refused: it is write-protected".to_owned());
    }
    details
}

fn identify(info: &Info) -> TokenId {
    TokenId { label: info.label().trim().to_owned(), serial: info.serial_number().trim().to_owned() }
}

/// What a PIN of the token is like, where it says something that means anything.
pub(super) fn pin_length(info: &Info) -> Option<PinLength> {
    let (least, most) = (info.min_pin_length(), info.max_pin_length());
    // Yubico's module names one range for the PIN and for the management key, which has 48 digits.
    let most = if is_piv_of_a_yubikey(info) { most.min(LONGEST_OF_PIV) } else { most };
    (least <= most && most > 0 && most < 1024).then_some(PinLength { least, most: Some(most) })
}

fn is_piv_of_a_yubikey(info: &Info) -> bool {
    info.manufacturer_id().starts_with("Yubico") && info.model().starts_with("YubiKey")
}

fn pin_state(info: &Info) -> PinState {
    state_of([info.user_pin_locked(), info.user_pin_final_try(), info.user_pin_count_low()])
}

fn officer_state(info: &Info) -> PinState {
    state_of([info.so_pin_locked(), info.so_pin_final_try(), info.so_pin_count_low()])
}

fn state_of(flags: [bool; 3]) -> PinState {
    match flags {
        [true, _, _] => PinState::Locked,
        [_, true, _] => PinState::FinalTry,
        [_, _, true] => PinState::Low,
        _ => PinState::Fine,
    }
}

impl<'a> Token<'a> {
    /// Finds the one token of that label and serial number.
    pub(super) fn find(context: &'a Pkcs11, wanted: &TokenId) -> Result<Token<'a>, Refusal> {
        let seen = slots(context)?.into_iter().filter_map(|slot| {
            let info = context.get_token_info(slot).ok()?;
            (identify(&info) == *wanted).then_some(Token { context, slot, info })
        });
        let mut found = seen.collect::<Vec<_>>().into_iter();
        let TokenId { label, serial } = wanted.clone();
        let Some(token) = found.next() else { return Err(Refusal::NoSuchToken { label, serial }) };
        if found.next().is_some() { Err(Refusal::AmbiguousToken { label, serial }) } else { Ok(token) }
    }

    /// What its PINs are like, if so few characters cannot be one: half a PIN is a slip and costs no try. What is longer
    /// than the token says is left to it: Yubico's takes some.
    pub(super) fn is_too_short(&self, characters: usize) -> Option<String> {
        let length = pin_length(&self.info)?;
        (characters < length.least).then(|| length.to_string())
    }

    /// Whether a PIN may have so many characters, as far as it says so.
    pub(super) fn takes(&self, characters: usize) -> bool {
        pin_length(&self.info).is_none_or(|length| length.fits(characters))
    }

    /// The mechanisms that it lists, which it tells without a PIN. One that lists nothing is taken at its word later.
    pub(super) fn mechanisms(&self) -> Vec<MechanismType> {
        self.context.get_mechanism_list(self.slot).unwrap_or_default()
    }

    /// What it says about its PIN now.
    pub(super) fn pin_state_now(&self) -> PinState {
        self.context.get_token_info(self.slot).map_or(PinState::Low, |info| pin_state(&info))
    }

    /// What it says about its security officer's PIN now.
    pub(super) fn officer_state_now(&self) -> PinState {
        self.context.get_token_info(self.slot).map_or(PinState::Low, |info| officer_state(&info))
    }

    /// Keeps the token at work for some seconds: its light, or its reader's, flickers.
    pub(super) fn show_itself(&self) -> Result<(), Refusal> {
        if !is_hardware(self.context, self.slot) {
            return Err(Refusal::Said {
                happened: "This token is no device that could show itself.".to_owned(),
                cure: "Tell it by its label and serial number.".to_owned(),
            });
        }
        let until = Deadline::after(SHOWN);
        while until.left().is_some() {
            let failed = |error| failure::refusal("show itself", &error);
            let session = self.context.open_ro_session(self.slot).map_err(failed)?;
            session.find_objects(&[]).map_err(failed)?;
        }
        Ok(())
    }
}
