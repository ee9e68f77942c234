//! Small things that several bodies hold.

use std::{borrow::Cow, fmt, str::FromStr};

use app::{DomainStatus, FailOn, Password, stored};
use jiff::Timestamp;
use model::{Confidence, Severity};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A UUID that names something.
#[derive(Clone, Copy)]
pub(crate) struct Id<T>(pub(crate) T);

impl<'de, T: FromStr> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse().map(Self).map_err(|_| de::Error::custom("an id must be a UUID"))
    }
}

impl<T: Copy + Into<Uuid>> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.into())
    }
}

impl<T> JsonSchema for Id<T> {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uuid" })
    }
}

/// A time in milliseconds since 1970 UTC, written as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Millis(pub(crate) i64);

/// A time in milliseconds since 1970 UTC, written as RFC 3339 in UTC in whole seconds.
#[derive(Clone, Copy)]
pub(crate) struct Seconds(pub(crate) i64);

/// A time in milliseconds since 1970 UTC, written as RFC 3339 in UTC, as exact as it is: without a fraction that is zero.
#[derive(Clone, Copy)]
pub(crate) struct Exact(pub(crate) i64);

impl Millis {
    /// The time of an answer. Decisions are made by the application's clock.
    pub(crate) fn now() -> Self {
        Self(Timestamp::now().as_millisecond())
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let time = Timestamp::from_millisecond(self.0).unwrap_or_default();
        to.collect_str(&format_args!("{time:.3}"))
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let time = Timestamp::from_millisecond(self.0 / 1000 * 1000).unwrap_or_default();
        to.collect_str(&format_args!("{time:.0}"))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Timestamp::from_millisecond(self.0).unwrap_or_default())
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Millis {
    /// RFC 3339, or a date, which begins at midnight UTC.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let time = Timestamp::from_str(&text)
            .or_else(|_| Timestamp::from_str(&format!("{text}T00:00:00Z")))
            .map_err(|_| de::Error::custom("a time must be written as 2026-01-31T12:00:00Z"))?;
        Ok(Self(time.as_millisecond()))
    }
}

macro_rules! date_time {
    ($($name:ident)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": "date-time" })
            }
        }
    )*};
}
date_time!(Millis Seconds Exact);

/// Words of which a field holds one.
pub(crate) trait Vocabulary: Copy + 'static {
    /// What the document calls it.
    const NAME: &'static str;
    /// All of them.
    const ALL: &'static [Self];

    /// The word.
    fn word(self) -> &'static str;
}

/// One word of a [`Vocabulary`].
#[derive(Clone, Copy)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: Vocabulary> Word<T> {
    fn parse(text: &str) -> Option<Self> {
        T::ALL.iter().copied().find(|word| word.word() == text).map(Self)
    }

    fn expected() -> String {
        let words: Vec<_> = T::ALL.iter().map(|word| word.word()).collect();
        format!("expected one of {}", words.join(", "))
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(Self::expected()))
    }
}

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.word())
    }
}

impl<T: Vocabulary> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<_> = T::ALL.iter().map(|word| word.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

macro_rules! vocabularies {
    ($($name:literal = $type:ty;)*) => {$(
        impl Vocabulary for $type {
            const NAME: &'static str = $name;
            const ALL: &'static [Self] = &<$type>::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }
        }
    )*};
}

macro_rules! stored_vocabularies {
    ($($name:literal = $type:ty;)*) => {$(
        impl Vocabulary for $type {
            const NAME: &'static str = $name;
            const ALL: &'static [Self] = <$type>::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }
        }
    )*};
}

vocabularies! {
    "Severity" = Severity;
    "Confidence" = Confidence;
    "FailOn" = FailOn;
    "DomainStatus" = DomainStatus;
}

stored_vocabularies! {
    "ProofKind" = stored::ProofKind;
    "Role" = stored::Role;
    "UserStatus" = stored::UserStatus;
    "FindingStatus" = stored::FindingStatus;
}

/// Several severities, separated by commas.
#[derive(Clone, Default)]
pub(crate) struct Severities(pub(crate) Vec<Severity>);

impl<'de> Deserialize<'de> for Severities {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let severity = |text: &str| {
            let word = Word::<Severity>::parse(text.trim());
            word.map(|word| word.0).ok_or_else(|| de::Error::custom(Word::<Severity>::expected()))
        };
        text.split(',').map(severity).collect::<Result<_, _>>().map(Self)
    }
}

impl JsonSchema for Severities {
    fn schema_name() -> Cow<'static, str> {
        "Severities".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = "(critical|high|medium|low|info)";
        json_schema!({
            "type": "string",
            "pattern": format!("^{one}(,{one})*$"),
            "description": "Severities, separated by commas"
        })
    }
}

/// A secret that a caller sends. It is cleared on drop and never written.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn password(self) -> Password {
        Password::new(self.0.to_string())
    }

    pub(crate) fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Secret;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret(Zeroizing::new(text.to_owned())))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
                Ok(Secret(Zeroizing::new(text)))
            }

            // Said without the value, which the default would repeat.
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
                Err(E::custom("a secret must be a string"))
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
                Err(E::custom("a secret must be a string"))
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
                Err(E::custom("a secret must be a string"))
            }
        }

        // Not `deserialize_string`, which tells of another type itself, value and all.
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

/// A text that `null` takes away, as an empty one does.
pub(crate) fn null_clears<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<String>::deserialize(from)?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc() {
        let told = serde_json::to_string(&(Millis(1_705_314_600_000), Seconds(1_705_314_600_999)));
        assert_eq!(told.unwrap(), r#"["2024-01-15T10:30:00.000Z","2024-01-15T10:30:00Z"]"#);
        let exact = [Exact(1_705_314_600_000), Exact(1_705_314_600_120)].map(|at| at.to_string());
        assert_eq!(exact, ["2024-01-15T10:30:00Z", "2024-01-15T10:30:00.12Z"]);
        let read = |text: &str| serde_json::from_str::<Millis>(text).map(|time| time.0).ok();
        assert_eq!(read(r#""2024-01-15T11:30:00+01:00""#), Some(1_705_314_600_000));
        assert_eq!(read(r#""2024-01-15""#), Some(1_705_276_800_000));
        assert_eq!(read(r#""yesterday""#), None);
    }

    #[test]
    fn a_secret_is_not_repeated_in_an_error() {
        for body in ["12345678", "-12345678", "12345678.5", "[12345678]", r#"{"a":12345678}"#] {
            let error = serde_json::from_str::<Secret>(body).err().unwrap().to_string();
            assert!(!error.contains("12345678"), "{error}");
        }
    }
}
