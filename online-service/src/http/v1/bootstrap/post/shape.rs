//! The shape of a bootstrap payload, refused in RSTUF's words where RSTUF refuses it.

use shared::json::Json;
use shared::settings::SettingsError;

use crate::http::error::{ApiError, Invalid};
use crate::http::fields::{Faults, Field};

/// Checks what RSTUF checks at its door; everything else is checked by the use case.
pub(super) fn check(value: &Json) -> Result<(), ApiError> {
    let mut faults = Faults::default();
    let body = Field::body(value);
    let settings = body.member("settings", &mut faults);
    body.member("metadata", &mut faults);
    if let Some(roles) = settings.and_then(|settings| settings.member("roles", &mut faults)) {
        check_roles(&roles, &mut faults);
    }
    faults.check()
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
        faults.add(bound(&field, "greater_than", "Input should be greater than 0", ("gt", 0)));
    }
}

fn check_number_of_bins(bins: &Field<'_>, faults: &mut Faults) {
    let Some(field) = bins.member("number_of_delegated_bins", faults) else { return };
    match field.integer(faults) {
        Some(..=1) => faults.add(bound(&field, "greater_than", "Input should be greater than 1", ("gt", 1))),
        Some(16_385..) => {
            faults.add(bound(&field, "less_than", "Input should be less than 16385", ("lt", 16_385)));
        }
        Some(_) | None => {}
    }
}

fn bound(field: &Field<'_>, kind: &'static str, message: &str, (name, number): (&str, u32)) -> Invalid {
    Invalid { context: Some(Json::object([(name, Json::from(number))])), ..field.wrong(kind, message) }
}
