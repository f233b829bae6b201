//! Which keys a token shows: public keys, and private ones that only a certificate, or nothing, tells the public half of.

use ceremony_tui::token::{Detail, Refusal, TokenKey};
use shared::device::Origin;
use shared::key::Key;

use super::object::{self, Object};
use super::public;
use super::session::Open;

/// The keys of a token, each once.
pub(super) fn list(open: &Open<'_>) -> Result<Vec<TokenKey>, Refusal> {
    let public = object::public_keys(open)?;
    let private = object::private_keys(open)?;
    let certificates = if private.is_empty() { Vec::new() } else { object::certificates(open)? };
    let mut keys: Vec<TokenKey> = Vec::new();
    for key in &public {
        let own = private.iter().find(|own| is_half_of(own, key));
        let mut shown = show(key, public::key_of(key), own);
        if own.is_none() && open.is_logged_in() {
            shown.key = Err("the token holds only its public half".to_owned());
        }
        keys.push(shown);
    }
    for own in private.iter().filter(|own| !public.iter().any(|key| is_half_of(own, key))) {
        keys.push(show(own, public_half(own, &certificates), Some(own)));
    }
    keys.sort_by(|left, right| left.id.cmp(&right.id));
    Ok(keys)
}

/// Two halves of one key have one id, one type, and nothing that contradicts it.
fn is_half_of(private: &Object, public: &Object) -> bool {
    let agrees = private.id == public.id && private.key_type == public.key_type;
    let same_modulus = private.modulus.is_empty() || private.modulus == public.modulus;
    agrees && same_modulus
}

/// The public key of a private one, as far as anything on the token tells it.
pub(super) fn public_half(private: &Object, certificates: &[Object]) -> Result<Key, String> {
    let own = public::key_of(private);
    if own.is_ok() {
        return own;
    }
    let under_id = certificates.iter().filter(|certificate| certificate.id == private.id);
    let mut told = under_id.filter_map(|certificate| public::key_of_certificate(&certificate.value));
    told.next().unwrap_or_else(|| {
        Err("the token shows neither its public key nor a certificate under its id; put one of them onto it".to_owned())
    })
}

fn show(named: &Object, key: Result<Key, String>, private: Option<&Object>) -> TokenKey {
    TokenKey {
        id: hex::encode(&named.id),
        label: named.label.clone(),
        key: key.map(|key| key.to_json()),
        // PKCS#11 says when a PIN is wanted, and nothing about a touch.
        policy: None,
        origin: private.and_then(|own| own.is_local).map(origin),
        details: private.map(details).unwrap_or_default(),
        warnings: private.map(warnings).unwrap_or_default(),
    }
}

fn origin(is_local: bool) -> Origin {
    if is_local { Origin::Generated } else { Origin::Imported }
}

fn details(private: &Object) -> Vec<Detail> {
    let value = match private.wants_login_each_time {
        Some(true) => "for each signature",
        Some(false) => "at login",
        None => return Vec::new(),
    };
    vec![Detail { name: "PIN".to_owned(), value: value.to_owned() }]
}

fn warnings(private: &Object) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |sentence: &str| warnings.push(sentence.to_owned());
    if private.is_extractable == Some(true) || private.is_sensitive == Some(false) {
        warn(
            "The token gives this private key out to whoever is logged in. Use a key that cannot be extracted.",
        );
    }
    if private.signs == Some(false) {
        warn("The token says that this key is not meant for signing. Use another key.");
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_that_can_be_taken_off_the_token_is_warned_of() {
        let open = Object { is_extractable: Some(true), is_sensitive: Some(true), ..Object::default() };
        assert!(warnings(&open)[0].contains("gives this private key out"));
        let closed = Object { is_extractable: Some(false), is_sensitive: Some(true), ..Object::default() };
        assert!(warnings(&closed).is_empty());
        assert!(warnings(&Object::default()).is_empty(), "what is not said is not warned of");
    }

    #[test]
    fn without_a_public_key_and_a_certificate_the_reason_says_what_to_put_onto_the_token() {
        let reason = public_half(&Object::default(), &[]).unwrap_err();
        assert!(reason.contains("put one of them onto it"), "{reason}");
    }
}
