//! Inventories: the packages of each branch, to be judged again when more is known of them.

use sea_orm::entity::prelude::*;

use crate::{InventoryId, OrganizationId, PackageListId, ProjectId};

/// What a branch is made of, as its latest scan saw it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inventories")]
pub struct Model {
    /// Names this state of it; the next scan's has another.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InventoryId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Of what.
    pub project_id: ProjectId,
    /// The branch, tag or commit.
    pub target_ref: String,
    /// Where the scan cloned from.
    pub clone_url: String,
    /// The commit it looked at.
    pub commit_sha: Option<String>,
    /// The packages.
    pub package_list_id: PackageListId,
    /// The scan could read all that names packages.
    pub is_whole: bool,
    /// What was known against the packages, by its digest.
    pub verdict: String,
    /// How old the advisories were that they were last judged by; `None` if there were none. Milliseconds since 1970 UTC.
    pub judged_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
