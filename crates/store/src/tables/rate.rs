//! Calls that somebody made of late.

use sea_orm::entity::prelude::*;

/// The latest calls of one caller.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rates")]
pub(crate) struct Model {
    /// Of whom, and what is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key: String,
    /// When they were, the latest first, each in as many digits: see [`crate::rates`].
    pub(crate) times: String,
    /// Whether the last call was let through; one that was not is not among them.
    pub(crate) is_taken: bool,
    /// Milliseconds since 1970 UTC.
    pub(crate) used_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
