//! Findings, and what users hold of them.

use model::{Confidence, Severity};
use store::{
    Finding, FindingFilter, FindingId, FindingStatus, Keyset, Offset, Role, ScanId, Tenant, Totals,
};

use crate::{
    App, Ctx, Error, Page, ScanView, page,
    projects::by_slug,
    scans::{numbered, of_project},
    text,
};

/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 1_000;

/// Which findings; what is `None` or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct FindingQuery {
    /// One of these.
    pub severities: Vec<Severity>,
    /// `secrets`, `dependencies`, `code`, `config`.
    pub scanner: Option<String>,
    /// Of one check.
    pub check_id: Option<String>,
    /// Of the project of that slug.
    pub project: Option<String>,
    /// Of which that is held.
    pub status: Option<FindingStatus>,
    /// Made at this time or later, in milliseconds since 1970 UTC.
    pub since_ms: Option<i64>,
    /// That have this other name, as a CVE's.
    pub alias: Option<String>,
}

/// How many findings a scan has.
#[derive(Clone, Debug)]
pub struct ScanSummary {
    /// Of each severity.
    pub by_severity: Totals,
    /// Of each scanner that has any.
    pub by_scanner: Vec<(String, i64)>,
}

impl FindingQuery {
    /// As the database wants it.
    async fn filter(self, tenant: &Tenant) -> Result<FindingFilter, Error> {
        for (field, value) in
            [("scanner", &self.scanner), ("check_id", &self.check_id), ("cve", &self.alias)]
        {
            text::sought(field, value.as_deref().unwrap_or_default())?;
        }
        let project = match &self.project {
            Some(slug) => Some(by_slug(tenant, slug).await?.id),
            None => None,
        };
        Ok(FindingFilter {
            scan: None,
            project,
            severities: self.severities.into_iter().map(severity_rank).collect(),
            scanner: self.scanner,
            check_id: self.check_id,
            status: self.status,
            since_ms: self.since_ms,
            alias: self.alias,
        })
    }
}

impl App {
    /// What is held to be in the organization's repositories, the newest first: of each problem its latest finding.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the query names a project that is not there.
    pub async fn findings(
        &self,
        ctx: &Ctx,
        query: FindingQuery,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<Finding>, Error> {
        let tenant = self.read(ctx).await?;
        let filter = query.filter(&tenant).await?;
        let findings = tenant.findings(&filter, after, limit + 1).await?;
        Ok(page(findings, limit, |finding| Keyset::of(finding.created_at, finding.id)))
    }

    /// The findings of a scan, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn findings_of_scan(
        &self,
        ctx: &Ctx,
        slug: &str,
        scan: ScanId,
        query: FindingQuery,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<Finding>, Error> {
        let tenant = self.read(ctx).await?;
        let scan = of_project(&tenant, slug, scan).await?;
        let filter = FindingFilter { scan: Some(scan.id), ..query.filter(&tenant).await? };
        let findings = tenant.findings(&filter, after, limit + 1).await?;
        Ok(page(findings, limit, |finding| Keyset::of(finding.created_at, finding.id)))
    }

    /// A numbered page of the findings of the scan of that number, and how many there are.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn findings_page(
        &self,
        ctx: &Ctx,
        scan: i64,
        query: FindingQuery,
        at: Offset,
    ) -> Result<(Vec<Finding>, u64), Error> {
        let tenant = self.read(ctx).await?;
        let scan = numbered(&tenant, scan).await?.scan;
        let filter = FindingFilter { scan: Some(scan.id), ..query.filter(&tenant).await? };
        Ok(tenant.findings_page(&filter, at).await?)
    }

    /// The scan of that number, and how many findings it has so far.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn scan_summary(
        &self,
        ctx: &Ctx,
        scan: i64,
    ) -> Result<(ScanView, ScanSummary), Error> {
        let tenant = self.read(ctx).await?;
        let view = numbered(&tenant, scan).await?;
        let of_scan = FindingFilter { scan: Some(view.scan.id), ..FindingFilter::default() };
        let summary = ScanSummary {
            by_severity: tenant.finding_totals(&of_scan).await?,
            by_scanner: tenant.findings_by_scanner(view.scan.id).await?,
        };
        Ok((view, summary))
    }

    /// Says what is held of a finding; it holds for the same problem in later scans.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn triage(
        &self,
        ctx: &Ctx,
        id: FindingId,
        status: FindingStatus,
        reason: Option<String>,
    ) -> Result<Finding, Error> {
        ctx.require(Role::Member)?;
        let reason = reason.as_deref().map(|reason| text::description("reason", reason));
        let reason = reason.transpose()?.flatten();
        let length = reason.as_deref().map_or(0, |reason| reason.chars().count());
        if length > MAX_REASON_CHARS {
            let message = format!("reason must be at most {MAX_REASON_CHARS} chars (got {length})");
            return Err(Error::invalid("reason", message));
        }
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let finding = tenant.finding(id).await?.ok_or(Error::NotFound("finding"))?;
        tenant.triage(&finding, status, reason, Some(ctx.user.id), now_ms).await?;
        let action = format!("finding.{}", status.as_str());
        ctx.log(&tenant, &action, &finding.id.to_string(), now_ms).await?;
        let finding = tenant.finding(id).await?.ok_or(Error::NotFound("finding"))?;
        tenant.commit().await?;
        Ok(finding)
    }
}

/// How the database writes a severity: 0 `info` to 4 `critical`.
pub(crate) fn severity_rank(severity: Severity) -> i16 {
    i16::from(severity.rank())
}

/// How the database writes a confidence: 0 `low` to 2 `high`.
pub(crate) fn confidence_rank(confidence: Confidence) -> i16 {
    match confidence {
        Confidence::Low => 0,
        Confidence::Medium => 1,
        Confidence::High => 2,
    }
}

/// The confidence that the database writes so.
#[must_use]
pub fn confidence_of_rank(rank: i16) -> Confidence {
    match rank {
        i16::MIN..=0 => Confidence::Low,
        1 => Confidence::Medium,
        2..=i16::MAX => Confidence::High,
    }
}

/// The severity that the database writes so.
#[must_use]
pub fn severity_of_rank(rank: i16) -> Severity {
    let nearest = u8::try_from(rank.max(0)).ok().and_then(Severity::of_rank);
    nearest.unwrap_or(Severity::Critical)
}
