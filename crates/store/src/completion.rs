//! How a scan of a repository ends: what it found is stored, and takes the place of what the scan before it had found.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Statement, Value,
    sea_query::{Expr, LockType, OnConflict},
};

use crate::{
    Error, FindingId, Lease, NewFinding, Packages, ProjectId, Scan, ScanKind, ScanStatus, Tenant,
    Totals,
    accounts::Counter,
    tables::{finding, problem, project, scan},
    usage,
};

/// Rows of one statement; a finding has 28 values. A power of two, see [`batch`].
const BATCH: usize = 256;

/// The scanner that looks at packages. All kinds of scans that run it look at the same: what the files name as they are.
pub(crate) const DEPENDENCIES: &str = "dependencies";

/// What a scan that completed says of itself.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The commit it looked at.
    pub commit_sha: Option<String>,
    /// What it could not look at, in a sentence.
    pub error: Option<String>,
    /// For how much it speaks.
    pub coverage: Coverage,
    /// The packages, if it looked for them.
    pub packages: Option<Packages>,
}

/// For how much of its branch a scan speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// For all that these scanners look at: what it does not have of theirs is gone. Of others it may still be there.
    Of(Vec<&'static str>),
    /// For nothing of the project: it looked at another repository.
    Elsewhere,
}

/// Numbers for the findings of a scan, taken before they are stored: what counts an organization's rows is not held while
/// thousands are written.
pub struct FindingNumbers(Range<i64>);

impl Tenant {
    /// Takes numbers for so many findings. Those that are not used are lost, which does no harm.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_finding_numbers(&self, count: usize) -> Result<FindingNumbers, Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let first = self.take_numbers(Counter::Finding, count).await?;
        Ok(FindingNumbers(first..first.saturating_add(count)))
    }

    /// Completes a scan. What it found takes the place of what the scan before it of the same branch had found: what is there
    /// again keeps its triage, what is not there any more is fixed. `findings` has a number for each. Says whether the lease still
    /// held; if not, nothing has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn complete_scan(
        &self,
        lease: Lease,
        completion: Completion,
        (numbers, findings): (FindingNumbers, Vec<NewFinding>),
        now_ms: i64,
    ) -> Result<bool, Error> {
        let Some(scan) = self.hold(lease).await? else { return Ok(false) };
        self.hold_project(scan.project_id).await?;
        let is_current =
            completion.coverage != Coverage::Elsewhere && !self.is_outdated(&scan).await?;
        let mut totals = Totals::default();
        for finding in &findings {
            totals.add(finding.severity, 1);
        }
        self.store_findings(&scan, numbers, findings, is_current, now_ms).await?;
        let judgement = completion.packages.as_ref().and_then(|known| known.judgement.as_ref());
        let advisories_at = judgement.map(|known| known.advisories_at);
        let package_list = match completion.packages {
            Some(packages) => {
                let commit = completion.commit_sha.as_ref();
                Some(self.store_packages(&scan, commit, packages, is_current, now_ms).await?)
            }
            None => None,
        };
        let (new, fixed) = match is_current {
            true => self.take_place(&scan, &completion.coverage, totals.sum()).await?,
            false => (0, 0),
        };
        let ended = completed(totals, completion.error, now_ms)
            .col_expr(scan::Column::CommitSha, Expr::value(completion.commit_sha))
            .col_expr(scan::Column::PackageListId, Expr::value(package_list))
            .col_expr(scan::Column::AdvisoriesAt, Expr::value(advisories_at))
            .col_expr(scan::Column::NewFindings, Expr::value(new))
            .col_expr(scan::Column::FixedFindings, Expr::value(fixed))
            .filter(self.leased(lease))
            .exec(&self.tx)
            .await?;
        Ok(ended.rows_affected > 0)
    }

    /// Ends a scan, of a website too, that found nothing because it was not run to its end: `Failed`, for this reason, or `Cancelled`.
    /// One that has failed does not count any more. Says whether the lease still held; if not, nothing has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_scan(
        &self,
        lease: Lease,
        status: ScanStatus,
        error: Option<String>,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let ended = ended(status, error, now_ms).filter(self.leased(lease)).exec(&self.tx).await?;
        let is_ended = ended.rows_affected > 0;
        if is_ended && status == ScanStatus::Failed {
            usage::give_back(&self.tx, &[lease.scan]).await?;
        }
        Ok(is_ended)
    }

    /// Stores what a scan found, with what is known of it from earlier scans.
    async fn store_findings(
        &self,
        scan: &Scan,
        FindingNumbers(mut numbers): FindingNumbers,
        findings: Vec<NewFinding>,
        is_current: bool,
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut findings = findings.into_iter();
        while findings.len() > 0 {
            let size = batch(findings.len());
            let batch: Vec<_> = findings.by_ref().take(size).collect();
            let problems = self.problems(scan, &batch, now_ms).await?;
            let rows = batch.into_iter().map(|new| {
                let number = numbers.next().ok_or(Error::Missing)?;
                let problem = problems.get(&new.fingerprint);
                let [line_start, line_end, column_start, column_end] = match new.lines {
                    Some(lines) => lines.map(Some),
                    None => [None; 4],
                };
                Ok(finding::ActiveModel {
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
                    package: Set(new.package),
                    cwe_id: Set(new.cwe_id),
                    aliases: Set(new.aliases.into()),
                    references: Set(new.references.into()),
                    status: Set(problem.and_then(|known| known.triage).unwrap_or(new.status)),
                    first_seen_at: Set(problem.map_or(now_ms, |known| known.first_seen_at)),
                    fingerprint: Set(new.fingerprint),
                    is_current: Set(is_current),
                    created_at: Set(now_ms),
                })
            });
            let rows = rows.collect::<Result<Vec<_>, Error>>()?;
            finding::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Lets one scan of a project complete at a time: they make the same problems. SQLite has one writer anyway.
    pub(crate) async fn hold_project(&self, id: ProjectId) -> Result<(), Error> {
        project::Entity::find_by_id(id)
            .filter(project::Column::OrganizationId.eq(self.organization))
            .select_only()
            .column(project::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple::<ProjectId>()
            .one(&self.tx)
            .await?;
        Ok(())
    }

    /// The problems that findings are instances of, by fingerprint; those that nobody had seen are made, and are left out if all
    /// are.
    async fn problems(
        &self,
        scan: &Scan,
        findings: &[NewFinding],
        now_ms: i64,
    ) -> Result<HashMap<String, problem::Model>, Error> {
        let fingerprints: BTreeSet<&str> =
            findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        let new = fingerprints.iter().map(|fingerprint| problem::ActiveModel {
            project_id: Set(scan.project_id),
            fingerprint: Set((*fingerprint).to_owned()),
            organization_id: Set(self.organization),
            first_seen_at: Set(now_ms),
            triage: Set(None),
            reason: Set(None),
            triaged_by: Set(None),
            triaged_at: Set(None),
        });
        let known = OnConflict::columns([problem::Column::ProjectId, problem::Column::Fingerprint])
            .do_nothing()
            .to_owned();
        let made = problem::Entity::insert_many(new)
            .on_conflict(known)
            .exec_without_returning(&self.tx)
            .await?;
        if usize::try_from(made).is_ok_and(|made| made == fingerprints.len()) {
            return Ok(HashMap::new());
        }
        let rows = problem::Entity::find()
            .filter(problem::Column::OrganizationId.eq(self.organization))
            .filter(problem::Column::ProjectId.eq(scan.project_id))
            .filter(problem::Column::Fingerprint.is_in(fingerprints))
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(|row| (row.fingerprint.clone(), row)).collect())
    }

    /// Lets a scan's findings, so many, be the current ones. Says how many are new and how many are fixed.
    async fn take_place(
        &self,
        scan: &Scan,
        coverage: &Coverage,
        count: i64,
    ) -> Result<(i64, i64), Error> {
        let run = async |sql: &str, values: Vec<Value>| {
            let backend = self.tx.get_database_backend();
            let statement = Statement::from_sql_and_values(backend, sql, values);
            let done = self.tx.execute_raw(statement).await?;
            Ok::<_, Error>(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
        };
        // Of what was current before: what this scan has again is its to tell from now on.
        const BEFORE: &str =
            "project_id = $1 AND organization_id = $2 AND is_current AND scan_id <> $3
             AND scan_id IN (SELECT id FROM scans WHERE project_id = $1 AND target_ref = $4)";
        const AGAIN: &str = "fingerprint IN (SELECT fingerprint FROM findings WHERE scan_id = $3)";
        // A scan that looks at less says nothing of what it did not look at.
        let of_kind_sql = format!(
            "($5 = 'full' OR scanner = '{DEPENDENCIES}'
              OR scan_id IN (SELECT id FROM scans WHERE project_id = $1 AND kind = $5))"
        );
        let values = || {
            let branch = scan.target_ref.clone().into();
            vec![scan.project_id.into(), self.organization.into(), scan.id.into(), branch]
        };
        let of_kind = || [values(), vec![scan.kind.as_str().into()]].concat();
        let mut fixed = 0;
        if let Coverage::Of(scanners) = coverage
            && !scanners.is_empty()
        {
            let values = [of_kind(), scanners.iter().map(|scanner| (*scanner).into()).collect()];
            let first = of_kind().len() + 1;
            let scanners = scanners.iter().zip(first..).map(|(_, number)| format!("${number}"));
            let scanners = scanners.collect::<Vec<_>>().join(", ");
            let gone = format!(
                "UPDATE findings SET status = 'fixed'
                 WHERE {BEFORE} AND status <> 'fixed' AND NOT {AGAIN} AND {of_kind_sql} AND scanner IN ({scanners})"
            );
            fixed = run(&gone, values.concat()).await?;
        }
        // What a full scan has goes on to be the full scan's to tell: it knows more of where it stands.
        let mut known = 0;
        if scan.kind != ScanKind::Full {
            let kept = format!(
                "UPDATE findings SET is_current = false
                 WHERE scan_id = $3 AND organization_id = $2 AND scanner <> '{DEPENDENCIES}' AND fingerprint IN (
                     SELECT fingerprint FROM findings
                     WHERE project_id = $1 AND organization_id = $2 AND is_current AND scan_id <> $3
                       AND status <> 'fixed' AND scan_id IN (
                           SELECT id FROM scans WHERE project_id = $1 AND target_ref = $4 AND kind = 'full'
                       )
                 )"
            );
            known += run(&kept, values()).await?;
        }
        let replaced = format!(
            "UPDATE findings SET is_current = false
             WHERE {BEFORE} AND status <> 'fixed' AND {AGAIN} AND {of_kind_sql}"
        );
        known += run(&replaced, of_kind()).await?;
        // What was fixed and is back is told once, as open, and counts as new.
        let back = format!(
            "UPDATE findings SET is_current = false WHERE {BEFORE} AND status = 'fixed' AND {AGAIN}"
        );
        run(&back, values()).await?;
        Ok(((count - known).max(0), fixed))
    }

    /// Whether a scan that was started later has completed before: it knows a newer state of the branch.
    async fn is_outdated(&self, scan: &Scan) -> Result<bool, Error> {
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
}

/// Of so many rows, at least one, how many the next statement takes: a power of two, so that there are few such statements. Each
/// connection keeps every statement that it has prepared, and one for hundreds of rows is large.
pub(crate) fn batch(rows: usize) -> usize {
    BATCH.min(1 << rows.ilog2())
}

/// A scan that has found so much.
pub(crate) fn completed(
    Totals([info, low, medium, high, critical]): Totals,
    error: Option<String>,
    now_ms: i64,
) -> sea_orm::UpdateMany<scan::Entity> {
    ended(ScanStatus::Completed, error, now_ms)
        .col_expr(scan::Column::Progress, Expr::value(100))
        .col_expr(scan::Column::Critical, Expr::value(critical))
        .col_expr(scan::Column::High, Expr::value(high))
        .col_expr(scan::Column::Medium, Expr::value(medium))
        .col_expr(scan::Column::Low, Expr::value(low))
        .col_expr(scan::Column::Info, Expr::value(info))
}

/// A scan that is over. Its lease is too.
fn ended(
    status: ScanStatus,
    error: Option<String>,
    now_ms: i64,
) -> sea_orm::UpdateMany<scan::Entity> {
    scan::Entity::update_many()
        .col_expr(scan::Column::Status, Expr::value(status.as_str()))
        .col_expr(scan::Column::Error, Expr::value(error))
        .col_expr(scan::Column::Lease, Expr::value(Option::<uuid::Uuid>::None))
        .col_expr(scan::Column::LeasedUntil, Expr::value(Option::<i64>::None))
        .col_expr(scan::Column::CompletedAt, Expr::value(now_ms))
}
