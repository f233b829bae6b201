//! Reading fields as leniently as RSTUF does: integers may be strings, booleans may be words. Strings are strings.
//!
//! What is wrong is collected, in pydantic's shape, so that a caller sees it at once; but no more than a person can read,
//! so that a small request never gets a large answer.

mod lax;

use shared::json::Json;

use super::error::{ApiError, Invalid};

/// A value with its place in the request.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    place: Vec<Json>,
    /// The value.
    pub(crate) value: &'a Json,
}

/// How many faults of a request are told.
const MAX_FAULTS: usize = 100;
/// How many elements a list may have.
pub(crate) const MAX_ELEMENTS: usize = 200_000;
/// How many bytes of a wrong input are repeated.
const MAX_INPUT: usize = 4096;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Invalid>);

impl Faults {
    /// Notes a fault.
    pub(crate) fn add(&mut self, fault: Invalid) {
        if !self.are_enough() {
            self.0.push(fault);
        }
    }

    /// Whether looking for more faults is of no use.
    pub(crate) fn are_enough(&self) -> bool {
        self.0.len() >= MAX_FAULTS
    }

    /// Notes what no rule of pydantic's covers, at that place.
    pub(crate) fn add_sentence(&mut self, field: &Field<'_>, sentence: &str) {
        self.add(Invalid::value(field.place.clone(), sentence, repeated(field.value)));
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

    /// Whether this has members at all. Asked before several of them are read, so that it is told once.
    pub(crate) fn is_object(&self, faults: &mut Faults) -> bool {
        let is = self.value.as_object().is_some();
        if !is {
            faults.add(self.wrong(
                "model_attributes_type",
                "Input should be a valid dictionary or object to extract fields from",
            ));
        }
        is
    }

    /// A member that must be there.
    pub(crate) fn member(&self, name: &str, faults: &mut Faults) -> Option<Self> {
        if !self.is_object(faults) {
            return None;
        }
        let found = self.given(name);
        if found.is_none() {
            let mut missing = self.wrong("missing", "Field required");
            missing.place.push(Json::from(name));
            faults.add(missing);
        }
        found
    }

    /// A member that may be missing, but not null.
    pub(crate) fn given(&self, name: &str) -> Option<Self> {
        self.value.get(name).map(|value| self.at(Json::from(name), value))
    }

    /// A member that may be missing or null.
    pub(crate) fn optional(&self, name: &str) -> Option<Self> {
        self.given(name).filter(|field| !field.value.is_null())
    }

    /// The members of an object, each with its place.
    pub(crate) fn members(&self, faults: &mut Faults) -> Option<impl Iterator<Item = Self> + use<'a>> {
        let Some(members) = self.value.as_object() else {
            faults.add(self.wrong("dict_type", "Input should be a valid dictionary"));
            return None;
        };
        let here = self.clone();
        Some(members.iter().map(move |(name, value)| here.at(Json::from(name.as_str()), value)))
    }

    /// What `read` makes of the elements of a list, as long as there are not too many of them or of faults.
    pub(crate) fn list<T>(
        &self,
        faults: &mut Faults,
        mut read: impl FnMut(&Self, &mut Faults) -> Option<T>,
    ) -> Vec<T> {
        let Some(elements) = self.value.as_array() else {
            faults.add(self.wrong("list_type", "Input should be a valid list"));
            return Vec::new();
        };
        if elements.len() > MAX_ELEMENTS {
            faults.add(self.too_long(elements.len()));
            return Vec::new();
        }
        let mut found = Vec::new();
        for (value, index) in elements.iter().zip(0u64..) {
            found.extend(read(&self.at(Json::from(index), value), faults));
            if faults.are_enough() {
                break;
            }
        }
        found
    }

    fn too_long(&self, found: usize) -> Invalid {
        let message = format!(
            "List should have at most {MAX_ELEMENTS} items after validation, not {found}. Send it in several requests."
        );
        let context = Json::object([
            ("field_type", Json::from("List")),
            ("max_length", Json::from(MAX_ELEMENTS as u64)),
            ("actual_length", Json::from(found as u64)),
        ]);
        Invalid { context: Some(context), ..self.wrong("too_long", &message) }
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
        let number = self.lenient_integer();
        if number.is_none() {
            faults.add(match self.value {
                Json::String(_) => self.wrong(
                    "int_parsing",
                    "Input should be a valid integer, unable to parse string as an integer",
                ),
                _ => self.wrong("int_type", "Input should be a valid integer"),
            });
        }
        number
    }

    /// The same, where the fault was told before.
    pub(crate) fn lenient_integer(&self) -> Option<i128> {
        match self.value {
            Json::Int(number) => Some(*number),
            Json::String(text) => lax::integer(text),
            _ => None,
        }
    }

    /// A boolean, or one of the words and numbers that mean one.
    pub(crate) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        let fault = match self.value {
            Json::Bool(value) => return Some(*value),
            Json::Int(0) => return Some(false),
            Json::Int(1) => return Some(true),
            Json::String(text) => match lax::boolean(text) {
                Some(value) => return Some(value),
                None => self.unclear_boolean(),
            },
            Json::Int(_) => self.unclear_boolean(),
            _ => self.wrong("bool_type", "Input should be a valid boolean"),
        };
        faults.add(fault);
        None
    }

    fn unclear_boolean(&self) -> Invalid {
        self.wrong("bool_parsing", "Input should be a valid boolean, unable to interpret input")
    }

    /// A fault at this place.
    pub(crate) fn wrong(&self, kind: &'static str, message: &str) -> Invalid {
        Invalid {
            kind,
            place: self.place.clone(),
            message: message.to_owned(),
            input: repeated(self.value),
            context: None,
        }
    }

    fn at(&self, step: Json, value: &'a Json) -> Self {
        let mut place = self.place.clone();
        place.push(step);
        Self { place, value }
    }
}

/// What was given, as far as it is worth repeating.
fn repeated(value: &Json) -> Json {
    let mut left = MAX_INPUT;
    if fits(value, &mut left) {
        return value.clone();
    }
    match value {
        Json::String(text) => {
            let end = (0..=MAX_INPUT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            Json::from(format!("{}…", &text[..end]))
        }
        other => Json::from(format!("{}, too long to be repeated", other.kind())),
    }
}

/// Whether a value is small, found out without looking at more of it than that.
fn fits(value: &Json, left: &mut usize) -> bool {
    let own = match value {
        Json::String(text) => text.len(),
        _ => 0,
    };
    let Some(rest) = left.checked_sub(own + 8) else { return false };
    *left = rest;
    match value {
        Json::Array(elements) => elements.iter().all(|element| fits(element, left)),
        Json::Object(members) => members.iter().all(|(name, member)| {
            *left = left.saturating_sub(name.len());
            fits(member, left)
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use shared::json::Json;

    use super::{Faults, Field, MAX_ELEMENTS, MAX_FAULTS, MAX_INPUT};

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

    #[test]
    fn a_wrong_input_is_repeated_in_part_only() {
        let value = Json::from("\u{e9}".repeat(5000));
        assert!(Field::body(&value).wrong("", "").input.as_str().unwrap().len() <= MAX_INPUT + 4);
        let value = Json::from(vec![value]);
        assert_eq!(
            Field::body(&value).wrong("", "").input.as_str(),
            Some("an array, too long to be repeated")
        );
        let value = Json::object([("a", Json::from(1u32))]);
        assert_eq!(Field::body(&value).wrong("", "").input, value);
    }

    #[test]
    fn no_more_faults_are_told_than_a_person_can_read() {
        let value = Json::from(vec![Json::from(5u32); 5000]);
        let mut faults = Faults::default();
        let mut asked = 0;
        Field::body(&value).list(&mut faults, |entry, faults| {
            asked += 1;
            entry.string(faults)
        });
        assert_eq!((asked, faults.0.len()), (MAX_FAULTS, MAX_FAULTS));
        let value = Json::from(vec![Json::Null; MAX_ELEMENTS + 1]);
        let mut faults = Faults::default();
        assert!(Field::body(&value).list(&mut faults, |_, _| Some(())).is_empty());
        assert_eq!(faults.0[0].kind, "too_long");
    }
}
