//! Problems: what the scans of a project found, each once, and what users say of it.

use sea_orm::entity::prelude::*;

use crate::{FindingStatus, OrganizationId, ProjectId, UserId};

/// A problem of a project, over all its scans.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "problems")]
pub(crate) struct Model {
    /// Of what.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) project_id: ProjectId,
    /// Which, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) fingerprint: String,
    /// Whose.
    pub(crate) organization_id: OrganizationId,
    /// When a scan first had it. Milliseconds since 1970 UTC.
    pub(crate) first_seen_at: i64,
    /// What a user said of it.
    pub(crate) triage: Option<FindingStatus>,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Who.
    pub(crate) triaged_by: Option<UserId>,
    /// When. Milliseconds since 1970 UTC.
    pub(crate) triaged_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
