//! The queue of scans. A worker leases a scan and says again and again that it is still at it; one that falls silent loses the
//! scan to another.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QuerySelect as _, Statement,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use crate::{
    Error, OrganizationId, Scan, ScanId, ScanStatus, SiteScan, System, Tenant,
    tables::{scan, site_scan},
    usage,
};

/// How often a scan is begun before it is given up.
const MAX_ATTEMPTS: i64 = 3;
/// What its user reads then.
const GIVEN_UP: &str = "The scan was begun three times and its worker stopped each time, which is a fault of this server: ask its operator to look at the log.";

/// A worker's right to a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// To which.
    pub scan: ScanId,
    /// Whose scan it is.
    pub organization: OrganizationId,
    pub(crate) name: Uuid,
}

/// A scan, and the right to it.
#[derive(Clone, Debug)]
pub struct Leased<S = Scan> {
    /// The right.
    pub lease: Lease,
    /// The scan.
    pub scan: S,
}

/// Scans that wait for the same workers, as a condition on the rows of `scans`.
#[derive(Clone, Copy)]
struct Line(&'static str);

const REPOSITORIES: Line = Line("project_id IS NOT NULL");
const SITES: Line = Line("project_id IS NULL");

impl System {
    /// Takes the scan of a repository that is to be run next: of the organization that has the fewest running, the oldest. `None` if
    /// none waits.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lease_scan(&self, now_ms: i64, until_ms: i64) -> Result<Option<Leased>, Error> {
        let Some(lease) = self.lease_next(REPOSITORIES, now_ms, until_ms).await? else {
            return Ok(None);
        };
        let scan = scan::Entity::find_by_id(lease.scan).one(&self.tx).await?;
        Ok(Some(Leased { lease, scan: scan.ok_or(Error::Missing)? }))
    }

    /// Takes the scan of a website that is to be run next, as [`Self::lease_scan`] does.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lease_site_scan(
        &self,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Leased<SiteScan>>, Error> {
        let Some(lease) = self.lease_next(SITES, now_ms, until_ms).await? else { return Ok(None) };
        let scan = site_scan::Entity::find_by_id(lease.scan).one(&self.tx).await?;
        Ok(Some(Leased { lease, scan: scan.ok_or(Error::Missing)? }))
    }

    async fn lease_next(
        &self,
        Line(line): Line,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Lease>, Error> {
        let backend = self.tx.get_database_backend();
        let skip_locked =
            if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE scans SET status = 'running', lease = $1, leased_until = $2, attempts = attempts + 1,
                    progress = 0, started_at = coalesce(started_at, $3)
             WHERE id = (
                 SELECT waiting.id FROM scans waiting WHERE waiting.status = 'queued' AND waiting.{line}
                 ORDER BY (
                     SELECT count(*) FROM scans running
                     WHERE running.organization_id = waiting.organization_id AND running.status = 'running'
                       AND running.{line}
                 ), waiting.created_at, waiting.id
                 LIMIT 1 {skip_locked}
             )
             RETURNING id, organization_id"
        );
        let name = Uuid::now_v7();
        let values = [name.into(), until_ms.into(), now_ms.into()];
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let Some(row) = self.tx.query_one_raw(statement).await? else { return Ok(None) };
        let (scan, organization) = (row.try_get("", "id")?, row.try_get("", "organization_id")?);
        Ok(Some(Lease { scan, organization, name }))
    }

    /// Takes scans away from workers that fell silent: they wait again, or, after three attempts, have failed and do not count any
    /// more; those that were to be cancelled are. Says how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reclaim_scans(&self, now_ms: i64) -> Result<u64, Error> {
        let is_silent =
            scan::Column::Status.eq(ScanStatus::Running).and(scan::Column::LeasedUntil.lte(now_ms));
        let scans: Vec<(ScanId, i64, bool)> = scan::Entity::find()
            .select_only()
            .column(scan::Column::Id)
            .column(scan::Column::Attempts)
            .column(scan::Column::IsCancelRequested)
            .filter(is_silent)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&self.tx)
            .await?;
        if scans.is_empty() {
            return Ok(0);
        }
        let silent = || {
            scan::Entity::update_many()
                .col_expr(scan::Column::Lease, Expr::value(Option::<Uuid>::None))
                .col_expr(scan::Column::LeasedUntil, Expr::value(Option::<i64>::None))
                .filter(scan::Column::Id.is_in(scans.iter().map(|(id, ..)| *id)))
                .filter(scan::Column::Status.eq(ScanStatus::Running))
        };
        let over = |status: ScanStatus, error: Option<&str>| {
            silent()
                .col_expr(scan::Column::Status, Expr::value(status.as_str()))
                .col_expr(scan::Column::Error, Expr::value(error))
                .col_expr(scan::Column::CompletedAt, Expr::value(now_ms))
        };
        let cancelled = over(ScanStatus::Cancelled, None)
            .filter(scan::Column::IsCancelRequested.eq(true))
            .exec(&self.tx)
            .await?;
        let failed = over(ScanStatus::Failed, Some(GIVEN_UP))
            .filter(scan::Column::Attempts.gte(MAX_ATTEMPTS))
            .exec(&self.tx)
            .await?;
        let is_failed = |(_, attempts, is_cancelled): &&(ScanId, i64, bool)| {
            *attempts >= MAX_ATTEMPTS && !*is_cancelled
        };
        let in_vain: Vec<ScanId> = scans.iter().filter(is_failed).map(|(id, ..)| *id).collect();
        usage::give_back(&self.tx, &in_vain).await?;
        let waiting = silent()
            .col_expr(scan::Column::Status, Expr::value(ScanStatus::Queued.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(cancelled.rows_affected + failed.rows_affected + waiting.rows_affected)
    }
}

/// What a worker hears when it says that it is still at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    GoOn,
    /// A user wants the scan to stop.
    Cancel,
    /// The scan is another worker's by now, or gone.
    Lost,
}

impl Tenant {
    /// Holds a lease for longer, and tells how far the scan is.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn extend_lease(
        &self,
        lease: Lease,
        until_ms: i64,
        progress: i64,
    ) -> Result<Answer, Error> {
        let held = scan::Entity::update_many()
            .col_expr(scan::Column::LeasedUntil, Expr::value(until_ms))
            .col_expr(scan::Column::Progress, Expr::value(progress))
            .filter(self.leased(lease))
            .exec(&self.tx)
            .await?;
        if held.rows_affected == 0 {
            return Ok(Answer::Lost);
        }
        let is_cancelled: Option<bool> = scan::Entity::find()
            .select_only()
            .column(scan::Column::IsCancelRequested)
            .filter(self.leased(lease))
            .into_tuple()
            .one(&self.tx)
            .await?;
        match is_cancelled {
            Some(true) => Ok(Answer::Cancel),
            Some(false) => Ok(Answer::GoOn),
            None => Ok(Answer::Lost),
        }
    }

    /// Gives a scan back that was not run to its end, as a worker does that is told to stop. The attempt does not count.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn give_back(&self, lease: Lease) -> Result<(), Error> {
        scan::Entity::update_many()
            .col_expr(scan::Column::Status, Expr::value(ScanStatus::Queued.as_str()))
            .col_expr(scan::Column::Attempts, Expr::col(scan::Column::Attempts).sub(1))
            .col_expr(scan::Column::Lease, Expr::value(Option::<Uuid>::None))
            .col_expr(scan::Column::LeasedUntil, Expr::value(Option::<i64>::None))
            .filter(self.leased(lease))
            .exec(&self.tx)
            .await?;
        self.tell_of_scan().await
    }

    /// The scan of a repository of a lease that holds, and goes on to hold until the transaction ends: nobody takes the scan away
    /// meanwhile.
    pub(crate) async fn hold(&self, lease: Lease) -> Result<Option<Scan>, Error> {
        let rows = scan::Entity::find().filter(self.leased(lease)).lock(LockType::Update);
        Ok(rows.one(&self.tx).await?)
    }

    /// The scan that a lease is a right to, while it is.
    pub(crate) fn leased(&self, lease: Lease) -> Expr {
        scan::Column::OrganizationId
            .eq(self.organization)
            .and(scan::Column::Id.eq(lease.scan))
            .and(scan::Column::Lease.eq(lease.name))
            .and(scan::Column::Status.eq(ScanStatus::Running))
    }
}
