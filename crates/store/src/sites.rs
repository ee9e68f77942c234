//! Scans of websites and what they found. They wait in the same queue as those of repositories ([`crate::queue`]), and are in no list
//! of theirs.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, JsonValue as Json, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Select,
    sea_query::{Expr, LockType},
};

use crate::{
    Error, FindingId, FindingStatus, Keyset, Lease, ScanId, ScanMode, ScanStatus, SiteFinding,
    SiteScan, SiteTrigger, Tenant, Totals,
    completion::{batch, completed},
    page::newest_first,
    tables::{finding, scan, site_finding, site_scan},
};

/// What all findings on websites have for a scanner.
const SCANNER: &str = "website";

/// A scan of a website to be.
#[derive(Clone, Debug)]
pub struct NewSiteScan {
    /// From where it was started.
    pub trigger: SiteTrigger,
    /// The page that the visit begins at.
    pub target_url: String,
    /// Its host, without a port.
    pub target_hostname: String,
    /// How far it goes.
    pub mode: ScanMode,
}

/// What a scan of a website that completed says of itself.
#[derive(Clone, Debug)]
pub struct SiteCompletion {
    /// What it could not look at, in a sentence.
    pub error: Option<String>,
    /// The grade of the site's headers.
    pub grade: Option<String>,
    /// How old the advisories were that it judged libraries by. Milliseconds since 1970 UTC.
    pub advisories_at: Option<i64>,
}

/// A finding on a website to be.
#[derive(Clone, Debug)]
pub struct NewSiteFinding {
    /// Which check says so, as `headers.csp`.
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
    pub url: String,
    /// What shows it: name and text of each piece, in order.
    pub evidence: Vec<(String, String)>,
    /// As `CWE-798`.
    pub cwe_id: Option<String>,
    /// Other names of what was found.
    pub aliases: Vec<String>,
    /// Pages to read on.
    pub references: Vec<String>,
    /// The same problem in other scans of the site, hexadecimal.
    pub fingerprint: String,
}

/// Which findings on websites; what is `None` or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct SiteFindingFilter {
    /// Of one scan.
    pub scan: Option<ScanId>,
    /// One of these.
    pub severities: Vec<i16>,
    /// Of one check.
    pub check_id: Option<String>,
    /// Of the checks of one category.
    pub category: Option<String>,
    /// Made at this time or later, in milliseconds since 1970 UTC.
    pub since_ms: Option<i64>,
}

/// What a check's id begins with, in front of its dot.
fn category_of(check_id: &str) -> &str {
    check_id.split_once('.').map_or(check_id, |(category, _)| category)
}

impl Tenant {
    /// Adds a scan of a website, which waits for a worker.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_site_scan(&self, scan: NewSiteScan, now_ms: i64) -> Result<SiteScan, Error> {
        let row = site_scan::ActiveModel {
            id: Set(ScanId::generate()),
            organization_id: Set(self.organization),
            trigger: Set(scan.trigger),
            target_url: Set(scan.target_url),
            target_hostname: Set(scan.target_hostname),
            mode: Set(scan.mode),
            grade: Set(None),
            status: Set(ScanStatus::Queued),
            is_cancel_requested: Set(false),
            progress: Set(0),
            error: Set(None),
            critical: Set(0),
            high: Set(0),
            medium: Set(0),
            low: Set(0),
            info: Set(0),
            advisories_at: Set(None),
            attempts: Set(0),
            created_at: Set(now_ms),
            started_at: Set(None),
            completed_at: Set(None),
        };
        let scan = row.insert(&self.tx).await?;
        self.tell_of_scan().await?;
        Ok(scan)
    }

    /// Those of repositories are no scans of this kind.
    fn all_site_scans(&self) -> Select<site_scan::Entity> {
        site_scan::Entity::find()
            .filter(site_scan::Column::OrganizationId.eq(self.organization))
            .filter(Expr::col(scan::Column::ProjectId).is_null())
    }

    /// Scans of websites, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn site_scans(
        &self,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Vec<SiteScan>, Error> {
        let (created_at, id) = (site_scan::Column::CreatedAt, site_scan::Column::Id);
        let rows = newest_first(self.all_site_scans(), created_at, id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// How many scans of websites there are at this point of their lives.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_site_scans(&self, status: ScanStatus) -> Result<u64, Error> {
        let rows = self.all_site_scans().filter(site_scan::Column::Status.eq(status));
        Ok(rows.count(&self.tx).await?)
    }

    /// The scan of a website of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn site_scan(&self, id: ScanId) -> Result<Option<SiteScan>, Error> {
        Ok(self.all_site_scans().filter(site_scan::Column::Id.eq(id)).one(&self.tx).await?)
    }

    /// Completes a scan of a website. Says whether the lease still held; if not, nothing has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn complete_site_scan(
        &self,
        lease: Lease,
        completion: SiteCompletion,
        findings: Vec<NewSiteFinding>,
        now_ms: i64,
    ) -> Result<bool, Error> {
        // Held until the transaction ends: nobody takes the scan away meanwhile.
        let held = self.all_site_scans().filter(self.leased(lease)).lock(LockType::Update);
        if held.one(&self.tx).await?.is_none() {
            return Ok(false);
        }
        let mut totals = Totals::default();
        for finding in &findings {
            totals.add(finding.severity, 1);
        }
        self.store_site_findings(lease.scan, findings, now_ms).await?;
        site_scan::Entity::update_many()
            .col_expr(site_scan::Column::Grade, Expr::value(completion.grade))
            .filter(self.leased(lease))
            .exec(&self.tx)
            .await?;
        let ended = completed(totals, completion.error, now_ms)
            .col_expr(scan::Column::AdvisoriesAt, Expr::value(completion.advisories_at))
            .filter(self.leased(lease))
            .exec(&self.tx)
            .await?;
        Ok(ended.rows_affected > 0)
    }

    async fn store_site_findings(
        &self,
        scan: ScanId,
        findings: Vec<NewSiteFinding>,
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut findings = findings.into_iter();
        while findings.len() > 0 {
            let size = batch(findings.len());
            let rows = findings.by_ref().take(size).map(|new| site_finding::ActiveModel {
                id: Set(FindingId::generate()),
                organization_id: Set(self.organization),
                scan_id: Set(scan),
                scanner: Set(SCANNER.to_owned()),
                category: Set(category_of(&new.check_id).to_owned()),
                check_id: Set(new.check_id),
                severity: Set(new.severity),
                confidence: Set(new.confidence),
                title: Set(new.title),
                description: Set(new.description),
                remediation: Set(new.remediation),
                url: Set(new.url),
                // A list, because the members of an object lose their order on PostgreSQL.
                evidence: Set(new
                    .evidence
                    .into_iter()
                    .map(|(name, text)| Json::from(vec![name, text]))
                    .collect()),
                cwe_id: Set(new.cwe_id),
                aliases: Set(new.aliases.into()),
                references: Set(new.references.into()),
                fingerprint: Set(new.fingerprint),
                status: Set(FindingStatus::Open),
                is_current: Set(false),
                first_seen_at: Set(now_ms),
                created_at: Set(now_ms),
            });
            let rows: Vec<_> = rows.collect();
            site_finding::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Those in repositories are no findings of this kind.
    fn all_site_findings(&self) -> Select<site_finding::Entity> {
        site_finding::Entity::find()
            .filter(site_finding::Column::OrganizationId.eq(self.organization))
            .filter(Expr::col(finding::Column::ProjectId).is_null())
    }

    fn site_findings_like(&self, filter: &SiteFindingFilter) -> Select<site_finding::Entity> {
        let mut rows = self.all_site_findings();
        if let Some(scan) = filter.scan {
            rows = rows.filter(site_finding::Column::ScanId.eq(scan));
        }
        if !filter.severities.is_empty() {
            let severities = filter.severities.iter().copied();
            rows = rows.filter(site_finding::Column::Severity.is_in(severities));
        }
        if let Some(check) = &filter.check_id {
            rows = rows.filter(site_finding::Column::CheckId.eq(check));
        }
        if let Some(category) = &filter.category {
            rows = rows.filter(site_finding::Column::Category.eq(category));
        }
        if let Some(since) = filter.since_ms {
            rows = rows.filter(site_finding::Column::CreatedAt.gte(since));
        }
        rows
    }

    /// Findings on websites, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn site_findings(
        &self,
        filter: &SiteFindingFilter,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Vec<SiteFinding>, Error> {
        let (created_at, id) = (site_finding::Column::CreatedAt, site_finding::Column::Id);
        let rows = self.site_findings_like(filter);
        let rows = newest_first(rows, created_at, id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// The finding on a website of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn site_finding(&self, id: FindingId) -> Result<Option<SiteFinding>, Error> {
        Ok(self.all_site_findings().filter(site_finding::Column::Id.eq(id)).one(&self.tx).await?)
    }

    /// How many findings of a scan of a website each category has that has any, in the order of their names.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn site_totals(&self, scan: ScanId) -> Result<BTreeMap<String, Totals>, Error> {
        let of_scan = SiteFindingFilter { scan: Some(scan), ..SiteFindingFilter::default() };
        let rows: Vec<(String, i16, i64)> = self
            .site_findings_like(&of_scan)
            .select_only()
            .column(site_finding::Column::Category)
            .column(site_finding::Column::Severity)
            .column_as(site_finding::Column::Id.count(), "count")
            .group_by(site_finding::Column::Category)
            .group_by(site_finding::Column::Severity)
            .into_tuple()
            .all(&self.tx)
            .await?;
        let mut totals = BTreeMap::<String, Totals>::new();
        for (category, severity, count) in rows {
            totals.entry(category).or_default().add(severity, count);
        }
        Ok(totals)
    }
}
