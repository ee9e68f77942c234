//! Scans of websites, as users start, watch and stop them; [`crate::worker`] runs them.

use std::collections::BTreeMap;

use model::Severity;
use store::{
    FindingId, Keyset, NewSiteScan, Role, ScanId, ScanMode, ScanStatus, SiteFinding,
    SiteFindingFilter, SiteScan, SiteTrigger, Tenant, TokenKind, Totals,
};

use crate::{
    App, Credential, Ctx, Error, Page, findings::severity_rank, page, scans::RETRY_FULL_QUEUE, text,
};

/// Longest address, in bytes.
const MAX_TARGET_BYTES: usize = 2_000;
/// Findings that are read of a scan at a time.
const PART: u64 = 500;

/// A scan of a website to be.
#[derive(Clone, Debug)]
pub struct SiteScanDraft {
    /// A URL or a bare hostname, which means https.
    pub target: String,
    /// How far it goes.
    pub mode: ScanMode,
    /// From where it is started.
    pub trigger: SiteTrigger,
}

/// Which findings on websites; what is `None` or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct SiteFindingQuery {
    /// One of these.
    pub severities: Vec<Severity>,
    /// Of one check.
    pub check_id: Option<String>,
    /// Of the checks of one category.
    pub category: Option<String>,
    /// Of one scan.
    pub scan: Option<ScanId>,
    /// Made at this time or later, in milliseconds since 1970 UTC.
    pub since_ms: Option<i64>,
}

/// A website that may be asked for, as far as its address tells.
struct Target {
    url: String,
    hostname: String,
}

impl App {
    /// Starts a scan of a website.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no address of a website, [`Error::TargetNotAllowed`] for an address that is special;
    /// [`Error::Forbidden`], [`Error::PlanRequired`], [`Error::VerifyRequired`], [`Error::AuthorizationRequired`] where an active scan
    /// is not open; [`Error::RateLimited`] if the user has asked for too many of late, [`Error::LimitReached`] if too many wait,
    /// [`Error::QuotaExceeded`] if the month's are used up.
    pub async fn start_site_scan(
        &self,
        ctx: &Ctx,
        draft: SiteScanDraft,
    ) -> Result<SiteScan, Error> {
        ctx.require(Role::Member)?;
        let target = self.target("target", &draft.target)?;
        if draft.mode == ScanMode::Active
            && matches!(ctx.credential, Credential::Token(_, TokenKind::WebPassive))
        {
            return Err(Error::Forbidden("tokens of this kind start passive scans only"));
        }
        if draft.mode == ScanMode::Active {
            // Who may not is not counted as one who asks for a scan.
            self.require_authorized(&self.read(ctx).await?, &target.hostname).await?;
        }
        self.spend_submission(ctx).await?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        if draft.mode == ScanMode::Active {
            self.require_authorized(&tenant, &target.hostname).await?;
        }
        let new = NewSiteScan {
            trigger: draft.trigger,
            target_url: target.url,
            target_hostname: target.hostname,
            mode: draft.mode,
        };
        let scan = tenant.add_site_scan(new, now_ms).await?;
        self.spend_scan(ctx, &tenant, scan.id).await?;
        // Behind what makes others of the organization wait, so that none is overlooked.
        self.require_site_room(&tenant).await?;
        ctx.log(&tenant, "scan.started", &scan.id.to_string(), now_ms).await?;
        tenant.commit().await?;
        self.wake_sites.notify_one();
        Ok(scan)
    }

    /// Refuses the scan that was added if too many of the organization's wait with it.
    async fn require_site_room(&self, tenant: &Tenant) -> Result<(), Error> {
        let waiting = tenant.count_site_scans(ScanStatus::Queued).await?;
        match waiting <= self.config.max_waiting_scans {
            true => Ok(()),
            false => Err(Error::LimitReached { retry_after: RETRY_FULL_QUEUE }),
        }
    }

    /// Understands a website's address, without asking anybody.
    fn target(&self, field: &str, text: &str) -> Result<Target, Error> {
        let text = text.trim();
        text::one_line(field, text)?;
        if text.is_empty() || text.len() > MAX_TARGET_BYTES {
            let message = format!("{field} must be 1–{MAX_TARGET_BYTES} bytes");
            return Err(Error::invalid(field, message));
        }
        // A parser of URLs would take what comes behind more slashes for a host.
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let url = match text.contains("://") {
            _ if host.starts_with(['/', '\\', '?', '#']) => {
                Err(fetch::Error::InvalidUrl { reason: "it has no host" })
            }
            true => self.visitor.url(text),
            false => self.visitor.url(&format!("https://{text}")),
        };
        let url = url.map_err(|error| refusal(field, &error))?;
        let bare = url.url().path() == "/" && url.url().query().is_none();
        let hostname = url.host().to_owned();
        let url = url.url().as_str();
        let url = if bare { url.trim_end_matches('/') } else { url };
        Ok(Target { url: url.to_owned(), hostname })
    }

    /// The organization's scans of websites, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn site_scans(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<SiteScan>, Error> {
        let scans = self.read(ctx).await?.site_scans(after, limit + 1).await?;
        Ok(page(scans, limit, |scan| Keyset::of(scan.created_at, scan.id)))
    }

    /// A scan of a website, and how many findings each category has that has any.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn site_scan(
        &self,
        ctx: &Ctx,
        id: ScanId,
    ) -> Result<(SiteScan, BTreeMap<String, Totals>), Error> {
        let tenant = self.read(ctx).await?;
        let scan = tenant.site_scan(id).await?.ok_or(Error::NotFound("scan"))?;
        let totals = tenant.site_totals(id).await?;
        Ok((scan, totals))
    }

    /// All findings of a scan of a website, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn findings_of_site_scan(
        &self,
        ctx: &Ctx,
        id: ScanId,
    ) -> Result<Vec<SiteFinding>, Error> {
        let tenant = self.read(ctx).await?;
        tenant.site_scan(id).await?.ok_or(Error::NotFound("scan"))?;
        let of_scan = SiteFindingFilter { scan: Some(id), ..SiteFindingFilter::default() };
        let mut all = Vec::new();
        let mut after = None;
        // A scan has no more than `max_site_findings`.
        loop {
            let part = tenant.site_findings(&of_scan, after, PART).await?;
            let Some(last) = part.last() else { return Ok(all) };
            after = Some(Keyset::of(last.created_at, last.id));
            all.extend(part);
        }
    }

    /// What was found on the organization's websites, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the query names a scan that is not there.
    pub async fn site_findings(
        &self,
        ctx: &Ctx,
        query: SiteFindingQuery,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<SiteFinding>, Error> {
        for (field, value) in [("check_id", &query.check_id), ("category", &query.category)] {
            text::sought(field, value.as_deref().unwrap_or_default())?;
        }
        let tenant = self.read(ctx).await?;
        if let Some(scan) = query.scan {
            tenant.site_scan(scan).await?.ok_or(Error::NotFound("scan"))?;
        }
        let filter = SiteFindingFilter {
            scan: query.scan,
            severities: query.severities.into_iter().map(severity_rank).collect(),
            check_id: query.check_id,
            category: query.category,
            since_ms: query.since_ms,
        };
        let findings = tenant.site_findings(&filter, after, limit + 1).await?;
        Ok(page(findings, limit, |finding| Keyset::of(finding.created_at, finding.id)))
    }

    /// A finding on a website.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn site_finding(&self, ctx: &Ctx, id: FindingId) -> Result<SiteFinding, Error> {
        let found = self.read(ctx).await?.site_finding(id).await?;
        found.ok_or(Error::NotFound("finding"))
    }

    /// Stops a scan of a website.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if it is over.
    pub async fn cancel_site_scan(&self, ctx: &Ctx, id: ScanId) -> Result<SiteScan, Error> {
        ctx.require(Role::Member)?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let scan = tenant.site_scan(id).await?.ok_or(Error::NotFound("scan"))?;
        if !tenant.cancel_scan(scan.id, now_ms).await? {
            let message = format!("the scan is {} already", scan.status.as_str());
            return Err(Error::Conflict(message));
        }
        ctx.log(&tenant, "scan.cancelled", &scan.id.to_string(), now_ms).await?;
        let scan = tenant.site_scan(scan.id).await?.ok_or(Error::NotFound("scan"))?;
        tenant.commit().await?;
        Ok(scan)
    }
}

/// Why an address is not taken, for somebody who knows nothing of this server's flags.
fn refusal(field: &str, error: &fetch::Error) -> Error {
    use fetch::Error as E;
    let told = match error {
        E::AddressRefused { .. } | E::OwnListener { .. } => {
            let message = "private and otherwise special addresses are not visited";
            return Error::TargetNotAllowed(message.to_owned());
        }
        E::CredentialsInUrl => "must not carry a user name or password".to_owned(),
        E::UnknownScheme { .. } | E::SchemeRefused { .. } => {
            "must begin with https:// or http://".to_owned()
        }
        E::InvalidUrl { reason } => format!("is no address of a website: {reason}"),
        _ => "is no address of a website".to_owned(),
    };
    Error::invalid(field, format!("{field} {told}"))
}
