//! Numbered pages.

use std::borrow::Cow;

use app::stored::Offset;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::kit;

/// How many entries a page has.
pub(super) type Limit = kit::Limit<20>;

/// Which page, from 1.
#[derive(Clone, Copy)]
pub(super) struct PageNumber(u64);

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}

impl<'de> Deserialize<'de> for PageNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let page = text.parse().ok().filter(|page| *page > 0);
        page.map(Self).ok_or_else(|| de::Error::custom("expected a number from 1"))
    }
}

impl JsonSchema for PageNumber {
    fn schema_name() -> Cow<'static, str> {
        "PageNumber".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "default": 1 })
    }
}

/// Where a list is cut.
#[derive(Clone, Copy)]
pub(super) struct Place {
    page: u64,
    limit: u64,
}

impl Place {
    pub(super) fn new(PageNumber(page): PageNumber, kit::Limit(limit): Limit) -> Self {
        Self { page, limit }
    }

    pub(super) fn offset(self) -> Offset {
        // The databases count in signed numbers. No list is that long.
        const MOST: u64 = i64::MAX.cast_unsigned();
        let skip = (self.page - 1).saturating_mul(self.limit).min(MOST);
        Offset { skip, limit: self.limit }
    }

    /// How it is told, of a list of `total` entries.
    pub(super) fn of(self, total: u64) -> Pagination {
        let Self { page, limit } = self;
        Pagination { page, limit, total, total_pages: total.div_ceil(limit) }
    }
}

/// Which part of a list this is.
#[derive(Serialize, JsonSchema)]
pub(super) struct Pagination {
    /// From 1.
    page: u64,
    /// Entries of a page.
    limit: u64,
    /// Entries of the list.
    total: u64,
    total_pages: u64,
}
