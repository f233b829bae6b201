//! JSON values that can be signed: exact integers, no duplicate members, unknown fields kept.
//!
//! TUF signs the OLPC canonical form of a value (`signed`), so a value is read once into [`Json`],
//! kept beside its parsed form, and its canonical bytes are made from what was received.

pub(crate) mod alike;
mod parse;
mod write;

use std::collections::BTreeMap;

pub use alike::AlikeError;
pub use parse::{JsonError, MAX_DEPTH, OBJECT_WEIGHT};

/// A JSON value without floating-point numbers.
///
/// Object members are ordered by the UTF-8 bytes of their names, which is the order by code point
/// that OLPC canonical JSON asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer, exact.
    Int(i128),
    /// A string, never normalised.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; member names are unique.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// An object of the given members. A later member of the same name replaces the earlier one.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The member `name` of an object; `None` also when this is no object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Json::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The value of an integer that fits.
    pub fn as_u64(&self) -> Option<u64> {
        u64::try_from(self.as_int()?).ok()
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Json>> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// Sets a member of an object; does nothing to any other value.
    pub fn set(&mut self, name: &str, value: Json) {
        if let Json::Object(members) = self {
            members.insert(name.to_owned(), value);
        }
    }

    /// What a person calls this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Int(_) => "an integer",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Json::Int(number.into())
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Json::Int(number.into())
    }
}

impl From<u32> for Json {
    fn from(number: u32) -> Self {
        Json::Int(number.into())
    }
}

impl From<Vec<Json>> for Json {
    fn from(elements: Vec<Json>) -> Self {
        Json::Array(elements)
    }
}

impl From<BTreeMap<String, Json>> for Json {
    fn from(members: BTreeMap<String, Json>) -> Self {
        Json::Object(members)
    }
}

#[cfg(test)]
mod tests;
