//! How many members the objects of a text have, with and without those that stand twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// As they are written; nothing for what is no JSON.
pub fn written(text: &[u8]) -> Option<usize> {
    let mut count = 0;
    let mut parser = serde_json::Deserializer::from_slice(text);
    Count(&mut count).deserialize(&mut parser).ok()?;
    Some(count)
}

/// As a map keeps them.
pub fn kept(value: &Value) -> Option<usize> {
    Some(match value {
        Value::Array(elements) => elements.iter().filter_map(kept).sum(),
        Value::Object(members) => members.len() + members.values().filter_map(kept).sum::<usize>(),
        _ => 0,
    })
}

struct Count<'a>(&'a mut usize);

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Count(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key::<String>()?.is_some() {
            *self.0 += 1;
            members.next_value_seed(Count(self.0))?;
        }
        Ok(())
    }
}
