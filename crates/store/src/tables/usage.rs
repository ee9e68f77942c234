//! What organizations have used of their plans.

use sea_orm::entity::prelude::*;

use crate::OrganizationId;

/// What an organization has used in a period.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage")]
pub(crate) struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) organization_id: OrganizationId,
    /// When the period began. Milliseconds since 1970 UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) period_start: i64,
    /// Scans that were accepted and have not failed.
    pub(crate) scans: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
