//! Findings on websites: the rows of `findings` that have no project.

use sea_orm::entity::prelude::*;

use crate::{FindingId, FindingStatus, OrganizationId, ScanId};

/// A finding of one scan of a website.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "findings")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Found by which.
    pub scan_id: ScanId,
    /// `website`.
    pub scanner: String,
    /// Which check says so, as `headers.csp`.
    pub check_id: String,
    /// What stands in front of the check's dot.
    pub category: String,
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
    pub url: String,
    /// What shows it, pairs of a name and a text, in an order that tells something.
    pub evidence: Json,
    /// As `CWE-798`.
    pub cwe_id: Option<String>,
    /// Other names of what was found, texts.
    pub aliases: Json,
    /// Pages to read on, texts.
    pub references: Json,
    /// The same problem in other scans of the site, hexadecimal.
    pub fingerprint: String,
    /// `Open`: nobody says anything else of these yet.
    pub status: FindingStatus,
    /// Never: this is what the lists of repositories go by.
    pub is_current: bool,
    /// Milliseconds since 1970 UTC.
    pub first_seen_at: i64,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
