//! Findings: how a scan stores them, what its end makes of them, and how they are read.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, Order,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Statement,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Error, Finding, FindingId, FindingStatus, Keyset, Lease, Offset, ProjectId, ScanId, ScanKind,
    ScanStatus, Tenant, UserId,
    accounts::Counter,
    page::newest_first,
    tables::{finding, problem, scan},
};

/// Rows of one statement: SQLite binds 32,766 values, PostgreSQL 65,535, and a row has 28.
const BATCH: usize = 1_000;

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
    /// Other names of what was found.
    pub aliases: Vec<String>,
    /// Pages to read on.
    pub references: Vec<String>,
    /// The same problem in other scans of the project, hexadecimal.
    pub fingerprint: String,
    /// What the repository itself says of it: `Open`, or `Ignored` where a comment beside it says so. Users overrule it.
    pub status: FindingStatus,
}

/// How a scan ended.
#[derive(Clone, Debug)]
pub struct Completion {
    /// `Completed`, `Failed` or `Cancelled`.
    pub status: ScanStatus,
    /// The commit it looked at.
    pub commit_sha: Option<String>,
    /// Why it failed, or what it could not look at, in a sentence.
    pub error: Option<String>,
    /// For how much it speaks, if it completed.
    pub coverage: Coverage,
}

/// For how much of its branch a scan speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// For all that its kind looks at: what it does not have is gone.
    Whole,
    /// Not for what it could not look at: what it does not have may still be there.
    Part,
    /// For nothing of the project: it looked at another repository.
    Elsewhere,
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

impl Tenant {
    /// Stores findings of a scan that is running. They are current once it has completed. Says whether the lease still holds;
    /// if not, nothing was stored.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_findings(
        &self,
        lease: Lease,
        findings: Vec<NewFinding>,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let Some(scan) = self.hold(lease).await? else { return Ok(false) };
        let count = i64::try_from(findings.len()).unwrap_or(i64::MAX);
        let first = self.take_numbers(Counter::Finding, count).await?;
        let mut rows = findings.into_iter().zip(first..).map(|(new, number)| {
            let [line_start, line_end, column_start, column_end] = match new.lines {
                Some(lines) => lines.map(Some),
                None => [None; 4],
            };
            finding::ActiveModel {
                id: Set(FindingId::generate()),
                organization_id: Set(self.organization),
                project_id: Set(scan.project_id),
                scan_id: Set(scan.id),
                number: Set(number),
                scanner: Set(new.scanner.to_owned()),
                check_id: Set(new.check_id),
                severity: Set(new.severity),
                confidence: Set(new.confidence),
                title: Set(new.title),
                description: Set(new.description),
                remediation: Set(new.remediation),
                file_path: Set(new.file_path),
                line_start: Set(line_start),
                line_end: Set(line_end),
                column_start: Set(column_start),
                column_end: Set(column_end),
                snippet: Set(new.snippet),
                commit_sha: Set(new.commit_sha),
                package: Set(None),
                cwe_id: Set(new.cwe_id),
                aliases: Set(new.aliases.into()),
                references: Set(new.references.into()),
                fingerprint: Set(new.fingerprint),
                status: Set(new.status),
                is_current: Set(false),
                first_seen_at: Set(now_ms),
                created_at: Set(now_ms),
            }
        });
        loop {
            let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(true);
            }
            finding::Entity::insert_many(batch).exec_without_returning(&self.tx).await?;
        }
    }

    /// Ends a scan. If it completed, its findings take the place of those of the scan before it of the same branch: what is
    /// there again keeps its triage, what is not there any more is fixed. Says whether the lease still held; if not, nothing
    /// has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn complete_scan(
        &self,
        lease: Lease,
        completion: Completion,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let Some(scan) = self.hold(lease).await? else { return Ok(false) };
        let is_complete = completion.status == ScanStatus::Completed;
        if !is_complete {
            finding::Entity::delete_many()
                .filter(finding::Column::OrganizationId.eq(self.organization))
                .filter(finding::Column::ScanId.eq(scan.id))
                .exec(&self.tx)
                .await?;
        }
        let (new, fixed) = if is_complete {
            self.take_place(&scan, completion.coverage, now_ms).await?
        } else {
            (0, 0)
        };
        let of_scan = FindingFilter { scan: Some(scan.id), ..FindingFilter::default() };
        let Totals([info, low, medium, high, critical]) = self.finding_totals(&of_scan).await?;
        let ended = scan::Entity::update_many()
            .col_expr(scan::Column::Status, Expr::value(completion.status.as_str()))
            .col_expr(scan::Column::CommitSha, Expr::value(completion.commit_sha))
            .col_expr(scan::Column::Error, Expr::value(completion.error))
            .col_expr(scan::Column::Critical, Expr::value(critical))
            .col_expr(scan::Column::High, Expr::value(high))
            .col_expr(scan::Column::Medium, Expr::value(medium))
            .col_expr(scan::Column::Low, Expr::value(low))
            .col_expr(scan::Column::Info, Expr::value(info))
            .col_expr(scan::Column::NewFindings, Expr::value(new))
            .col_expr(scan::Column::FixedFindings, Expr::value(fixed))
            .col_expr(scan::Column::Lease, Expr::value(Option::<uuid::Uuid>::None))
            .col_expr(scan::Column::LeasedUntil, Expr::value(Option::<i64>::None))
            .col_expr(scan::Column::CompletedAt, Expr::value(now_ms))
            .filter(scan::Column::Id.eq(lease.scan))
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .exec(&self.tx)
            .await?;
        Ok(ended.rows_affected > 0)
    }

    /// Makes a scan's findings the current ones. Says how many are new and how many are fixed.
    async fn take_place(
        &self,
        scan: &crate::Scan,
        coverage: Coverage,
        now_ms: i64,
    ) -> Result<(i64, i64), Error> {
        let is_current = coverage != Coverage::Elsewhere && !self.is_outdated(scan).await?;
        let run = async |sql: &str, values: Vec<sea_orm::Value>| {
            let backend = self.tx.get_database_backend();
            self.tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await
        };
        let organization = self.organization;
        // Problems nobody had seen.
        run(
            "INSERT INTO problems (project_id, fingerprint, organization_id, first_seen_at)
             SELECT DISTINCT project_id, fingerprint, organization_id, CAST($3 AS bigint) FROM findings
             WHERE scan_id = $1 AND organization_id = $2
             ON CONFLICT (project_id, fingerprint) DO NOTHING",
            vec![scan.id.into(), organization.into(), now_ms.into()],
        )
        .await?;
        run(
            "UPDATE findings SET
                 is_current = $3,
                 first_seen_at = problems.first_seen_at,
                 status = coalesce(problems.triage, findings.status)
             FROM problems
             WHERE problems.project_id = findings.project_id AND problems.fingerprint = findings.fingerprint
               AND findings.scan_id = $1 AND findings.organization_id = $2",
            vec![scan.id.into(), organization.into(), is_current.into()],
        )
        .await?;
        if !is_current {
            return Ok((0, 0));
        }
        // Of what was current before: what this scan has again is its to tell from now on.
        const BEFORE: &str =
            "project_id = $1 AND organization_id = $2 AND is_current AND scan_id <> $3
             AND scan_id IN (SELECT id FROM scans WHERE project_id = $1 AND target_ref = $4)";
        const AGAIN: &str = "fingerprint IN (SELECT fingerprint FROM findings WHERE scan_id = $3)";
        // A scan that looks at less says nothing of what it did not look at.
        const OF_KIND: &str = "($5 = 'full' OR scan_id IN (SELECT id FROM scans WHERE project_id = $1 AND kind = $5))";
        let values = || {
            let branch = scan.target_ref.clone().into();
            vec![scan.project_id.into(), organization.into(), scan.id.into(), branch]
        };
        let of_kind = || [values(), vec![scan.kind.as_str().into()]].concat();
        let mut fixed = 0;
        if coverage == Coverage::Whole {
            let gone = format!(
                "UPDATE findings SET status = 'fixed'
                 WHERE {BEFORE} AND status <> 'fixed' AND NOT {AGAIN} AND {OF_KIND}"
            );
            fixed = run(&gone, of_kind()).await?.rows_affected();
        }
        // What a full scan has goes on to be the full scan's to tell: it knows more of where it stands.
        let mut known = 0;
        if scan.kind != ScanKind::Full {
            let kept = "UPDATE findings SET is_current = false
                 WHERE scan_id = $3 AND organization_id = $2 AND fingerprint IN (
                     SELECT fingerprint FROM findings
                     WHERE project_id = $1 AND organization_id = $2 AND is_current AND scan_id <> $3
                       AND status <> 'fixed' AND scan_id IN (
                           SELECT id FROM scans WHERE project_id = $1 AND target_ref = $4 AND kind = 'full'
                       )
                 )";
            known += run(kept, values()).await?.rows_affected();
        }
        let replaced = format!(
            "UPDATE findings SET is_current = false
             WHERE {BEFORE} AND status <> 'fixed' AND {AGAIN} AND {OF_KIND}"
        );
        known += run(&replaced, of_kind()).await?.rows_affected();
        // What was fixed and is back is told once, as open, and counts as new.
        let back = format!(
            "UPDATE findings SET is_current = false WHERE {BEFORE} AND status = 'fixed' AND {AGAIN}"
        );
        run(&back, values()).await?;
        let of_scan = finding::Entity::find()
            .filter(finding::Column::OrganizationId.eq(organization))
            .filter(finding::Column::ScanId.eq(scan.id));
        let all = of_scan.count(&self.tx).await?;
        let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
        Ok((count(all.saturating_sub(known)), count(fixed)))
    }

    /// Whether a scan that was started later has completed before: it knows a newer state of the branch.
    async fn is_outdated(&self, scan: &crate::Scan) -> Result<bool, Error> {
        let later = scan::Entity::find()
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .filter(scan::Column::ProjectId.eq(scan.project_id))
            .filter(scan::Column::TargetRef.eq(&scan.target_ref))
            .filter(scan::Column::Kind.eq(scan.kind))
            .filter(scan::Column::CloneUrl.eq(&scan.clone_url))
            .filter(scan::Column::Status.eq(ScanStatus::Completed))
            .filter(scan::Column::Number.gt(scan.number));
        Ok(later.count(&self.tx).await? > 0)
    }

    fn findings_like(&self, filter: &FindingFilter) -> Select<finding::Entity> {
        let mut rows =
            finding::Entity::find().filter(finding::Column::OrganizationId.eq(self.organization));
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
            if let Some(total) = usize::try_from(severity).ok().and_then(|at| totals.0.get_mut(at))
            {
                *total = count;
            }
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
        let rows = finding::Entity::find_by_id(id)
            .filter(finding::Column::OrganizationId.eq(self.organization));
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
