//! Findings in repositories: one row for each problem of each scan. [`super::site_finding`] has the other rows of this table: whoever
//! reads here leaves out those that have no project.

use sea_orm::entity::prelude::*;

use crate::{FindingId, FindingStatus, OrganizationId, ProjectId, ScanId};

/// A finding of one scan of a repository.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "findings")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Of what.
    pub project_id: ProjectId,
    /// Found by which.
    pub scan_id: ScanId,
    /// The id in the organization, for clients that want integers.
    pub number: i64,
    /// `secrets`, `dependencies`, `code`, `config`.
    pub scanner: String,
    /// Which check says so.
    pub check_id: String,
    /// 0 `info` to 4 `critical`.
    pub severity: i16,
    /// 0 `low` to 2 `high`.
    pub confidence: i16,
    /// What was found, in a few words.
    pub title: String,
    /// What it means.
    pub description: String,
    /// How to repair it.
    pub remediation: String,
    /// Where it stands.
    pub file_path: Option<String>,
    /// From 1.
    pub line_start: Option<i64>,
    /// From 1.
    pub line_end: Option<i64>,
    /// From 1.
    pub column_start: Option<i64>,
    /// From 1.
    pub column_end: Option<i64>,
    /// The lines around it, secrets masked.
    pub snippet: Option<String>,
    /// The commit that brought it.
    pub commit_sha: Option<String>,
    /// The package it is about: `purl`, `name`, `version`, `ecosystem`, `fixed_version`.
    pub package: Option<Json>,
    /// As `CWE-798`.
    pub cwe_id: Option<String>,
    /// Other names of what was found, texts.
    pub aliases: Json,
    /// Pages to read on, texts.
    pub references: Json,
    /// The same problem in other scans of the project, hexadecimal.
    pub fingerprint: String,
    /// What is held of it.
    pub status: FindingStatus,
    /// It is what the project's last scan of its branch says: no later row tells of the same problem.
    pub is_current: bool,
    /// When a scan of the project first had it. Milliseconds since 1970 UTC.
    pub first_seen_at: i64,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
