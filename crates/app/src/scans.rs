//! Scans of repositories, as users start, watch and stop them; [`crate::worker`] runs them.

use std::time::Duration;

use store::{
    Keyset, NewScan, Offset, Project, Role, Scan, ScanFilter, ScanId, ScanKind, ScanStatus,
    ScanTrigger, Tenant,
};

use crate::{
    App, Ctx, Error, Page, Repository, page,
    projects::{by_number, by_slug},
    text,
};

/// When there may be room in the queue again.
pub(crate) const RETRY_FULL_QUEUE: Duration = Duration::from_mins(1);

/// What a scan may be told; `None` is as the project says.
#[derive(Default)]
pub struct ScanRequest {
    /// Where it clones from. The project's token goes there only if it is the same host.
    pub clone_url: Option<String>,
    /// The branch, tag or commit.
    pub branch: Option<String>,
}

/// Which scans of the organization; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanQuery {
    /// Of the project of that number.
    pub project: Option<i64>,
    /// At one point of their lives.
    pub status: Option<ScanStatus>,
    /// Of one kind.
    pub kind: Option<ScanKind>,
}

/// A scan, and whose it is.
#[derive(Clone, Debug)]
pub struct ScanView {
    /// The scan.
    pub scan: Scan,
    /// What it is a scan of.
    pub project: Project,
}

impl App {
    /// Starts a scan of everything in the project of that slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn start_scan(
        &self,
        ctx: &Ctx,
        slug: &str,
        request: ScanRequest,
    ) -> Result<Scan, Error> {
        ctx.require(Role::Member)?;
        let tenant = self.write(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        self.start(ctx, tenant, project, ScanKind::Full, request).await
    }

    /// Starts a scan of one kind of the project of that number.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn start_scan_by_number(
        &self,
        ctx: &Ctx,
        number: i64,
        kind: ScanKind,
        branch: Option<String>,
    ) -> Result<ScanView, Error> {
        ctx.require(Role::Member)?;
        let tenant = self.write(ctx).await?;
        let project = by_number(&tenant, number).await?;
        let request = ScanRequest { clone_url: None, branch };
        let scan = self.start(ctx, tenant, project.clone(), kind, request).await?;
        Ok(ScanView { scan, project })
    }

    async fn start(
        &self,
        ctx: &Ctx,
        tenant: Tenant,
        project: Project,
        kind: ScanKind,
        request: ScanRequest,
    ) -> Result<Scan, Error> {
        let clone_url = match request.clone_url {
            Some(url) => {
                let wanted = Repository { field: "clone_url", url };
                self.repository(&wanted)?;
                wanted.url.trim().to_owned()
            }
            None => project.repo_url,
        };
        let target_ref = match request.branch {
            Some(branch) => text::branch("branch", &branch)?,
            None => project.default_branch,
        };
        let trigger = ScanTrigger::Manual;
        let new =
            NewScan { project: project.id, trigger, kind, clone_url, target_ref, pushed: None };
        let now_ms = self.now_ms();
        self.require_room(&tenant).await?;
        let scan = tenant.add_scan(new, now_ms).await?;
        ctx.log(&tenant, "scan.started", &scan.id.to_string(), now_ms).await?;
        tenant.commit().await?;
        self.wake.notify_one();
        Ok(scan)
    }

    /// Refuses a scan if too many of the organization's wait already.
    pub(crate) async fn require_room(&self, tenant: &Tenant) -> Result<(), Error> {
        let waiting = ScanFilter { status: Some(ScanStatus::Queued), ..ScanFilter::default() };
        match tenant.count_scans(waiting).await? < self.config.max_waiting_scans {
            true => Ok(()),
            false => Err(Error::LimitReached { retry_after: RETRY_FULL_QUEUE }),
        }
    }

    /// The scans of the project of that slug, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn scans(
        &self,
        ctx: &Ctx,
        slug: &str,
        status: Option<ScanStatus>,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<Scan>, Error> {
        let tenant = self.read(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        let filter = ScanFilter { project: Some(project.id), status, kind: None };
        let scans = tenant.scans(filter, after, limit + 1).await?;
        Ok(page(scans, limit, |scan| Keyset::of(scan.created_at, scan.id)))
    }

    /// A numbered page of the organization's scans, and how many there are.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn scans_page(
        &self,
        ctx: &Ctx,
        query: ScanQuery,
        at: Offset,
    ) -> Result<(Vec<ScanView>, u64), Error> {
        let tenant = self.read(ctx).await?;
        let project = match query.project {
            Some(number) => Some(by_number(&tenant, number).await?.id),
            None => None,
        };
        let filter = ScanFilter { project, status: query.status, kind: query.kind };
        let (scans, total) = tenant.scans_page(filter, at).await?;
        let ids = scans.iter().map(|scan| scan.project_id);
        let projects = tenant.projects_of_ids(ids).await?;
        let view = |scan: Scan| {
            let project = projects.iter().find(|project| project.id == scan.project_id)?.clone();
            Some(ScanView { scan, project })
        };
        Ok((scans.into_iter().filter_map(view).collect(), total))
    }

    /// A scan of the project of that slug.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn scan(&self, ctx: &Ctx, slug: &str, id: ScanId) -> Result<Scan, Error> {
        let tenant = self.read(ctx).await?;
        of_project(&tenant, slug, id).await
    }

    /// The scan of that number.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn scan_by_number(&self, ctx: &Ctx, number: i64) -> Result<ScanView, Error> {
        let tenant = self.read(ctx).await?;
        numbered(&tenant, number).await
    }

    /// Stops a scan.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if it is over.
    pub async fn cancel_scan(&self, ctx: &Ctx, slug: &str, id: ScanId) -> Result<Scan, Error> {
        ctx.require(Role::Member)?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let scan = of_project(&tenant, slug, id).await?;
        if !tenant.cancel_scan(scan.id, now_ms).await? {
            let message = format!("the scan is {} already", scan.status.as_str());
            return Err(Error::Conflict(message));
        }
        ctx.log(&tenant, "scan.cancelled", &scan.id.to_string(), now_ms).await?;
        let scan = tenant.scan(scan.id).await?.ok_or(Error::NotFound("scan"))?;
        tenant.commit().await?;
        Ok(scan)
    }
}

/// The scan of that id, if it is one of the project of that slug.
pub(crate) async fn of_project(tenant: &Tenant, slug: &str, id: ScanId) -> Result<Scan, Error> {
    let project = by_slug(tenant, slug).await?;
    let scan = tenant.scan(id).await?.filter(|scan| scan.project_id == project.id);
    scan.ok_or(Error::NotFound("scan"))
}

/// The scan of that number.
pub(crate) async fn numbered(tenant: &Tenant, number: i64) -> Result<ScanView, Error> {
    let scan = tenant.scan_by_number(number).await?.ok_or(Error::NotFound("scan"))?;
    let project = tenant.project(scan.project_id).await?.ok_or(Error::NotFound("scan"))?;
    Ok(ScanView { scan, project })
}
