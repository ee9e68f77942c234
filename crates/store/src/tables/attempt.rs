//! Attempts to log in.

use sea_orm::entity::prelude::*;

/// An attempt, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub(crate) struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// From where.
    pub(crate) address: String,
    /// Milliseconds since 1970 UTC.
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
