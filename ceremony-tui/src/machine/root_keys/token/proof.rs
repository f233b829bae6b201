//! The proof that the token holds the key.

use shared::gap::{KeptPossession, RootKeyDocument};
use shared::time::UnixTime;

use super::keys::with_pin;
use super::{Next, Pick, TokenKeyWay};
use crate::machine::draft::{Possession, Reach, RootKey};
use crate::machine::question::Question;
use crate::machine::root_keys::Found;
use crate::machine::seen::name_of;
use crate::token::{Request, TokenInfo};

pub(super) fn proof_question(token: &TokenInfo, root: &RootKey) -> Question {
    let text = match root.wants_touch() {
        Some(true) => format!("Let the token sign a proof now; it wants a touch on {}", name_of(token)),
        _ => "Let the token sign a proof now that it holds the key".to_owned(),
    };
    Question::yes_or_no("root-keys.proof", text, "ask for the PIN", "it proves it by signing root").or("yes")
}

pub(super) fn prove(pick: Pick, root: RootKey, now: UnixTime) -> Next {
    let Some(Reach { locator, login, .. }) = root.reach().cloned() else {
        return Found::Refused(
            "The key is not in the room, so it proves nothing now. Choose another.".to_owned(),
        );
    };
    let message = RootKeyDocument::statement(root.key.id(), now);
    let effect = with_pin(&pick, Request::Sign { key: locator, message, login }, login);
    Found::Stay(TokenKeyWay::Proving { pick, root, time: now }, vec![effect])
}

pub(super) fn proved(root: RootKey, time: UnixTime, proof: Vec<u8>) -> Next {
    let proof = KeptPossession { time, proof };
    match root.provenance.by_possession(&root.key, &proof) {
        Ok(provenance) => {
            let (possession, proof) = (Possession::Proved, Some(proof));
            Found::Key(Box::new(RootKey { possession, proof, provenance, ..root }))
        }
        Err(sentences) => Found::Refused(sentences),
    }
}
