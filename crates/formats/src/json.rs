//! JSON as its writer meant it, with places: a tree whose texts are borrowed from the file, so that
//! [`Lines::range_of`](crate::Lines::range_of) finds where each of them stands.
//!
//! Nesting is bounded by `serde_json` (128), the number of values here. Of a repeated key the last one counts, as in every
//! browser; whoever goes over an object's entries sees all of them.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::Problem;

/// More values than this are no lock file.
const MAX_VALUES: u32 = 8_000_000;

/// A value of a file.
#[derive(Debug, Default)]
pub(crate) enum Value<'a> {
    /// `null`, a number, and what is absent: no format here needs to tell them apart.
    #[default]
    Other,
    Bool(bool),
    Text(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// What is said of a value that is not there.
static ABSENT: Value<'static> = Value::Other;

/// Reads a whole file.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, Problem> {
    let budget = Cell::new(MAX_VALUES);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Seed(&budget)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "The file ends before its JSON does",
                _ if budget.get() == 0 => "The file holds too many values",
                _ => "This is not JSON",
            };
            Problem::at(error.line() as u64, what).unread()
        })
}

impl<'a> Value<'a> {
    /// The value of a key; [`Value::Other`] if this is no object or has none.
    pub(crate) fn get(&self, key: &str) -> &Self {
        self.entries().iter().rev().find(|entry| entry.0 == key).map_or(absent(), |entry| &entry.1)
    }

    pub(crate) fn entries(&self) -> &[(Cow<'a, str>, Self)] {
        if let Self::Object(entries) = self { entries } else { &[] }
    }

    pub(crate) fn items(&self) -> &[Self] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text of a key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).as_str()
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// `ABSENT` for any lifetime.
fn absent<'s, 'a>() -> &'s Value<'a> {
    &ABSENT
}

/// Counts what it makes.
#[derive(Clone, Copy)]
struct Seed<'b>(&'b Cell<u32>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many"))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut object = Vec::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            object.push((key, entries.next_value_seed(self)?));
        }
        Ok(Value::Object(object))
    }
}

/// A key, borrowed if it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lines;

    #[test]
    fn texts_know_where_they_stand_unless_they_are_escaped() {
        let text = r#"{"a": ["x", "\u0079"], "a": ["z"], "b": true}"#;
        let value = parse(text).unwrap();
        let lines = Lines::new(text);
        assert_eq!(value.get("a").items()[0].as_str(), Some("z"));
        assert_eq!(value.entries().len(), 3);
        let first = &value.entries()[0].1.items();
        assert_eq!(lines.range_of(first[0].as_str().unwrap()), Some(8..9));
        assert_eq!(first[1].as_str(), Some("y"));
        assert_eq!(lines.range_of(first[1].as_str().unwrap()), None);
        assert!(value.get("b").is_true());
        assert!(value.get("c").get("d").as_str().is_none());
    }

    #[test]
    fn deep_nesting_and_broken_files_are_problems_with_a_line() {
        assert_eq!(parse(&"[".repeat(1_000_000)).unwrap_err().message, "This is not JSON");
        let cut = parse("{\n\"a\": ").unwrap_err();
        assert_eq!((cut.line, &*cut.message), (Some(2), "The file ends before its JSON does"));
        assert!(parse("{} x").is_err());
    }
}
