//! What a token host answers when it says no: what happened, and what to do.

use serde::{Deserialize, Serialize};

use super::PinState;

/// The token, or the key file, said no. Nothing was signed and nothing was changed, except perhaps a count of tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// Wrong PIN.
    #[error("The token says that the PIN is wrong. It was not tried again; {}", after_wrong_pin(*state))]
    WrongPin {
        /// What the token says about further tries.
        state: PinState,
    },
    /// What was typed has another form than any PIN of this token.
    #[error("A PIN of this token has {rule}, so what was typed was not tried. Type the whole PIN.")]
    NotAPin {
        /// What its PINs are like.
        rule: String,
    },
    /// The PIN is locked.
    #[error(
        "The PIN of this token is locked. Unlock it with its PUK or security officer PIN, or use another token."
    )]
    PinLocked,
    /// Wrong PUK, or wrong PIN of the security officer.
    #[error("The token says that the PUK (or the security officer's PIN) is wrong. It was not tried again; {}", after_wrong_puk(*state))]
    WrongPuk {
        /// What the token says about further tries.
        state: PinState,
    },
    /// The PUK is locked.
    #[error(
        "The PUK of this token is locked too, so its PIN can never be unlocked. Its keys are lost; use another token."
    )]
    PukLocked,
    /// The new PIN is not one that the token takes.
    #[error("The token does not take that PIN: {rule}. Nothing was changed; choose another one.")]
    UnusablePin {
        /// What a PIN has to be like.
        rule: String,
    },
    /// Wrong management key.
    #[error("The management key is wrong, so nothing was changed. Type the right one: {hint}.")]
    WrongManagementKey {
        /// What kind of key the token wants.
        hint: String,
    },
    /// There is a key in this place already.
    #[error(
        "There is a key in {place} already, and it was not touched. Choose another place for the new key."
    )]
    PlaceTaken {
        /// The slot, or the id.
        place: String,
    },
    /// No certificate says where the key comes from.
    #[error("The token does not attest this key ({reason}). A key that it generates itself is attested.")]
    NotAttested {
        /// Why.
        reason: String,
    },
    /// The smart card service does not run.
    #[error(
        "The smart card service (pcscd) cannot be reached ({reason}), so no YubiKey can be seen. Start it with: systemctl \
         start pcscd"
    )]
    NoCardService {
        /// What the system said.
        reason: String,
    },
    /// Wrong passphrase.
    #[error("The passphrase does not open {path}. Nothing was changed; try again.")]
    WrongPassphrase {
        /// The file.
        path: String,
    },
    /// A secret was needed and none was given.
    #[error("This needs a PIN or a passphrase, and none was given. Try again and type it.")]
    SecretMissing,
    /// No such token now.
    #[error("No token {label} with serial number {serial} is there. Insert it and try again.")]
    NoSuchToken {
        /// Its label.
        label: String,
        /// Its serial number.
        serial: String,
    },
    /// Two tokens with the same label and serial number.
    #[error("Two tokens are called {label} and have the serial number {serial}. Take one of them out.")]
    AmbiguousToken {
        /// The label of both.
        label: String,
        /// The serial number of both.
        serial: String,
    },
    /// No such key on the token.
    #[error("The token holds no key {key_id} that signs. Insert the right token, or choose another key.")]
    NoSuchKey {
        /// CKA_ID in hex.
        key_id: String,
    },
    /// The token was taken out.
    #[error("The token was taken out, or went silent, before this was done. Insert it and try again.")]
    TokenRemoved,
    /// The token was asked for a change, and was taken out or said nothing that settles whether it was made.
    #[error(
        "The token was taken out, went silent or failed while it was asked to {action}: it may have done it, or not. \
         Insert it and look before you try again."
    )]
    Uncertain {
        /// What was tried.
        action: String,
    },
    /// Another program has it.
    #[error(
        "Another program on this machine uses the token. Close it (or gpg's scdaemon, which keeps YubiKeys for \
         itself: gpgconf --kill scdaemon) and try again."
    )]
    TokenBusy,
    /// The token wants something else first (a touch, a PIN).
    #[error(
        "The token did not allow the signature (no touch in time, or its PIN is needed again). Try again."
    )]
    NotAllowed,
    /// The module is one of a network HSM.
    #[error(
        "{module} is a module for a key store on a network ({known_as}), and this program reaches no network. Use a \
         token that is plugged into this machine."
    )]
    NetworkHsm {
        /// The module.
        module: String,
        /// What it is known as.
        known_as: String,
    },
    /// The module could not be loaded.
    #[error(
        "The PKCS#11 module {module} could not be loaded ({reason}). Check the path, and that it is installed."
    )]
    ModuleNotLoaded {
        /// The module.
        module: String,
        /// What the loader said.
        reason: String,
    },
    /// The key cannot be used.
    #[error(
        "This key cannot sign a root: {reason}. Choose a P-256, Ed25519 or RSA key of 2048 bits or more."
    )]
    UnsupportedKey {
        /// Why.
        reason: String,
    },
    /// An unencrypted private key.
    #[error(
        "{path} holds a private key that is not encrypted, and such keys are refused. Treat it as stolen, or encrypt \
         it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem"
    )]
    UnencryptedKeyFile {
        /// The file.
        path: String,
    },
    /// OpenSSL's old encryption.
    #[error(
        "{path} is encrypted in OpenSSL's old form, which is weak. Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc \
         -in OLD.pem -out NEW.pem"
    )]
    OldPemEncryption {
        /// The file.
        path: String,
    },
    /// Not a key file.
    #[error("{path} is not an encrypted key file. Name an age file or an ENCRYPTED PRIVATE KEY in PEM.")]
    NotAKeyFile {
        /// The file.
        path: String,
    },
    /// A public key on its way across the gap.
    #[error(
        "{path} is a root-key.json: the public key of a holder who is not in the room. Choose document instead of file."
    )]
    PublicKeyDocument {
        /// The file.
        path: String,
    },
    /// A key file that cannot be used for another reason.
    #[error("{path} cannot be used. {sentence}")]
    UnusableKeyFile {
        /// The file.
        path: String,
        /// What is wrong with it, and what to do.
        sentence: String,
    },
    /// The file could not be read or written.
    #[error(
        "It was not possible to {action} {path} ({reason}). Check the path and the medium, then try again."
    )]
    File {
        /// What was tried.
        action: String,
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A new key file may not replace anything.
    #[error("{path} exists already, and it was not touched. Choose another name for the new key file.")]
    FileExists {
        /// The file.
        path: String,
    },
    /// This host does not answer that kind of question.
    #[error("This kind of key holder cannot do that. Choose another key.")]
    NotSupported,
    /// Something else that the token says of itself, in words.
    #[error("{happened} {cure}")]
    Said {
        /// What happened, a sentence.
        happened: String,
        /// What to do, a sentence.
        cure: String,
    },
    /// Anything else a device said.
    #[error(
        "The token answered {code} while it was asked to {action}. Take it out, put it back and try again."
    )]
    Device {
        /// What was tried.
        action: String,
        /// The PKCS#11 return value by name.
        code: String,
    },
}

impl Refusal {
    /// The new PIN is the old one, whichever kind of token it is.
    pub fn same_pin() -> Refusal {
        Refusal::UnusablePin { rule: "a new PIN differs from the old one".to_owned() }
    }
}

fn after_wrong_puk(state: PinState) -> String {
    match state {
        PinState::Locked => "the PUK is locked now, and the keys on this token are lost.".to_owned(),
        PinState::FinalTry => {
            "ONE try is left: another wrong PUK makes the keys on this token useless.".to_owned()
        }
        PinState::Left(tries) => format!("{tries} tries are left. Check it before the next one."),
        PinState::Fine | PinState::Low => "check it before the next try.".to_owned(),
    }
}

fn after_wrong_pin(state: PinState) -> String {
    match state {
        PinState::Fine => "check the PIN before the next try.".to_owned(),
        PinState::Left(tries) => format!("{tries} tries are left. Check the PIN before the next one."),
        PinState::Low => {
            "how many tries are left, it does not say. Check the PIN before the next one.".to_owned()
        }
        PinState::FinalTry => "ONE try is left: another wrong PIN locks the token.".to_owned(),
        PinState::Locked => "the token is locked now.".to_owned(),
    }
}
