//! Lists of packages. Scans of a project that listed the same share one.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, PackageListId, ProjectId};

/// What the files of a target name.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "package_lists")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: PackageListId,
    /// Whose.
    pub(crate) organization_id: OrganizationId,
    /// Of what.
    pub(crate) project_id: ProjectId,
    /// What it holds, by its digest.
    pub(crate) digest: String,
    /// Entries.
    pub(crate) count: i64,
    /// Bytes of `packages`.
    pub(crate) size: i64,
    /// What it holds. This crate does not look into it.
    pub(crate) packages: Vec<u8>,
    /// When a scan last listed the same. Milliseconds since 1970 UTC.
    pub(crate) used_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
