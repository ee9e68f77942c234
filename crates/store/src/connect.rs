//! The connection, and the two ways through it.

use std::{
    future,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{Error, OrganizationId, migrations::Migrator};

/// Connections of one process that read and write.
const MAX_CONNECTIONS: u32 = 8;
/// Connections of one process that ask who calls, and the one that hears of scans.
const MAX_CALLERS: u32 = 5;
/// How long a connection that nobody used is believed to be one still.
const TRUST: Duration = Duration::from_secs(1);
/// The setting of PostgreSQL that shows the rows of all organizations.
const SYSTEM: &str = "bartizan.system";
/// How long a statement waits for a connection, or for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(10);
/// So few findings are no news to a database.
const FEW: usize = 1_000;
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
    /// Each request asks once who calls, before it is known whose rows it may see, and how often, each in one statement: these
    /// connections are the system's from their beginning and need no transaction for it. SQLite knows no difference.
    pub(crate) callers: DatabaseConnection,
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
        options.map_sqlx_sqlite_before_acquire(|connection, _| {
            Box::pin(future::ready(Ok(is_between_transactions(connection))))
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
        options
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire_if_idle_for(TRUST)
            .sqlx_logging(false);
        let db = Database::connect(options.clone()).await?;
        let callers = match backend {
            Backend::Sqlite => db.clone(),
            Backend::Postgres => {
                // What is written over them is calls, which may be forgotten when the database's machine fails: nobody waits for a disk.
                let settings = [(SYSTEM, "on"), ("synchronous_commit", "off")];
                options.map_sqlx_postgres_opts(move |options| options.options(settings));
                Database::connect(options.max_connections(MAX_CALLERS).to_owned()).await?
            }
        };
        let store = Self { db, callers, backend, pen: Arc::default() };
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

    /// Tells PostgreSQL that so many findings have been stored, if that is much for what it knows. It would find out by itself
    /// within minutes; until then it plans as for empty tables, and sorts all findings for each page of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_grown(&self, findings: usize) -> Result<(), Error> {
        if self.backend != Backend::Postgres || findings < FEW {
            return Ok(());
        }
        // A table that was never looked at has -1.
        let known = Statement::from_string(
            DbBackend::Postgres,
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'findings'::regclass",
        );
        let known: i64 = match self.db.query_one_raw(known).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => return Ok(()),
        };
        if i64::try_from(findings).unwrap_or(i64::MAX) > known / 4 {
            // Of the texts nobody asks for anything; to look at them is most of the work.
            let analyze =
                "ANALYZE findings (organization_id, project_id, scan_id, number, severity, status,
                               fingerprint, is_current, created_at, id),
                           problems (project_id, fingerprint)";
            self.db.execute_unprepared(analyze).await?;
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

    /// Does what changes nothing, or may be done twice. Connections that broke while nobody used them show it now, one after the other; then it is done
    /// on the next.
    pub(crate) async fn on_a_connection<T, F: Future<Output = Result<T, DbErr>>>(
        &self,
        run: impl Fn() -> F,
    ) -> Result<T, Error> {
        if self.backend == Backend::Sqlite {
            return Ok(run().await?);
        }
        let mut broken = 0;
        loop {
            match run().await.map_err(Error::from) {
                // Without a connection there is nothing to try it on.
                Err(Error::Unavailable(DbErr::ConnectionAcquire(error))) => {
                    return Err(Error::Unavailable(DbErr::ConnectionAcquire(error)));
                }
                Err(Error::Unavailable(_)) if broken < MAX_CONNECTIONS => broken += 1,
                done => return done,
            }
        }
    }

    /// Stands in line for SQLite's pen. PostgreSQL has as many as it likes.
    pub(crate) async fn hold_pen(&self) -> Option<OwnedMutexGuard<()>> {
        match self.backend {
            Backend::Sqlite => Some(Arc::clone(&self.pen).lock_owned().await),
            Backend::Postgres => None,
        }
    }

    async fn begin(
        &self,
        scope: &Scope,
        access: Access,
    ) -> Result<(DatabaseTransaction, Option<OwnedMutexGuard<()>>), Error> {
        let pen = match access {
            Access::Write => self.hold_pen().await,
            Access::Read => None,
        };
        let is_writer = pen.is_some();
        let options = TransactionOptions {
            sqlite_transaction_mode: is_writer.then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.on_a_connection(|| self.db.begin_with_options(options)).await?;
        if self.backend == Backend::Postgres {
            let (name, value) = match scope {
                Scope::Organization(id) => ("bartizan.organization", id.to_string()),
                Scope::System => (SYSTEM, "on".to_owned()),
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

/// Whether nothing is left of the transaction that a connection was used for last. Where SQLite itself rolls one back, as on a
/// full disk (<https://www.sqlite.org/lang_transaction.html>, 3), our own rollback fails, and the library below goes on to
/// count a transaction: the next one would be a savepoint in a transaction that never ends, and see the database of that moment
/// forever.
fn is_between_transactions(connection: &SqliteConnection) -> bool {
    // A rollback that was only asked for is over: no connection goes back to the others before it has answered a ping.
    !connection.is_in_transaction()
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
