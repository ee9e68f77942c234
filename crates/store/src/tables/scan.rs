//! Scans of repositories. A row is the job as well: a worker leases it. [`super::site_scan`] has the other rows of this table: whoever
//! reads here leaves out those that have no project.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, PackageListId, ProjectId, ScanId, ScanKind, ScanStatus, ScanTrigger};

/// A scan of a repository.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scans")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScanId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Of what.
    pub project_id: ProjectId,
    /// The id in the organization, for clients that want integers.
    pub number: i64,
    /// Who started it.
    pub trigger: ScanTrigger,
    /// What it looks for.
    pub kind: ScanKind,
    /// Where it clones from.
    pub clone_url: String,
    /// The branch, tag or commit.
    pub target_ref: String,
    /// The kind of host that told of the push that started it, if one did.
    pub pushed_to: Option<String>,
    /// The commit that was pushed.
    pub pushed_commit: Option<String>,
    /// The commit it looked at, once it is known.
    pub commit_sha: Option<String>,
    /// Where it is in its life.
    pub status: ScanStatus,
    /// Somebody wants it to stop.
    pub is_cancel_requested: bool,
    /// How far it is, in percent.
    pub progress: i64,
    /// Why it failed, in a sentence.
    pub error: Option<String>,
    /// Findings of this severity.
    pub critical: i64,
    /// Findings of this severity.
    pub high: i64,
    /// Findings of this severity.
    pub medium: i64,
    /// Findings of this severity.
    pub low: i64,
    /// Findings of this severity.
    pub info: i64,
    /// Findings that the scan before did not have.
    pub new_findings: i64,
    /// Findings of the scan before that this one does not have.
    pub fixed_findings: i64,
    /// The packages it listed, if it looked for them.
    pub package_list_id: Option<PackageListId>,
    /// How old the advisories were that it judged them by; `None` if there were none. Milliseconds since 1970 UTC.
    pub advisories_at: Option<i64>,
    /// When the period began in which it counts; `None` if it does not count. Milliseconds since 1970 UTC.
    pub counted_in: Option<i64>,
    /// How often a worker has taken it.
    pub attempts: i64,
    /// Which worker has it; each lease has a name of its own.
    pub lease: Option<Uuid>,
    /// Until when the worker has it. Milliseconds since 1970 UTC.
    pub leased_until: Option<i64>,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
    /// Milliseconds since 1970 UTC.
    pub started_at: Option<i64>,
    /// Milliseconds since 1970 UTC.
    pub completed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
