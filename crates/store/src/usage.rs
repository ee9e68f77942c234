//! What organizations use of their plans. A scan counts when it is accepted, in the period that it is accepted in, and is given back
//! if it fails: `scans.counted_in` says where it counts, and whoever ends the scan gives it back in the same transaction.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QuerySelect as _, Statement, sea_query::Expr,
};

use crate::{
    Error, OrganizationId, ScanId, Tenant,
    tables::{scan, usage},
};

impl Tenant {
    /// Counts a scan of this transaction in the period that began at `period_start`, unless there are `limit` already. Says how
    /// many there are with it; `None` if it was not counted. Others who want to count wait until the transaction ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_scan(
        &self,
        id: ScanId,
        period_start: i64,
        limit: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        // The first of a period meets no row whose count could be looked at.
        if limit == Some(0) {
            return Ok(None);
        }
        let limit = limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let count = Statement::from_sql_and_values(
            self.tx.get_database_backend(),
            "INSERT INTO usage (organization_id, period_start, scans) VALUES ($1, $2, 1)
             ON CONFLICT (organization_id, period_start)
                 DO UPDATE SET scans = usage.scans + 1 WHERE usage.scans < $3
             RETURNING scans",
            [self.organization.into(), period_start.into(), limit.into()],
        );
        let Some(row) = self.tx.query_one_raw(count).await? else { return Ok(None) };
        let used: i64 = row.try_get("", "scans")?;
        scan::Entity::update_many()
            .col_expr(scan::Column::CountedIn, Expr::value(period_start))
            .filter(scan::Column::OrganizationId.eq(self.organization))
            .filter(scan::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(Some(u64::try_from(used).unwrap_or_default()))
    }

    /// How many scans count in the period that began at `period_start`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn counted_scans(&self, period_start: i64) -> Result<u64, Error> {
        let row = usage::Entity::find_by_id((self.organization, period_start));
        let used = row.one(&self.tx).await?.map_or(0, |row| row.scans);
        Ok(u64::try_from(used).unwrap_or_default())
    }
}

/// Gives back those of these scans that count. Whoever has just ended them calls it once, in the same transaction: they were not over
/// before, and are from now on.
pub(crate) async fn give_back(
    tx: &impl sea_orm::ConnectionTrait,
    scans: &[ScanId],
) -> Result<(), Error> {
    let counted: Vec<(OrganizationId, i64)> = scan::Entity::find()
        .select_only()
        .column(scan::Column::OrganizationId)
        .column(scan::Column::CountedIn)
        .filter(scan::Column::Id.is_in(scans.iter().copied()))
        .filter(scan::Column::CountedIn.is_not_null())
        .into_tuple()
        .all(tx)
        .await?;
    if counted.is_empty() {
        return Ok(());
    }
    // In one order, so that two who give back do not wait for each other.
    let mut places: BTreeMap<(OrganizationId, i64), i64> = BTreeMap::new();
    for place in counted {
        *places.entry(place).or_default() += 1;
    }
    for ((organization, period_start), count) in places {
        usage::Entity::update_many()
            .col_expr(usage::Column::Scans, Expr::col(usage::Column::Scans).sub(count))
            .filter(usage::Column::OrganizationId.eq(organization))
            .filter(usage::Column::PeriodStart.eq(period_start))
            .exec(tx)
            .await?;
    }
    scan::Entity::update_many()
        .col_expr(scan::Column::CountedIn, Expr::value(Option::<i64>::None))
        .filter(scan::Column::Id.is_in(scans.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}
