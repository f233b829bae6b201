//! The shape of a bootstrap payload, refused in RSTUF's words where RSTUF refuses it.

use shared::bins::BinCount;
use shared::json::Json;
use shared::settings::SettingsError;
use shared::text::shortened;

use crate::http::error::{ApiError, Invalid};
use crate::http::fields::{Faults, Field};

/// What may stand in the signed part of a document; anything else begins with `x-`.
const TUF_FIELDS: [&str; 10] = [
    "_type",
    "version",
    "spec_version",
    "expires",
    "keys",
    "consistent_snapshot",
    "roles",
    "meta",
    "targets",
    "delegations",
];

/// Checks what RSTUF checks at its door; everything else is checked by the use case. Returns the payload with every
/// number as a number.
pub(super) fn read(value: &Json) -> Result<Json, ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    let settings = body.member("settings", &mut faults);
    if let Some(metadata) = body.member("metadata", &mut faults)
        && let Some(documents) = metadata.members(&mut faults)
    {
        for document in documents {
            drop(document.members(&mut faults));
        }
    }
    if let Some(timeout) = body.optional("timeout") {
        timeout.integer(&mut faults);
    }
    if let Some(roles) = settings.and_then(|settings| settings.member("roles", &mut faults)) {
        check_roles(&roles, &mut faults);
    }
    faults.check()?;
    let mut faults = Faults::default();
    check_names(&body, &mut faults);
    faults.check()?;
    Ok(with_plain_numbers(value))
}

fn check_names(body: &Field<'_>, faults: &mut Faults) {
    let documents = body.value.get("metadata").and_then(Json::as_object).into_iter().flatten();
    let signed = documents.filter_map(|(_, document)| document.get("signed")?.as_object());
    let wrong = |name: &&String| !TUF_FIELDS.contains(&name.as_str()) && !name.starts_with("x-");
    if let Some(name) = signed.flat_map(|members| members.keys()).find(wrong) {
        let name = shortened(name);
        let sentence =
            format!("Invalid: `{name}` field name, unrecognized_field must use format x-<vendor>-<name>");
        faults.add_sentence(body, &sentence);
    }
}

/// A number of the settings may come as a string; what people signed has numbers.
fn with_plain_numbers(value: &Json) -> Json {
    let mut plain = value.clone();
    let roles = get_mut(&mut plain, "settings").and_then(|settings| get_mut(settings, "roles"));
    if let Some(Json::Object(roles)) = roles {
        for role in roles.values_mut() {
            for name in ["expiration", "number_of_delegated_bins"] {
                let number = Field::body(role).optional(name).and_then(|field| field.lenient_integer());
                if let Some(number) = number {
                    role.set(name, Json::Int(number));
                }
            }
        }
    }
    plain
}

fn get_mut<'a>(value: &'a mut Json, name: &str) -> Option<&'a mut Json> {
    let Json::Object(members) = value else { return None };
    members.get_mut(name)
}

fn check_roles(roles: &Field<'_>, faults: &mut Faults) {
    for name in ["root", "targets", "snapshot", "timestamp"] {
        if let Some(role) = roles.member(name, faults) {
            check_expiration(&role, faults);
        }
    }
    match (roles.optional("bins"), roles.optional("delegations")) {
        (Some(bins), None) => {
            check_expiration(&bins, faults);
            check_number_of_bins(&bins, faults);
        }
        (None, Some(delegations)) => {
            faults.add_sentence(&delegations, &SettingsError::CustomDelegations.to_string());
        }
        (Some(_), Some(_)) | (None, None) => {
            faults.add_sentence(roles, "Exactly one of 'bins' and 'delegations' must be set");
        }
    }
}

fn check_expiration(role: &Field<'_>, faults: &mut Faults) {
    let Some(field) = role.member("expiration", faults) else { return };
    if field.integer(faults).is_some_and(|days| days <= 0) {
        faults.add(greater(&field, 0));
    }
}

fn check_number_of_bins(bins: &Field<'_>, faults: &mut Faults) {
    let Some(field) = bins.member("number_of_delegated_bins", faults) else { return };
    let Some(count) = field.integer(faults) else { return };
    // RSTUF names the numbers just outside.
    let (below, above) = (BinCount::RANGE.start() - 1, BinCount::RANGE.end() + 1);
    if count <= i128::from(below) {
        faults.add(greater(&field, below));
    } else if count >= i128::from(above) {
        faults.add(bound(&field, ("less_than", "less than"), ("lt", above)));
    }
}

fn greater(field: &Field<'_>, than: u64) -> Invalid {
    bound(field, ("greater_than", "greater than"), ("gt", than))
}

fn bound(field: &Field<'_>, (kind, words): (&'static str, &str), (name, number): (&str, u64)) -> Invalid {
    let message = format!("Input should be {words} {number}");
    Invalid { context: Some(Json::object([(name, Json::from(number))])), ..field.wrong(kind, &message) }
}

#[cfg(test)]
mod tests {
    use shared::json::Json;

    use super::read;
    use crate::http::error::ApiError;

    fn payload(settings: &str, signed: &str) -> Json {
        let text = format!(
            r#"{{"settings":{{"roles":{{"root":{{"expiration":"365"}},"timestamp":{{"expiration":" 1 "}},"snapshot":{{"expiration":1}},"targets":{{"expiration":"+3_0.0"}},"bins":{{"expiration":"1","number_of_delegated_bins":"{settings}"}},"delegations":null}}}},"metadata":{{"root":{{"signed":{signed}}}}},"timeout":null}}"#
        );
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_of_the_settings_may_be_strings_and_become_numbers() {
        let read = read(&payload("4", r#"{"_type":"root","x-acme-note":1}"#)).unwrap();
        let settings =
            shared::settings::RepositorySettings::from_json(read.get("settings").unwrap()).unwrap();
        assert_eq!((settings.root.get(), settings.timestamp.get(), settings.targets.get()), (365, 1, 30));
        assert_eq!(settings.bins.count.get(), 4);
    }

    #[test]
    fn names_that_are_neither_of_tuf_nor_extensions_are_refused_in_the_words_of_rstuf() {
        for name in ["foo", "x", "X-a-b"] {
            let Err(ApiError::Invalid(list)) = read(&payload("4", &format!(r#"{{"{name}":1}}"#))) else {
                panic!("{name} was taken")
            };
            assert_eq!(list[0].kind, "value_error");
            assert_eq!(list[0].place, [Json::from("body")]);
            assert!(list[0].message.contains(&format!("`{name}` field name")), "{}", list[0].message);
        }
    }
}
