//! Reading fields as leniently as RSTUF does: integers may be strings, booleans may be words. Strings are strings.
//!
//! Everything that is wrong is collected, in pydantic's shape, so that a caller sees all of it at once.

use shared::json::Json;

use super::error::{ApiError, Invalid};

/// A value with its place in the request.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    place: Vec<Json>,
    /// The value.
    pub(crate) value: &'a Json,
}

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Invalid>);

impl Faults {
    /// Notes a fault.
    pub(crate) fn add(&mut self, fault: Invalid) {
        self.0.push(fault);
    }

    /// Notes what no rule of pydantic's covers, at that place.
    pub(crate) fn add_sentence(&mut self, field: &Field<'_>, sentence: &str) {
        self.add(Invalid::value(field.place.clone(), sentence, field.value.clone()));
    }

    /// Fails when anything was wrong.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.0)) }
    }
}

impl<'a> Field<'a> {
    /// The whole body.
    pub(crate) fn body(value: &'a Json) -> Self {
        Self { place: vec![Json::from("body")], value }
    }

    /// A member that must be there.
    pub(crate) fn member(&self, name: &str, faults: &mut Faults) -> Option<Self> {
        if self.value.as_object().is_none() {
            faults.add(self.wrong(
                "model_attributes_type",
                "Input should be a valid dictionary or object to extract fields from",
            ));
            return None;
        }
        let found = self.optional(name);
        if found.is_none() && self.value.get(name).is_none() {
            let mut missing = self.wrong("missing", "Field required");
            missing.place.push(Json::from(name));
            faults.add(missing);
        }
        found.or_else(|| self.value.get(name).map(|value| self.at(Json::from(name), value)))
    }

    /// A member that may be missing or null.
    pub(crate) fn optional(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(self.at(Json::from(name), value))
    }

    /// The elements of a list.
    pub(crate) fn list(&self, faults: &mut Faults) -> Vec<Self> {
        let Some(elements) = self.value.as_array() else {
            faults.add(self.wrong("list_type", "Input should be a valid list"));
            return Vec::new();
        };
        elements.iter().zip(0u64..).map(|(value, index)| self.at(Json::from(index), value)).collect()
    }

    /// A string.
    pub(crate) fn string(&self, faults: &mut Faults) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            faults.add(self.wrong("string_type", "Input should be a valid string"));
        }
        text
    }

    /// An integer, or a string that spells one.
    pub(crate) fn integer(&self, faults: &mut Faults) -> Option<i128> {
        let fault = match self.value {
            Json::Int(number) => return Some(*number),
            Json::String(text) => match text.trim().parse() {
                Ok(number) => return Some(number),
                Err(_) => self.wrong(
                    "int_parsing",
                    "Input should be a valid integer, unable to parse string as an integer",
                ),
            },
            _ => self.wrong("int_type", "Input should be a valid integer"),
        };
        faults.add(fault);
        None
    }

    /// A boolean, or one of the words and numbers that mean one.
    pub(crate) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        let fault = match self.value {
            Json::Bool(value) => return Some(*value),
            Json::Int(0) => return Some(false),
            Json::Int(1) => return Some(true),
            Json::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "on" | "1" => return Some(true),
                "false" | "f" | "no" | "n" | "off" | "0" => return Some(false),
                _ => self.wrong("bool_parsing", "Input should be a valid boolean, unable to interpret input"),
            },
            _ => self.wrong("bool_type", "Input should be a valid boolean"),
        };
        faults.add(fault);
        None
    }

    /// A fault at this place.
    pub(crate) fn wrong(&self, kind: &'static str, message: &str) -> Invalid {
        Invalid {
            kind,
            place: self.place.clone(),
            message: message.to_owned(),
            input: self.value.clone(),
            context: None,
        }
    }

    fn at(&self, step: Json, value: &'a Json) -> Self {
        let mut place = self.place.clone();
        place.push(step);
        Self { place, value }
    }
}

#[cfg(test)]
mod tests {
    use shared::json::Json;

    use super::{Faults, Field};

    #[test]
    fn integers_and_booleans_may_be_spelt_as_strings() {
        let mut faults = Faults::default();
        let value = |text: &str| Json::parse(text.as_bytes()).unwrap();
        assert_eq!(Field::body(&value("\"630\"")).integer(&mut faults), Some(630));
        assert_eq!(Field::body(&value("\"yes\"")).boolean(&mut faults), Some(true));
        assert_eq!(Field::body(&value("0")).boolean(&mut faults), Some(false));
        faults.check().unwrap();
        let mut faults = Faults::default();
        assert_eq!(Field::body(&value("\"x\"")).integer(&mut faults), None);
        assert_eq!(Field::body(&value("5")).string(&mut faults), None);
        assert!(faults.check().is_err());
    }
}
