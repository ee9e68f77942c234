//! Deliveries of webhooks that were taken: each starts its scans once.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, ProjectId};

/// A delivery that was taken for a project.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub(crate) struct Model {
    /// For which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) project_id: ProjectId,
    /// The sender's name of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) delivery: String,
    /// Whose.
    pub(crate) organization_id: OrganizationId,
    /// Milliseconds since 1970 UTC.
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
