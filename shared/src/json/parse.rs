//! Reading: what two parsers could understand differently is refused.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::Json;
use crate::text::shortened;

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;
/// What an object weighs, however few members it has: a map takes more memory than other values.
pub const OBJECT_WEIGHT: usize = 4;

/// UTF-8, and UTF-16 in both orders.
const BYTE_ORDER_MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];

/// The text is not JSON, or is JSON that cannot be signed and verified alike everywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not acceptable JSON: {reason}. Correct the document where it was made; do not edit a signed one."
)]
pub struct JsonError {
    reason: String,
}

impl Json {
    /// Reads a value.
    ///
    /// # Errors
    /// Malformed JSON, bytes after the value, duplicate members, lone surrogates, numbers that are
    /// not integers of at most 64 bits, and nesting beyond [`MAX_DEPTH`].
    pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
        Json::parse_within(bytes, usize::MAX)
    }

    /// Reads a value of a stranger: a short text must not become a large value in memory.
    ///
    /// Every value weighs one, an object [`OBJECT_WEIGHT`]; reading ends where they weigh more than `limit`.
    ///
    /// # Errors
    /// As [`Json::parse`], and a value that weighs more.
    pub fn parse_within(bytes: &[u8], limit: usize) -> Result<Json, JsonError> {
        if BYTE_ORDER_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
            let reason =
                "it begins with a byte order mark, as some editors write it; JSON is UTF-8 without one";
            return Err(JsonError { reason: reason.to_owned() });
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let left = Cell::new(limit);
        let value = Level { depth: 0, left: &left }.deserialize(&mut reader).map_err(reason)?;
        reader.end().map_err(reason)?;
        Ok(value)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn reason(error: serde_json::Error) -> JsonError {
    JsonError { reason: error.to_string() }
}

/// Reads one value at a depth, and counts what it weighs.
#[derive(Clone, Copy)]
struct Level<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl Level<'_> {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    fn weigh<E: serde::de::Error>(self, weight: usize) -> Result<(), E> {
        let left = self.left.get().checked_sub(weight);
        self.left.set(left.ok_or_else(|| E::custom("it has too many values; send less at once"))?);
        Ok(())
    }
}

impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level { depth: 0, left: &Cell::new(usize::MAX) }.deserialize(deserializer)
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(format!("it is nested deeper than {MAX_DEPTH} levels")));
        }
        self.weigh(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Int(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Json, E> {
        Err(E::custom(format!(
            "the number {number:?} is not an integer of at most 64 bits that is written without fraction and exponent"
        )))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self.deeper())? {
            array.push(element);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        self.weigh(OBJECT_WEIGHT - 1)?;
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "the member \"{}\" stands twice in one object",
                    shortened(&name)
                )));
            }
            let value = members.next_value_seed(self.deeper())?;
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}
