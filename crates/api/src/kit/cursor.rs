//! Pages of long lists: an opaque cursor says where the next one begins.

use std::borrow::Cow;

use app::{Page, stored::Keyset};
use axum::extract::OriginalUri;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Uri;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use uuid::Uuid;

use super::Reply;

/// How many entries a page has: 1 to `MAX`, `DEFAULT` unless said otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Limit<const DEFAULT: u64 = 50, const MAX: u64 = 100>(pub(crate) u64);

impl<const DEFAULT: u64, const MAX: u64> Default for Limit<DEFAULT, MAX> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<'de, const DEFAULT: u64, const MAX: u64> Deserialize<'de> for Limit<DEFAULT, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let limit = text.parse().ok().filter(|limit| (1..=MAX).contains(limit));
        limit.map(Self).ok_or_else(|| de::Error::custom(format!("expected 1–{MAX}, got {text}")))
    }
}

impl<const DEFAULT: u64, const MAX: u64> JsonSchema for Limit<DEFAULT, MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX, "default": DEFAULT })
    }
}

/// Where a page begins. It tells nothing that its reader has not seen, so it is not signed.
#[derive(Clone, Copy)]
pub(crate) struct Cursor(pub(crate) Keyset);

impl Cursor {
    fn text(self) -> String {
        let Keyset { created_at_ms, id } = self.0;
        URL_SAFE_NO_PAD.encode([&created_at_ms.to_be_bytes()[..], id.as_bytes()].concat())
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (time, id) = bytes.split_first_chunk::<8>()?;
        let id = Uuid::from_slice(id).ok()?;
        Some(Self(Keyset { created_at_ms: i64::from_be_bytes(*time), id }))
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("cursor must be one that this list has handed out"))
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
        json_schema!({ "type": "string", "description": "Where the page begins, from the `Link` header of the page before" })
    }
}

/// A page of a list, as `wire` writes its items, and the link to the next one.
pub(crate) fn listed<T, W>(
    uri: &OriginalUri,
    page: Page<T>,
    wire: impl Fn(T) -> W,
) -> Reply<Vec<W>> {
    let link = next_link(uri, page.next);
    Reply::with_link(page.items.into_iter().map(wire).collect(), link)
}

/// The `Link` header that leads from the page at `uri` to the next one: the same list, other cursor (RFC 8288).
fn next_link(uri: &OriginalUri, next: Option<Keyset>) -> Option<String> {
    let cursor = Cursor(next?).text();
    let others = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<&str> = others.collect();
    let query = match query.is_empty() {
        true => String::new(),
        false => format!("{}&", query.join("&")),
    };
    let path = Uri::path(uri);
    Some(format!("<{path}?{query}cursor={cursor}>; rel=\"next\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_there_and_back_and_nothing_else_does() {
        let keyset = Keyset { created_at_ms: 1_800_000_000_123, id: Uuid::from_u128(7) };
        let cursor = Cursor(keyset).text();
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(Cursor::parse(&cursor).map(|cursor| cursor.0), Some(keyset));
        for bad in ["", "a", "=", &cursor[1..], &format!("{cursor}AA"), "../../etc/passwd", "\0"] {
            assert!(Cursor::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_link_keeps_the_filters() {
        let keyset = Keyset { created_at_ms: 0, id: Uuid::nil() };
        let cursor = Cursor(keyset).text();
        let link = |uri: &'static str| {
            next_link(&OriginalUri(Uri::from_static(uri)), Some(keyset)).unwrap()
        };
        assert_eq!(link("/v1/a"), format!("</v1/a?cursor={cursor}>; rel=\"next\""));
        assert_eq!(
            link("/v1/a?cursor=x&limit=2&severity=high"),
            format!("</v1/a?limit=2&severity=high&cursor={cursor}>; rel=\"next\"")
        );
        assert_eq!(next_link(&OriginalUri(Uri::from_static("/v1/a")), None), None);
    }
}
