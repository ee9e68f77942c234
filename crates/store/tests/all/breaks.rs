use sqlx::{Connection as _, Executor as _};
use store::{Access, Error, Store};

use crate::support::{Place, fresh, register};

#[tokio::test]
async fn a_connection_that_breaks_is_told_and_made_anew() {
    for at in fresh().await {
        let Place::Postgres(url) = &at.place else { continue };
        let (acme, _) = register(&at.store, "acme").await;
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let mut other = sqlx::PgConnection::connect(url).await.unwrap();
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.execute(others).await.unwrap();
        let error = tenant.organization().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        drop(tenant);
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        assert_eq!(tenant.organization().await.unwrap().slug, "acme");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("bartizan.db");
    std::fs::write(&path, [b'x'; 4096]).unwrap();
    assert!(Store::sqlite(&path).await.is_err());
    assert!(Store::sqlite(&folder.path().join("missing/bartizan.db")).await.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), [b'x'; 4096]);
}
