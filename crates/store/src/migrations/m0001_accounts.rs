//! Organizations, users, sessions, tokens, attempts to log in, calls, the audit log.

use sea_orm_migration::{prelude::*, schema};

use super::{belongs_to, guard, indexes, organization};

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
            .col(schema::text_null("personal_email").unique_key().to_owned())
            .col(schema::text("plan"))
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
        indexes(
            manager,
            "users",
            &[
                ("ux_users_email", &["organization_id", "email"]),
                ("ux_users_number", &["organization_id", "number"]),
                ("ix_users_email", &["email"]),
            ],
        )
        .await?;
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
            .foreign_key(&mut belongs_to("sessions", "user_id", "users"))
            .to_owned();
        manager.create_table(sessions).await?;
        indexes(
            manager,
            "sessions",
            &[("ix_sessions_user", &["user_id"]), ("ix_sessions_expiry", &["expires_at"])],
        )
        .await?;
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
            .col(schema::text_null("user_agent"))
            .col(schema::big_integer("created_at"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(events).await?;
        indexes(manager, "events", &[("ix_events_time", &["organization_id", "created_at", "id"])])
            .await?;
        guard(manager, "events").await?;

        let (column, mut key) = organization("tokens");
        let tokens = Table::create()
            .table("tokens")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid("user_id"))
            .col(schema::text("kind"))
            .col(schema::text("name"))
            .col(schema::text("prefix"))
            .col(schema::blob("hash"))
            .col(schema::big_integer("created_at"))
            .col(schema::big_integer_null("last_used_at"))
            .col(schema::big_integer_null("expires_at"))
            .foreign_key(&mut key)
            .foreign_key(&mut belongs_to("tokens", "user_id", "users"))
            .to_owned();
        manager.create_table(tokens).await?;
        indexes(
            manager,
            "tokens",
            &[
                ("ux_tokens_hash", &["hash"]),
                ("ix_tokens_user", &["user_id", "kind"]),
                ("ix_tokens_time", &["organization_id", "created_at", "id"]),
            ],
        )
        .await?;
        guard(manager, "tokens").await?;

        let (column, mut key) = organization("usage");
        let usage = Table::create()
            .table("usage")
            .col(column)
            .col(schema::big_integer("period_start"))
            .col(schema::big_integer("scans"))
            .primary_key(Index::create().col("organization_id").col("period_start"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(usage).await?;
        guard(manager, "usage").await?;

        // Attempts to log in belong to no organization: who makes them is not known yet.
        let attempts = Table::create()
            .table("attempts")
            .col(schema::pk_uuid("id"))
            .col(schema::text("address"))
            .col(schema::big_integer("created_at"))
            .to_owned();
        manager.create_table(attempts).await?;
        indexes(
            manager,
            "attempts",
            &[
                ("ix_attempts_address", &["address", "created_at"]),
                ("ix_attempts_time", &["created_at"]),
            ],
        )
        .await?;

        // Who calls is known by a name that says nothing of an organization.
        let rates = Table::create()
            .table("rates")
            .col(schema::text("key").primary_key().to_owned())
            .col(schema::text("times"))
            .col(schema::boolean("is_taken"))
            .col(schema::big_integer("used_at"))
            .to_owned();
        manager.create_table(rates).await?;
        indexes(manager, "rates", &[("ix_rates_time", &["used_at"])]).await
    }
}
