//! Findings in repositories: how they are read, and what users say of them. [`crate::sites`] has those on websites.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, Order, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Error, Finding, FindingId, FindingStatus, Keyset, Offset, ProjectId, ScanId, Tenant, UserId,
    page::newest_first,
    tables::{finding, problem},
};

/// A finding to be.
#[derive(Clone, Debug)]
pub struct NewFinding {
    /// `secrets`, `dependencies`, `code`, `config`.
    pub scanner: &'static str,
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
    /// First and last line, first and last column, from 1.
    pub lines: Option<[i64; 4]>,
    /// The lines around it, secrets masked.
    pub snippet: Option<String>,
    /// The commit that brought it.
    pub commit_sha: Option<String>,
    /// As `CWE-798`.
    pub cwe_id: Option<String>,
    /// The package it is about: `purl`, `name`, `version`, `ecosystem`, `fixed_version`, and more.
    pub package: Option<sea_orm::JsonValue>,
    /// Other names of what was found.
    pub aliases: Vec<String>,
    /// Pages to read on.
    pub references: Vec<String>,
    /// The same problem in other scans of the project, hexadecimal.
    pub fingerprint: String,
    /// What the repository itself says of it: `Open`, or `Ignored` where a comment beside it says so. Users overrule it.
    pub status: FindingStatus,
}

/// Which findings; what is `None` or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct FindingFilter {
    /// Of one scan; otherwise those that are current.
    pub scan: Option<ScanId>,
    /// Of one project.
    pub project: Option<ProjectId>,
    /// One of these.
    pub severities: Vec<i16>,
    /// Of one scanner.
    pub scanner: Option<String>,
    /// Of one check.
    pub check_id: Option<String>,
    /// Of which that is held.
    pub status: Option<FindingStatus>,
    /// Made at this time or later, in milliseconds since 1970 UTC.
    pub since_ms: Option<i64>,
    /// That have this other name.
    pub alias: Option<String>,
}

/// How many findings, by severity from 0 `info` to 4 `critical`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals(pub [i64; 5]);

impl Totals {
    /// Counts so many more.
    pub(crate) fn add(&mut self, severity: i16, count: i64) {
        if let Some(total) = usize::try_from(severity).ok().and_then(|at| self.0.get_mut(at)) {
            *total += count;
        }
    }

    /// Of all severities.
    pub(crate) fn sum(self) -> i64 {
        self.0.iter().sum()
    }
}

impl Tenant {
    /// Those on websites are no findings of this kind.
    fn all_findings(&self) -> Select<finding::Entity> {
        finding::Entity::find()
            .filter(finding::Column::OrganizationId.eq(self.organization))
            .filter(finding::Column::ProjectId.is_not_null())
    }

    fn findings_like(&self, filter: &FindingFilter) -> Select<finding::Entity> {
        let mut rows = self.all_findings();
        rows = match filter.scan {
            Some(scan) => rows.filter(finding::Column::ScanId.eq(scan)),
            None => rows.filter(finding::Column::IsCurrent.eq(true)),
        };
        if let Some(project) = filter.project {
            rows = rows.filter(finding::Column::ProjectId.eq(project));
        }
        if !filter.severities.is_empty() {
            rows = rows.filter(finding::Column::Severity.is_in(filter.severities.iter().copied()));
        }
        if let Some(scanner) = &filter.scanner {
            rows = rows.filter(finding::Column::Scanner.eq(scanner));
        }
        if let Some(check) = &filter.check_id {
            rows = rows.filter(finding::Column::CheckId.eq(check));
        }
        if let Some(status) = filter.status {
            rows = rows.filter(finding::Column::Status.eq(status));
        }
        if let Some(since) = filter.since_ms {
            rows = rows.filter(finding::Column::CreatedAt.gte(since));
        }
        if let Some(alias) = &filter.alias {
            // Both databases write a list of texts in the same way.
            let text = Expr::col(finding::Column::Aliases).cast_as("text");
            let quoted = json_text(alias);
            let like = sea_orm::sea_query::LikeExpr::new(format!(
                "%{}%",
                crate::projects::escaped(&quoted)
            ));
            rows = rows.filter(text.like(like.escape('\\')));
        }
        rows
    }

    /// Findings, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn findings(
        &self,
        filter: &FindingFilter,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Vec<Finding>, Error> {
        let rows = self.findings_like(filter);
        let rows =
            newest_first(rows, finding::Column::CreatedAt, finding::Column::Id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// A page of the findings, the newest first, and how many there are in all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn findings_page(
        &self,
        filter: &FindingFilter,
        page: Offset,
    ) -> Result<(Vec<Finding>, u64), Error> {
        let rows = self.findings_like(filter);
        let total = rows.clone().count(&self.tx).await?;
        let rows = rows.order_by_desc(finding::Column::Number).offset(page.skip).limit(page.limit);
        Ok((rows.all(&self.tx).await?, total))
    }

    /// Findings in the order they were stored in, those behind `after`: an export goes through all of them a part at a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn findings_in_order(
        &self,
        scan: ScanId,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Finding>, Error> {
        let of_scan = FindingFilter { scan: Some(scan), ..FindingFilter::default() };
        let rows = self
            .findings_like(&of_scan)
            .filter(finding::Column::Number.gt(after))
            .order_by_asc(finding::Column::Number)
            .limit(limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// The worst findings of a scan, the surest of them first; those that somebody has set aside come last.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worst_findings(&self, scan: ScanId, limit: u64) -> Result<Vec<Finding>, Error> {
        let of_scan = FindingFilter { scan: Some(scan), ..FindingFilter::default() };
        let set_aside = [FindingStatus::Ignored, FindingStatus::FalsePositive];
        let rows = self
            .findings_like(&of_scan)
            .order_by(finding::Column::Status.is_in(set_aside), Order::Asc)
            .order_by_desc(finding::Column::Severity)
            .order_by_desc(finding::Column::Confidence)
            .order_by_asc(finding::Column::Number)
            .limit(limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// How many findings there are of each severity.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn finding_totals(&self, filter: &FindingFilter) -> Result<Totals, Error> {
        let rows: Vec<(i16, i64)> = self
            .findings_like(filter)
            .select_only()
            .column(finding::Column::Severity)
            .column_as(finding::Column::Id.count(), "count")
            .group_by(finding::Column::Severity)
            .into_tuple()
            .all(&self.tx)
            .await?;
        let mut totals = Totals::default();
        for (severity, count) in rows {
            totals.add(severity, count);
        }
        Ok(totals)
    }

    /// How many findings of a scan each scanner has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn findings_by_scanner(&self, scan: ScanId) -> Result<Vec<(String, i64)>, Error> {
        let of_scan = FindingFilter { scan: Some(scan), ..FindingFilter::default() };
        let rows = self
            .findings_like(&of_scan)
            .select_only()
            .column(finding::Column::Scanner)
            .column_as(finding::Column::Id.count(), "count")
            .group_by(finding::Column::Scanner)
            .order_by_asc(finding::Column::Scanner)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows)
    }

    /// The finding of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn finding(&self, id: FindingId) -> Result<Option<Finding>, Error> {
        let rows = self.all_findings().filter(finding::Column::Id.eq(id));
        Ok(rows.one(&self.tx).await?)
    }

    /// Says what is held of a problem, here and in all later scans; what is `Fixed` is so until a scan finds it again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn triage(
        &self,
        finding: &Finding,
        status: FindingStatus,
        reason: Option<String>,
        by: Option<UserId>,
        now_ms: i64,
    ) -> Result<(), Error> {
        // What is said to be fixed and is found again is open.
        let triage = (status != FindingStatus::Fixed).then_some(status);
        let row = problem::ActiveModel {
            project_id: Set(finding.project_id),
            fingerprint: Set(finding.fingerprint.clone()),
            organization_id: Set(self.organization),
            first_seen_at: Set(finding.first_seen_at),
            triage: Set(triage),
            reason: Set(reason),
            triaged_by: Set(by),
            triaged_at: Set(Some(now_ms)),
        };
        let known = OnConflict::columns([problem::Column::ProjectId, problem::Column::Fingerprint])
            .update_columns([
                problem::Column::Triage,
                problem::Column::Reason,
                problem::Column::TriagedBy,
                problem::Column::TriagedAt,
            ])
            .to_owned();
        problem::Entity::insert(row).on_conflict(known).exec_without_returning(&self.tx).await?;
        finding::Entity::update_many()
            .col_expr(finding::Column::Status, Expr::value(status.as_str()))
            .filter(finding::Column::OrganizationId.eq(self.organization))
            .filter(finding::Column::ProjectId.eq(finding.project_id))
            .filter(finding::Column::Fingerprint.eq(&finding.fingerprint))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}

/// A text as JSON writes it.
fn json_text(text: &str) -> String {
    sea_orm::JsonValue::from(text).to_string()
}
