//! Scans of repositories, as users see them; [`crate::queue`] is what workers see, [`crate::sites`] has the scans of websites.

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Statement,
    sea_query::{Expr, Query},
};

use crate::{
    Error, Keyset, Offset, Plan, ProjectId, Scan, ScanId, ScanKind, ScanStatus, ScanTrigger,
    System, Tenant, accounts::Counter, page::newest_first, tables::scan,
};

/// A scan to be.
#[derive(Clone, Debug)]
pub struct NewScan {
    /// Of what.
    pub project: ProjectId,
    /// Who started it.
    pub trigger: ScanTrigger,
    /// What it looks for.
    pub kind: ScanKind,
    /// Where it clones from.
    pub clone_url: String,
    /// The branch, tag or commit.
    pub target_ref: String,
    /// The kind of host that told of a push, and the commit that was pushed.
    pub pushed: Option<(&'static str, String)>,
}

/// Which scans; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScanFilter {
    /// Of one project.
    pub project: Option<ProjectId>,
    /// At one point of their lives.
    pub status: Option<ScanStatus>,
    /// Of one kind.
    pub kind: Option<ScanKind>,
}

impl Tenant {
    /// Adds a scan, which waits for a worker.
    ///
    /// # Errors
    /// [`Error::Missing`] if the project is gone.
    pub async fn add_scan(&self, scan: NewScan, now_ms: i64) -> Result<Scan, Error> {
        let scan = self.new_scan(scan, now_ms).await?.insert(&self.tx).await?;
        self.tell_of_scan().await?;
        Ok(scan)
    }

    pub(crate) async fn new_scan(
        &self,
        scan: NewScan,
        now_ms: i64,
    ) -> Result<scan::ActiveModel, Error> {
        let number = self.take_numbers(Counter::Scan, 1).await?;
        let (pushed_to, pushed_commit) = scan.pushed.unzip();
        Ok(scan::ActiveModel {
            id: Set(ScanId::generate()),
            organization_id: Set(self.organization),
            project_id: Set(scan.project),
            number: Set(number),
            trigger: Set(scan.trigger),
            kind: Set(scan.kind),
            clone_url: Set(scan.clone_url),
            target_ref: Set(scan.target_ref),
            pushed_to: Set(pushed_to.map(str::to_owned)),
            pushed_commit: Set(pushed_commit),
            commit_sha: Set(None),
            status: Set(ScanStatus::Queued),
            is_cancel_requested: Set(false),
            progress: Set(0),
            error: Set(None),
            critical: Set(0),
            high: Set(0),
            medium: Set(0),
            low: Set(0),
            info: Set(0),
            new_findings: Set(0),
            fixed_findings: Set(0),
            package_list_id: Set(None),
            advisories_at: Set(None),
            counted_in: Set(None),
            attempts: Set(0),
            lease: Set(None),
            leased_until: Set(None),
            created_at: Set(now_ms),
            started_at: Set(None),
            completed_at: Set(None),
        })
    }

    /// Those of websites are no scans of this kind.
    fn all_scans(&self) -> Select<scan::Entity> {
        scan::Entity::find()
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .filter(scan::Column::ProjectId.is_not_null())
    }

    fn scans_like(&self, filter: ScanFilter) -> Select<scan::Entity> {
        let mut rows = self.all_scans();
        if let Some(project) = filter.project {
            rows = rows.filter(scan::Column::ProjectId.eq(project));
        }
        if let Some(status) = filter.status {
            rows = rows.filter(scan::Column::Status.eq(status));
        }
        if let Some(kind) = filter.kind {
            rows = rows.filter(scan::Column::Kind.eq(kind));
        }
        rows
    }

    /// Scans, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn scans(
        &self,
        filter: ScanFilter,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Vec<Scan>, Error> {
        let rows = self.scans_like(filter);
        let rows = newest_first(rows, scan::Column::CreatedAt, scan::Column::Id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// A page of the scans, the newest first, and how many there are in all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn scans_page(
        &self,
        filter: ScanFilter,
        page: Offset,
    ) -> Result<(Vec<Scan>, u64), Error> {
        let rows = self.scans_like(filter);
        let total = rows.clone().count(&self.tx).await?;
        let rows = rows.order_by_desc(scan::Column::Number).offset(page.skip).limit(page.limit);
        Ok((rows.all(&self.tx).await?, total))
    }

    /// The newest scan of each of these projects that has one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_scans(&self, projects: &[ProjectId]) -> Result<Vec<Scan>, Error> {
        let newest = Query::select()
            .expr(scan::Column::Number.max())
            .from(scan::Entity)
            .and_where(scan::Column::OrganizationId.eq(self.organization))
            .and_where(scan::Column::ProjectId.is_in(projects.iter().copied()))
            .group_by_col(scan::Column::ProjectId)
            .to_owned();
        let rows = self.all_scans().filter(scan::Column::Number.in_subquery(newest));
        Ok(rows.all(&self.tx).await?)
    }

    /// How many scans there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_scans(&self, filter: ScanFilter) -> Result<u64, Error> {
        Ok(self.scans_like(filter).count(&self.tx).await?)
    }

    /// The scan of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn scan(&self, id: ScanId) -> Result<Option<Scan>, Error> {
        Ok(self.all_scans().filter(scan::Column::Id.eq(id)).one(&self.tx).await?)
    }

    /// The scan of that number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn scan_by_number(&self, number: i64) -> Result<Option<Scan>, Error> {
        Ok(self.all_scans().filter(scan::Column::Number.eq(number)).one(&self.tx).await?)
    }

    /// Stops a scan, of a website too: one that waits is over at once, one that runs as soon as its worker hears of it. Says whether it was not
    /// over before.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cancel_scan(&self, id: ScanId, now_ms: i64) -> Result<bool, Error> {
        if self.cancel_queued(scan::Column::Id.eq(id), now_ms).await? > 0 {
            return Ok(true);
        }
        let asked = scan::Entity::update_many()
            .col_expr(scan::Column::IsCancelRequested, Expr::value(true))
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .filter(scan::Column::Id.eq(id))
            .filter(scan::Column::Status.eq(ScanStatus::Running))
            .exec(&self.tx)
            .await?;
        Ok(asked.rows_affected > 0)
    }

    /// Stops the scans of a branch that pushes have started and no worker has taken: a newer push replaces them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cancel_replaced(
        &self,
        project: ProjectId,
        target_ref: &str,
        now_ms: i64,
    ) -> Result<u64, Error> {
        let replaced = scan::Column::ProjectId
            .eq(project)
            .and(scan::Column::TargetRef.eq(target_ref))
            .and(scan::Column::Trigger.eq(ScanTrigger::Webhook));
        self.cancel_queued(replaced, now_ms).await
    }

    async fn cancel_queued(&self, which: Expr, now_ms: i64) -> Result<u64, Error> {
        let cancelled = scan::Entity::update_many()
            .col_expr(scan::Column::Status, Expr::value(ScanStatus::Cancelled.as_str()))
            .col_expr(scan::Column::CompletedAt, Expr::value(now_ms))
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .filter(scan::Column::Status.eq(ScanStatus::Queued))
            .filter(which)
            .exec(&self.tx)
            .await?;
        Ok(cancelled.rows_affected)
    }
}

impl System {
    /// Forgets scans of organizations of a plan, with their findings, that ended until `until_ms`, at most `limit`; the newest
    /// completed scan of each branch stays, and what is still to be repaired there. Of websites nothing stays. Says how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_scans(&self, plan: Plan, until_ms: i64, limit: u64) -> Result<u64, Error> {
        const OLD: &str = "DELETE FROM scans WHERE id IN (
            SELECT old.id FROM scans old JOIN organizations ON organizations.id = old.organization_id
            WHERE organizations.plan = $1 AND old.completed_at <= $2
              AND (old.project_id IS NULL OR old.status <> 'completed' OR EXISTS (
                  SELECT 1 FROM scans newer
                  WHERE newer.project_id = old.project_id AND newer.target_ref = old.target_ref
                    AND newer.status = 'completed' AND newer.number > old.number
              ))
              AND NOT EXISTS (
                  SELECT 1 FROM findings
                  WHERE findings.scan_id = old.id AND findings.is_current AND findings.status <> 'fixed'
              )
            LIMIT $3
        )";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [plan.as_str().into(), until_ms.into(), limit.into()];
        let backend = self.tx.get_database_backend();
        let old = Statement::from_sql_and_values(backend, OLD, values);
        Ok(self.tx.execute_raw(old).await?.rows_affected())
    }
}
