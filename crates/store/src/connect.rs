//! The connection, and the two ways through it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{Error, OrganizationId, migrations::Migrator};

/// Connections of one process.
const MAX_CONNECTIONS: u32 = 8;
/// How long a statement waits for a connection, or for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(10);
/// Names the advisory lock under which PostgreSQL's tables are made: `bartizan` in ASCII.
const MIGRATION_LOCK: i64 = i64::from_be_bytes(*b"bartizan");

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file of ours.
    Sqlite,
    /// A server.
    Postgres,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It changes nothing.
    Read,
    /// It may change something. On SQLite it takes the only pen at its beginning, so that it never has to begin again.
    Write,
}

/// A database whose tables are there.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    backend: Backend,
    /// SQLite has one writer; those of this process stand in line here instead of asking again and again.
    pen: Arc<Mutex<()>>,
}

/// What an organization owns, in one transaction. Without [`Self::commit`] nothing of it has happened.
pub struct Tenant {
    pub(crate) tx: DatabaseTransaction,
    pub(crate) organization: OrganizationId,
    _pen: Option<OwnedMutexGuard<()>>,
}

/// What belongs to no organization or to all, in one transaction. Without [`Self::commit`] nothing of it has happened.
pub struct System {
    pub(crate) tx: DatabaseTransaction,
    _pen: Option<OwnedMutexGuard<()>>,
}

enum Scope {
    Organization(OrganizationId),
    System,
}

impl Store {
    /// Opens a file, which is made if it is not there.
    ///
    /// # Errors
    /// The file cannot be opened, is no database or one of a later version.
    pub async fn sqlite(path: &Path) -> Result<Self, Error> {
        // A URL would need the path in UTF-8 and escaped; the options below replace it.
        let mut options = ConnectOptions::new("sqlite::memory:");
        let path = path.to_owned();
        options.map_sqlx_sqlite_opts(move |_| {
            sqlx::sqlite::SqliteConnectOptions::new()
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
        });
        let deadline = Instant::now() + PATIENCE;
        loop {
            match Self::connect(options.clone(), Backend::Sqlite).await {
                // Another process makes the file just now. SQLite does not wait for a change of the journal's mode, whatever
                // the timeout.
                Err(Error::Unavailable(_)) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                opened => return opened,
            }
        }
    }

    /// Connects to `postgres://...`.
    ///
    /// # Errors
    /// It does not answer, refuses us, or is of a later version.
    pub async fn postgres(url: &str) -> Result<Self, Error> {
        Self::connect(ConnectOptions::new(url), Backend::Postgres).await
    }

    async fn connect(mut options: ConnectOptions, backend: Backend) -> Result<Self, Error> {
        options.max_connections(MAX_CONNECTIONS).acquire_timeout(PATIENCE).sqlx_logging(false);
        let db = Database::connect(options).await?;
        let store = Self { db, backend, pen: Arc::default() };
        store.migrate().await?;
        Ok(store)
    }

    /// Two processes may start at once: one makes the tables, the other waits and finds them.
    async fn migrate(&self) -> Result<(), Error> {
        let System { tx, _pen } = self.system(Access::Write).await?;
        if self.backend == Backend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            tx.execute_unprepared(&lock).await?;
        }
        Migrator::up(&tx, None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Which database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), Error> {
        // A table of ours: a file that was taken away while it was open still answers.
        self.db.execute_unprepared("SELECT 1 FROM organizations LIMIT 1").await?;
        Ok(())
    }

    /// Tells PostgreSQL that much has been stored. It would find out by itself within minutes; until then it plans as for empty
    /// tables, and sorts all findings for each page of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_grown(&self) -> Result<(), Error> {
        if self.backend == Backend::Postgres {
            self.db.execute_unprepared("ANALYZE findings, problems").await?;
        }
        Ok(())
    }

    /// Begins a transaction of one organization.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tenant(
        &self,
        organization: OrganizationId,
        access: Access,
    ) -> Result<Tenant, Error> {
        let (tx, pen) = self.begin(&Scope::Organization(organization), access).await?;
        Ok(Tenant { tx, organization, _pen: pen })
    }

    /// Begins a transaction that is no organization's.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn system(&self, access: Access) -> Result<System, Error> {
        let (tx, pen) = self.begin(&Scope::System, access).await?;
        Ok(System { tx, _pen: pen })
    }

    async fn begin(
        &self,
        scope: &Scope,
        access: Access,
    ) -> Result<(DatabaseTransaction, Option<OwnedMutexGuard<()>>), Error> {
        let is_writer = access == Access::Write && self.backend == Backend::Sqlite;
        let pen = match is_writer {
            true => Some(Arc::clone(&self.pen).lock_owned().await),
            false => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: is_writer.then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.db.begin_with_options(options).await?;
        if self.backend == Backend::Postgres {
            let (name, value) = match scope {
                Scope::Organization(id) => ("bartizan.organization", id.to_string()),
                Scope::System => ("bartizan.system", "on".to_owned()),
            };
            let set = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT set_config($1, $2, true)",
                [name.into(), value.into()],
            );
            tx.query_one_raw(set).await?;
        }
        Ok((tx, pen))
    }
}

impl System {
    /// Lets one transaction at a time go on that names this, until it ends. SQLite has one writer anyway.
    pub(crate) async fn stand_in_line(&self, name: &str) -> Result<(), Error> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            let lock = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                [name.into()],
            );
            self.tx.query_one_raw(lock).await?;
        }
        Ok(())
    }
}

impl Tenant {
    /// Makes it so.
    ///
    /// # Errors
    /// The database does not answer; nothing has happened, or, if the connection broke just then, everything has.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}

impl System {
    /// Makes it so.
    ///
    /// # Errors
    /// As [`Tenant::commit`].
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}
