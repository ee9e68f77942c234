//! How the processes on one PostgreSQL tell each other that a scan waits. On SQLite a worker of another process finds it when it looks.

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, RuntimeErr};
use sqlx::postgres::PgListener;

use crate::{Backend, Error, Store, Tenant};

/// `LISTEN` and `NOTIFY` name it.
const CHANNEL: &str = "bartizan_scans";

/// Hears of scans that wait.
pub struct Listener(PgListener);

impl Store {
    /// Begins to hear of scans that any process adds or gives back; `None` where processes cannot tell each other.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn listen(&self) -> Result<Option<Listener>, Error> {
        if self.backend() != Backend::Postgres {
            return Ok(None);
        }
        let pool = self.callers.get_postgres_connection_pool();
        let mut listener = PgListener::connect_with(pool).await.map_err(broken)?;
        listener.listen(CHANNEL).await.map_err(broken)?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits until a scan waits. If the connection breaks it is made anew, and what was missed meanwhile counts as heard.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn heard(&mut self) -> Result<(), Error> {
        self.0.try_recv().await.map_err(broken)?;
        Ok(())
    }
}

impl Tenant {
    /// Tells those who listen that a scan waits, once the transaction is committed.
    pub(crate) async fn tell_of_scan(&self) -> Result<(), Error> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            self.tx.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
        }
        Ok(())
    }
}

fn broken(error: sqlx::Error) -> Error {
    DbErr::Conn(RuntimeErr::SqlxError(error.into())).into()
}
