//! The steps that make the tables. A step that has been released is never changed; a new one comes behind it.

use sea_orm_migration::prelude::*;

mod m0001_accounts;
mod m0002_projects;
mod m0003_scans;
mod m0004_packages;
mod m0005_domains;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Step),
            Box::new(m0002_projects::Step),
            Box::new(m0003_scans::Step),
            Box::new(m0004_packages::Step),
            Box::new(m0005_domains::Step),
        ]
    }
}

/// A reference to a row without which this one has no meaning.
fn belongs_to(
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// Indexes of a table: name and columns. A name that begins with `ux_` lets each value stand once only.
async fn indexes(
    manager: &SchemaManager<'_>,
    table: &'static str,
    indexes: &[(&'static str, &[&'static str])],
) -> Result<(), DbErr> {
    for (name, columns) in indexes {
        let mut index = Index::create();
        index.name(*name).table(table);
        if name.starts_with("ux_") {
            index.unique();
        }
        for column in *columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

/// A column that says whose a row is; with its organization, the row goes.
fn organization(table: &str) -> (ColumnDef, ForeignKeyCreateStatement) {
    let mut key = ForeignKey::create();
    key.name(format!("fk_{table}_organization"))
        .from(Alias::new(table), Alias::new("organization_id"))
        .to(Alias::new("organizations"), Alias::new("id"))
        .on_delete(ForeignKeyAction::Cascade);
    (ColumnDef::new("organization_id").uuid().not_null().to_owned(), key)
}

/// On PostgreSQL, lets a transaction see the rows of its own organization only, or all if it says that it is the system's.
async fn guard(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != sea_orm::DbBackend::Postgres {
        return Ok(());
    }
    // `FORCE`, because the tables' owner is who runs the statements.
    let statements = format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
         ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
         CREATE POLICY of_organization ON {table} USING (
             organization_id = nullif(current_setting('bartizan.organization', true), '')::uuid
             OR current_setting('bartizan.system', true) = 'on'
         );"
    );
    manager.get_connection().execute_unprepared(&statements).await?;
    Ok(())
}
