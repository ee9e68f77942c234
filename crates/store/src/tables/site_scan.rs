//! Scans of websites: the rows of `scans` that have no project. A row is the job as well: a worker leases it.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, ScanId, ScanMode, ScanStatus, SiteTrigger};

/// A scan of a website.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scans")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScanId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// From where it was started.
    pub trigger: SiteTrigger,
    /// The page that the visit begins at.
    pub target_url: String,
    /// Its host, without a port.
    pub target_hostname: String,
    /// How far it goes.
    pub mode: ScanMode,
    /// The grade of the site's headers, once it is known.
    pub grade: Option<String>,
    /// Where it is in its life.
    pub status: ScanStatus,
    /// Somebody wants it to stop.
    pub is_cancel_requested: bool,
    /// How far it is, in percent.
    pub progress: i64,
    /// Why it failed, or what it could not look at, in a sentence.
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
    /// How old the advisories were that it judged libraries by; `None` if there were none. Milliseconds since 1970 UTC.
    pub advisories_at: Option<i64>,
    /// How often a worker has taken it.
    pub attempts: i64,
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
