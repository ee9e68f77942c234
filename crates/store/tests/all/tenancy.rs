use sqlx::{Connection as _, Row as _};
use store::{Access, FindingFilter, ScanFilter, UserChanges};

use crate::support::{NOW, Place, fresh, new_scan, project, register, scan};

#[tokio::test]
async fn nothing_of_another_organization_is_seen_or_changed() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let theirs = project(&at.store, &acme, "web").await;
        let scan = scan(&at.store, &acme, new_scan(&theirs), NOW).await;

        let us = at.store.tenant(globex.id, Access::Write).await.unwrap();
        assert!(us.user(admin.id).await.unwrap().is_none());
        assert!(us.project(theirs.id).await.unwrap().is_none());
        assert!(us.project_by_slug("web").await.unwrap().is_none());
        assert!(us.project_by_number(theirs.number).await.unwrap().is_none());
        assert!(us.projects(None, 10).await.unwrap().is_empty());
        assert!(us.scan(scan.id).await.unwrap().is_none());
        assert_eq!(us.count_scans(ScanFilter::default()).await.unwrap(), 0);
        let of_theirs = FindingFilter { project: Some(theirs.id), ..FindingFilter::default() };
        assert!(us.findings(&of_theirs, None, 10).await.unwrap().is_empty());
        assert!(!us.cancel_scan(scan.id, NOW).await.unwrap());
        assert!(!us.remove_project(theirs.id).await.unwrap());
        assert!(!us.remove_user(admin.id).await.unwrap());
        assert!(us.change_user(admin.id, UserChanges::default(), NOW).await.is_err());
        us.commit().await.unwrap();

        let them = at.store.tenant(acme.id, Access::Read).await.unwrap();
        assert!(them.project(theirs.id).await.unwrap().is_some());
        assert!(!them.scan(scan.id).await.unwrap().unwrap().is_cancel_requested);
    }
}

/// The promise that PostgreSQL repeats: whoever says nothing of an organization sees none, whatever the statement.
#[tokio::test]
async fn a_statement_that_forgets_the_organization_sees_nothing() {
    for at in fresh().await {
        let Place::Postgres(url) = &at.place else { continue };
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        for organization in [&acme, &globex] {
            let web = project(&at.store, organization, "web").await;
            scan(&at.store, organization, new_scan(&web), NOW).await;
        }
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        for table in ["users", "projects", "scans"] {
            for (says, sees) in [
                (None, 0_i64),
                (Some(("bartizan.organization", acme.id.to_string())), 1),
                (Some(("bartizan.system", "on".to_owned())), 2),
            ] {
                let mut tx = connection.begin().await.unwrap();
                if let Some((name, value)) = &says {
                    sqlx::query("SELECT set_config($1, $2, true)")
                        .bind(name)
                        .bind(value)
                        .execute(&mut *tx)
                        .await
                        .unwrap();
                }
                let count = format!("SELECT count(*) FROM {table}");
                let row =
                    sqlx::query(sqlx::AssertSqlSafe(count)).fetch_one(&mut *tx).await.unwrap();
                assert_eq!(row.get::<i64, _>(0), sees, "{table} {says:?}");
            }
        }
        // Every table that names an organization is guarded.
        let bare = "SELECT count(*) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
                    WHERE attname = 'organization_id' AND relkind = 'r' AND NOT relforcerowsecurity";
        let row = sqlx::query(bare).fetch_one(&mut connection).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), 0);
    }
}
