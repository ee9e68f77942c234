//! How often somebody calls. No window of any length is ever let through more than its limit, wherever it begins, and that holds
//! for all processes on one database.
//!
//! A row keeps the times of the latest calls, as many as the largest limit. The next one passes if the call that stands at a window's
//! limit is as long ago as the window is: one statement looks, decides and writes, so that no two calls see the same room. The
//! times are one text of digits because both databases can cut a text, and only one of them knows lists.
//!
//! Clocks may step. A time that is a little ahead of ours is another process's, and counts. One that is further ahead than the longest
//! window was told by a clock that has been set back: then the row is as if its limit had been reached just now. So no such step opens
//! a window, and none shuts one for longer than twice the longest.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, FromQueryResult as _,
    QueryFilter as _, Statement,
};

use crate::{Backend, Error, Store, System, tables::rate};

/// Digits of a time in milliseconds, until the year 2286.
const DIGITS: usize = 13;
/// The latest time that they hold.
const END_MS: i64 = 9_999_999_999_999;

/// So many calls in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Calls, at least 1.
    pub limit: usize,
    /// Milliseconds, at least 1.
    pub length_ms: i64,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether it was let through.
    pub is_taken: bool,
    /// The times of the latest ones that were, the latest first, and of this one if it was. Milliseconds since 1970 UTC.
    pub times_ms: Vec<i64>,
}

impl Store {
    /// Lets a call through if every one of these windows has room for it, and counts it then. Calls of one `key` are always asked
    /// with the same windows.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_call(
        &self,
        key: &str,
        windows: &[Window],
        now_ms: i64,
    ) -> Result<Taken, Error> {
        let now_ms = now_ms.clamp(0, END_MS);
        let longest_ms = windows.iter().map(|window| window.length_ms).max().unwrap_or_default();
        let largest = windows.iter().map(|window| window.limit).max().unwrap_or(1);
        let now = digits(now_ms);
        let values = [
            key.into(),
            now.clone().into(),
            now_ms.into(),
            now_ms.saturating_add(longest_ms).into(),
            now.repeat(largest).into(),
        ];
        let backend = match self.backend() {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        let statement = Statement::from_sql_and_values(backend, take(windows, largest), values);
        let _pen = self.hold_pen().await;
        // Where a connection breaks, the call may be counted twice.
        let row = self.on_a_connection(|| self.callers.query_one_raw(statement.clone())).await?;
        let row = row.ok_or(Error::Missing)?;
        let row = rate::Model::from_query_result(&row, "")?;
        Ok(Taken { is_taken: row.is_taken, times_ms: times(&row.times) })
    }
}

impl System {
    /// Forgets who has not called since `until_ms`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_calls(&self, until_ms: i64) -> Result<u64, Error> {
        let gone = rate::Entity::delete_many()
            .filter(rate::Column::UsedAt.lte(until_ms))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}

/// The statement: key, the time as digits and as a number, the latest time that is believed, and as many of now as the largest limit.
fn take(windows: &[Window], largest: usize) -> String {
    let has_room = |window: &Window| {
        let Window { limit, length_ms } = window;
        format!(" AND {} + {length_ms} <= $3", nth(*limit))
    };
    let passes = format!("{} <= $4{}", nth(1), windows.iter().map(has_room).collect::<String>());
    let kept = largest.saturating_sub(1) * DIGITS;
    format!(
        "INSERT INTO rates (key, times, is_taken, used_at) VALUES ($1, $2, TRUE, $3)
         ON CONFLICT (key) DO UPDATE SET
             is_taken = ({passes}),
             used_at = $3,
             times = CASE
                 WHEN {latest} > $4 THEN $5
                 WHEN {passes} THEN
                     CASE WHEN {latest} > $3 THEN substr(rates.times, 1, {DIGITS}) ELSE $2 END
                     || substr(rates.times, 1, {kept})
                 ELSE rates.times
             END
         RETURNING key, times, is_taken, used_at",
        latest = nth(1),
    )
}

/// The time of the call that is the `n`th from the latest, counted from 1; 0 if there were not so many.
fn nth(n: usize) -> String {
    let from = n.saturating_sub(1) * DIGITS + 1;
    format!("CAST('0' || substr(rates.times, {from}, {DIGITS}) AS BIGINT)")
}

fn digits(time_ms: i64) -> String {
    format!("{time_ms:0DIGITS$}")
}

fn times(text: &str) -> Vec<i64> {
    let times = text.as_bytes().chunks(DIGITS);
    times.filter_map(|digits| std::str::from_utf8(digits).ok()?.parse().ok()).collect()
}
