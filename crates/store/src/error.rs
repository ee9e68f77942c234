//! What can go wrong with a database, sorted by what its caller can do about it.

use sea_orm::{DbErr, SqlErr};

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something of that name is there already.
    #[error("something of that name exists already")]
    Conflict,
    /// What is referred to is gone.
    #[error("what this refers to does not exist")]
    Missing,
    /// The database does not answer, or not now; a later attempt may succeed.
    #[error("the database does not answer")]
    Unavailable(#[source] DbErr),
    /// Anything else; a mistake of ours.
    #[error("the database refused a statement")]
    Internal(#[source] DbErr),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Self::Conflict,
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::Missing,
            _ => {}
        }
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error),
            ref busy if is_transient(busy) => Self::Unavailable(error),
            _ => Self::Internal(error),
        }
    }
}

/// Whether a statement failed because of when it ran: the connection broke, the disk is full, another transaction was in
/// the way (SQLite's `SQLITE_BUSY`, `SQLITE_FULL`, `SQLITE_IOERR`; PostgreSQL's classes 08, 40, 53, 57).
fn is_transient(error: &DbErr) -> bool {
    let (DbErr::Exec(error) | DbErr::Query(error)) = error else { return false };
    let sea_orm::RuntimeErr::SqlxError(error) = error else { return false };
    match error.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // PostgreSQL's codes (SQLSTATE) have five characters, SQLite's numbers are smaller.
            if code.len() == 5 {
                return ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class));
            }
            // The lowest byte of an extended code: BUSY, LOCKED, IOERR, FULL, CANTOPEN.
            code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
        }),
        _ => false,
    }
}
