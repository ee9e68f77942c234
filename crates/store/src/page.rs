//! Parts of long lists.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select,
};
use uuid::Uuid;

/// The last entry of a page in a list from the newest to the oldest; the next page begins behind it. Nothing is skipped or
/// told twice while others write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset {
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at_ms: i64,
    /// Tells those of one millisecond apart.
    pub id: Uuid,
}

impl Keyset {
    /// Behind the entry of that time and id.
    #[must_use]
    pub fn of(created_at_ms: i64, id: impl Into<Uuid>) -> Self {
        Self { created_at_ms, id: id.into() }
    }
}

/// A page by its place, for the clients that number pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Entries before it.
    pub skip: u64,
    /// Entries of it.
    pub limit: u64,
}

/// Orders `rows` from the newest to the oldest and takes those behind `after`.
pub(crate) fn newest_first<E, C>(
    rows: Select<E>,
    created_at: C,
    id: C,
    after: Option<Keyset>,
    limit: u64,
) -> Select<E>
where
    E: EntityTrait,
    C: ColumnTrait,
{
    let rows = match after {
        // Spelled out instead of as a pair, so that both databases walk the index.
        Some(last) => rows.filter(
            Condition::all()
                .add(created_at.lte(last.created_at_ms))
                .add(Condition::any().add(created_at.lt(last.created_at_ms)).add(id.lt(last.id))),
        ),
        None => rows,
    };
    rows.order_by_desc(created_at).order_by_desc(id).limit(limit)
}
