//! Organizations, users, sessions, the audit log.

use sea_orm_migration::{prelude::*, schema};

use super::{guard, organization};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0001_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let organizations = Table::create()
            .table("organizations")
            .col(schema::pk_uuid("id"))
            .col(schema::text_uniq("slug"))
            .col(schema::text("name"))
            .col(schema::boolean("is_personal"))
            .col(schema::big_integer("next_user").default(1))
            .col(schema::big_integer("next_project").default(1))
            .col(schema::big_integer("next_scan").default(1))
            .col(schema::big_integer("next_finding").default(1))
            .col(schema::big_integer("created_at"))
            .to_owned();
        manager.create_table(organizations).await?;

        let (column, mut key) = organization("users");
        let users = Table::create()
            .table("users")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::big_integer("number"))
            .col(schema::text("email"))
            .col(schema::text_null("name"))
            .col(schema::text("password_hash"))
            .col(schema::text("role"))
            .col(schema::text("status"))
            .col(schema::big_integer("created_at"))
            .col(schema::big_integer("updated_at"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(users).await?;
        for (name, columns) in [
            ("ux_users_email", ["organization_id", "email"]),
            ("ux_users_number", ["organization_id", "number"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("users").unique();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        let by_email =
            Index::create().name("ix_users_email").table("users").col("email").to_owned();
        manager.create_index(by_email).await?;
        guard(manager, "users").await?;

        let (column, mut key) = organization("sessions");
        let sessions = Table::create()
            .table("sessions")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid("user_id"))
            .col(schema::big_integer("created_at"))
            .col(schema::big_integer("expires_at"))
            .foreign_key(&mut key)
            .foreign_key(
                ForeignKey::create()
                    .name("fk_sessions_user")
                    .from("sessions", "user_id")
                    .to("users", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(sessions).await?;
        for (name, column) in
            [("ix_sessions_user", "user_id"), ("ix_sessions_expiry", "expires_at")]
        {
            let index = Index::create().name(name).table("sessions").col(column).to_owned();
            manager.create_index(index).await?;
        }
        guard(manager, "sessions").await?;

        let (column, mut key) = organization("events");
        let events = Table::create()
            .table("events")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid_null("user_id"))
            .col(schema::text("actor"))
            .col(schema::text("action"))
            .col(schema::text("subject"))
            .col(schema::text_null("address"))
            .col(schema::big_integer("created_at"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(events).await?;
        let by_time = Index::create()
            .name("ix_events_time")
            .table("events")
            .col("organization_id")
            .col("created_at")
            .col("id")
            .to_owned();
        manager.create_index(by_time).await?;
        guard(manager, "events").await
    }
}
