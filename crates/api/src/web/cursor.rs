//! Cursors of this API: the time and the id of a page's last entry, `<created_at>:<id>`, as that entry tells them.

use std::{borrow::Cow, fmt, str::FromStr as _};

use app::stored::Keyset;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::kit::Exact;

/// Where a page begins. It tells nothing that its reader has not seen, so it is not signed.
#[derive(Clone, Copy)]
pub(super) struct Cursor(pub(super) Keyset);

impl Cursor {
    /// Reads what was printed, and no other spelling of it.
    fn parse(text: &str) -> Option<Self> {
        // A time has colons of its own.
        let (time, id) = text.rsplit_once(':')?;
        let created_at_ms = Timestamp::from_str(time).ok()?.as_millisecond();
        let cursor = Self(Keyset { created_at_ms, id: Uuid::try_parse(id).ok()? });
        (cursor.to_string() == text).then_some(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", Exact(self.0.created_at_ms), self.0.id)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("expected the next_cursor of the page before"))
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "The `next_cursor` of the page before" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f1c4e2a-8c3a-4b6f-9c0d-9b1e8f3c2a4d";

    #[test]
    fn a_cursor_goes_there_and_back() {
        for (created_at_ms, time) in [
            (1_778_162_400_000, "2026-05-07T14:00:00Z"),
            (1_778_162_400_120, "2026-05-07T14:00:00.12Z"),
            (1_778_162_400_001, "2026-05-07T14:00:00.001Z"),
        ] {
            let keyset = Keyset { created_at_ms, id: ID.parse().unwrap() };
            assert_eq!(Cursor(keyset).to_string(), format!("{time}:{ID}"));
            assert_eq!(Cursor::parse(&format!("{time}:{ID}")).map(|read| read.0), Some(keyset));
        }
    }

    #[test]
    fn nothing_else_is_one() {
        for bad in [
            String::new(),
            ":".to_owned(),
            ID.to_owned(),
            format!(":{ID}"),
            "2026-05-07T14:00:00Z".to_owned(),
            "2026-05-07T14:00:00Z:".to_owned(),
            format!("2026-05-07T14:00:00Z:{}", &ID[1..]),
            format!("2026-05-07T14:00:00Z:{}", ID.to_uppercase()),
            format!("2026-05-07T14:00:00Z:{}", ID.replace('-', "")),
            format!("2026-05-07T14:00:00Z:{{{ID}}}"),
            format!(" 2026-05-07T14:00:00Z:{ID}"),
            format!("2026-05-07T14:00:00Z:{ID} "),
            format!("2026-05-07t14:00:00z:{ID}"),
            format!("2026-05-07T14:00:00.000Z:{ID}"),
            format!("2026-05-07T14:00:00.0001Z:{ID}"),
            format!("2026-05-07T16:00:00+02:00:{ID}"),
            format!("2026-05-07:{ID}"),
            format!("2026-13-07T14:00:00Z:{ID}"),
            format!("1778162400000:{ID}"),
            format!("\0:{ID}"),
        ] {
            assert!(Cursor::parse(&bad).is_none(), "{bad:?}");
        }
    }
}
