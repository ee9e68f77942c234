//! Attempts to log in, counted by where they come from. They hold for all processes on one database.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::{Error, System, tables::attempt};

impl System {
    /// Notes an attempt from `address`, unless there were `limit` since `since_ms`: then says when the earliest of them was.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_attempt(
        &self,
        address: &str,
        since_ms: i64,
        limit: u64,
        now_ms: i64,
    ) -> Result<Option<i64>, Error> {
        self.stand_in_line(address).await?;
        let recent: Vec<i64> = attempt::Entity::find()
            .select_only()
            .column(attempt::Column::CreatedAt)
            .filter(attempt::Column::Address.eq(address))
            .filter(attempt::Column::CreatedAt.gt(since_ms))
            .order_by_desc(attempt::Column::CreatedAt)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        let is_full = u64::try_from(recent.len()).unwrap_or(u64::MAX) >= limit;
        if let Some(earliest) = recent.last().filter(|_| is_full) {
            return Ok(Some(*earliest));
        }
        let attempt = attempt::ActiveModel {
            id: Set(Uuid::now_v7()),
            address: Set(address.to_owned()),
            created_at: Set(now_ms),
        };
        attempt.insert(&self.tx).await?;
        Ok(None)
    }

    /// Forgets attempts until `until_ms`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_attempts(&self, until_ms: i64) -> Result<u64, Error> {
        let gone = attempt::Entity::delete_many()
            .filter(attempt::Column::CreatedAt.lte(until_ms))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}
